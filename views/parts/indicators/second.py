"""A second indicator, drawn right of a divider on the map: another moment of the same subject, or another subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from carto.style import Choropleth, Classes, classify
from views.parts.indicators.choice import Choice, current_choice
from views.parts.indicators.figures import MappedIndicator, mapped_indicator, moment_of, subjects
from views.parts.indicators.picker import labels_of
from views.session import (
    Slot,
    lang,
    say,
)

__all__ = ["SECOND", "ask_second", "classed_together", "compared_pair"]

SECOND: Final[Slot[str]] = Slot("indicator_beside", "")
"""The second indicator, ``i2`` in a link: ``@2025`` for another moment of the same subject, else a subject's id."""

_MOMENT: Final = "@"


def ask_second() -> None:
    """Show the drop-down of second indicators."""
    labels = _second_labels()
    widget = SECOND.of("choice")
    widget.set(SECOND.get() if SECOND.get() in labels else "")
    st.selectbox(
        say("map.beside"),
        ["", *labels],
        format_func=lambda code: labels.get(code) or say("map.compare_none"),
        key=widget.key,
        on_change=lambda: SECOND.set(widget.get()),
    )


def _second_labels() -> dict[str, str]:
    """Return the labels of second indicators by code: other moments of the chosen subject, then other subjects.

    The figure of one territory alone is not among them: it is told, not painted.
    """
    now, offered = current_choice(), subjects()
    subject = offered[now.id]
    moments = {f"{_MOMENT}{moment.key}": moment.title(lang()) for moment in subject.moments}
    moments.pop(f"{_MOMENT}{moment_of(subject, now.year).key}", None)
    paintable = {
        code: one
        for code, one in offered.items()
        if code != now.id and not (one.basis == "published" and len(one.adcodes) == 1)
    }
    others = labels_of(paintable)
    return {**(moments if now.mode == "value" else {}), **others}


def compared_pair(left: MappedIndicator) -> tuple[Choropleth, Choropleth] | None:
    """Return the choropleths left and right of the divider; None if nothing is compared or the second has no values."""
    second_id, now = SECOND.get(), current_choice()
    if not second_id or second_id not in _second_labels():
        return None
    same = second_id.startswith(_MOMENT)
    second = mapped_indicator(replace(now, year=second_id[1:]) if same else Choice(id=second_id, k=now.k))
    if second is None:
        return None
    return classed_together(left, second, now) if same else (left.choropleth, second.choropleth)


def classed_together(left: MappedIndicator, right: MappedIndicator, choice: Choice) -> tuple[Choropleth, Choropleth]:
    """Return the choropleths of two moments of a subject, classified together: equal colours are equal classes."""
    both = pd.concat([left.by_region, right.by_region], ignore_index=True)
    by_hand = choice.upper_limits
    classes = classify(
        both,
        scheme="natural_breaks" if choice.scheme == "by_hand" and not by_hand else choice.scheme,
        k=int(choice.k),
        palette=choice.colours(diverging=False),
        limits=by_hand,
    )
    cut = len(left.by_region)
    halves = classes.of_row[:cut], classes.of_row[cut:]
    first, second = (Classes(classes.limits, classes.colours, half) for half in halves)
    return replace(left.choropleth, classes=first), replace(right.choropleth, classes=second)
