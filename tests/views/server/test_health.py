"""Whoever watches the server is told which part is at fault, and nothing that is not for them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from tests.helpers import ROOT
from views.server import health as module
from views.server.health import LEAST_FREE_MB, health, ready

REQUEST = Request({"type": "http", "headers": []})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def told() -> tuple[int, dict[str, object]]:
    answer = ready(REQUEST)
    return answer.status_code, json.loads(bytes(answer.body))


def test_a_server_that_runs_says_so() -> None:
    assert (health(REQUEST).status_code, bytes(health(REQUEST).body)) == (200, b"ok")


def test_a_server_that_can_work_says_so() -> None:
    status, parts = told()
    assert (status, parts["ready"]) == (200, True)
    assert set(parts) == {"ready", "version", "configuration", "law", "imports", "ledger", "data_folder", "disk"}


def _bad_configuration(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "broken.toml").write_text("version = ")
    monkeypatch.setenv("REDLINE_CONFIG", str(home / "broken.toml"))


def _no_law(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "config.toml", home / "config.toml")
    (home / "data" / "plans").mkdir(parents=True)
    (home / "data" / "law").mkdir()
    monkeypatch.setenv("REDLINE_CONFIG", str(home / "config.toml"))


def _bad_imports(home: Path, _: pytest.MonkeyPatch) -> None:
    (home / "catalogue.toml").write_text("entry = 1")


def _bad_ledger(home: Path, _: pytest.MonkeyPatch) -> None:
    (home / "ledger").mkdir()
    (home / "ledger" / "ledger.sqlite").write_bytes(b"no database" * 1000)


def _no_writing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del home

    def refuse(**_: object) -> None:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", refuse)


def _full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del home
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=(LEAST_FREE_MB - 1) << 20))


FAULTS: dict[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "configuration": _bad_configuration,
    "law": _no_law,
    "imports": _bad_imports,
    "ledger": _bad_ledger,
    "data_folder": _no_writing,
    "disk": _full,
}


@pytest.mark.parametrize("part", FAULTS)
def test_the_part_that_is_at_fault_is_named(part: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[part](home, monkeypatch)
    status, parts = told()
    assert status == 503
    assert [name for name, good in parts.items() if good is False] == ["ready", part]
    assert str(home) not in json.dumps(parts)
