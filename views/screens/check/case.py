"""Form fields of the case of a check, and the button that stores the check in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

import streamlit as st

from carto.markup import Markup
from geo.errors import RedlineError
from siting.check import CASE_FIELDS, Case, Run
from views.parts.findings import RUN_NUMBER
from views.session import (
    PersistentWidget,
    Slot,
    ledger,
    link_to,
    press_handled,
    pressed_until_handled,
    record,
    say,
    show_fault,
    show_html,
)

__all__ = ["CASE_FIELD", "case_fields", "show_case"]

_CHECK_ID: Final[Slot[str | None]] = Slot("chk-kept", None)
"""Per run: the id of the check that it was stored as."""
CASE_FIELD: Final[PersistentWidget[str]] = PersistentWidget("chk-case", "")
"""Per field of the case: its text."""

_STORED_LINE: Final = Markup(
    '<div class="rl-stored" data-check="{}"><b>{}</b> · <a href="{}" target="_self">{}</a></div>'
)


def show_case(run: Run, content: bytes | None) -> str | None:
    """Show the fields of the case and the store button; return the id of the stored check, None before."""
    st.markdown(f"**{say('check_page.step_case')}**")
    values = {}
    for pair in _pairs(CASE_FIELDS):
        for column, name in zip(st.columns(2), pair, strict=False):
            with column:
                values[name] = _text_field(name)
    run_number = RUN_NUMBER.get()
    check_id = _CHECK_ID.of(run_number).get()
    if (
        pressed_until_handled(
            say("check_page.store"), key="chk-store", about=run_number, type="primary", disabled=check_id is not None
        )
        and check_id is None
    ):
        try:
            stored = ledger().store(Case(**values), run, content)
            _CHECK_ID.of(run_number).set(stored)  # a press stores once
            record("store", stored)
        except RedlineError as fault:
            press_handled("chk-store")
            show_fault(fault)
            return None
        press_handled("chk-store")
        st.rerun()
    if check_id is not None:
        stored_text, open_text = say("check_page.stored", id=check_id), say("check_page.stored_open")
        show_html(_STORED_LINE.format(check_id, stored_text, link_to(check_id), open_text))
        st.caption(say("check_page.stored_hint"))
    return check_id


def _pairs(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield names in pairs, one per row of fields, so that they keep their order on a narrow screen."""
    for start in range(0, len(names), 2):
        yield names[start : start + 2]


def _text_field(name: str) -> str:
    """Show the field of that name; return its text, stripped."""
    widget = CASE_FIELD.of(name)
    text = widget.keep(st.text_input(say(f"check_page.case_{name}"), key=widget.restore(), max_chars=200))
    return text.strip()


def case_fields(case: Case, prefix: str) -> Case:
    """Show fields filled with a stored case; return the case as edited."""
    values: dict[str, Any] = asdict(case)
    for pair in _pairs(CASE_FIELDS):
        for column, name in zip(st.columns(2), pair, strict=False):
            with column:
                label, key = say(f"check_page.case_{name}"), f"{prefix}-{name}"
                values[name] = st.text_input(label, value=values[name], key=key, max_chars=200).strip()
    return Case(**values)
