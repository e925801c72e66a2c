"""What a table began with: the same as long as it stands, whatever is chosen in it."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from views.session import Slot, at_mount
from views.session import navigation as navigation_module
from views.session import state as state_module


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    held: dict[str, object] = {}
    monkeypatch.setattr(state_module.st, "session_state", held)
    return held


def test_the_value_of_the_mount_stays_until_the_page_is_entered_again() -> None:
    begun: Slot[tuple[Hashable, list[int]] | None] = Slot("rows", None)
    assert at_mount(begun, "a", [1]) == [1]
    assert at_mount(begun, "a", [1, 2]) == [1]
    assert at_mount(begun, "b", [3]) == [3]
    navigation_module.PAGE_VISIT.set(1)
    assert at_mount(begun, "b", [4]) == [4]
    assert at_mount(begun, "b", [5]) == [4]


def test_a_first_run_that_is_cut_short_loses_nothing() -> None:
    """The first run of a visit may end before the table: in the second it is mounted all the same."""
    begun: Slot[tuple[Hashable, list[int]] | None] = Slot("rows", None)
    assert at_mount(begun, "a", []) == []
    navigation_module.PAGE_VISIT.set(1)  # this run never came to the table
    assert at_mount(begun, "a", [1]) == [1], "what was chosen on the visit before is gone"
