"""A layer that a user brings: read, looked through fault by fault, and made ready for the store.

Nothing is guessed in silence: the system is declared or asked for, what was mended or left out is listed with its rows,
and what a layer is comes from its user, unless it is a table of an official database (`layers.own.official_tables`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORE_CRS, CrsReading
from geo.errors import BadInput
from geo.files import Content
from geo.measure import lengths_of
from geo.notices import Notice
from geo.read import OpenedLayer, open_layer
from geo.sites import ReadLimits
from layers.catalogue import COMMON_COLUMNS
from layers.own.faults import MOST_ROWS, Fault
from layers.own.official_tables import Recognition, recognise
from layers.own.shapes import areas_apart, doubled_shapes, outside_of, overlapping, sound_shapes

__all__ = ["LAYER_LIMITS", "ROW", "Column", "Intake", "field_faults", "take_in"]

LAYER_LIMITS: Final = ReadLimits(upload_mb=2048, unpacked_mb=8192, sites=2_000_000, vertices=200_000_000)
"""What a layer may be at most; an upload through the browser is held to ``[limits]`` of config.toml besides."""
ROW: Final = "source_row"
"""Column of the stored layer: the row's number in the file that it came from, from 1."""
_MOST_COLUMNS: Final = 500
_NAME_LENGTH: Final = 60
_KEPT: Final = frozenset({*COMMON_COLUMNS, ROW, "geometry", "fid", "ogc_fid", "adcodes", "site_type", "type"})
"""Names that mean something to us: a stranger's column of that name gets an underscore."""
_GARBLED: Final = "�|锟斤拷|烫烫烫|屯屯屯"
_AREA_OFF: Final = 0.01
_AREA_UNITS: Final = {"m²": 1.0, "ha": 1e4, "km²": 1e6, "亩": 1e4 / 15}


