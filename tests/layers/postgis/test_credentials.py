"""No byte of the credentials stands in anything that is written: outputs, logs, the data folder, what is taken away."""

from __future__ import annotations

import io
import logging
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
from click.testing import CliRunner
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from cli import main
from tests.layers.postgis.features import CRS_OF_TABLE, EAST, NORTH
from tests.postgis_server import PostgisServer
from views.condition.logs import log_handler

Source = dict[str, Any]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Write everything that any library logs, at the lowest level, as the server writes its log."""
    text = io.StringIO()
    handler, root = log_handler("json", text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("psycopg", "psycopg.pool", "redline"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    path = tmp_path / "site.gpkg"
    shape = box(EAST + 900, NORTH + 100, EAST + 1100, NORTH + 200)
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[shape], crs=CRS_OF_TABLE).to_file(path)
    return path


def texts_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every file, and of every file in an archive."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}/{name}", archive.read(name)) for name in archive.namelist())


def found_in(texts: dict[str, bytes], server: PostgisServer) -> list[str]:
    """Return where user or password stand, plain or as UTF-16."""
    secrets = [word.encode(coding) for word in (server.user, server.password) for coding in ("utf-8", "utf-16-le")]
    return [name for name, content in texts.items() if any(secret in content for secret in secrets)]


def test_nowhere(
    config: Callable[..., Path], in_postgis: Source, server: PostgisServer, sites: Path, tmp_path: Path,
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Check, store, verify, list, export and show the layer; then each again where the login and the query fail."""
    taken = tmp_path / "taken"
    taken.mkdir()
    path = config(in_postgis, export="full")
    asked = [str(sites), "--activity", "chemical_project", "--as-of", "2026-11-20"]
    outputs: dict[str, bytes] = {}

    def redline(*words: str, codes: tuple[int, ...] = (0,)) -> str:
        answer = CliRunner().invoke(main, ["--config", str(path), *words])
        assert answer.exit_code in codes, answer.output
        outputs[f"{len(outputs)} {words[0]}"] = answer.output.encode() + repr(answer.exc_info).encode()
        return answer.stdout

    redline("check", *asked, "--store", "--format", "json")
    redline("layers", "--format", "json")
    redline("ledger", "list")
    redline("snapshot", str(taken / "all.gpkg"), "--site", str(sites), "--activity", "chemical_project")
    redline("snapshot", str(taken / "line.gpkg"), "--layer", "own")
    redline("check", *asked, "--out", str(taken / "result.xlsx"), "--format", "xlsx")
    _show_data_page(path, outputs, monkeypatch)
    with monkeypatch.context() as wrong:
        wrong.setenv("PGPASSWORD", f"{server.password}-wrong")
        redline("check", *asked, "--store", "--format", "json")
        redline("layers", codes=(1,))
    _end_queries(server, monkeypatch)
    redline("check", *asked, "--store", "--format", "json")
    redline("snapshot", str(taken / "page.html"), "--site", str(sites), "--activity", "chemical_project")
    _show_data_page(path, outputs, monkeypatch)

    written = {**dict(texts_in(tmp_path)), **outputs, "log": log.getvalue().encode()}
    assert any("ledger" in name for name in written)
    assert len([name for name in written if "/taken/" in name]) >= 3
    assert any(b"127.0.0.1" in content for content in written.values())  # the address is no secret
    assert found_in({"seeded": server.password.encode()}, server) == ["seeded"]
    assert found_in(written, server) == []
    size = sum(map(len, written.values()))
    sys.stdout.write(f"{len(written)} files, outputs and logs, {size:,} bytes: credentials in 0\n")  # for make accept


def _show_data_page(path: Path, outputs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def body() -> None:
        from views.screens.data.page import show  # noqa: PLC0415 -- runs in the page

        show()

    monkeypatch.setenv("REDLINE_CONFIG", str(path))
    app = AppTest.from_function(body, default_timeout=120).run()
    assert not app.exception
    everything = [str(element) for element in app.main]
    outputs[f"{len(outputs)} page"] = "\n".join(everything).encode()
    monkeypatch.delenv("REDLINE_CONFIG")


def _end_queries(server: PostgisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the server ends a connection when it is asked for rows."""
    original = psycopg.ServerCursor.fetchmany

    def ended(cursor: Any, size: int = 0) -> Any:
        with server.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", (cursor.connection.info.backend_pid,))
        return original(cursor, size)

    monkeypatch.setattr(psycopg.ServerCursor, "fetchmany", ended)
