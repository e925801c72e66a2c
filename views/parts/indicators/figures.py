"""The subjects that a session can show, their figures, and a choice as the map paints it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from carto.style import Choropleth, classify
from layers.catalogue import Bilingual, Layer
from layers.indicators import (
    Indicator,
    Moment,
    Subject,
    change_between,
    changes_of,
    derived_subjects,
    derived_values,
    published_subjects,
)
from layers.paths import data_root
from layers.plans import read_table
from siting.law import FilesStamp, stamp_of
from views.parts.indicators.choice import Choice
from views.session import (
    Slot,
    Stamp,
    catalogue,
    current_layers,
    stamp,
)
from words import t

__all__ = ["OWN", "Shown", "moment_of", "pair_of", "regions_of", "shown", "subjects"]

OWN: Final[Slot[dict[str, Subject]]] = Slot("own-subjects", {})
"""Key of the session's own subjects: of its files, seen by nobody else."""


@dataclass(frozen=True)
class Shown:
    """A choice with its figures.

    Attributes
    ----------
    subject : Subject
    indicator : Indicator
    choropleth : Choropleth
    by_region : Series
        On the rows of ``choropleth.layer.frame``.
    change : bool
    """

    subject: Subject
    indicator: Indicator
    choropleth: Choropleth
    by_region: pd.Series
    change: bool


def subjects() -> dict[str, Subject]:
    """Return every subject by id: the session's own first, then derived, then published."""
    folder = data_root(catalogue().folder) / "plans"
    return {**OWN.get(), **_offered(str(folder), stamp_of(folder))}


@st.cache_resource(show_spinner=False, max_entries=2)
def _offered(folder: str, now: FilesStamp) -> dict[str, Subject]:  # noqa: ARG001 -- part of the cache key
    rows = pd.concat([read_table(name, Path(folder)) for name in ("indicators", "limits")], ignore_index=True)
    return {one.id: one for one in (*derived_subjects(), *published_subjects(rows))}


def regions_of(level: str) -> Layer | None:
    """Return the loaded polygons of a level."""
    held = (layer for layer in current_layers().values() if layer.spec.stands_for == level)
    return next((layer for layer in held if layer.frame is not None), None)


def moment_of(subject: Subject, year: str) -> Moment:
    """Return the moment that is asked for, else the first."""
    return next((moment for moment in subject.moments if moment.key == year), subject.moments[0])


def pair_of(subject: Subject, year: str) -> tuple[Moment, Moment] | None:
    """Return the two moments of the change that is asked for, else of the first there is; None where there is none."""
    pairs = changes_of(subject)
    return next((pair for pair in pairs if f"{pair[0].key}..{pair[1].key}" == year), pairs[0] if pairs else None)


def shown(choice: Choice) -> Shown | None:
    """Return a choice with its figures; None for none, and where what it is derived from is not loaded."""
    subject = subjects().get(choice.id)
    if subject is None:
        return None
    pair = pair_of(subject, choice.year) if choice.mode == "change" else None
    indicator = change_between(subject, *pair) if pair else _figures(subject, moment_of(subject, choice.year))
    regions = regions_of(subject.level)
    if indicator is None or regions is None or regions.frame is None:
        return None
    values = indicator.figures.reindex(regions.frame["adcode"].astype(str)).reset_index(drop=True)
    if not values.notna().any():
        return None
    by_hand = choice.upper_limits
    classes = classify(
        values,
        scheme="natural_breaks" if choice.scheme == "by_hand" and not by_hand else choice.scheme,
        k=int(choice.k),
        palette=choice.colours(diverging=pair is not None),
        limits=by_hand,
        centre=0.0 if pair else None,
    )
    note = _note(indicator)
    return Shown(
        subject,
        indicator,
        Choropleth(regions, classes, indicator.title, indicator.unit, note, indicator.made_of),
        values,
        pair is not None,
    )


def _note(indicator: Indicator) -> Bilingual:
    """Return the source, with the level of a figure that is no county's."""
    if indicator.level == "county":
        return indicator.source
    key = f"indicator_page.only_{indicator.level}"
    return Bilingual(
        zh=f"{t(key, 'zh')}；{indicator.source.zh}",
        en=f"{t(key, 'en')}; {indicator.source.en}",
    )


def _figures(subject: Subject, moment: Moment) -> Indicator | None:
    if subject.basis != "derived":
        return subject.figures[moment.key]
    layers = current_layers()
    return _derived(subject.id, stamp(), layers)


@st.cache_resource(show_spinner=False, max_entries=96)
def _derived(name: str, now: Stamp, _layers: dict[str, Layer]) -> Indicator | None:  # noqa: ARG001 -- key
    return derived_values(name, _layers)
