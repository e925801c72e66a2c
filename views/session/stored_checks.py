"""The ledger of stored checks in the user's data folder, and links to its records."""

from __future__ import annotations

import streamlit as st

from layers.paths import home
from siting.ledger import Ledger
from views.session.workspace import catalogue_in_use

__all__ = ["ledger", "link_to"]


@st.cache_resource(show_spinner=False, max_entries=4)
def _ledger(folder: str) -> Ledger:  # noqa: ARG001 -- the cache key
    return Ledger.open(home())


def ledger() -> Ledger:
    """Return the ledger in the user's data folder, without the checks that saw layers which the person may not see."""
    return _ledger(str(home())).without(catalogue_in_use().closed)


def link_to(check_id: str) -> str:
    """Return the query string that opens a stored check on the check page: ``?check=<id>``."""
    return f"?check={check_id}"