@dataclass(frozen=True)
class Column:
    """One attribute of a layer.

    Attributes
    ----------
    name : str
        In the store.
    kind : {"text", "number", "date", "truth"}
    filled : int
        Rows with a value.
    distinct : int
    examples : tuple of str
    """

    name: str
    kind: str
    filled: int
    distinct: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """A layer that was read and looked through.

    Attributes
    ----------
    name, layer : str
        The file, and the layer in it.
    sha256 : str
        Of the file.
    reading : CrsReading
        How its system was declared and is understood.
    frame : GeoDataFrame
        EPSG:4490: `ROW`, the file's own attributes, sound shapes. Empty where a fault stopped it.
    columns : tuple of Column
    dimension : int
        Of most shapes: 0, 1, 2.
    read : int
        Rows in the file.
    faults : tuple of Fault
        Those that stop first.
    notices : tuple of Notice
        What the reader noticed.
    recognition : Recognition
    area_m2, length_m : float
        Of all areas, of all lines; overlaps count twice.
    lost_rows, lost_places : tuple
        Rows (from 1) that are left out although they have a shape, and where it lies, in degrees.
    """

    name: str
    layer: str
    sha256: str
    reading: CrsReading
    frame: gpd.GeoDataFrame
    columns: tuple[Column, ...]
    dimension: int
    read: int
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
    recognition: Recognition
    area_m2: float
    length_m: float
    lost_rows: tuple[int, ...] = ()
    lost_places: tuple[tuple[float, float], ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether the layer cannot be taken in as it is."""
        return any(fault.level == "stop" for fault in self.faults)


def take_in(
    content: Content,
    name: str,
    *,
    layer: str | None = None,
    crs: Any = None,
    swap: bool = False,
    accept_repairs: bool = False,
    counties: gpd.GeoDataFrame | None = None,
    limits: ReadLimits = LAYER_LIMITS,
) -> Intake:
    """Read a layer and list every fault.

    Parameters
    ----------
    content : bytes or Path
        A file of any kind that `geo.read.formats` reads.
    name : str
    layer : str, optional
        Which layer of the file, where it holds several.
    crs : anything `geo.crs.systems.describe` takes, optional
        The system that the user names.
    swap : bool
        The user says that the first coordinate is north.
    accept_repairs : bool
        Mend shapes that can be read in several ways too, and list by how much that changes them.
    counties : GeoDataFrame, optional
        EPSG:4490; to tell what lies outside.
    limits : ReadLimits

    Raises
    ------
    BadInput, CrsError
        If nothing of it can be read, or its system is missing.
    """
    opened = open_layer(content, name, layer=layer, crs=crs, swap=swap, limits=limits)
    sound = sound_shapes(opened, accept_repairs=accept_repairs)
    faults = list(sound.faults)
    if not len(sound.shapes) and not any(fault.level == "stop" for fault in faults):
        raise BadInput("geo.no_features", name=opened.name)
    own, renamed = _own_columns(opened)
    faults += renamed + _garbled(own)
    own = own.iloc[sound.rows].reset_index(drop=True)
    read, told = len(opened.shapes), (opened.name, opened.layer, opened.sha256, opened.reading)
    notices = tuple(opened.part.notices)
    del opened  # the shapes as they came are no longer needed, and large
    if len(sound.shapes):
        if counties is not None:
            faults += outside_of(sound.shapes, sound.rows, counties)
        faults += doubled_shapes(sound.shapes, sound.rows) + overlapping(sound.shapes, sound.rows)
    frame = gpd.GeoDataFrame(own, geometry=gpd.GeoSeries(sound.shapes, index=own.index, crs=STORE_CRS))
    frame.insert(0, ROW, (sound.rows + 1).astype(np.int64))
    dimensions = shapely.get_dimensions(sound.shapes)
    dimension = int(np.bincount(dimensions).argmax()) if len(dimensions) else 2
    recognition = recognise(told[1], own, dimension)
    area_m2, length_m = (areas_apart(sound.shapes) if dimension == 2 else None), float(lengths_of(sound.shapes).sum())
    if area_m2 is not None:
        faults += _areas_off(own, recognition, area_m2, sound.rows)
    return Intake(
        *told,
        frame,
        tuple(_column(own[name]) for name in own.columns),
        dimension,
        read,
        tuple(sorted(faults, key=lambda fault: fault.level != "stop")),
        notices,
        recognition,
        float(area_m2.sum()) if area_m2 is not None else 0.0,
        length_m,
        tuple(row for row, _ in sound.lost),
        tuple(place for _, place in sound.lost),
    )


def field_faults(intake: Intake, id_field: str | None, name_field: str | None) -> list[Fault]:
    """Return what is wrong with the columns that a user chose for id and name."""
    faults: list[Fault] = []
    rows = intake.frame[ROW].to_numpy()
    for field, column in (("id", id_field), ("name", name_field)):
        if column is None:
            continue
        texts = intake.frame[column]
        blank = (texts.isna() | (texts.astype(str).str.strip() == "")).to_numpy()
        if blank.any():
            named = tuple(rows[blank][:MOST_ROWS].tolist())
            faults.append(Fault(f"{field}_blank", "warn", int(blank.sum()), named, values={"column": column}))
        doubled = texts.duplicated(keep=False).to_numpy() & ~blank
        if field == "id" and doubled.any():
            named = tuple(rows[doubled][:MOST_ROWS].tolist())
            notes = tuple((f"{text}"[:40],) * 2 for text in texts[doubled][:MOST_ROWS])
            faults.append(Fault("id_doubled", "warn", int(doubled.sum()), named, notes, {"column": column}))
    return faults


def _own_columns(opened: OpenedLayer) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the attributes under names, and in types, that a stored file can hold."""
    frame = opened.part.frame
    own = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    if own.shape[1] > _MOST_COLUMNS:
        raise BadInput("geo.too_many_columns", name=opened.name, limit=_MOST_COLUMNS)
    names = _column_names([str(column) for column in own.columns])
    changed = [f"{old[:20]} → {new}" for old, new in zip(own.columns.astype(str), names, strict=True) if old != new]
    own.columns = pd.Index(names)
    for name in names:
        own[name] = _storable(own[name])
    if not changed:
        return own, []
    return own, [Fault("renamed", "warn", len(changed), values={"names": "; ".join(changed[:8])})]


def _column_names(names: Sequence[str]) -> list[str]:
    """Give every column a printable name of its own, whatever its case, that means nothing else to us."""
    found: list[str] = []
    seen: set[str] = set()
    for number, text in enumerate(names, start=1):
        plain = re.sub(r"[<>\"'`\\]", "_", "".join(c for c in text if c.isprintable())).strip()[:_NAME_LENGTH]
        name = plain or f"column_{number}"
        while name.lower() in _KEPT or name.lower() in seen:
            name += "_"
        seen.add(name.lower())
        found.append(name)
    return found


def _storable(values: pd.Series) -> pd.Series:
    """Return a column as text, number, date or truth value; anything else as JSON."""
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_timedelta64_dtype(values):
        return values.astype(str).where(values.notna(), None)
    if values.dtype == object:
        texts = [
            one if one is None or isinstance(one, str) else _plain(one) for one in values.where(values.notna(), None)
        ]
        return pd.Series(texts, index=values.index, dtype=object, name=values.name)
    return values


def _plain(value: Any) -> str:
    if isinstance(value, list | dict | tuple | np.ndarray):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.hex() if isinstance(value, bytes) else str(value)


def _garbled(own: pd.DataFrame) -> list[Fault]:
    """List rows whose text was read in the wrong coding before it came to us."""
    bad = np.zeros(len(own), dtype=bool)
    columns = []
    for name in own.columns:
        if pd.api.types.is_object_dtype(own[name]) or pd.api.types.is_string_dtype(own[name]):
            here = own[name].astype(str).str.contains(_GARBLED, regex=True).to_numpy(dtype=bool)
            if here.any():
                bad |= here
                columns.append(str(name))
    if not bad.any():
        return []
    named = tuple((np.flatnonzero(bad)[:MOST_ROWS] + 1).tolist())
    return [Fault("garbled", "warn", int(bad.sum()), named, values={"columns": ", ".join(columns[:8])})]


def _areas_off(own: pd.DataFrame, found: Recognition, area_m2: Any, rows: Any) -> list[Fault]:
    """Hold the areas that an official table declares against those of its shapes, in the unit that fits best."""
    column = found.column(found.official.area_field, list(own.columns)) if found.official else None
    if column is None:
        return []
    declared = pd.to_numeric(own[column], errors="coerce").to_numpy(float)
    known = np.isfinite(declared) & (declared > 0) & (area_m2 > 0)
    if not known.any():
        return []
    ratio = float(np.median(area_m2[known] / declared[known]))
    unit = min(_AREA_UNITS, key=lambda name: abs(np.log(ratio / _AREA_UNITS[name])))
    off = known & (np.abs(declared * _AREA_UNITS[unit] / np.where(area_m2 > 0, area_m2, 1.0) - 1) > _AREA_OFF)
    if not off.any():
        return []
    named = tuple((rows[off][:MOST_ROWS] + 1).tolist())
    pairs = zip(declared[off][:MOST_ROWS], area_m2[off][:MOST_ROWS], strict=True)
    notes = tuple((f"{one:,.2f} {unit} ≠ {two / _AREA_UNITS[unit]:,.2f} {unit}",) * 2 for one, two in pairs)
    return [Fault("area_off", "warn", int(off.sum()), named, notes, {"column": column, "unit": unit})]


def _column(values: pd.Series) -> Column:
    """Describe a column."""
    kind = "text"
    if pd.api.types.is_bool_dtype(values):
        kind = "truth"
    elif pd.api.types.is_numeric_dtype(values):
        kind = "number"
    elif pd.api.types.is_datetime64_any_dtype(values):
        kind = "date"
    filled = values.dropna()
    examples = tuple(str(one)[:40] for one in filled.drop_duplicates().head(3))
    return Column(str(values.name), kind, len(filled), int(filled.nunique()), examples)
