"""The subjects that a session can show, their figures, and the classified indicator that the map draws."""

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

__all__ = [
    "OWN",
    "MappedIndicator",
    "mapped_indicator",
    "moment_of",
    "moments_of_change",
    "product_subjects",
    "regions_layer",
    "subjects",
]

OWN: Final[Slot[dict[str, Subject]]] = Slot("own-subjects", {})
"""Subjects by id that the user added in this session; other sessions do not have them."""


@dataclass(frozen=True)
class MappedIndicator:
    """An indicator with its value for each region, and the choropleth that draws it.

    Attributes
    ----------
    subject : Subject
    indicator : Indicator
    choropleth : Choropleth
    by_region : Series
        Values, on the rows of ``choropleth.layer.frame``.
    change : bool
        Whether the values are changes between two moments.
    """

    subject: Subject
    indicator: Indicator
    choropleth: Choropleth
    by_region: pd.Series
    change: bool

    @property
    def lone(self) -> str:
        """Adcode of the territory if a document gives the figure of one only: it is told, not painted; else ""."""
        known = self.by_region.notna().to_numpy()
        frame = self.choropleth.layer.frame
        if self.subject.basis != "published" or known.sum() != 1 or frame is None:
            return ""
        return str(frame["adcode"].to_numpy()[known][0])


def subjects() -> dict[str, Subject]:
    """Return every subject by id: those that the user added, then derived, then published ones."""
    return {**OWN.get(), **product_subjects()}


def product_subjects() -> dict[str, Subject]:
    """Return the subjects that all sessions have, by id: derived ones, then published ones."""
    folder = data_root(catalogue().folder) / "plans"
    return _product_subjects(str(folder), stamp_of(folder))


@st.cache_resource(show_spinner=False, max_entries=2)
def _product_subjects(folder: str, now: FilesStamp) -> dict[str, Subject]:  # noqa: ARG001 -- part of the cache key
    rows = pd.concat([read_table(name, Path(folder)) for name in ("indicators", "limits")], ignore_index=True)
    return {one.id: one for one in (*derived_subjects(), *published_subjects(rows))}


def regions_layer(level: str) -> Layer | None:
    """Return the loaded layer of the territories of a level; None if there is none."""
    layers = (layer for layer in current_layers().values() if layer.spec.stands_for == level)
    return next((layer for layer in layers if layer.frame is not None), None)


def moment_of(subject: Subject, year: str) -> Moment:
    """Return the moment of a subject with the key `year`, else its first."""
    return next((moment for moment in subject.moments if moment.key == year), subject.moments[0])


def moments_of_change(subject: Subject, year: str) -> tuple[Moment, Moment] | None:
    """Return the two moments of the change with the key `year`, else of the first change; None if there is none."""
    pairs = changes_of(subject)
    return next((pair for pair in pairs if f"{pair[0].key}..{pair[1].key}" == year), pairs[0] if pairs else None)


def mapped_indicator(choice: Choice) -> MappedIndicator | None:
    """Return the indicator of a choice with its values, classified; None without values or the layers they need."""
    subject = subjects().get(choice.id)
    if subject is None:
        return None
    pair = moments_of_change(subject, choice.year) if choice.mode == "change" else None
    indicator = change_between(subject, *pair) if pair else _figures(subject, moment_of(subject, choice.year))
    regions = regions_layer(subject.level)
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
    return MappedIndicator(
        subject,
        indicator,
        Choropleth(regions, classes, indicator.title, indicator.unit, note, indicator.made_of),
        values,
        pair is not None,
    )


def _note(indicator: Indicator) -> Bilingual:
    """Return the source of an indicator, with its level if that is not the county."""
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
