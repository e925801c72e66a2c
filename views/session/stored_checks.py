"""The ledger of the home folder, and the address of a record in it."""

from __future__ import annotations

import streamlit as st

from layers.paths import home
from siting.ledger import Ledger

__all__ = ["ledger", "link_to"]


@st.cache_resource(show_spinner=False, max_entries=4)
def _ledger(folder: str) -> Ledger:  # noqa: ARG001 -- the key: another home is another ledger
    return Ledger.open(home())


def ledger() -> Ledger:
    """Return the ledger of the home folder."""
    return _ledger(str(home()))


def link_to(check_id: str) -> str:
    """Return the address of a record, relative to the page."""
    return f"?check={check_id}"
