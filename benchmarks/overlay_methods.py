"""One way of overlaying sites with a layer, run alone so that its memory can be told: called by `benchmarks.engine`.

    python benchmarks/overlay_methods.py METHOD SITES FEATURES ROWS ROUNDS

Prints JSON: seconds to load, to prepare the layer, and of each round; rows; peak memory. ROWS is a Parquet file of
``site``, ``feature`` and ``area_deg2`` (of what they share, in square degrees, which is all that most others measure).
Peers run with the interpreter of their own environment, which has none of the product's packages.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Run = tuple[Callable[[], Any], Callable[[Any], pa.Table]]
"""What is timed, and what makes its answer a table of rows, which is not."""


def redline(sites: str, features: str, *, plain: bool = False) -> Run:
    """Use ours: relation, ellipsoidal area and share of each pair; `plain` without cutting."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import geopandas as gpd
    import shapely

    from geo.measure import FeatureIndex, feature_pairs, overlay

    ours = gpd.read_parquet(sites)
    index = FeatureIndex(gpd.read_parquet(features).geometry.to_numpy(), plain=plain)

    def prepare() -> None:
        _ = index.heavy.size and not plain and index.cut_heavy()

    def rows(answer: Any) -> pa.Table:
        pairs = feature_pairs(ours, index)
        if len(pairs) != len(answer) or not (pairs["overlap_m2"] == answer["overlap_m2"]).all():
            raise AssertionError("overlay and feature_pairs differ")
        shared = pairs[pairs["relation"] != "touches"]
        areas = shapely.area(shared["piece"].to_numpy())
        return _table(shared["site"], shared["feature"], areas)

    timed(prepare, "prepare_s")
    return lambda: overlay(ours, index), rows


def strtree(sites: str, features: str) -> Run:
    """Use a bare STRtree of shapely and its intersection."""
    import geopandas as gpd
    import shapely

    ours, theirs = (gpd.read_parquet(path).geometry.to_numpy() for path in (sites, features))
    tree = timed(lambda: shapely.STRtree(theirs), "prepare_s")

    def run() -> Any:
        site, feature = tree.query(ours, predicate="intersects")
        return site, feature, shapely.area(shapely.intersection(ours[site], theirs[feature]))

    return run, lambda answer: _table(*answer)


def geopandas(sites: str, features: str) -> Run:
    """Use `geopandas.overlay` and the area of each piece."""
    import geopandas as gpd

    ours, theirs = (gpd.read_parquet(path).set_crs(None, allow_override=True) for path in (sites, features))

    def run() -> Any:
        pieces = gpd.overlay(ours, theirs, how="intersection", keep_geom_type=True)
        return pieces["id_1"], pieces["id_2"], pieces.area

    return run, lambda answer: _table(*answer)


def duckdb(sites: str, features: str) -> Run:
    """Use DuckDB with its spatial extension: a spatial join of two tables in memory."""
    import duckdb as duck
    from duckdb_extensions import import_extension

    import_extension("spatial")
    connection = duck.connect()
    connection.execute("load spatial")
    for name, path in (("sites", sites), ("features", features)):
        connection.execute(f"create table {name} as select id, geometry::geometry as geom from '{path}'")
    query = (
        "select s.id as site, f.id as feature, st_area(st_intersection(s.geom, f.geom)) as area_deg2"
        " from sites s join features f on st_intersects(s.geom, f.geom)"
    )
    return lambda: connection.execute(query).to_arrow_table(), lambda answer: answer


def sedonadb(sites: str, features: str) -> Run:
    """Use SedonaDB: a spatial join of two tables in memory."""
    import sedonadb as sedona

    session = sedona.connect()
    for name, path in (("sites", sites), ("features", features)):
        session.read_parquet(path).to_memtable().to_view(name)
    query = (
        "select s.id as site, f.id as feature, st_area(st_intersection(s.geometry, f.geometry)) as area_deg2"
        " from sites s join features f on st_intersects(s.geometry, f.geometry)"
    )
    return lambda: session.sql(query).to_arrow_table(), lambda answer: answer


def pycanopy(sites: str, features: str) -> Run:
    """Use PyCanopy: it joins no two polygon layers, so both are one, and the pairs of its self-join are sorted out."""
    import polars as pl
    import pyarrow.compute as pc
    from pycanopy import SpatialFrame

    tables = [pq.read_table(path).select(["id", "geometry"]) for path in (sites, features)]
    count = len(tables[0])
    moved = tables[1].set_column(0, "id", pc.add(tables[1]["id"], count))
    plain = pa.schema([("id", pa.int64()), ("geometry", pa.large_binary())])
    both = pa.concat_tables([table.cast(plain) for table in (tables[0], moved)])
    frame = SpatialFrame.from_wkb_polygons(pl.from_arrow(both), wkb_col="geometry")

    def rows(answer: Any) -> pa.Table:
        crossed = answer.filter((pl.col("id_1") < count) & (pl.col("id_2") >= count))
        site, feature, area = (crossed[name].to_numpy() for name in ("id_1", "id_2", "overlap_area"))
        return _table(site, feature - count, area)

    return lambda: frame.lazy().intersects_pairs(key_col="id").collect(), rows


METHODS: dict[str, Callable[[str, str], Run]] = {
    "redline": redline,
    "redline, plain": lambda sites, features: redline(sites, features, plain=True),
    "STRtree": strtree,
    "geopandas": geopandas,
    "DuckDB": duckdb,
    "SedonaDB": sedonadb,
    "PyCanopy": pycanopy,
}
told: dict[str, Any] = {"prepare_s": 0.0}


def timed(work: Callable[[], Any], name: str) -> Any:
    """Return what a step returns, its seconds noted."""
    begun = time.perf_counter()
    result = work()
    told[name] = time.perf_counter() - begun
    return result


def peak_mb() -> float:
    """Return the peak memory of this process; `resource` would tell that of the one that started it, if it is more."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _table(site: Any, feature: Any, area: Any) -> pa.Table:
    return pa.table(
        {"site": _array(site, pa.int64()), "feature": _array(feature, pa.int64()), "area_deg2": _array(area)}
    )


def _array(values: Any, kind: pa.DataType | None = None) -> pa.Array:
    return pa.array(values, type=kind or pa.float64())


def main(method: str, sites: str, features: str, rows: str, rounds: str) -> None:
    """Run one method and print what it took."""
    begun = time.perf_counter()
    run, as_rows = METHODS[method](sites, features)
    told["load_s"] = time.perf_counter() - begun - told["prepare_s"]
    told["seconds"] = []
    for _ in range(int(rounds)):
        begun = time.perf_counter()
        answer = run()
        told["seconds"].append(time.perf_counter() - begun)
    told["peak_mb"] = peak_mb()
    table = as_rows(answer)
    pq.write_table(table, rows)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
