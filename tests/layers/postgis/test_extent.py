"""Only what lies around the extent is read, by the spatial index, and what a check finds stays the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from psycopg import sql
from pyproj import Transformer
from shapely.geometry import box

from cli import main
from geo.crs import STORE_CRS
from layers.catalogue.config import Catalogue
from layers.catalogue.load import load_layers
from layers.postgis.features import Selection, condition
from layers.postgis.table import find_table
from layers.sources.postgis_reading import _around
from tests.helpers import ROOT
from tests.layers.postgis.conftest import frame_of
from tests.layers.postgis.features import CRS_OF_TABLE, features, insert, make_table
from tests.postgis_server import PostgisServer

Configured = Callable[..., Catalogue]
Source = dict[str, Any]
LINCHUAN = "361002"


@pytest.fixture
def scattered(server: PostgisServer) -> tuple[str, gpd.GeoDataFrame]:
    """A table of 4,000 squares over three degrees, with the same as a frame."""
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(115, 118, 4000), rng.uniform(26.5, 29.5, 4000)
    east, north = Transformer.from_crs(4490, CRS_OF_TABLE, always_xy=True).transform(lon, lat)
    frame = features().iloc[[0] * 4000].reset_index(drop=True)
    squares = shapely.box(east, north, east + 200, north + 200)
    frame = frame.set_geometry(gpd.GeoSeries(squares, crs=CRS_OF_TABLE))
    frame["等级"] = np.arange(4000, dtype="int32")
    with server.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS control.scattered")
        make_table(connection, "control.scattered")
        insert(connection, "control.scattered", frame)
        connection.execute("ANALYZE control.scattered")
    return "control.scattered", frame


def test_rows_around_the_extent_are_read_and_the_index_finds_them(
    catalogue: Configured, server: PostgisServer, scattered: tuple[str, gpd.GeoDataFrame]
) -> None:
    table, frame = scattered
    source = {"kind": "postgis", "url": server.url, "table": table, "beyond_m": 5000}
    read = frame_of(load_layers(catalogue(source, extent=[LINCHUAN]))["own"])
    counties = gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb").set_index("adcode")
    county = gpd.GeoSeries([counties.geometry[LINCHUAN]], crs=4490)
    inside = frame[frame.intersects(county.to_crs(CRS_OF_TABLE).buffer(4900).iloc[0])]
    assert 100 < len(inside) <= len(read) < 1000
    assert set(inside["等级"]) <= set(read["等级"])
    with server.connect() as connection:
        found = find_table(connection, "own", table, "geom")
        bounds = _around(tuple(county.total_bounds), 5000, f"EPSG:{CRS_OF_TABLE}")  # type: ignore[arg-type]
        wanted = condition(found, Selection(bounds=bounds))
        query = sql.SQL("EXPLAIN SELECT * FROM {} WHERE {}").format(found.qualified, wanted)
        plan = "\n".join(row[0] for row in connection.execute(query))
    assert "scattered_geom_idx" in plan
    assert "Seq Scan" not in plan


def test_a_check_in_the_extent_finds_the_same(
    config: Callable[..., Path], server: PostgisServer, scattered: tuple[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    table, frame = scattered
    whole = tmp_path / "whole.gpkg"
    frame.to_file(whole)
    rng = np.random.default_rng(3)
    east, north = Transformer.from_crs(4490, CRS_OF_TABLE, always_xy=True).transform(
        rng.uniform(116.1, 116.6, 60), rng.uniform(27.6, 28.1, 60)
    )
    sites = tmp_path / "sites.gpkg"
    shapes = shapely.box(east, north, east + 900, north + 900)
    gpd.GeoDataFrame({"id": [f"s{at}" for at in range(60)]}, geometry=shapes, crs=CRS_OF_TABLE).to_file(sites)
    asked = ["--activity", "chemical_project", "--as-of", "2026-11-20", "--format", "json"]
    reports = []
    for at, source in enumerate(
        ({"kind": "postgis", "url": server.url, "table": table}, {"kind": "file", "files": [str(whole)]})
    ):
        path = config(source, f"{at}.toml", extent=[LINCHUAN], id_field="等级")
        answer = CliRunner().invoke(main, ["--config", str(path), "check", str(sites), *asked])
        assert answer.exit_code == 0, answer.output
        reports.append(json.loads(answer.stdout))
    found = [
        [[one for one in site["findings"] if one["layer"] == "own"] for site in report["sites"]] for report in reports
    ]
    assert found[0] == found[1]
    count = sum(map(len, found[0]))
    sys.stdout.write(f"{len(found[0])} sites, {count} findings: 0 differ from those of the file\n")  # for make accept
    assert {one["state"] for site in found[0] for one in site} >= {"hit", "clear", "not_checked"}


def test_a_row_without_a_shape_fails_the_layer_wherever_it_may_belong(
    catalogue: Configured, server: PostgisServer, table: str, in_postgis: Source
) -> None:
    with server.connect() as connection:
        connection.execute(
            sql.SQL("INSERT INTO {} (名称, geom) VALUES ('无形', NULL), ('空', 'SRID=4527;POLYGON EMPTY')").format(
                sql.Identifier(*table.split("."))
            )
        )
    for keys in ({}, {"extent": [LINCHUAN]}):
        layer = load_layers(catalogue(in_postgis, **keys))["own"]
        assert layer.fault is not None
        assert layer.fault.key == "layers.invalid_geometry"
        assert layer.fault.values["count"] == 2
        assert layer.fault.values["feature"] in ("无形", "空")


@pytest.mark.parametrize("epsg", [4490, 4526, 4527, 4528, 4549])
def test_widened_bounds_hold_every_point_around(epsg: int) -> None:
    west, south, east, north = 115.0, 24.5, 118.5, 30.0
    bounds = _around((west, south, east, north), 20_000, f"EPSG:{epsg}")
    assert bounds is not None
    lon, lat = np.meshgrid(np.linspace(west - 0.2, east + 0.2, 301), np.linspace(south - 0.18, north + 0.18, 301))
    x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)  # 0.18° of latitude is 20 km
    left, bottom, right, top = bounds
    assert left <= x.min()
    assert x.max() <= right
    assert bottom <= y.min()
    assert y.max() <= top
    frame = gpd.GeoDataFrame(geometry=[box(*bounds)], crs=epsg).to_crs(STORE_CRS)
    assert frame.total_bounds[0] > west - 1  # not by much more
    assert frame.total_bounds[3] < north + 1
