"""Widgets for a missing coordinate system: candidates with evidence and location, or another by its code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from geo.crs import Candidate, describe
from geo.errors import BadInput, CrsError, RedlineError
from views.session import lang, pressed, say, show_fault, system_text

__all__ = [
    "LocatedCandidate",
    "System",
    "ask_system",
    "candidate_text",
    "is_about_system",
    "other_system",
    "system_input",
]


class System(NamedTuple):
    """A coordinate system that the user named, and whether the first coordinate is north."""

    crs: str | None = None
    swap: bool = False


class LocatedCandidate(NamedTuple):
    """A candidate system, its name, and a sentence on where it puts the coordinates ("" if not computed)."""

    candidate: Candidate
    name: str
    location_text: str


def is_about_system(fault: RedlineError) -> bool:
    """Return whether a fault can be resolved by naming a coordinate system or the order of axes."""
    return isinstance(fault, CrsError) or bool(fault.candidates) or fault.key in _SWAPPED_FAULTS


_SWAPPED_FAULTS = ("geo.swapped_degrees", "geo.swapped_metres")


def candidate_text(one: Candidate) -> str:
    """Return the name of a candidate system and its order of axes in the session's language."""
    text = system_text(one.crs)
    return f"{text}, {say('check_page.crs_swapped')}" if one.swapped else text


def ask_system(
    fault: RedlineError,
    current: System,
    *,
    key: str,
    name: str,
    locate: Callable[[Sequence[Candidate]], Sequence[LocatedCandidate]],
) -> System | None:
    """Show the choice of the coordinate system that a file needs to be read; return the system just chosen.

    Parameters
    ----------
    fault : RedlineError
        Raised by the reader; it may propose candidates.
    current : System
        Chosen before.
    key : str
        Of the widgets: one a file.
    name : str
        Of the file.
    locate : callable
        Returns the candidates to offer, with their names and locations.

    Returns
    -------
    System or None
        Empty when an earlier choice is taken back; None while nothing is chosen, or if naming a system does not resolve
        the fault.
    """
    if not is_about_system(fault):
        return None
    if current.crs is not None or current.swap:
        return System() if pressed(say("check_page.crs_again"), key=f"{key}-again") else None
    if fault.key in _SWAPPED_FAULTS:
        return System(swap=True) if pressed(say("check_page.crs_read_swapped"), key=f"{key}-swap") else None
    chosen = _ask_candidate(fault.candidates, key, locate) if fault.candidates else None
    return chosen or other_system(current, key=f"{key}-ask", name=name, opened=not fault.candidates)


def _ask_candidate(
    candidates: Sequence[Candidate], key: str, locate: Callable[[Sequence[Candidate]], Sequence[LocatedCandidate]]
) -> System | None:
    """Show candidate systems, each with its location and evidence; return the chosen one, None while none is."""
    offered = locate(candidates)
    chosen = st.radio(
        say("check_page.crs_ask"),
        [None, *range(len(offered))],
        format_func=lambda at: say("check_page.crs_none") if at is None else offered[at].name,
        captions=["", *(_evidence_text(one) for one in offered)],
        key=f"{key}-crs",
    )
    left = len({(one.crs, one.swapped) for one in candidates}) - len(offered)
    if left > 0:
        st.caption(say("check_page.crs_more", count=left))
    return None if chosen is None else System(offered[chosen].candidate.crs, offered[chosen].candidate.swapped)


def _evidence_text(one: LocatedCandidate) -> str:
    """Return where a candidate puts the coordinates, and its evidence, as one caption."""
    return say("snapshot.sentence_break").join(part for part in (one.location_text, one.candidate.text(lang())) if part)


def other_system(current: System, *, key: str, name: str, opened: bool = False) -> System | None:
    """Show, folded, the field for another system than the one declared or offered; return it if it is new."""
    with st.expander(say("check_page.crs_other"), expanded=opened):
        return system_input(current, key=key, name=name)


def system_input(current: System, *, key: str, name: str) -> System | None:
    """Show the fields for a system's code and order of axes; return the system entered if it is new and known."""
    code = st.text_input(say("check_page.crs_other_hint"), value=current.crs or "", key=f"{key}-code").strip()
    swap = st.checkbox(say("check_page.crs_swapped"), value=current.swap, key=f"{key}-swapped")
    entered = System(code or None, swap)
    if entered == current:
        return None
    try:
        if code:
            describe(code, name)
    except BadInput as fault:
        show_fault(fault)
        return None
    return entered
