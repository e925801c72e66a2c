"""Sites: the shapes that are checked, merged from all parts of an input, validated and in EPSG:4490."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import CrsReading, check_ranges, describe, detect, likely_text, split_edges, to_store, unshifted
from geo.errors import BadInput, CrsError
from geo.measure import HA_M2, MU_M2, edge_pieces_of
from geo.notices import Notice
from geo.shapes import (
    CLOSING_M,
    Repaired,
    gaps_m,
    is_missing_or_empty,
    plain_shapes,
    repair_shapes,
    require_valid,
    square_metres_per_unit,
)
from geo.sites.column_names import names_apart
from geo.sites.raw_part import RawPart, datav_marks, mark_notices, refuse_long_texts, without_missing_shapes

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "RawPart",
    "ReadLimits",
    "Sites",
    "crs_reading",
    "refuse_too_long",
    "shapes_unshifted",
    "sites_from_parts",
]


class Limits(Protocol):
    """Upper limits for an upload; the catalogue's ``limits`` table has this interface."""

    @property
    def upload_mb(self) -> int:
        """Size of the file, in megabytes."""

    @property
    def unpacked_mb(self) -> int:
        """Size of all that an archive holds."""

    @property
    def sites(self) -> int:
        """Number of shapes."""

    @property
    def vertices(self) -> int:
        """Number of vertices of all shapes together."""

    @property
    def read_memory_mb(self) -> int:
        """Memory that reading may take, in megabytes."""

    @property
    def read_seconds(self) -> int:
        """Time that reading may take."""


@dataclass(frozen=True)
class ReadLimits:
    """Default limits, for callers without a catalogue."""

    upload_mb: int = 200
    unpacked_mb: int = 1000
    sites: int = 100_000
    vertices: int = 5_000_000
    read_memory_mb: int = 4096
    read_seconds: int = 300

    @classmethod
    def of(cls, limits: Limits) -> ReadLimits:
        """Return limits of any kind as these."""
        return cls(**{one.name: getattr(limits, one.name) for one in fields(cls)})


DEFAULT_LIMITS: Final = ReadLimits()


@dataclass(frozen=True)
class Sites:
    """The sites of one input: their shapes and attributes, CRS readings and notices.

    Attributes
    ----------
    frame : GeoDataFrame
        EPSG:4490, RangeIndex in input order: ``site_id`` (str, unique), ``declared_area_m2`` (float, NaN where the
        source declares none), ``part`` (int, position in `crs`), ``repair`` (str, codes of what was mended joined by
        ``;``, empty for most), ``repair_area_m2`` (float, by how much that changed the area), ``geometry``, then the
        source's own attributes (one of the same name gets an underscore).
    crs : tuple of CrsReading
        How the system of each part was declared and is understood.
    name : str
        The file, or empty.
    sha256 : str or None
        Of the bytes as uploaded.
    notices : tuple of Notice
        What was mended, dropped or noticed on the way in.
    originals : Series or None
        By site id, the shapes as the source has them: its own vertices, in the system that `crs` says.
    """

    frame: gpd.GeoDataFrame
    crs: tuple[CrsReading, ...]
    name: str = ""
    sha256: str | None = None
    notices: tuple[Notice, ...] = field(default=())
    originals: pd.Series | None = field(default=None, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.frame)


_METRES_PER_VERTEX: Final = 100.0
_OWN_IDS: Final = ("site_id", "id", "ID", "Id", "地块编号", "编号", "fid")
OUR_COLUMNS: Final = ("site_id", "declared_area_m2", "part", "repair", "repair_area_m2")
"""Columns of `Sites.frame` that did not come with the source."""
_SHIFTED_PIECE_M: Final = 100.0
_SLIVER_M: Final = 0.1
_AREA_COLUMNS: Final = {"declared_area_m2": 1.0, "declared_area_ha": HA_M2, "declared_area_mu": MU_M2}
_AREA_WORD: Final = re.compile(r"面积|area", re.IGNORECASE)
_AREA_UNITS: Final = (
    (re.compile(r"(平方米|㎡|m²|_m2|\(m2\)|（m2）|_sqm)\)?）?$", re.IGNORECASE), 1.0),
    (re.compile(r"(公顷|_ha|\(ha\)|（ha）|_hm2|\(hm2\))\)?）?$", re.IGNORECASE), HA_M2),
    (re.compile(r"(亩|_mu|\(mu\))\)?）?$", re.IGNORECASE), MU_M2),
)


