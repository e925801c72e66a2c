"""Model of a catalogue entry (`LayerSpec`) and of a loaded layer (`Layer`). See docs/glossary.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
from pydantic import Field, model_validator

from geo.errors import RedlineError
from layers.entry import Entry
from layers.sources import AnySource
from words import Lang

__all__ = [
    "Basis",
    "Bilingual",
    "Export",
    "Layer",
    "LayerSpec",
    "LayerState",
    "Role",
    "Secrecy",
    "Style",
]

Role = Literal["boundary", "redline", "protected", "river", "project", "indicator", "raster", "other"]
Basis = Literal["statutory", "published", "derived", "modelled", "approximate"]
Secrecy = Literal["public", "internal", "secret"]
Export = Literal["none", "findings", "full"]
LayerState = Literal["loaded", "not_loaded", "failed", "no_access"]

INDICATIVE_BASES: frozenset[str] = frozenset({"modelled", "approximate"})
"""Layers on these bases can warn but never clear a site."""


class Bilingual(Entry):
    """One text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __call__(self, lang: Lang) -> str:
        """Return the text in `lang`."""
        return self.zh if lang == "zh" else self.en


class Style(Entry):
    """Drawing style of a layer, the same for screen, sheet and file."""

    stroke: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    stroke_px: float = Field(default=1.0, ge=0, le=20, strict=False)
    dash: list[float] = Field(default_factory=list)
    fill: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    fill_opacity: float = Field(default=0.3, ge=0, le=1, strict=False)
    hatch: bool = False
    radius_px: float = Field(default=4.0, gt=0, le=40, strict=False)
    by: str | None = None
    """Column whose value picks the colour (``carto.style.symbols`` holds the colours)."""
    label: str | None = None
    """Column that is written on the map."""
    label_ends: str | None = None
    """Column that is written at the ends of lines, one text for each part with ``;`` between; English in ``…_en``."""


class LayerSpec(Entry):
    """One catalogue entry: what the layer is, its source, accuracy, basis, extent, secrecy and export level."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    title: Bilingual
    group: Literal["boundaries", "control", "protection", "water", "projects", "indicators", "own"]
    role: Role
    stands_for: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """What of the real world the layer is: the code by which required layers and rules refer to it."""
    source: AnySource
    crs: str = Field(default="EPSG:4490", pattern=r"^EPSG:\d{4,6}$")
    publisher: Bilingual
    licence: str
    as_of: str = Field(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?|unknown)$")
    vintage: str = ""
    accuracy_m: float | None = Field(default=None, ge=0, strict=False)
    """Positional accuracy of its lines, metres; None for a modelled layer, whose lines nobody surveyed."""
    basis: Basis
    notice: Bilingual | None = None
    """A sentence shown wherever the layer shows: what it is not."""
    watermark: bool = False
    """Written 示意 across the map and every export."""
    extent: list[str] = Field(default_factory=list)
    """Adcodes (province, prefecture or county) inside which the layer is complete; a site elsewhere is not checked."""
    outside: list[str] = Field(default_factory=list)
    """Adcodes whose area is clipped away, because another layer supersedes this one there."""
    id_field: str | None = None
    name_field: str | None = None
    zone_field: str | None = None
    time_field: str | None = None
    """Column of the date or year from which (or in which) a feature stands: the map can be kept to some years."""
    time_end_field: str | None = None
    """Column of the date or year until which it stands."""
    must_be_inside: bool = False
    secrecy: Secrecy = "public"
    export: Export = "full"
    checked: bool = True
    """Whether a siting check looks at the layer (boundaries and backdrops do not count)."""
    on: bool = False
    """Whether the map starts with the layer switched on."""
    min_zoom: int = Field(default=5, ge=0, le=22)
    max_zoom: int = Field(default=18, ge=0, le=22)
    style: Style = Style()

    @model_validator(mode="after")
    def _statutory_layers_stay_in(self) -> LayerSpec:
        if self.basis == "statutory" and not self.source.empty and "export" not in self.model_fields_set:
            object.__setattr__(self, "export", "none")
        return self

    @model_validator(mode="after")
    def _a_model_has_no_accuracy(self) -> LayerSpec:
        if self.basis == "modelled":
            object.__setattr__(self, "accuracy_m", None)
        return self

    @model_validator(mode="after")
    def _an_end_needs_a_begin(self) -> LayerSpec:
        if self.time_end_field is not None and self.time_field is None:
            raise ValueError("time_end_field needs time_field")
        return self

    @property
    def indicative(self) -> bool:
        """Whether findings against the layer can only warn."""
        return self.basis in INDICATIVE_BASES

    @property
    def drawn_by_model(self) -> bool:
        """Whether a map that shows the layer carries 示意 all over it: a model drew it, and it is marked so."""
        return self.watermark and self.basis == "modelled"


@dataclass(frozen=True)
class Layer:
    """A catalogue entry with the data loaded for it.

    Attributes
    ----------
    spec : LayerSpec
    state : {"loaded", "not_loaded", "failed", "no_access"}
        ``no_access``: stands for layers that a person may not see (`layers.catalogue.visible`).
    frame : GeoDataFrame or None
        EPSG:4490, RangeIndex, valid geometries, and besides the source's own columns always: ``feature_id`` (str,
        unique), ``name_zh``, ``name_en``, ``zone``, ``clause``, ``source``, ``licence``, ``as_of`` (str or None),
        ``accuracy_m`` (float), ``basis``, and ``located`` (bool): False where the feature is known only by county
        and its point is a symbol in the county, not a place; such features are never measured against.
    raster : Path or None
        The file, where the source is one.
    digest : str or None
        SHA-256 of the content as read (see ``layers.catalogue.digest``).
    fault : RedlineError or None
        Why the layer failed.
    fingerprint : str or None
        State of its source when it was read, where the source is no file (`layers.sources.Source.fingerprint`).
    """

    spec: LayerSpec
    state: LayerState
    frame: gpd.GeoDataFrame | None = None
    raster: Path | None = None
    digest: str | None = None
    fault: RedlineError | None = None
    fingerprint: str | None = None

    @property
    def id(self) -> str:
        """The id of the catalogue entry."""
        return self.spec.id
