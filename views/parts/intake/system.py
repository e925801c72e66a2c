"""The one question about a coordinate system: which candidates fit and where each would lie, or another by its code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from geo.crs import Candidate, describe
from geo.errors import BadInput, CrsError, RedlineError
from views.session import lang, pressed, say, show_fault, system_text

__all__ = ["Placed", "System", "ask_system", "candidate_text", "is_about_system", "other_system", "system_input"]


class System(NamedTuple):
    """A coordinate system that the user named, and whether the first coordinate is north."""

    crs: str | None = None
    swap: bool = False


class Placed(NamedTuple):
    """A candidate, its name, and where it would put the coordinates ("" where that was not tried)."""

    candidate: Candidate
    name: str
    place: str


def is_about_system(fault: RedlineError) -> bool:
    """Return whether naming a coordinate system can mend a fault."""
    return isinstance(fault, CrsError) or bool(fault.candidates) or fault.key in _SWAPPED


_SWAPPED = ("geo.swapped_degrees", "geo.swapped_metres")


def candidate_text(one: Candidate) -> str:
    """Return the name of a candidate in the session's language."""
    text = system_text(one.crs)
    return f"{text}, {say('check_page.crs_swapped')}" if one.swapped else text


def ask_system(
    fault: RedlineError, now: System, *, key: str, name: str, place: Callable[[Sequence[Candidate]], Sequence[Placed]]
) -> System | None:
    """Ask for the system that a file could not be read without; nothing is applied unless the user says so.

    Parameters
    ----------
    fault : RedlineError
        Why it could not be read; it may propose candidates.
    now : System
        What was named before.
    key : str
        Of the widgets: one a file.
    name : str
        Of the file.
    place : callable
        Returns candidates with their names and places, those to be offered.

    Returns
    -------
    System or None
        What the user named just now; None while nothing was.
    """
    if not is_about_system(fault):
        return None
    if now.crs is not None or now.swap:
        return System() if pressed(say("check_page.crs_again"), key=f"{key}-again") else None
    if fault.key in _SWAPPED:
        return System(swap=True) if pressed(say("check_page.crs_read_swapped"), key=f"{key}-swap") else None
    chosen = _ask_candidate(fault.candidates, key, place) if fault.candidates else None
    return chosen or other_system(now, key=f"{key}-ask", name=name, opened=not fault.candidates)


def _ask_candidate(
    candidates: Sequence[Candidate], key: str, place: Callable[[Sequence[Candidate]], Sequence[Placed]]
) -> System | None:
    """Offer candidates, each with its evidence and where it would lie."""
    offered = place(candidates)
    chosen = st.radio(
        say("check_page.crs_ask"),
        [None, *range(len(offered))],
        format_func=lambda at: say("check_page.crs_none") if at is None else offered[at].name,
        captions=["", *(_why(one) for one in offered)],
        key=f"{key}-crs",
    )
    left = len({(one.crs, one.swapped) for one in candidates}) - len(offered)
    if left > 0:
        st.caption(say("check_page.crs_more", count=left))
    return None if chosen is None else System(offered[chosen].candidate.crs, offered[chosen].candidate.swapped)


def _why(one: Placed) -> str:
    """Return where a candidate would lie, and its evidence."""
    return say("snapshot.sentence_break").join(part for part in (one.place, one.candidate.text(lang())) if part)


def other_system(now: System, *, key: str, name: str, opened: bool = False) -> System | None:
    """Let the user name another system than the one declared or offered, folded; return it if it is new."""
    with st.expander(say("check_page.crs_other"), expanded=opened):
        return system_input(now, key=key, name=name)


def system_input(now: System, *, key: str, name: str) -> System | None:
    """Show the field for a system's code and the order of axes; return what they say if it is new and known."""
    code = st.text_input(say("check_page.crs_other_hint"), value=now.crs or "", key=f"{key}-code").strip()
    swap = st.checkbox(say("check_page.crs_swapped"), value=now.swap, key=f"{key}-swapped")
    wanted = System(code or None, swap)
    if wanted == now:
        return None
    try:
        if code:
            describe(code, name)
    except BadInput as fault:
        show_fault(fault)
        return None
    return wanted
