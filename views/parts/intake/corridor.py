"""The width of linear works: lines of a site are checked as bands so wide, or as they are."""

from __future__ import annotations

from typing import Final

import shapely
import streamlit as st

from geo.sites import Sites
from views.session import PersistentWidget, say

__all__ = ["ask_width", "has_lines"]

_WIDTH: Final[PersistentWidget[float | None]] = PersistentWidget("chk-corridor", 0.0)


def has_lines(sites: Sites) -> bool:
    """Return whether any site is a line."""
    return bool((shapely.get_dimensions(sites.frame.geometry.to_numpy()) == 1).any())


def ask_width(sites: Sites) -> float:
    """Ask how wide the works are, metres, where any site is a line; return 0 for lines as they are."""
    if not has_lines(sites):
        return 0.0
    key = _WIDTH.restore()
    width = _WIDTH.keep(
        st.number_input(
            say("check_page.corridor"),
            min_value=0.0,
            max_value=2000.0,
            step=5.0,
            format="%g",
            key=key,
            help=say("check_page.corridor_help"),
        )
    )
    return float(width or 0.0)
