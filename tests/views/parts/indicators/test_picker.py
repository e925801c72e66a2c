"""Values that a replaced widget still sends are ignored."""

from __future__ import annotations

import pytest

from views.parts.indicators import choice, picker
from views.session import state as state_module


def test_a_widget_of_an_older_number_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"lang": "zh"}
    monkeypatch.setattr(state_module.st, "session_state", state)
    choice.update_choice(id="relief")
    key, taken = picker._widget_key("id"), picker._on_change("id")
    state[key] = "mean_slope"
    taken()
    assert choice.current_choice().id == "mean_slope"
    choice.update_choice(id="own-1")  # a table of the user's own, taken by a button
    assert picker._widget_key("id") != key
    state[key] = "relief"  # the browser had not heard of it
    taken()
    assert choice.current_choice().id == "own-1"
