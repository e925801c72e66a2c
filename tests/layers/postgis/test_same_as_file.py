"""A layer in PostGIS is the layer in a file: frame, digest, findings, stored copy; by table, view, service, filter."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result
from pandas.testing import assert_frame_equal
from psycopg import sql
from shapely.geometry import box

from cli import main
from layers.catalogue.config import Catalogue
from layers.catalogue.load import load_layers
from tests.layers.postgis.conftest import frame_of
from tests.layers.postgis.features import CRS_OF_TABLE, EAST, NORTH, features, insert, make_table
from tests.postgis_server import PostgisServer

Configured = Callable[..., Catalogue]
Source = dict[str, Any]


def redline(*words: object, code: int = 0) -> Result:
    answer = CliRunner().invoke(main, [str(word) for word in words])
    assert answer.exit_code == code, answer.output
    return answer


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    """A site in the hole, one across an edge, one beside, one far from all."""
    path = tmp_path / "sites.gpkg"
    shapes = [
        box(EAST + 350, NORTH + 350, EAST + 400, NORTH + 400),
        box(EAST + 900, NORTH + 100, EAST + 1100, NORTH + 200),
        box(EAST + 2510, NORTH + 10, EAST + 2590, NORTH + 60),
        box(EAST + 20_000, NORTH - 2000, EAST + 20_100, NORTH - 1900),
    ]
    gpd.GeoDataFrame({"id": list("洞边间远")}, geometry=shapes, crs=CRS_OF_TABLE).to_file(path)
    return path


def assert_same(config: Configured, first: Source, second: Source, **keys: Any) -> None:
    one, other = (load_layers(config(source, **keys))["own"] for source in (first, second))
    assert one.digest == other.digest
    assert frame_of(one).crs == frame_of(other).crs
    assert_frame_equal(pd.DataFrame(frame_of(one)), pd.DataFrame(frame_of(other)))


def test_frame_and_digest_are_those_of_the_file(catalogue: Configured, in_postgis: Source, in_file: Source) -> None:
    assert_same(catalogue, in_postgis, in_file)
    frame = frame_of(load_layers(catalogue(in_postgis))["own"])
    assert len(frame) == 3
    assert "gid" not in frame.columns
    assert frame["名称"].tolist()[:2] == ["禁止区甲", "禁止区乙"]


def test_check_says_the_same_byte_by_byte(
    config: Callable[..., Path], in_postgis: Source, in_file: Source, sites: Path
) -> None:
    asked = ["check", sites, "--activity", "chemical_project", "--as-of", "2026-11-20", "--format", "json"]
    reports = [
        redline("--config", config(source, f"{at}.toml", extent=["361000"]), *asked).stdout
        for at, source in enumerate((in_postgis, in_file))
    ]
    assert reports[0] == reports[1]
    findings = {
        site["id"]: one["state"]
        for site in json.loads(reports[0])["sites"]
        for one in site["findings"]
        if one["layer"] == "own"
    }
    assert findings == {"洞": "clear", "边": "hit", "间": "clear", "远": "clear"}


def test_kept_features_are_those_of_the_file(catalogue: Configured, in_postgis: Source, in_file: Source) -> None:
    for where, count in [({"kind": ["a"]}, 2), ({"等级": ["2", "3"]}, 2), ({"valid": ["True"], "kind": ["a"]}, 2)]:
        kept = [{**source, "where": where} for source in (in_postgis, in_file)]
        frames = [frame_of(load_layers(catalogue(source))["own"]) for source in kept]
        assert [len(frame) for frame in frames] == [count, count]
        assert frames[0]["等级"].tolist() == frames[1]["等级"].tolist()
        assert shapely.equals_exact(frames[0].geometry.to_numpy(), frames[1].geometry.to_numpy(), 0).all()


def test_a_filter_is_a_value_and_never_a_query(catalogue: Configured, in_postgis: Source) -> None:
    layer = load_layers(catalogue({**in_postgis, "where": {"kind": ["a'; DROP TABLE control.x; --", "%s"]}}))["own"]
    assert len(frame_of(layer)) == 0
    assert len(frame_of(load_layers(catalogue(in_postgis))["own"])) == 3


def test_gdal_writes_of_the_table_what_we_read_of_it(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, tmp_path: Path, table: str
) -> None:
    """What a bureau exports by ogr2ogr, with types that GDAL maps by itself, is the layer that is read."""
    name = sql.Identifier(*table.split("."))
    more = (
        "ALTER TABLE {} ADD small int2 DEFAULT 3, ADD whole numeric(10,0) DEFAULT 12, ADD few numeric(4,0) DEFAULT 5,"
        " ADD any_number numeric DEFAULT 1.5,"
        " ADD single float4 DEFAULT 0.1, ADD ident uuid DEFAULT gen_random_uuid(),"
        ' ADD about json DEFAULT \'{{"b": 1, "a": [1, 2]}}\','
        " ADD utc timestamptz DEFAULT '2024-06-30 10:11:12.345+08'"
    )
    with server.connect() as connection:
        connection.execute(sql.SQL(more).format(name))
    path = tmp_path / "exported.gpkg"
    dsn = f"PG:host=127.0.0.1 port={server.port} dbname=planning"
    subprocess.run(["ogr2ogr", str(path), dsn, table, "-nln", "line"], check=True, capture_output=True)
    assert_same(catalogue, in_postgis, {"kind": "file", "files": [str(path)]})


def test_view_is_read_as_its_table(
    catalogue: Configured, in_postgis: Source, in_file: Source, server: PostgisServer, table: str
) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(str(name)) for name in features().columns if name != "geometry")
    view = f"{table}_view"
    query = "CREATE VIEW {} AS SELECT {}, geom FROM {} WHERE gid < 100"
    with server.connect() as connection:
        names = (sql.Identifier(*one.split(".")) for one in (view, table))
        connection.execute(sql.SQL(query).format(next(names), columns, next(names)))
    for keys in ({}, {"id_field": "等级"}):
        layers = [load_layers(catalogue(one, **keys))["own"] for one in ({**in_postgis, "table": view}, in_file)]
        assert layers[0].digest == layers[1].digest
    assert frame_of(layers[0])["feature_id"].tolist() == ["1", "2", "3"]


def test_order_hangs_on_content_and_not_on_what_was_written_last(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, table: str
) -> None:
    name = sql.Identifier(*table.split("."))
    view = sql.Identifier("control", f"{table.partition('.')[2]}_some")
    with server.connect() as connection:
        connection.execute(sql.SQL("CREATE VIEW {} AS SELECT kind, geom FROM {}").format(view, name))
    sources = [in_postgis, {**in_postgis, "table": ".".join(["control", f"{table.partition('.')[2]}_some"])}]
    keys = {"name_field": "kind"}
    before = [frame_of(load_layers(catalogue(source, **keys))["own"]) for source in sources]
    with server.connect() as connection:  # PostgreSQL writes the row anew, behind the others
        connection.execute(sql.SQL("UPDATE {} SET kind = kind WHERE gid = 1").format(name))
        found = connection.execute(sql.SQL("SELECT gid FROM {}").format(name)).fetchall()
        assert [row[0] for row in found] == [2, 3, 1]
    after = [frame_of(load_layers(catalogue(source, **keys))["own"]) for source in sources]
    for one, other in zip(before, after, strict=True):
        assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_number_of_the_database_is_an_attribute_where_the_entry_names_it(
    catalogue: Configured, in_postgis: Source
) -> None:
    frame = frame_of(load_layers(catalogue(in_postgis, id_field="gid"))["own"])
    assert frame["feature_id"].tolist() == ["1", "2", "3"]


def test_a_service_file_says_where_and_who(
    catalogue: Configured, in_postgis: Source, in_file: Source, server: PostgisServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "services.conf"
    path.write_text(
        f"[planning]\nhost=127.0.0.1\nport={server.port}\ndbname=planning\nuser={server.user}\npassword={server.password}\n"
    )
    for name in server.credentials:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGSERVICEFILE", str(path))
    source = {"kind": "postgis", "service": "planning", "table": in_postgis["table"]}
    assert_same(catalogue, source, in_file)


def test_curves_and_heights_become_what_they_are_in_a_file(
    catalogue: Configured, server: PostgisServer, in_postgis: Source, tmp_path: Path
) -> None:
    arc = f"CURVEPOLYGON(CIRCULARSTRING({EAST} {NORTH},{EAST + 500} {NORTH + 500},{EAST} {NORTH}))"
    high = f"POLYGON ZM(({EAST} {NORTH} 5 1,{EAST + 9} {NORTH} 5 1,{EAST + 9} {NORTH + 9} 5 1,{EAST} {NORTH} 5 1))"
    with server.connect() as connection:
        connection.execute("CREATE TABLE control.curved (n int, geom geometry)")
        for at, text in enumerate((arc, high)):
            connection.execute(
                "INSERT INTO control.curved VALUES (%s, ST_GeomFromText(%s, %s))", (at, text, CRS_OF_TABLE)
            )
    path = tmp_path / "curved.gpkg"
    dsn = f"PG:host=127.0.0.1 port={server.port} dbname=planning"
    subprocess.run(["ogr2ogr", str(path), dsn, "control.curved"], check=True, capture_output=True)
    keys = {"name_field": "n"}
    read = frame_of(load_layers(catalogue({**in_postgis, "table": "control.curved"}, **keys))["own"])
    of_file = frame_of(load_layers(catalogue({"kind": "file", "files": [str(path)]}, **keys))["own"])
    assert not shapely.has_z(read.geometry.to_numpy()).any()
    read, of_file = (frame.sort_values("n").geometry.to_numpy() for frame in (read, of_file))
    assert shapely.equals_exact(read, of_file, 1e-12).all()
    circle_m2 = shapely.Point(0, 0).buffer(250 * 2**0.5, quad_segs=5000).area
    plane = gpd.GeoSeries(read[:1], crs=4490).to_crs(CRS_OF_TABLE).area.iloc[0]
    assert plane == pytest.approx(circle_m2, rel=1e-4)


def test_many_rows_come_in_portions(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.connect() as connection:
        make_table(connection, "control.many")
        insert(connection, "control.many", features().iloc[[1] * 23])
    asked: list[int] = []
    original = server_cursor().fetchmany

    def counted(cursor: Any, size: int = 0) -> Any:
        rows = original(cursor, size)
        asked.append(len(rows))
        return rows

    monkeypatch.setattr("layers.postgis.features.ROWS_AT_ONCE", 5)
    monkeypatch.setattr("psycopg.ServerCursor.fetchmany", counted)
    assert len(frame_of(load_layers(catalogue({**in_postgis, "table": "control.many"}))["own"])) == 23
    assert asked == [5, 5, 5, 5, 3, 0]


def server_cursor() -> Any:
    import psycopg  # noqa: PLC0415

    return psycopg.ServerCursor
