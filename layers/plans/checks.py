"""Consistency checks across the tables of ``data/plans``: ids, regions, places, routes, boxes, figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops

from geo.errors import DataFault
from geo.measure import areas_of, distance_m
from layers.plans.placing import Points, StatedPlace, place_points, stated_place
from layers.plans.status import status_of

__all__ = ["Boundaries", "Finding", "check_tables"]

_OURS: Final = r"36\d{4}|321\d{3}"
"""Codes that must exist in our boundaries; others only name where a route leads."""
_WAYPOINT_SLACK_M: Final = 2_000.0
_SAME_M: Final = 2.0
"""A feature stands where its source says if it is no farther off than this: five decimals of a degree."""
_BOX_SLACK: Final = 1.002
"""Published zone areas are rounded one by one; they may exceed the total by this much."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Finding:
    """One inconsistency, at row `row` (from 0) of table `table`."""

    table: str
    row: int
    column: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Boundaries:
    """Names and shapes of the territories, and the ids of the waters, that the tables may refer to.

    Attributes
    ----------
    names : dict
        Code of every county, prefecture and province to its Chinese name.
    shapes : dict
        Code to polygon, EPSG:4490.
    waters : frozenset of str
        ``file:water_id`` of everything drawn in the folder ``water`` beside; empty where there is none.
    places : Mapping
        Points of the places in the folder ``gazetteer`` beside; empty where there is none.
    """

    names: Mapping[str, str]
    shapes: Mapping[str, shapely.Geometry]
    waters: frozenset[str] = frozenset()
    places: Points = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Boundaries:
        """Return the boundaries read from ``county.fgb``, ``prefecture.fgb`` and ``province.fgb`` of a folder.

        Raises
        ------
        DataFault
            If one of them is not there.
        """
        names: dict[str, str] = {}
        shapes: dict[str, shapely.Geometry] = {}
        for level in ("county", "prefecture", "province"):
            path = Path(folder) / f"{level}.fgb"
            if not path.is_file():
                raise DataFault("plans.no_boundaries", file=path.name)
            frame = gpd.read_file(path, columns=["adcode", "name_zh"])
            names |= dict(zip(frame["adcode"].astype(str), frame["name_zh"], strict=True))
            shapes |= dict(zip(frame["adcode"].astype(str), frame.geometry, strict=True))
        waters = (
            f"{path.stem}:{water}"
            for path in sorted((Path(folder).parent / "water").glob("*.fgb"))
            for water in gpd.read_file(path, columns=["water_id"], ignore_geometry=True)["water_id"]
        )
        return cls(names, shapes, frozenset(waters), place_points(Path(folder).parent / "gazetteer"))


def check_tables(tables: Tables, known: Boundaries) -> list[Finding]:
    """Return the inconsistencies across tables that are each valid by themselves.

    Parameters
    ----------
    tables : Mapping of DataFrame
        Every table of ``layers.plans.schema.TABLES``, typed.
    known : Boundaries
    """
    checks: tuple[Callable[[Tables, Boundaries], Iterator[Finding]], ...] = (
        _ids, _references, _regions, _waters, _places, _sources, _routes, _boxes, _figures, _rules, _statuses,
    )  # fmt: skip
    return [finding for check in checks for finding in check(tables, known)]


def _ids(tables: Tables, _: Boundaries) -> Iterator[Finding]:
    for name, rows in tables.items():
        keys = ["id"] if "id" in rows else ["project_id", "seq"]
        for row in rows.index[rows.duplicated(keys)]:
            value = " ".join(str(rows.loc[row, key]) for key in keys)
            yield Finding(name, int(row), keys[0], "plans.doubled", {"value": value})


