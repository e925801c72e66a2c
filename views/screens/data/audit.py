"""The audit log on the Data page: who did what and when, filtered, whether the log is whole, and the log as a file."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd
import streamlit as st

from layers.access import ACTIONS
from snapshot.findings import audit_csv, audit_rows, day_of_entry
from views.parts.takeaway import show_file_link
from views.session import audit_log, catalogue_in_use, lang, say

__all__ = ["keeps_audit_log", "show_audit"]

_MOST: Final = (200, 1000, 5000)


def keeps_audit_log() -> bool:
    """Return whether there is an audit log: where people sign in."""
    return catalogue_in_use().shipped.access.is_on


def show_audit() -> None:
    """Show the latest lines that match the filters, and whether any line was altered or is missing."""
    log, now = audit_log(), lang()
    state = log.state()
    if state.is_whole:
        st.success(say("access.audit_whole", count=f"{state.lines:,}"))
    else:
        st.error(say("access.audit_broken", number=f"{state.broken_at:,}"))
    who, what, since, most = st.columns([2, 2, 1.4, 1], vertical_alignment="bottom")
    person = who.text_input(say("access.audit_person"), key="audit-person").strip().casefold()
    actions = what.multiselect(
        say("access.audit_action"),
        list(ACTIONS),
        format_func=lambda one: say(f"access.action_{one}"),
        key="audit-action",
    )
    day = since.date_input(say("access.audit_since"), value=None, format="YYYY-MM-DD", key="audit-since")
    limit = most.selectbox(say("access.audit_most"), _MOST, key="audit-most")
    first = day.isoformat() if isinstance(day, dt.date) else ""
    found = [
        entry
        for entry in log.entries()
        if person in entry.person.casefold()
        and (not actions or entry.action in actions)
        and day_of_entry(entry) >= first
    ]
    rows = pd.DataFrame(audit_rows(found[-limit:][::-1], now))
    st.dataframe(rows, hide_index=True, width="stretch", height=480)
    st.caption(say("access.audit_shown", shown=f"{len(rows):,}", found=f"{len(found):,}"))
    show_file_link(
        "audit", say("access.audit_take"), "redline-audit.csv", lambda: audit_csv(audit_log().entries(), now)
    )
