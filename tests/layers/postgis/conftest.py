"""One server for all tests of this folder, its database, and a layer of it as table and as file."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest

from layers.catalogue.config import Catalogue, read_catalogue
from tests.helpers import ROOT
from tests.layers.postgis.features import CRS_OF_TABLE, features, insert, make_table
from tests.postgis_server import WHY_NOT, PostgisServer, postgis_server

CONFIG = f"""
version = 1
language = "zh"
map = {{ centre_lon = 116, centre_lat = 28, zoom = 7, min_zoom = 6, max_zoom = 16, base = "x.webp" }}
limits = {{ upload_mb = 10, unpacked_mb = 100, sites = 1000, vertices = 100000 }}
check = {{ touch_tolerance_m = 0.001 }}
region = [{{ id = "jx", title = {{ zh = "江西", en = "Jiangxi" }}, adcode = "360000" }}]
[[layer]]
id = "county"
title = {{ zh = "县级界", en = "County boundaries" }}
group = "boundaries"
role = "boundary"
stands_for = "county"
source = {{ kind = "file", files = ["{ROOT}/data/boundaries/county.fgb"] }}
publisher = {{ zh = "某", en = "Some" }}
licence = "MIT"
as_of = "2023"
basis = "published"
id_field = "adcode"
name_field = "name_zh"
checked = false
[[layer]]
id = "own"
title = {{ zh = "管控线", en = "Control line" }}
group = "control"
role = "redline"
stands_for = "redline"
publisher = {{ zh = "局", en = "Bureau" }}
licence = "internal"
as_of = "2024"
accuracy_m = 1
basis = "statutory"
"""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder in one worker, which starts the one server; skip them where there is none."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("postgis"))
            if WHY_NOT:
                item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgisServer]:
    """Run the server for all tests."""
    with postgis_server(tmp_path_factory.mktemp("postgis")) as server:
        yield server


@pytest.fixture
def server(running: PostgisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostgisServer:
    """Return the server, with the credentials in the environment and a data folder of its own."""
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    for name, value in running.credentials.items():
        monkeypatch.setenv(name, value)
    return running


_NUMBERS = itertools.count(1)


@pytest.fixture
def table(server: PostgisServer) -> str:
    """Return the name of a new table with the features, in a schema."""
    name = f"control.line_{next(_NUMBERS)}"
    with server.connect() as connection:
        make_table(connection, name)
        insert(connection, name, features())
    return name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a GeoPackage with the features."""
    path = tmp_path / "line.gpkg"
    pyogrio.write_dataframe(features(), path, layer="line", geometry_type="Unknown", promote_to_multi=False)
    return path


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a configuration whose layer ``own`` has a source and other keys."""

    def write(source: dict[str, Any], name: str = "config.toml", **keys: Any) -> Path:
        wanted = {"crs": f"EPSG:{CRS_OF_TABLE}", "name_field": "名称", **keys}
        lines = [f"{key} = {_toml(value)}" for key, value in wanted.items()]
        path = tmp_path / name
        path.write_text(CONFIG + "\n".join([*lines, f"source = {_toml(source)}"]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def catalogue(config: Callable[..., Path]) -> Callable[..., Catalogue]:
    """Return a function that reads the configuration that `config` writes."""
    return lambda *args, **keys: read_catalogue(config(*args, **keys))


@pytest.fixture
def in_postgis(server: PostgisServer, table: str) -> dict[str, Any]:
    """Return the source of the table."""
    return {"kind": "postgis", "url": server.url, "table": table}


@pytest.fixture
def in_file(file: Path) -> dict[str, Any]:
    """Return the source of the file."""
    return {"kind": "file", "files": [str(file)]}


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items())
            + " }"
        )
    return json.dumps(value, ensure_ascii=False)


def frame_of(layer: Any) -> gpd.GeoDataFrame:
    """Return the frame of a layer that must have loaded."""
    assert layer.fault is None, layer.fault
    assert layer.frame is not None
    return layer.frame
