"""Read 勘测定界 TXT, the exchange format of land surveys, and report every fault in a file.

``[属性描述]`` holds keys and values, ``[地块坐标]`` parcels: a line that ends in ``@`` opens one, point lines follow:
``J1,ring,X (north),Y (east)``. What is wrong is a notice with a code; what cannot be settled without a guess is fatal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import detect, likely_text
from geo.errors import BadInput, CrsError
from geo.files import Format, Source, Table, rounded_away, table_of
from geo.measure import HA_M2, MU_M2
from geo.notices import Notice
from geo.read.survey.survey_header import Header, HeaderCrs, header_crs
from geo.shapes import area_of_rings, grouped
from geo.sites import RawPart

__all__ = ["SURVEY", "Parcel", "SurveyFile", "is_survey_txt", "read_survey_txt", "survey_part"]

Floats = NDArray[np.float64]

_FIELDS: Final = ("点数", "面积", "地块编号", "地块名称", "几何类型", "图幅号", "用途", "地类编码")
_COLUMNS: Final = ("地块编号", "地块名称", "几何类型", "图幅号", "用途", "地类编码")
_KEYS: Final = frozenset(
    {"格式版本号", "坐标系", "几度分带", "投影类型", "计量单位", "带号", "精度", "转换参数"}
)  # fmt: skip
_EXTRA: Final = frozenset({"数据产生单位", "数据产生日期", "数据生产单位", "数据生产日期"})
_AREA: Final = re.compile(
    r"\s*+([\d.]++(?:[eE][+-]?\d++)?)\s*+(公顷|ha|hm2|平方米|平米|㎡|m2|m²|亩)?\s*+\Z", re.IGNORECASE
)
_AREA_UNITS: Final = {"公顷": HA_M2, "ha": HA_M2, "hm2": HA_M2, "亩": MU_M2, None: HA_M2}
_POINT: Final = re.compile(r"^\s*([A-Za-z]{0,3})-?(\d+)\s*[,，]")
_PARCELS: Final = "[地块坐标]"
_SECTION: Final = re.compile(r"[\[【［]\s*(?:地块坐标|属性描述)\s*[\]】］]")
_SIGNS: Final = str.maketrans("【】［］＝＠，：", "[][]=@,:")
_WIDE_DIGITS: Final = str.maketrans(
    {0xFF01 + at: 0x21 + at for at in range(94) if chr(0x21 + at).isalnum() or chr(0x21 + at) in ".-+"}
)
_WIDE_POINT: Final = re.compile(r"\s*[A-Za-zＡ-Ｚａ-ｚ]{0,3}[-－]?[0-9０-９]+\s*,")
_WIDE: Final = re.compile(r"^\s*[【［]|＝|＠\s*$|^\s*[Ａ-Ｚａ-ｚ]?[０-９]")
_AREA_SHARE: Final = 0.001
_AREA_LEAST_M2: Final = 1.0
_SHOWN: Final = 60


@dataclass
class Parcel:
    """One parcel as written in the file.

    Attributes
    ----------
    fields : list of str
        Of its opening line, the ``@`` left off.
    line : int
        Where it opens.
    points : list of (label, ring, first, second)
        As written: first is north by the standard.
    """

    fields: list[str]
    line: int
    points: list[tuple[str, str, float, float]] = field(default_factory=list)

    def text(self, position: int) -> str:
        """Return a field, empty where the line is short."""
        return self.fields[position].strip() if position < len(self.fields) else ""


@dataclass(frozen=True)
class SurveyFile:
    """Content of a TXT: parcels, CRS, declared areas, and its faults.

    Attributes
    ----------
    header : Header
        Keys and values as written.
    frame : GeoDataFrame
        A row per parcel: 地块编号, 地块名称, 几何类型, 图幅号, 用途, 地类编码, ``geometry`` with east first as the
        file has the numbers, no CRS set.
    declared_area_m2 : array of float
        NaN where a parcel declares none.
    crs : CRS or None
        As header and coordinates agree on; None while the user must be asked.
    diagnoses : tuple of Notice
        Every fault by its code, fatal ones among them.
    repairs : array of str
    """

    header: Header
    frame: gpd.GeoDataFrame
    declared_area_m2: Floats
    crs: CRS | None
    diagnoses: tuple[Notice, ...]
    repairs: NDArray[Any]

    @property
    def fatal(self) -> tuple[Notice, ...]:
        """The faults that must be resolved before the file can be used."""
        return tuple(notice for notice in self.diagnoses if notice.fatal)


def is_survey_txt(content: bytes) -> bool:
    """Return whether a file is a survey TXT, by its section names in any usual encoding."""
    start = content[:65536]
    return any(_SECTION.search(start.decode(c, errors="ignore")) for c in ("utf-8", "gb18030", "utf-16-le"))


def survey_part(content: bytes, name: str, *, crs: Any = None, max_features: int) -> RawPart:
    """Return the parcels of a TXT as a `RawPart`.

    Parameters
    ----------
    content : bytes
    name : str
        The file, for the sentences.
    crs : optional
        The system that the user names: settles what the header leaves open.
    max_features : int

    Raises
    ------
    BadInput, CrsError
        The first fatal fault; all of them are in its ``values["diagnoses"]``.
    """
    read = read_survey_txt(content, name, max_features=max_features)
    blocking = [notice for notice in read.fatal if crs is None or not notice.code.startswith("txt_crs_")]
    if blocking:
        kind = CrsError if blocking[0].code.startswith("txt_crs_") else BadInput
        candidates = detect(shapely.get_coordinates(read.frame.geometry.to_numpy()))
        more = {"candidates": candidates, "diagnoses": read.diagnoses}
        raise kind(f"geo.notice_{blocking[0].code}", **more, **blocking[0].values)
    notices = tuple(replace(notice, fatal=False) for notice in read.diagnoses)
    return RawPart(
        name, read.frame, read.crs, "txt", notices, declared_area_m2=read.declared_area_m2, repairs=read.repairs
    )


def read_survey_txt(content: bytes, name: str, *, max_features: int = 100_000) -> SurveyFile:
    """Return the content of a TXT with every fault; raise `BadInput` only if no parcel can be read.

    Parameters
    ----------
    content : bytes
        UTF-8, GB18030 or UTF-16.
    name : str
    max_features : int

    Raises
    ------
    BadInput
        No parcels, a line that is neither a parcel nor a point, a ring of fewer than three points, too many parcels.
    """
    faults: list[Notice] = []
    text = _decoded(content, name, faults)
    header, body, first_line = _sections(text, name, faults)
    parcels = _parcels(body, first_line, name, faults, max_features)
    if not parcels:
        raise BadInput("geo.txt_no_parcels", name=name)
    found = header_crs(header, [np.array([p[2:] for p in parcel.points]) for parcel in parcels], name)
    faults += found.notices
    shapes, repairs = _shapes(parcels, found, name, faults)
    frame = gpd.GeoDataFrame(_attributes(parcels), geometry=shapes)
    declared = _declared(parcels, shapes, name, faults)
    likely = likely_text(detect(shapely.get_coordinates(shapes)))
    faults = [fault.with_value("likely", likely) if fault.fatal else fault for fault in faults]
    return SurveyFile(header, frame, declared, found.crs, tuple(faults), repairs)


def _narrow(line: str) -> str:
    """Return a line with full-width separators, and full-width digits of points, narrowed; names are unchanged."""
    plain = line.translate(_SIGNS).strip()
    if _SECTION.fullmatch(plain):
        return re.sub(r"\s", "", plain)
    return plain.translate(_WIDE_DIGITS) if _WIDE_POINT.match(plain) or "=" in plain else plain


def _decoded(content: bytes, name: str, faults: list[Notice]) -> str:
    """Return the text, with a notice if it was encoded in GBK."""
    codec = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        faults.append(Notice("txt_gbk", {"name": name}))
        return content.decode("gb18030", errors="replace")


def _sections(text: str, name: str, faults: list[Notice]) -> tuple[Header, list[str], int]:
    """Return header, lines of parcels and number of the first of them, with notices of keys not in the standard."""
    lines = [_narrow(line) for line in text.splitlines()]
    if any(_WIDE.search(line) for line in text.splitlines()):
        faults.append(Notice("txt_full_width", {"name": name}))
    marks = [n for n, line in enumerate(lines) if line == _PARCELS]
    if not marks:
        raise BadInput("geo.txt_no_parcels", name=name)
    values: dict[str, str] = {}
    for line in lines[: marks[0]]:
        key, sign, value = line.partition("=")
        if not sign and not line.startswith("["):
            key, sign, value = line.partition(":")
        if sign:
            values[key.strip()] = value.strip()
    if not values:
        faults.append(Notice("txt_no_header", {"name": name}))
    extra = [key[:_SHOWN] for key in values if key in _EXTRA]
    unknown = [key[:_SHOWN] for key in values if key not in _KEYS | _EXTRA]
    for code, keys in (("txt_extra_keys", extra), ("txt_unknown_keys", unknown)):
        if keys:
            faults.append(Notice(code, {"name": name, "keys": "、".join(keys[:6])}))
    return Header(values), lines[marks[0] + 1 :], marks[0] + 2


def _parcels(body: list[str], first_line: int, name: str, faults: list[Notice], max_features: int) -> list[Parcel]:
    """Return the parcels with their points; raise `BadInput` for a line that is neither parcel nor point."""
    found: list[Parcel] = []
    bare = long = 0
    for number, raw in enumerate(body, start=first_line):
        line = raw.strip()
        if not line or line == _PARCELS:
            continue
        if lost := rounded_away(line.rstrip("@").split(",")):
            values = {"line": number, "text": lost.text[:20], "step": f"{lost.step_m:,.3g}"}
            raise BadInput("geo.txt_rounded", name=name, **values)
        if line.rstrip(",").endswith("@"):
            found.append(Parcel(line.rstrip(",").removesuffix("@").rstrip(",").split(","), number))
            long += len(found[-1].fields) > len(_FIELDS)
            if len(found) > max_features:
                raise BadInput("geo.too_many_sites", name=name, count=f"> {max_features}", limit=max_features)
            continue
        point = _point(line)
        if point is None or not found:
            raise BadInput("geo.txt_bad_line", name=name, line=number)
        bare += point[0].isdigit()
        found[-1].points.append(point)
    if bare:
        faults.append(Notice("txt_no_j", {"name": name, "count": bare}))
    if long:
        faults.append(Notice("txt_more_fields", {"name": name, "count": long}))
    return found


def _point(line: str) -> tuple[str, str, float, float] | None:
    """Return number, ring and coordinates of a line ``J1,ring,X,Y``; None if it is not a point; ring is optional."""
    head = _POINT.match(line)
    cells = [cell.strip() for cell in line.split(",")]
    while cells and not cells[-1]:
        cells.pop()
    if head is None or len(cells) < 3:
        return None
    ring = cells[1] if len(cells) >= 4 else "1"
    try:
        first, second = (float(cell) for cell in (cells[2:4] if len(cells) >= 4 else cells[1:3]))
    except ValueError:
        return None
    return cells[0], ring, first, second


def _shapes(
    parcels: list[Parcel], found: HeaderCrs, name: str, faults: list[Notice]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return each parcel's shape (east first) and repair code, with notices of open rings and wrong point counts."""
    shapes = np.empty(len(parcels), dtype=object)
    repairs = np.full(len(parcels), "", dtype=object)
    miscounted: list[int] = []
    for row, parcel in enumerate(parcels, start=1):
        points = np.array([p[2:] for p in parcel.points], dtype=float).reshape(-1, 2)
        points = points if found.east_first else points[:, ::-1]
        if "点" in parcel.text(4) or "线" in parcel.text(4):
            shapes[row - 1] = _point_or_line(points, parcel.text(4), name, row)
            continue
        rings = [points[rows] for rows in grouped([p[1] for p in parcel.points])]
        still_open = sum(1 for ring in rings if len(ring) and (ring[0] != ring[-1]).any())
        if still_open:
            repairs[row - 1] = "ring_closed"
        shapes[row - 1] = area_of_rings(rings, name, row)
        declared = parcel.text(0)
        if declared.isdigit() and int(declared) not in {
            len(points),
            len(points) + still_open,
            len(points) - len(rings),
        }:
            miscounted.append(row)
    closed = int((repairs != "").sum())
    if closed:
        rows = tuple((np.flatnonzero(repairs != "") + 1).tolist())
        faults.append(Notice("txt_open_rings", {"name": name, "count": closed}, rows=rows))
    if miscounted:
        parcel = parcels[miscounted[0] - 1]
        values = {"count": len(miscounted), "row": miscounted[0], "said": parcel.text(0), "found": len(parcel.points)}
        faults.append(Notice("txt_point_count", {"name": name, **values}, rows=tuple(miscounted)))
    holes = sum(int(shapely.get_num_interior_rings(p)) for s in shapes for p in shapely.get_parts(s))
    if holes:
        faults.append(Notice("txt_holes", {"name": name, "count": holes}))
    return shapes, repairs


