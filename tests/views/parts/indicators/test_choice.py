"""A choice comes from a link too: whatever it holds, what is read is one that we could have written."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carto.style.classes import DIVERGING, SCHEMES, SEQUENTIAL
from views.parts.indicators.choice import Choice, current_choice, read_choice, update_choice, widget_revision
from views.session import state as state_module
from views.session.text import markdown_text

anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4)


@given(st.dictionaries(st.sampled_from([*asdict(Choice()), "else"]), anything) | anything)
def test_whatever_comes_a_sound_choice_is_read(raw: object) -> None:
    choice = read_choice(raw)
    told = asdict(choice)
    assert all(isinstance(value, str) and len(value) <= 160 for value in told.values())
    assert not set("<>&\"'\\`(){}") & set("".join(told.values()))
    assert choice.scheme in SCHEMES
    assert 3 <= int(choice.k) <= 9
    assert choice.palette in {"", *SEQUENTIAL, *DIVERGING}
    assert choice.mode in {"value", "change"}
    assert read_choice(told) == choice


def test_a_choice_comes_back_as_it_was_written() -> None:
    made = Choice("000-t2-1-13", "by_hand", "7", "10; 20，30", "BrBG", "2020-actual..2025-target", "change")
    assert read_choice(asdict(made)) == made
    assert made.upper_limits == (10, 20, 30)


def test_only_what_others_change_gets_a_new_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that has not heard of a change sends what a widget held: the same widget would take it as an answer."""
    monkeypatch.setattr(state_module.st, "session_state", {})
    update_choice(id="relief")
    assert (widget_revision("id"), widget_revision("mode"), widget_revision("year")) == (1, 0, 0)
    update_choice(by="mode", mode="change", year="2020..2023")
    assert (widget_revision("id"), widget_revision("mode"), widget_revision("year")) == (1, 0, 1)
    update_choice(by="id", id="own-1")  # mode and year go back to the first
    assert (widget_revision("id"), widget_revision("mode"), widget_revision("year")) == (1, 1, 2)
    update_choice(id="own-1")
    assert (widget_revision("id"), widget_revision("mode"), widget_revision("year")) == (1, 1, 2)
    assert (current_choice().id, current_choice().mode, current_choice().year) == ("own-1", "value", "")


def test_a_palette_that_does_not_fit_is_the_usual_one() -> None:
    assert Choice(palette="PuOr").colours(diverging=False) in SEQUENTIAL
    assert Choice(palette="PuOr").colours(diverging=True) == "PuOr"
    assert Choice(palette="YlGnBu").colours(diverging=True) in DIVERGING
    assert Choice(limits="3;2").upper_limits == ()


def test_text_of_a_file_is_never_a_link_or_a_picture() -> None:
    shown = markdown_text("![x](//elsewhere/a.png) <b> $x$ :red[y]")
    for mark in "![]()<>$:":
        assert shown.count(mark) == shown.count(f"\\{mark}") > 0
    assert shown.replace("\\", "") == "![x](//elsewhere/a.png) <b> $x$ :red[y]"
