"""Helpers of the tests of results in columns: an input of every kind of shape, and readers of what was written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
import tomli_w

from benchmarks.rough_shapes import layer
from geo.measure.cells import HEAVY_POINTS
from tests.helpers import ROOT

SMALL = (
    "province",
    "prefecture",
    "county",
    "redline_jiangxi",
    "permanent_farmland",
    "protected_sites",
    "rivers",
    "waters",
)


def small_catalogue(folder: Path, **entries: dict[str, object]) -> Path:
    """Write a configuration with a few of the shipped layers, which load in no time; return its path.

    Its red line is a statutory one of rough polygons, heavy enough to be cut. Other keywords are keys to set in the
    entries of layers.
    """
    rough = shapely.simplify(layer("heavy", 12), 1e-4)
    assert shapely.get_num_coordinates(rough).min() > HEAVY_POINTS
    heavy = gpd.GeoDataFrame({"redline_id": [f"r{n}" for n in range(12)]}, geometry=rough, crs=4490)
    heavy.assign(name_zh=heavy["redline_id"]).to_file(folder / "rough.gpkg", driver="GPKG", engine="pyogrio")
    redline = {"source": {"kind": "file", "files": ["rough.gpkg"]}, "basis": "statutory", "export": "full"}
    changed = {**entries, "redline_jiangxi": {**redline, **entries.get("redline_jiangxi", {})}}
    text = (ROOT / "config.toml").read_text(encoding="utf-8").replace('"data/', f'"{ROOT.as_posix()}/data/')
    tables = tomllib.loads(text)
    tables["layer"] = [one | changed.get(one["id"], {}) for one in tables["layer"] if one["id"] in SMALL]
    path = folder / "config.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return path


def mixed_file(path: Path, count: int) -> Path:
    """Write parcels, lines and points across Jiangxi as a GeoPackage of three layers in two systems; return its path.

    Some parcels have heights, which a reader drops and notices; attributes are of many kinds.
    """
    chance = np.random.default_rng(14)

    def places(number: int) -> Any:
        return chance.uniform((114.2, 25.2), (117.9, 29.3), (number, 2))

    lines = max(count // 6, 1)
    west, south = places(count).T
    parcels = shapely.box(west, south, west + 0.02, south + 0.015)
    parcels[::5] = shapely.force_3d(parcels[::5], 12.5)
    starts = places(lines)
    turns = np.array([(0, 0), (0.08, 0.03), (0.1, 0.12)])
    ways = shapely.linestrings(starts[:, None] + turns)
    frames = {
        "地块": gpd.GeoDataFrame(
            {
                "编号": [f"P{n}" for n in range(count)],
                "rl_verdict": ["自己的"] * count,
                "面积_ha": np.linspace(1, 9, count),
                "空": [None] * count,
                "层数": pd.array([None, *range(1, count)], dtype="Int64"),
            },
            geometry=parcels,
            crs=4490,
        ).to_crs(4526),
        "线路": gpd.GeoDataFrame({"编号": [f"L{n}" for n in range(lines)]}, geometry=ways, crs=4490),
        "点": gpd.GeoDataFrame(
            {"编号": [f"D{n}" for n in range(lines)]}, geometry=shapely.points(places(lines)), crs=4490
        ),
    }
    for name, frame in frames.items():
        frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    return path


def table_of(folder: Path, name: str) -> pd.DataFrame:
    """Return a table of results in the order of the input; shapes as WKB."""
    table = pq.read_table(folder / name).to_pandas()
    return table.sort_values("rl_position", kind="stable", ignore_index=True)


def assert_same_results(left: Path, right: Path) -> None:
    """Assert that two folders hold the same results, to the last bit, whatever files they are divided into."""
    names = sorted(one.name for one in left.iterdir())
    assert sorted(one.name for one in right.iterdir()) == names
    for name in names:
        if name != "check.json":
            pd.testing.assert_frame_equal(table_of(left, name), table_of(right, name), check_exact=True)
    assert record_of(left) == record_of(right)


def record_of(folder: Path) -> dict[str, Any]:
    """Return what the results say they were made with."""
    record: dict[str, Any] = json.loads((folder / "check.json").read_text(encoding="utf-8"))
    return record


def report_of(folder: Path) -> dict[str, Any]:
    """Return results in columns put together as the JSON report of `docs/check.schema.json`, without summaries."""
    record = record_of(folder)
    del record["redline_columns"], record["tables"]
    sites = table_of(folder, "sites")
    lists = ("repair", "notices", "missing_required", "missing_advised")
    found: list[dict[str, Any]] = []
    of_site = dict(iter(table_of(folder, "findings").groupby("rl_position")))
    sections = table_of(folder, "sections") if (folder / "sections").is_dir() else None
    checked = of_site[0]["layer"].tolist()
    for row in sites.to_dict("records"):
        reading = record["run"]["input"]["crs"][row["rl_crs_reading"]]
        found.append(
            {
                "id": row["rl_site"],
                "kind": row["rl_kind"],
                **{name: _or_none(row[f"rl_{name}"]) for name in ("area_m2", "plane_area_m2", "declared_area_m2")},
                **{name: _or_none(row[f"rl_{name}"]) for name in ("length_m", "repair_area_m2")},
                **{name: row[f"rl_{name}"].split(";") if row[f"rl_{name}"] else [] for name in lists},
                **{name: _parsed(row[f"rl_{name}"]) for name in ("reminders", "approval_path", "way_out")},
                "verdict": row["rl_verdict_"],
                "activity": record["run"]["settings"]["activity"],
                "as_of": record["run"]["settings"]["as_of"],
                "crs": (reading["declared"], f"EPSG:{reading['epsg']}", tuple(reading["evidence"])),
                "counties": _parsed(row["rl_county_shares"]),
                "findings": [_finding(one) for one in of_site[row["rl_position"]].to_dict("records")],
                "hashes": {layer: record["run"]["layers"][layer]["digest"] for layer in checked},
                "check_id": record["check_id"],
                "sections": None
                if sections is None
                else [
                    _section(one) for one in sections[sections["rl_position"] == row["rl_position"]].to_dict("records")
                ],
            }
        )
    return record | {"sites": found}


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    nested = ("features", "zones", "nearest", "county_only", "rules")
    return {
        key: _parsed(value) if key in nested else _or_none(value)
        for key, value in row.items()
        if key not in {"rl_position", "site_id"} and not (key == "withheld" and not value)
    }


def _section(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in {"rl_position", "site_id"}}


def _or_none(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and np.isnan(value)) else value


def _parsed(text: str | None) -> Any:
    return None if not isinstance(text, str) else json.loads(text)