def sites_from_parts(
    parts: Sequence[RawPart],
    *,
    name: str = "",
    crs: Any = None,
    limits: Limits = DEFAULT_LIMITS,
    sha256: str | None = None,
    columns: Mapping[str, str] | None = None,
    swap: bool = False,
) -> Sites:
    """Return the sites of parts as read: validated, repaired where possible, in EPSG:4490.

    Parameters
    ----------
    parts : sequence of RawPart
    name : str
        The file.
    crs : anything pyproj takes, ``"GCJ-02"`` or ``"BD-09"``, optional
        The system that the user names; wins over what the file declares.
    limits : Limits
    sha256 : str, optional
        Of the bytes as uploaded.
    columns : mapping, optional
        Which attribute is the ``id``, and which the ``declared_area_m2``, ``_ha`` or ``_mu``.
    swap : bool
        The user says that the first coordinate is north.

    Raises
    ------
    BadInput, CrsError
        One sentence: nothing in it, too much of it, an unusable shape, an unknown system, impossible coordinates.
    """
    count = sum(len(part.frame) for part in parts)
    if not count:
        raise BadInput("geo.no_features", name=name)
    refuse_long_texts(parts)
    if count > limits.sites:
        raise BadInput("geo.too_many_sites", name=name, count=count, limit=limits.sites)
    vertices = sum(int(shapely.get_num_coordinates(part.frame.geometry.to_numpy()).sum()) for part in parts)
    if vertices > limits.vertices:
        raise BadInput("geo.too_many_vertices", name=name, count=vertices, limit=limits.vertices)
    options = _ReadOptions(crs, swap, dict(columns or {}), limits)
    stored = [_to_stored_part(part, options, position) for position, part in enumerate(parts)]
    frame = pd.concat([made.frame for made in stored], ignore_index=True) if len(stored) > 1 else stored[0].frame
    frame["site_id"] = _site_ids(frame)
    ids = np.split(frame["site_id"].to_numpy(), np.cumsum([len(made.frame) for made in stored])[:-1])
    others = [column for column in frame.columns if column not in {*OUR_COLUMNS, "geometry"}]
    originals = pd.Series(np.concatenate([made.raw for made in stored]), index=frame["site_id"].to_numpy())
    readings = tuple(made.reading for made in stored)
    notices = _merged_notices(stored, ids)
    return Sites(frame[[*OUR_COLUMNS, "geometry", *others]], readings, name, sha256, notices, originals)


@dataclass(frozen=True)
class _ReadOptions:
    """Options of the user, the same for all parts."""

    crs: Any
    swap: bool
    columns: dict[str, str]
    limits: Limits


@dataclass(frozen=True)
class _StoredPart:
    """One part in EPSG:4490, with its CRS reading, notices and original shapes."""

    frame: gpd.GeoDataFrame
    reading: CrsReading
    notices: tuple[Notice, ...]
    raw: NDArray[Any]


def _merged_notices(stored: Sequence[_StoredPart], ids: Sequence[NDArray[Any]]) -> tuple[Notice, ...]:
    """Return the notices of all parts, equal sentences merged, with the ids of their sites."""
    found: dict[str, Notice] = {}
    for one, names in zip(stored, ids, strict=True):
        for notice in one.notices:
            site_ids = [str(names[row - 1]) for row in notice.rows] if notice.rows else []
            site_ids = site_ids or ([str(name) for name in names] if len(stored) > 1 else [])
            known = found.get(notice.text())
            known_sites = known.sites if known else ()
            found[notice.text()] = replace(notice, sites=(*known_sites, *site_ids))
    return tuple(found.values())


def _to_stored_part(part: RawPart, options: _ReadOptions, position: int) -> _StoredPart:
    """Return a part in EPSG:4490 without rows that have no shape, of which a notice is added."""
    part, rows = without_missing_shapes(part)
    try:
        return _part_to_store(part, options, position)
    except BadInput as fault:
        row = fault.values.get("row")
        if isinstance(row, int) and 0 < row <= len(rows):
            fault.values["row"] = int(rows[row - 1])
        raise


