"""What fails is one sentence in both languages, the layer fails and the check says so; nothing is read by half."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from shapely.geometry import box

from cli import main
from geo.errors import RedlineError
from layers.catalogue.config import Catalogue
from layers.catalogue.load import load_layers
from tests.layers.postgis.features import CRS_OF_TABLE, EAST, NORTH
from tests.postgis_server import PostgisServer, free_port

Configured = Callable[..., Catalogue]
Source = dict[str, Any]


def fault_of(catalogue: Catalogue, server: PostgisServer) -> RedlineError:
    """Return the fault of a layer that must fail: one line in each language, with nothing of who asked."""
    layer = load_layers(catalogue)["own"]
    assert (layer.state, layer.frame) == ("failed", None)
    assert layer.fault is not None
    for lang in ("zh", "en"):
        sentence = layer.fault.text(lang)
        assert "\n" not in sentence
        assert "own" in sentence
        assert server.user not in sentence
        assert server.password not in sentence
    chained: BaseException | None = layer.fault
    while chained is not None:  # nor hides the message of libpq behind it
        assert server.user not in str(chained)
        chained = chained.__cause__ or chained.__context__
    return layer.fault


def test_no_server(catalogue: Configured, server: PostgisServer, in_postgis: Source) -> None:
    nobody = f"postgresql://127.0.0.1:{free_port()}/planning"
    fault = fault_of(catalogue({**in_postgis, "url": nobody}), server)
    assert fault.key == "layers.postgis_no_server"
    assert nobody in fault.text("en")
    fault = fault_of(catalogue({**in_postgis, "url": "postgresql://no-such-host.invalid/planning"}), server)
    assert fault.key == "layers.postgis_no_server"


@pytest.mark.parametrize("wrong", ["password", "user", "no password", "database"])
def test_refused(
    catalogue: Configured, server: PostgisServer, in_postgis: Source, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = in_postgis
    if wrong == "password":
        monkeypatch.setenv("PGPASSWORD", "not-the-password")
    elif wrong == "user":
        monkeypatch.setenv("PGUSER", f"{server.user}_other")
    elif wrong == "no password":
        monkeypatch.delenv("PGPASSWORD")
        monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    else:
        source = {**in_postgis, "url": server.url.replace("planning", "another")}
    assert fault_of(catalogue(source), server).key == "layers.postgis_refused"


def test_no_service(
    catalogue: Configured, server: PostgisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"kind": "postgis", "service": "planning", "table": "x"}
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "none"))
    assert fault_of(catalogue(source), server).key == "layers.postgis_no_service"
    (tmp_path / "none").write_text("[other]\nhost=127.0.0.1\n")
    assert fault_of(catalogue(source), server).key == "layers.postgis_no_service"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"table": "control.nothing"}, "layers.postgis_no_table"),
        ({"table": "nothing"}, "layers.postgis_no_table"),
        ({"geometry": "shape"}, "layers.no_column"),
        ({"geometry": "kind"}, "layers.postgis_no_shapes"),
        ({"where": {"colour": ["red"]}}, "layers.no_column"),
        ({"url": "postgresql://{}/postgres"}, "layers.postgis_not_there"),
    ],
)
def test_not_as_declared(
    catalogue: Configured, server: PostgisServer, in_postgis: Source, change: Source, key: str
) -> None:
    if "url" in change:
        change = {"url": change["url"].format(f"127.0.0.1:{server.port}")}
    assert fault_of(catalogue({**in_postgis, **change}), server).key == key


def test_columns_that_the_entry_names_must_be_there(
    catalogue: Configured, server: PostgisServer, in_postgis: Source
) -> None:
    for key in ("id_field", "name_field", "zone_field", "time_field"):
        fault = fault_of(catalogue(in_postgis, **{key: "nowhere"}), server)
        assert (fault.key, fault.values["key"]) == ("layers.no_column", key)


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([], "layers.postgis_empty"),
        (["SRID=4528;POINT (40400000 3060000)"], "layers.crs_differs"),
        (["SRID=4326;POINT (116 28)"], "layers.crs_differs"),
        (["SRID=2327;POINT (39400000 3060000)"], "geo.crs_xian80"),
        (["POINT (39400000 3060000)"], "layers.postgis_no_crs"),
        (["SRID=4527;POINT (39400000 3060000)", "SRID=4528;POINT (40400000 3060000)"], "layers.postgis_srids_differ"),
        (["SRID=4527;POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"], "layers.invalid_geometry"),
        ([None], "layers.invalid_geometry"),
        (["SRID=4527;TIN (((0 0 0, 0 1 0, 1 1 0, 0 0 0)))"], "geo.kind_not_read"),
    ],
)
def test_shapes(catalogue: Configured, server: PostgisServer, in_postgis: Source, rows: list[str], key: str) -> None:
    with server.connect() as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS control; DROP TABLE IF EXISTS control.odd")
        connection.execute("CREATE TABLE control.odd (名称 text, geom geometry)")
        for row in rows:
            connection.execute("INSERT INTO control.odd VALUES ('x', %s)", (row,))
    source = {**in_postgis, "table": "control.odd"}
    layer = load_layers(catalogue(source))["own"]
    assert layer.fault is not None
    assert layer.fault.key == key


def test_no_permission(
    catalogue: Configured, server: PostgisServer, in_postgis: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute(sql.SQL("CREATE ROLE guest LOGIN PASSWORD {}").format(sql.Literal(server.password)))
    monkeypatch.setenv("PGUSER", "guest")
    assert fault_of(catalogue(in_postgis), server).key == "layers.postgis_denied"


def test_a_day_without_end(catalogue: Configured, server: PostgisServer, in_postgis: Source, table: str) -> None:
    with server.connect() as connection:
        name = sql.Identifier(*table.split("."))
        connection.execute(sql.SQL("UPDATE {} SET surveyed = 'infinity' WHERE gid = 2").format(name))
    assert fault_of(catalogue(in_postgis), server).key == "layers.postgis_value"


def test_too_slow(catalogue: Configured, server: PostgisServer, in_postgis: Source, table: str) -> None:
    with server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE OR REPLACE VIEW control.slow AS SELECT *, pg_sleep(30) IS NULL AS s FROM {}").format(
                sql.Identifier(*table.split("."))
            )
        )
    source = {**in_postgis, "table": "control.slow", "statement_timeout_s": 1}
    fault = fault_of(catalogue(source), server)
    assert (fault.key, fault.values["seconds"]) == ("layers.postgis_too_slow", 1)


def test_an_error_of_the_database_is_a_code(
    catalogue: Configured, server: PostgisServer, in_postgis: Source, table: str
) -> None:
    with server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE OR REPLACE VIEW control.wrong AS SELECT 1 / (gid - gid) AS one, 名称, geom FROM {}").format(
                sql.Identifier(*table.split("."))
            )
        )
    fault = fault_of(catalogue({**in_postgis, "table": "control.wrong"}), server)
    assert (fault.key, fault.values["code"]) == ("layers.postgis_failed", "22012")


@pytest.fixture
def killed(server: PostgisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the server end the connection after the second portion; yield how many rows each portion had."""
    original = psycopg.ServerCursor.fetchmany
    portions: list[int] = []

    def ended(cursor: Any, size: int = 0) -> Any:
        if len(portions) == 2:
            with server.connect() as other:
                gone = other.execute("SELECT pg_terminate_backend(%s, 10000)", (cursor.connection.info.backend_pid,))
                assert gone.fetchone() == (True,)
        rows = original(cursor, size)
        portions.append(len(rows))
        return rows

    monkeypatch.setattr("layers.postgis.features.ROWS_AT_ONCE", 1)
    monkeypatch.setattr(psycopg.ServerCursor, "fetchmany", ended)
    return portions


