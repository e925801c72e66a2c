"""The width of linear works, metres: lines of a site are buffered to it before the check, or checked as lines."""

from __future__ import annotations

from typing import Final

import shapely
import streamlit as st

from geo.sites import Sites
from views.session import PersistentWidget, say

__all__ = ["ask_width_m", "has_lines"]

_WIDTH: Final[PersistentWidget[float | None]] = PersistentWidget("chk-corridor", 0.0)


def has_lines(sites: Sites) -> bool:
    """Return whether any site is a line."""
    return bool((shapely.get_dimensions(sites.frame.geometry.to_numpy()) == 1).any())


def ask_width_m(sites: Sites) -> float:
    """Show the field for the width where any site is a line; return it in metres, 0 to check lines as lines."""
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