def _part_to_store(part: RawPart, options: _ReadOptions, position: int) -> _StoredPart:
    """Return a part in EPSG:4490, every row of which has a shape, validated in its own CRS."""
    own = part.frame.reset_index(drop=True)
    raw = plain_shapes(own.geometry.to_numpy())
    swap = options.swap and not part.east_first
    if swap:
        raw = shapely.transform(shapely.force_2d(raw), lambda xy: xy[:, ::-1])
    reading = crs_reading(part, options.crs, raw)
    if not is_missing_or_empty(raw).any():
        check_ranges(raw, reading, part.name)
        refuse_too_long(raw, reading, part.name, options.limits)
    whole = repair_shapes(raw, part.name, geographic=reading.geographic)
    made = to_store(
        gpd.GeoDataFrame(geometry=shapes_unshifted(whole.shapes, reading, part.name), crs=reading.epsg), part.name
    )
    if not reading.geographic or reading.shifted:
        require_valid(made.geometry.to_numpy(), part.name)  # a shape thinner than rounding can fold over on its way
    attributes = pd.DataFrame(own.drop(columns=own.geometry.name))
    ours = {
        "site_id": _own_ids(attributes, options.columns.get("id"), part.name),
        "declared_area_m2": _declared_areas(attributes, part, options.columns),
        "part": position,
        "repair": _all_repairs(part, whole),
        "repair_area_m2": whole.area_m2,
    }
    attributes.columns = names_apart(attributes.columns, {*OUR_COLUMNS, "geometry"})
    frame = gpd.GeoDataFrame(attributes.assign(**ours), geometry=made.geometry)
    marks = mark_notices(part, shifted=reading.shifted)
    notices = (*part.notices, *marks, *_repair_notices(raw, whole, ours["repair"], reading, part.name))
    return _StoredPart(
        frame, replace(reading, evidence=(*reading.evidence, "axes_swapped")) if swap else reading, notices, raw
    )


def shapes_unshifted(shapes: NDArray[Any], reading: CrsReading, name: str) -> NDArray[Any]:
    """Return shapes in WGS 84 from GCJ-02 or BD-09, edges densified; shapes of other systems are unchanged."""
    if not reading.shifted:
        return shapes
    cut = split_edges(shapes, edge_pieces_of(_SHIFTED_PIECE_M))
    made: NDArray[Any] = shapely.transform(cut, lambda xy: unshifted(xy, reading.declared, name))
    return made


def _all_repairs(part: RawPart, whole: Repaired) -> NDArray[Any]:
    """Return the repair codes of the reader and of this module, joined by row."""
    if part.repairs is None:
        return whole.codes
    both = [";".join(code for code in pair if code) for pair in zip(part.repairs, whole.codes, strict=True)]
    return np.array(both, dtype=object)


def _repair_notices(
    raw: NDArray[Any], whole: Repaired, repairs: NDArray[Any], reading: CrsReading, name: str
) -> list[Notice]:
    """Return notices of dropped Z and M, repairs, closed lines, and areas thinner than a survey can resolve."""
    found = []
    for code, there in (("z_dropped", shapely.has_z(raw)), ("m_dropped", shapely.has_m(raw))):
        if there.any():
            found.append(Notice(code, {"name": name, "count": int(there.sum())}, rows=_rows(there)))
    touched = ~np.isin(repairs, ("", "rings_nested"))
    if touched.any():
        changed = float(np.abs(whole.area_m2).max())
        values = {"name": name, "count": int(touched.sum()), "row": int(touched.argmax()) + 1, "area": f"{changed:.4f}"}
        found.append(Notice("repaired", values, rows=_rows(touched)))
    nested = np.array(["rings_nested" in code for code in repairs], dtype=bool)
    if nested.any():
        values = {"name": name, "count": int(nested.sum()), "row": int(nested.argmax()) + 1}
        found.append(Notice("rings_nested", values, rows=_rows(nested)))
    lines = np.flatnonzero(shapely.get_type_id(whole.shapes) == shapely.GeometryType.LINESTRING)
    gaps = gaps_m(whole.shapes[lines])
    if (gaps <= CLOSING_M).any():
        round_ = np.zeros(len(repairs), dtype=bool)
        round_[lines[gaps <= CLOSING_M]] = True
        values = {"name": name, "count": int(round_.sum()), "row": int(round_.argmax()) + 1}
        found.append(Notice("lines_closed", values, rows=_rows(round_)))
    areal = shapely.get_dimensions(whole.shapes) == 2
    unit_m = np.sqrt(square_metres_per_unit(whole.shapes, geographic=reading.geographic))
    rim = np.where(areal, shapely.length(whole.shapes), 1.0)
    thin = areal & (2 * shapely.area(whole.shapes) / rim * unit_m < _SLIVER_M)
    if thin.any():
        values = {"name": name, "count": int(thin.sum()), "row": int(thin.argmax()) + 1, "width": _SLIVER_M}
        found.append(Notice("slivers", values, rows=_rows(thin)))
    return found


