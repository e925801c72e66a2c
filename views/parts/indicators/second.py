"""A second indicator, drawn right of a divider: another year of the same subject, or another subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from carto.style import Choropleth, Classes, classify
from views.parts.indicators.choice import Choice, chosen
from views.parts.indicators.figures import Shown, moment_of, shown, subjects
from views.parts.indicators.picker import labels_of
from views.session import (
    Slot,
    lang,
    say,
)

__all__ = ["SECOND", "alike", "beside", "choose_beside"]

SECOND: Final[Slot[str]] = Slot("indicator_beside", "")
"""In the session, and in a link as ``i2``: ``@2025`` for another moment of the same subject, else a subject's id."""

_MOMENT: Final = "@"


def choose_beside() -> None:
    """Show the choice."""
    named = _named()
    widget = SECOND.of("choice")
    widget.set(SECOND.get() if SECOND.get() in named else "")
    st.selectbox(
        say("map.beside"),
        ["", *named],
        format_func=lambda code: named.get(code) or say("map.compare_none"),
        key=widget.key,
        on_change=lambda: SECOND.set(widget.get()),
    )


def _named() -> dict[str, str]:
    """Return what can stand beside the chosen indicator: other moments of its subject, then other subjects."""
    now, offered = chosen(), subjects()
    subject = offered[now.id]
    moments = {f"{_MOMENT}{moment.key}": moment.title(lang()) for moment in subject.moments}
    moments.pop(f"{_MOMENT}{moment_of(subject, now.year).key}", None)
    others = {code: label for code, label in labels_of(offered).items() if code != now.id}
    return {**(moments if now.mode == "value" else {}), **others}


def beside(left: Shown) -> tuple[Choropleth, Choropleth] | None:
    """Return what is drawn left and right of the divider; None where nothing is compared, or has no figures."""
    wanted, now = SECOND.get(), chosen()
    if not wanted or wanted not in _named():
        return None
    same = wanted.startswith(_MOMENT)
    second = shown(replace(now, year=wanted[1:]) if same else Choice(id=wanted, k=now.k))
    if second is None:
        return None
    return alike(left, second, now) if same else (left.choropleth, second.choropleth)


def alike(left: Shown, right: Shown, choice: Choice) -> tuple[Choropleth, Choropleth]:
    """Return two moments of a subject in the same classes, so that a colour says the same on both sides."""
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