def _references(tables: Tables, _: Boundaries) -> Iterator[Finding]:
    targets = {
        "document": ("documents", set(tables["documents"]["id"])),
        "water": ("waters", set(tables["waters"]["id"])),
        "project_id": ("projects", set(tables["projects"]["id"])),
    }
    for name, rows in tables.items():
        for column, (target, ids) in targets.items():
            if column in rows:
                for row in rows.index[(rows[column] != "") & ~rows[column].isin(ids)]:
                    values = {"value": rows.loc[row, column], "target": f"{target}.csv"}
                    yield Finding(name, int(row), column, "plans.no_target", values)
        if "mentions" in rows:
            cited = rows["mentions"].str.split(";").explode()
            cited = cited[cited != ""]
            sound = cited.str.match(r"\d{3}:\S") & cited.str[:3].isin(targets["document"][1])
            for row, value in cited[~sound].items():
                yield Finding(name, int(str(row)), "mentions", "plans.bad_mention", {"value": value})


def _regions(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    for name, rows in tables.items():
        for column in {"adcode", "adcodes"} & set(rows.columns):
            codes = rows[column].str.split(";").explode()
            codes = codes[codes != ""]
            foreign = name == "routes"
            wrong = ~codes.isin(known.names.keys()) & (codes.str.fullmatch(_OURS) if foreign else True)
            for row, value in codes[wrong].items():
                yield Finding(name, int(str(row)), column, "plans.no_region", {"value": value})
        if {"adcode", "region", "level"} <= set(rows.columns):
            for row in rows.index:
                code, region = rows.loc[row, "adcode"], rows.loc[row, "region"]
                if known.names.get(code, region) != region:
                    yield Finding(
                        name, int(row), "region", "plans.other_name", {"value": region, "name": known.names[code]}
                    )
                if _level(code) != rows.loc[row, "level"]:
                    yield Finding(
                        name, int(row), "level", "plans.other_level", {"value": rows.loc[row, "level"], "code": code}
                    )


def _level(code: str) -> str:
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def _waters(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    drawn = tables["waters"]["geometry"].str.split(";").explode()
    drawn = drawn[drawn != ""]
    for row, value in drawn[~drawn.isin(known.waters)].items():
        if known.waters:
            yield Finding("waters", int(str(row)), "geometry", "plans.no_water", {"value": value})


def _places(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    for name in ("projects", "protected_sites", "waters"):
        rows = tables[name]
        has = rows["lon"].notna() & rows["lat"].notna()
        for row in rows.index[rows["lon"].notna() ^ rows["lat"].notna()]:
            yield Finding(name, int(row), "lon", "plans.half_place")
        for row in rows.index[has & rows["accuracy_m"].isna()]:
            yield Finding(name, int(row), "accuracy_m", "plans.no_accuracy")
        if "location_basis" in rows:
            basis = rows["location_basis"]
            for row in rows.index[basis.isin(["coordinates", "town"]) & ~has]:
                yield Finding(name, int(row), "lon", "plans.place_missing", {"basis": basis[row]})
            for row in rows.index[basis.isin(["county", "prefecture", "route"]) & has]:
                yield Finding(name, int(row), "lon", "plans.place_posing", {"basis": basis[row]})
        for row in rows.index[has & rows["accuracy_m"].notna()]:
            point = shapely.Point(rows.loc[row, "lon"], rows.loc[row, "lat"])
            codes = [code for code in rows.loc[row, "adcodes"].split(";") if code in known.shapes]
            off = min((_distance_m(point, known.shapes[code]) for code in codes), default=0.0)
            if off > rows.loc[row, "accuracy_m"]:
                yield Finding(
                    name, int(row), "lon", "plans.outside", {"adcodes": rows.loc[row, "adcodes"], "off_m": round(off)}
                )


def _sources(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    """Check that each statement is of a known feature, and that what is used is where the feature stands."""
    targets = {name: tables[name].set_index("id") for name in ("projects", "protected_sites", "waters")}
    sources = tables["place_sources"]
    for name, rows, column in (
        ("place_sources", sources, "feature"),
        ("place_searches", tables["place_searches"], "id"),
    ):
        for row in rows.index:
            if rows.loc[row, column] not in targets[rows.loc[row, "table"]].index:
                values = {"value": rows.loc[row, column], "target": f"{rows.loc[row, 'table']}.csv"}
                yield Finding(name, int(row), column, "plans.no_target", values)
    for row in sources.index[sources["url"] != ""]:
        if not str(sources.loc[row, "url"]).startswith(("http://", "https://")):
            yield Finding("place_sources", int(row), "url", "plans.no_url", {"value": sources.loc[row, "url"]})
    for row in sources.index[sources["lon"].notna() & sources["accuracy_m"].isna()]:
        yield Finding("place_sources", int(row), "accuracy_m", "plans.no_accuracy")
    for row in sources.index if known.places else ():
        yield from _source_faults(int(row), sources.loc[row], targets, known)


def _source_faults(row: int, source: pd.Series, targets: Tables, known: Boundaries) -> Iterator[Finding]:
    """Yield what is wrong with one statement: a place that nobody knows, or a feature that stands elsewhere."""
    unknown = [place for place in source["places"].split(";") if place and place not in known.places]
    if unknown:
        values = {"value": unknown[0], "target": "gazetteer/places.csv"}
        yield Finding("place_sources", row, "places", "plans.no_target", values)
        return
    target = targets[source["table"]]
    if source["used"] == "no" or source["feature"] not in target.index or source["kind"] in ("box", "route"):
        return
    stated, feature = stated_place(source, known.places), target.loc[source["feature"]]
    if stated is None:
        yield Finding("place_sources", row, "used", "plans.place_unstated")
    elif pd.isna(feature["lon"]) or (_apart_m(stated, feature) > _SAME_M or stated.accuracy_m != feature["accuracy_m"]):
        place = f"{stated.lon:.5f}, {stated.lat:.5f}"
        values = {"feature": source["feature"], "place": place, "accuracy_m": f"{stated.accuracy_m:,.0f}"}
        yield Finding("place_sources", row, "used", "plans.place_differs", values)


def _apart_m(place: StatedPlace, feature: pd.Series) -> float:
    """Return the distance of a feature from where a source puts it, metres."""
    return float(distance_m(*(np.array([each]) for each in (place.lon, place.lat, feature["lon"], feature["lat"])))[0])


def _distance_m(point: shapely.Point, shape: shapely.Geometry) -> float:
    """Metres from a point to a polygon in degrees, 0 inside.

    The nearest point is sought with longitudes shrunk by the cosine of the latitude, the distance is geodesic.
    """
    if shape.intersects(point):
        return 0.0
    shrink = math.cos(math.radians(point.y))
    flat = shapely.transform(shape, lambda xy: xy * [shrink, 1.0])
    near = shapely.ops.nearest_points(flat, shapely.Point(point.x * shrink, point.y))[0]
    return float(distance_m(point.x, point.y, near.x / shrink, near.y))


def _routes(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    projects, points = tables["projects"], tables["routes"]
    routed = projects[projects["location_basis"] == "route"]
    for row in routed.index[~routed["id"].isin(points["project_id"])]:
        yield Finding("projects", int(row), "location_basis", "plans.no_route")
    unrouted = set(projects["id"]) - set(routed["id"])
    for row in points.index[points["project_id"].isin(unrouted)]:
        yield Finding("routes", int(row), "project_id", "plans.route_unclaimed")
    for row in points.index[points["adcode"].isin(known.shapes.keys())]:
        point = shapely.Point(points.loc[row, "lon"], points.loc[row, "lat"])
        off = _distance_m(point, known.shapes[points.loc[row, "adcode"]])
        if off > _WAYPOINT_SLACK_M:
            yield Finding(
                "routes", int(row), "lon", "plans.outside", {"adcodes": points.loc[row, "adcode"], "off_m": round(off)}
            )
    for row in routed.index:
        mine = points[points["project_id"] == routed.loc[row, "id"]].sort_values(["part", "seq"])
        parts = [part[["lon", "lat"]].to_numpy() for _, part in mine.groupby("part") if len(part) > 1]
        lines = [shapely.LineString(part) for part in parts]
        for code in routed.loc[row, "adcodes"].split(";"):
            if code in known.shapes and not any(known.shapes[code].intersects(line) for line in lines):
                yield Finding("projects", int(row), "adcodes", "plans.route_misses", {"code": code})


def _boxes(tables: Tables, known: Boundaries) -> Iterator[Finding]:
    rows = tables["protected_sites"]
    sides = ["box_west", "box_east", "box_south", "box_north"]
    for row in rows.index:
        site = rows.loc[row]
        have = int(site[sides].notna().sum())
        kind = site["extent_kind"]
        if have not in (0, 4) or (kind == "published_box") != (have == 4 and site["area_ha"] > 0):
            yield Finding("protected_sites", int(row), "extent_kind", "plans.box_kind", {"kind": kind})
        if kind in ("point_circle", "point") and pd.isna(site["lon"]):
            yield Finding("protected_sites", int(row), "lon", "plans.place_missing", {"basis": kind})
        if kind == "point_circle" and not site["area_ha"] > 0:
            yield Finding("protected_sites", int(row), "area_ha", "plans.circle_area")
        zones = site[["core_ha", "buffer_ha", "experimental_ha"]].astype(float).sum()
        if site["area_ha"] > 0 and zones > site["area_ha"] * _BOX_SLACK:
            yield Finding(
                "protected_sites", int(row), "area_ha", "plans.zones_exceed", {"zones": zones, "area": site["area_ha"]}
            )
        if have == 4:
            yield from _box_faults(int(row), site, known)


def _box_faults(row: int, site: pd.Series, known: Boundaries) -> Iterator[Finding]:
    """Yield what is wrong with the published box of one site."""
    west, east, south, north = (float(site[side]) for side in ("box_west", "box_east", "box_south", "box_north"))
    if west >= east or south >= north:
        yield Finding("protected_sites", row, "box_west", "plans.box_turned")
        return
    box = shapely.box(west, south, east, north)
    area_ha = float(areas_of(np.array([box], dtype=object))[0]) / 1e4
    if area_ha < site["area_ha"]:
        yield Finding(
            "protected_sites", row, "area_ha", "plans.box_small", {"box": round(area_ha), "area": site["area_ha"]}
        )
    codes = [code for code in site["adcodes"].split(";") if code in known.shapes]
    if codes and not any(known.shapes[code].intersects(box) for code in codes):
        yield Finding("protected_sites", row, "box_west", "plans.box_outside", {"adcodes": site["adcodes"]})


def _figures(tables: Tables, _: Boundaries) -> Iterator[Finding]:
    for name in ("indicators", "limits"):
        rows = tables[name]
        has, high, sign = rows["value"].notna(), rows["value_high"].notna(), rows["comparator"]
        for row in rows.index[(sign == "none") & has]:
            yield Finding(name, int(row), "comparator", "plans.value_unmeant")
        for row in rows.index[sign.isin(["=", "<=", "<", ">", "~"]) & ~has]:
            yield Finding(name, int(row), "value", "plans.value_missing", {"sign": sign[row]})
        for row in rows.index[(sign == "range") ^ (has & high)]:
            yield Finding(name, int(row), "value_high", "plans.range_half")
        for row in rows.index[high & (rows["value_high"] < rows["value"])]:
            yield Finding(name, int(row), "value_high", "plans.range_turned")
        for row in rows.index[(rows["year_from"] > rows["year"]).fillna(value=False)]:
            yield Finding(name, int(row), "year_from", "plans.years_turned")


def _rules(tables: Tables, _: Boundaries) -> Iterator[Finding]:
    rows = tables["rules"]
    for row in rows.index[(rows["relation"] == "within_distance") ^ rows["distance_m"].notna()]:
        yield Finding("rules", int(row), "distance_m", "plans.rule_distance")
    ended = (rows["in_force_to"] != "") & (rows["in_force_to"] < "2026-11-20")
    for row in rows.index[ended ^ (rows["status"] == "expired")]:
        yield Finding("rules", int(row), "status", "plans.rule_status")


def _statuses(tables: Tables, _: Boundaries) -> Iterator[Finding]:
    for row, project in tables["projects"].iterrows():
        told = status_of(project["status_word"])
        if project["status"] != told:
            values = {"word": project["status_word"], "status": told}
            yield Finding("projects", int(str(row)), "status", "plans.other_status", values)