def _rows(chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple((np.flatnonzero(chosen) + 1).tolist())


def refuse_too_long(raw: NDArray[Any], reading: CrsReading, name: str, limits: Limits) -> None:
    """Raise `BadInput` for edges so long that densifying them would fill the memory: few vertices can span Earth."""
    total_m = float(np.nansum(shapely.length(raw))) * (111_320.0 if reading.geographic else 1.0)
    most_m = limits.vertices * _METRES_PER_VERTEX
    if total_m > most_m:
        raise BadInput("geo.too_long", name=name, length=f"{total_m / 1000:,.0f}", limit=f"{most_m / 1000:,.0f}")


def crs_reading(part: RawPart, crs: Any, raw: NDArray[Any]) -> CrsReading:
    """Return the CRS of a part: the user's, else the file's; raise `CrsError` with candidates if there is neither."""
    crs = None if part.crs_per_feature else crs
    if crs is None and part.crs is None:
        candidates = detect(shapely.get_coordinates(raw))
        likely = part.likely or likely_text(candidates)
        raise CrsError(part.asks, name=part.name, likely=likely, candidates=candidates)
    if crs is None:
        reading = describe(part.crs, part.name)
        if reading.family == "wgs84" and (marks := datav_marks(part)):
            found = sorted(detect(shapely.get_coordinates(raw)), key=lambda one: one.crs != "GCJ-02")
            raise CrsError("geo.crs_ask_datav", name=part.name, marks=marks, candidates=tuple(found))
        return replace(reading, evidence=(part.evidence, *reading.evidence))
    reading = describe(crs, part.name)
    declared = None if part.crs is None else part.crs if isinstance(part.crs, str) else part.crs.to_string()
    keep = reading.shifted or declared is None or len(declared) > 80
    label = reading.declared if keep or declared is None else declared
    return replace(reading, declared=label, evidence=("user", *reading.evidence))


def _own_ids(attributes: pd.DataFrame, column_name: str | None, name: str) -> Any:
    """Return the column of ids of a source if it is complete and unique, else None."""
    if column_name is not None and column_name not in attributes.columns:
        raise BadInput("geo.no_such_column", name=name, column=column_name)
    for column in _OWN_IDS if column_name is None else (column_name,):
        if column in attributes.columns and attributes[column].notna().all():
            texts = attributes[column].map(_id_text)
            if texts.is_unique and texts.ne("").all():
                return texts
    return None


def _id_text(value: Any) -> str:
    """Return an id as text: 7, not 7.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _site_ids(frame: gpd.GeoDataFrame) -> pd.Series:
    """Return the sources' own ids if they are complete and unique over all sites, else numbers from 1."""
    own = frame["site_id"]
    if own.notna().all() and own.is_unique:
        return pd.Series(own.astype(str))
    return pd.Series([str(number) for number in range(1, len(frame) + 1)], index=frame.index)


def _declared_areas(attributes: pd.DataFrame, part: RawPart, columns: Mapping[str, str]) -> Any:
    """Return declared areas in square metres: of the column that the user names, of the format, or of a column's name.

    NaN where there is none. A column counts only if its name carries the unit.
    """
    for role, square_metres in _AREA_COLUMNS.items():
        if role in columns:
            if columns[role] not in attributes.columns:
                raise BadInput("geo.no_such_column", name=part.name, column=columns[role])
            return pd.to_numeric(attributes[columns[role]], errors="coerce").astype(float) * square_metres
    if part.declared_area_m2 is not None:
        return part.declared_area_m2
    for column in attributes.columns:
        if _AREA_WORD.search(str(column)):
            for unit, square_metres in _AREA_UNITS:
                if unit.search(str(column)):
                    return pd.to_numeric(attributes[column], errors="coerce").astype(float) * square_metres
    return pd.Series(np.nan, index=attributes.index, dtype=float)
