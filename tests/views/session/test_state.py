"""Keys of the session are declared once, typed; nobody touches the session's state beside them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers import ROOT
from views.session import state as module
from views.session.state import PersistentWidget, Slot

VIEWS = sorted((ROOT / "views").rglob("*.py"))
DECLARES = {"Slot", "PersistentWidget", "Memo"}


def declared(path: Path) -> list[tuple[str, str]]:
    """Return the name and key of each slot that a module declares at its top level."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        value = node.value if isinstance(node, ast.AnnAssign | ast.Assign) else None
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") in DECLARES:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            found.append((target.id, ast.literal_eval(value.args[0])))
    return found


def test_only_the_module_of_slots_touches_the_state_of_the_session() -> None:
    touching = [path.relative_to(ROOT).as_posix() for path in VIEWS if "session_state" in path.read_text("utf-8")]
    assert touching == ["views/session/state.py"]


def test_each_key_is_declared_once() -> None:
    keys = Counter(key for path in VIEWS for _, key in declared(path))
    assert len(keys) > 60
    assert [key for key, count in keys.items() if count > 1] == []


def test_slots_are_made_where_they_are_declared() -> None:
    """A slot made within a function would be a key that nobody finds; those of one thing among several are `of`."""
    for path in VIEWS:
        text = path.read_text(encoding="utf-8")
        if path.parent.name == "session" and path.name in {"state.py", "memo.py"}:
            continue
        assert len(re.findall(r"(?<![\w.])(?:Slot|PersistentWidget|Memo)\(", text)) == len(declared(path)), path


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    held: dict[str, object] = {}
    monkeypatch.setattr(module.st, "session_state", held)
    return held


def test_a_slot_has_its_default_until_it_is_set(session: dict[str, object]) -> None:
    number = Slot("number", 0)
    assert (number.get(), number.is_set()) == (0, False)
    number.set(7)
    assert (number.get(), number.is_set(), session) == (7, True, {"number": 7})
    assert (number.of("left").get(), number.of("left").key) == (0, "number-left")
    assert (number.pop(), number.pop()) == (7, 0)


def test_a_widget_shows_again_what_it_held_on_another_page(session: dict[str, object]) -> None:
    text = PersistentWidget("text", "")
    assert text.restore("first") == "text"
    assert session["text"] == "first"
    text.keep("typed")
    del session["text"]  # as Streamlit does when another page is shown
    text.restore("first")
    assert text.get() == "typed"
    text.set_next("from the map")
    text.restore()
    assert text.get() == "from the map"


def test_a_widget_that_two_pages_show_is_set_anew_on_the_second(session: dict[str, object]) -> None:
    """There the key still stands for the widget of the page before: Streamlit would show the default, in silence."""
    text = PersistentWidget("text", "")
    session["page_shown"] = "check"
    text.restore()
    session["text"] = "typed"
    assert text.restore() == "text"
    assert text.keep(text.get()) == "typed", "what the user enters on a page counts there"
    session["page_shown"] = "map"
    session["text"] = "of the widget before"
    text.restore()
    assert text.get() == "typed"
    text.set("from a button")
    del session["text"]
    assert text.kept() == "from a button"
