"""Read an imported layer, list every fault in it, and prepare it for the store.

Nothing is guessed in silence: the system is declared or asked for, what was mended or left out is listed with its rows,
and what a layer is its user declares, unless it is a table of an official database (`layers.own.official_tables`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.confined import confined, may_pack
from geo.crs import STORE_CRS, CrsReading
from geo.errors import BadInput
from geo.files import Content, plain_label, private_content
from geo.measure import lengths_of
from geo.notices import Notice
from geo.read import OpenedLayer, ceilings_of, open_content
from geo.sites import ReadLimits
from layers.catalogue import COMMON_COLUMNS, Bilingual
from layers.own.faults import MOST_ROWS, Fault
from layers.own.official_tables import NearMiss, OfficialLayer, Recognition, recognise
from layers.own.shapes import areas_in_chunks, duplicate_faults, outside_county_faults, overlap_faults, valid_shapes

__all__ = ["LAYER_LIMITS", "ROW", "Column", "Intake", "field_faults", "read_and_validate"]

LAYER_LIMITS: Final = ReadLimits(
    upload_mb=2048, unpacked_mb=8192, sites=2_000_000, vertices=200_000_000, read_memory_mb=16_384, read_seconds=3600
)
"""Upper limits for a layer; ``[limits]`` of config.toml also applies to an upload through the browser."""
ROW: Final = "source_row"
"""Column of the stored layer: the row's number in the file that it came from, from 1."""
_MOST_COLUMNS: Final = 500
_NAME_LENGTH: Final = 60
_RESERVED_NAMES: Final = frozenset(
    {*COMMON_COLUMNS, ROW, "geometry", "fid", "ogc_fid", "adcodes", "site_type", "type", "notice", "style_class"}
)
"""Column names that the product uses itself: a file's own column of that name gets an underscore."""
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
    """A layer as read, with its valid shapes, faults, notices and recognition.

    Attributes
    ----------
    name, layer : str
        The file, and the layer in it.
    sha256 : str
        Of the file.
    reading : CrsReading
        How its system was declared and is understood.
    frame : GeoDataFrame
        EPSG:4490: `ROW`, the file's own attributes, valid shapes. Empty where a fault stopped it.
    columns : tuple of Column
    dimension : int
        Of most shapes: 0, 1, 2.
    row_count : int
        Rows in the file.
    faults : tuple of Fault
        Those that stop first.
    notices : tuple of Notice
        What the reader noticed.
    recognition : Recognition
    area_m2, length_m : float
        Of all areas, of all lines; overlaps count twice.
    lost_rows, lost_places : tuple
        Row numbers (from 1) that are left out although they have a shape, and their (lon, lat) in degrees.
    """

    name: str
    layer: str
    sha256: str
    reading: CrsReading
    frame: gpd.GeoDataFrame
    columns: tuple[Column, ...]
    dimension: int
    row_count: int
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
    recognition: Recognition
    area_m2: float
    length_m: float
    lost_rows: tuple[int, ...] = ()
    lost_places: tuple[tuple[float, float], ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a fault of level ``stop`` keeps the layer from being stored."""
        return any(fault.level == "stop" for fault in self.faults)


may_pack(Bilingual, Column, Fault, Intake, NearMiss, OfficialLayer, Recognition)


def read_and_validate(
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
    """Return one layer of a file as read, with all its faults.

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
        Also repair shapes that can be read in several ways, and list by how much that changes their areas.
    counties : GeoDataFrame, optional
        EPSG:4490; features outside all of them are listed.
    limits : ReadLimits

    Raises
    ------
    BadInput, CrsError
        If nothing of it can be read, or its system is missing.
    """
    label = plain_label(name)
    options = {"layer": layer, "crs": crs, "swap": swap, "accept_repairs": accept_repairs, "counties": counties}
    with ExitStack() as stack:
        copy, sha256 = private_content(content, label, limits, stack)
        return confined(
            validated, copy, sha256, label, **options, limits=limits, ceilings=ceilings_of(limits), file=label
        )


def validated(
    copy: Content,
    sha256: str,
    label: str,
    *,
    layer: str | None,
    crs: Any,
    swap: bool,
    accept_repairs: bool,
    counties: gpd.GeoDataFrame | None,
    limits: ReadLimits,
) -> Intake:
    """Return the same as `read_and_validate`, of bytes or a private copy; called in a confined process."""
    opened = open_content(copy, sha256, label, layer=layer, crs=crs, swap=swap, limits=limits)
    valid = valid_shapes(opened, accept_repairs=accept_repairs)
    faults = list(valid.faults)
    if not len(valid.shapes) and not any(fault.level == "stop" for fault in faults):
        raise BadInput("geo.no_features", name=opened.name)
    attributes, renamed = _storable_attributes(opened)
    faults += renamed + _garbled_text_faults(attributes)
    attributes = attributes.iloc[valid.rows].reset_index(drop=True)
    row_count, file_facts = len(opened.shapes), (opened.name, opened.layer, opened.sha256, opened.reading)
    notices = tuple(opened.part.notices)
    del opened  # the shapes as they came are no longer needed, and large
    if len(valid.shapes):
        if counties is not None:
            faults += outside_county_faults(valid.shapes, valid.rows, counties)
        faults += duplicate_faults(valid.shapes, valid.rows) + overlap_faults(valid.shapes, valid.rows)
    frame = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(valid.shapes, index=attributes.index, crs=STORE_CRS))
    frame.insert(0, ROW, (valid.rows + 1).astype(np.int64))
    dimensions = shapely.get_dimensions(valid.shapes)
    dimension = int(np.bincount(dimensions).argmax()) if len(dimensions) else 2
    recognition = recognise(file_facts[1], attributes, dimension)
    area_m2, length_m = (
        (areas_in_chunks(valid.shapes) if dimension == 2 else None),
        float(lengths_of(valid.shapes).sum()),
    )
    if area_m2 is not None:
        faults += _declared_area_faults(attributes, recognition, area_m2, valid.rows)
    return Intake(
        *file_facts,
        frame,
        tuple(_describe_column(attributes[name]) for name in attributes.columns),
        dimension,
        row_count,
        tuple(sorted(faults, key=lambda fault: fault.level != "stop")),
        notices,
        recognition,
        float(area_m2.sum()) if area_m2 is not None else 0.0,
        length_m,
        tuple(row for row, _ in valid.lost),
        tuple(place for _, place in valid.lost),
    )


def field_faults(intake: Intake, id_field: str | None, name_field: str | None) -> list[Fault]:
    """Return the faults of the id and name columns that a user chose: blank cells, duplicate ids."""
    faults: list[Fault] = []
    rows = intake.frame[ROW].to_numpy()
    for field, column in (("id", id_field), ("name", name_field)):
        if column is None:
            continue
        texts = intake.frame[column]
        blank = (texts.isna() | (texts.astype(str).str.strip() == "")).to_numpy()
        if blank.any():
            row_numbers = tuple(rows[blank][:MOST_ROWS].tolist())
            faults.append(Fault(f"{field}_blank", "warn", int(blank.sum()), row_numbers, values={"column": column}))
        doubled = texts.duplicated(keep=False).to_numpy() & ~blank
        if field == "id" and doubled.any():
            row_numbers = tuple(rows[doubled][:MOST_ROWS].tolist())
            notes = tuple((f"{text}"[:40],) * 2 for text in texts[doubled][:MOST_ROWS])
            faults.append(Fault("id_doubled", "warn", int(doubled.sum()), row_numbers, notes, {"column": column}))
    return faults


def _storable_attributes(opened: OpenedLayer) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the attributes under names and in types that a stored file can hold; list the renamed."""
    frame = opened.part.frame
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    if attributes.shape[1] > _MOST_COLUMNS:
        raise BadInput("geo.too_many_columns", name=opened.name, limit=_MOST_COLUMNS)
    names = _column_names([str(column) for column in attributes.columns])
    changed = [
        f"{old[:20]} → {new}" for old, new in zip(attributes.columns.astype(str), names, strict=True) if old != new
    ]
    attributes.columns = pd.Index(names)
    for name in names:
        attributes[name] = _storable_column(attributes[name])
    if not changed:
        return attributes, []
    return attributes, [Fault("renamed", "warn", len(changed), values={"names": "; ".join(changed[:8])})]


def _column_names(names: Sequence[str]) -> list[str]:
    """Return printable column names, unique whatever their case, none of them one of `_RESERVED_NAMES`."""
    unique: list[str] = []
    used: set[str] = set()
    for number, text in enumerate(names, start=1):
        plain = re.sub(r"[<>\"'`\\]", "_", "".join(c for c in text if c.isprintable())).strip()[:_NAME_LENGTH]
        name = plain or f"column_{number}"
        while name.lower() in _RESERVED_NAMES or name.lower() in used:
            name += "_"
        used.add(name.lower())
        unique.append(name)
    return unique


def _storable_column(values: pd.Series) -> pd.Series:
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


def _garbled_text_faults(attributes: pd.DataFrame) -> list[Fault]:
    """Return a fault listing the rows whose text was decoded wrongly before it was saved; empty if none."""
    bad = np.zeros(len(attributes), dtype=bool)
    columns = []
    for name in attributes.columns:
        if pd.api.types.is_object_dtype(attributes[name]) or pd.api.types.is_string_dtype(attributes[name]):
            garbled = attributes[name].astype(str).str.contains(_GARBLED, regex=True).to_numpy(dtype=bool)
            if garbled.any():
                bad |= garbled
                columns.append(str(name))
    if not bad.any():
        return []
    row_numbers = tuple((np.flatnonzero(bad)[:MOST_ROWS] + 1).tolist())
    return [Fault("garbled", "warn", int(bad.sum()), row_numbers, values={"columns": ", ".join(columns[:8])})]


def _declared_area_faults(attributes: pd.DataFrame, recognition: Recognition, area_m2: Any, rows: Any) -> list[Fault]:
    """Return a fault listing rows whose declared area differs from that of the shape, in the unit that fits best."""
    column = (
        recognition.column(recognition.official.area_field, list(attributes.columns)) if recognition.official else None
    )
    if column is None:
        return []
    declared = pd.to_numeric(attributes[column], errors="coerce").to_numpy(float)
    known = np.isfinite(declared) & (declared > 0) & (area_m2 > 0)
    if not known.any():
        return []
    ratio = float(np.median(area_m2[known] / declared[known]))
    unit = min(_AREA_UNITS, key=lambda name: abs(np.log(ratio / _AREA_UNITS[name])))
    off = known & (np.abs(declared * _AREA_UNITS[unit] / np.where(area_m2 > 0, area_m2, 1.0) - 1) > _AREA_OFF)
    if not off.any():
        return []
    row_numbers = tuple((rows[off][:MOST_ROWS] + 1).tolist())
    pairs = zip(declared[off][:MOST_ROWS], area_m2[off][:MOST_ROWS], strict=True)
    notes = tuple((f"{one:,.2f} {unit} ≠ {two / _AREA_UNITS[unit]:,.2f} {unit}",) * 2 for one, two in pairs)
    return [Fault("area_off", "warn", int(off.sum()), row_numbers, notes, {"column": column, "unit": unit})]


def _describe_column(values: pd.Series) -> Column:
    """Return name, kind, counts and up to three examples of a column."""
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