def test_gone_in_mid_query_is_not_checked_with_the_reason(
    config: Callable[..., Path], in_postgis: Source, server: PostgisServer, tmp_path: Path, killed: list[int]
) -> None:
    sites = tmp_path / "site.gpkg"
    hit = box(EAST + 900, NORTH + 100, EAST + 1100, NORTH + 200)
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[hit], crs=CRS_OF_TABLE).to_file(sites)
    asked = ["check", str(sites), "--activity", "chemical_project", "--as-of", "2026-11-20", "--format", "json"]
    answer = CliRunner().invoke(main, ["--config", str(config(in_postgis)), *asked])
    assert killed == [1, 1]
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    (finding,) = [one for one in report["sites"][0]["findings"] if one["layer"] == "own"]
    assert (finding["state"], finding["reason"]) == ("not_checked", "load_failed")
    assert report["sites"][0]["verdict"] != "allowed"
    assert "连接中断" in answer.output
    assert server.user not in answer.output
    listed = CliRunner().invoke(main, ["--config", str(config(in_postgis)), "--lang", "en", "layers"])
    assert "Traceback" not in listed.output


def test_a_layer_that_failed_is_read_when_the_server_is_back(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = catalogue(in_postgis)
    first = load_layers(found)
    running = True
    try:
        server.stop()
        running = False
        second = load_layers(found, first)
        assert second["own"].fault is not None
        assert second["own"].fault.key == "layers.postgis_no_server"
        server.start()
        running = True
    finally:
        if not running:
            server.start()
    third = load_layers(found, second)["own"]
    assert (third.state, third.digest, third.fingerprint) == ("loaded", first["own"].digest, first["own"].fingerprint)