def _point_or_line(points: Floats, kind: str, name: str, row: int) -> Any:
    """Return a parcel that is a point or a line."""
    if "点" in kind:
        return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
    if len(points) < 2:
        raise BadInput("geo.too_few_in_ring", name=name, row=row)
    return shapely.LineString(points)


def _attributes(parcels: list[Parcel]) -> pd.DataFrame:
    """Return the parcels' own fields; those beyond the standard's eight as 字段9 and so on."""
    most = max(len(parcel.fields) for parcel in parcels)
    columns = {key: [parcel.text(_FIELDS.index(key)) for parcel in parcels] for key in _COLUMNS}
    more = {f"字段{n + 1}": [parcel.text(n) for parcel in parcels] for n in range(len(_FIELDS), min(most, 40))}
    return pd.DataFrame({**columns, **more})


def _declared(parcels: list[Parcel], shapes: NDArray[Any], name: str, faults: list[Notice]) -> Floats:
    """Return declared areas (m²), with notices of units and of areas that differ from the plane area."""
    found = np.full(len(parcels), np.nan)
    units: list[str] = []
    unread = 0
    plane = np.array([shapely.area(shape) for shape in shapes])
    for row, parcel in enumerate(parcels):
        text = parcel.text(1)
        match = _AREA.match(text)
        if match is None:
            unread += bool(text)
            continue
        unit = match[2].lower() if match[2] else None
        found[row] = float(match[1]) * _AREA_UNITS.get(unit, 1.0)
        if unit is None and abs(float(match[1]) - plane[row]) <= _allowed(plane[row]) < abs(found[row] - plane[row]):
            found[row], unit = float(match[1]), "m²"  # hectares by the standard, but the number is the square metres
        if unit is not None:
            units.append(unit)
    apart = np.abs(found - plane) > np.array([_allowed(area) for area in plane])
    if units:
        faults.append(Notice("txt_area_unit", {"name": name, "count": len(units), "unit": units[0]}))
    if unread:
        faults.append(Notice("txt_area_unreadable", {"name": name, "count": unread}))
    if apart.any():
        row = int(apart.argmax())
        values = {"count": int(apart.sum()), "row": row + 1, "said": f"{found[row]:.1f}", "found": f"{plane[row]:.1f}"}
        rows = tuple((np.flatnonzero(apart) + 1).tolist())
        faults.append(Notice("txt_area_mismatch", {"name": name, **values}, rows=rows))
    return found


def _allowed(area_m2: float) -> float:
    """Return the tolerance (m²) of a declared area: rounding to 0.0001 ha, or a thousandth of the plane area."""
    return max(_AREA_LEAST_M2, _AREA_SHARE * area_m2)


def _tables(source: Source) -> list[Table]:
    most = source.limits.sites
    return [table_of(survey_part(source.whole, source.name, crs=source.crs, max_features=most), "TXT")]


SURVEY: Final = Format("TXT", (".txt",), lambda source: is_survey_txt(source.whole), _tables)
