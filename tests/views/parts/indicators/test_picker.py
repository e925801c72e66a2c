"""What a widget that is gone still sends is no answer of the user."""

from __future__ import annotations

import pytest

from views.parts.indicators import choice, picker
from views.session import state as state_module


def test_a_widget_of_an_older_number_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"lang": "zh"}
    monkeypatch.setattr(state_module.st, "session_state", state)
    choice.choose(id="relief")
    key, taken = picker._key("id"), picker._take("id")
    state[key] = "mean_slope"
    taken()
    assert choice.chosen().id == "mean_slope"
    choice.choose(id="own-1")  # a table of the user's own, taken by a button
    assert picker._key("id") != key
    state[key] = "relief"  # the browser had not heard of it
    taken()
    assert choice.chosen().id == "own-1"
