"""What stands on a layer of PostGIS: the stored check, the tiles, the session that notices a change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner
from psycopg import sql
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from carto.tiles import make_missing
from carto.tiles.files import missing_kinds
from cli import main
from layers.catalogue.config import Catalogue
from layers.catalogue.load import load_layers
from tests.layers.postgis.features import CRS_OF_TABLE, EAST, NORTH
from tests.postgis_server import PostgisServer

Source = dict[str, Any]


def test_a_stored_check_is_run_again_without_the_database(
    config: Callable[..., Path], in_postgis: Source, server: PostgisServer, table: str, tmp_path: Path
) -> None:
    sites = tmp_path / "site.gpkg"
    shape = box(EAST + 900, NORTH + 100, EAST + 1100, NORTH + 200)
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[shape], crs=CRS_OF_TABLE).to_file(sites)
    path = config(in_postgis)

    def redline(*words: str, codes: tuple[int, ...] = (0,)) -> Any:
        answer = CliRunner().invoke(main, ["--config", str(path), *words])
        assert answer.exit_code in codes, answer.output
        return json.loads(answer.stdout)

    report = redline("check", str(sites), "--activity", "chemical_project", "--store", "--format", "json")
    again = redline("verify", report["check_id"], "--format", "json")
    assert (again["outcome"], again["changed_since"]) == ("reproduced", [])
    with server.connect() as connection:
        connection.execute(sql.SQL("DELETE FROM {} WHERE gid = 1").format(sql.Identifier(*table.split("."))))
    again = redline("verify", report["check_id"], "--format", "json", codes=(0, 1))
    assert again["outcome"] == "reproduced"  # from the copy that the ledger has
    assert [(one["kind"], one["subject"]) for one in again["changed_since"]] == [("layer", "own")]
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(*table.split("."))))
    again = redline("verify", report["check_id"], "--format", "json", codes=(0, 1))
    assert again["outcome"] == "reproduced"
    assert [(one["kind"], one["subject"]) for one in again["changed_since"]] == [("layer_state", "own")]


def test_tiles_are_those_of_the_file(
    catalogue: Callable[..., Catalogue], in_postgis: Source, in_file: Source, tmp_path: Path
) -> None:
    folder = tmp_path / "tiles"
    for source in (in_postgis, in_file):
        layer = load_layers(catalogue(source))["own"]
        before = missing_kinds(layer, folder)
        make_missing(layer, folder)
        made = missing_kinds(layer, folder)
        assert not made
        assert bool(before) == (source is in_postgis)  # of the same digest, so those of the file are there


def test_a_session_notices_a_change(
    config: Callable[..., Path], in_postgis: Source, server: PostgisServer, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDLINE_CONFIG", str(config({**in_postgis, "recheck_s": 0})))

    def body() -> None:
        import streamlit as st  # noqa: PLC0415 -- runs in the page

        from views.session import current_layers, stamp  # noqa: PLC0415

        own = current_layers()["own"]
        st.text(f"{own.state} {0 if own.frame is None else len(own.frame)} {own.fault.key if own.fault else '-'}")
        st.text(stamp())

    app = AppTest.from_function(body, default_timeout=120).run()

    def seen() -> tuple[str, str]:
        app.run()
        assert not app.exception
        return app.text[0].value, app.text[1].value

    first = seen()
    assert first[0] == "loaded 3 -"
    assert seen() == first
    with server.connect() as connection:
        connection.execute(sql.SQL("DELETE FROM {} WHERE gid = 3").format(sql.Identifier(*table.split("."))))
    second = seen()
    assert second[0] == "loaded 2 -"
    assert second[1] != first[1]
    with monkeypatch.context() as gone:
        gone.setenv("PGPASSWORD", "wrong")
        third = seen()
        assert third[0] == "failed 0 layers.postgis_refused"
        assert third[1] != second[1]
        assert seen() == third
    assert seen() == second
