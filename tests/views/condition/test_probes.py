"""What keeps the server from its work is found, and said: to watchers which part, to users in a sentence."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from layers.access import Person, audit
from layers.catalogue import UserEntry, UserVersion, locked_user_catalogue, read_catalogue
from layers.sources import ImportedSource
from siting.ledger import Ledger
from tests.helpers import ROOT
from views.condition import LEAST_FREE_MB, faults, health, look, ready
from views.condition import parts as module

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
    assert set(parts) == {
        "ready", "version", "configuration", "law", "imports", "ledger", "data_folder", "disk", "clock", "alone",
    }  # fmt: skip


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


def _bad_ledger_inside(home: Path, _: pytest.MonkeyPatch) -> None:
    """Overwrite pages in the middle of a ledger: it opens, and some of its records are gone."""
    database = Ledger.open(home).database
    with database.writing() as db:
        db.execute("CREATE TABLE pages (text TEXT)")
        db.executemany("INSERT INTO pages VALUES (?)", [("x" * 2000,)] * 40)
    file = home / "ledger" / "ledger.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[:60_000] + b"\xff" * 8192 + content[68_192:])


def _import_without_file(home: Path, _: pytest.MonkeyPatch) -> None:
    """Leave of an imported layer in use what the catalogue says of it, and no file."""
    del home
    spec = read_catalogue(ROOT / "config.toml").spec("redline_jiangxi")
    source = ImportedSource(kind="imported", folder="layers/own_red/0001", sha256="0" * 64, digest="0" * 64)
    layer = spec.model_copy(update={"id": "own_red", "source": source})
    version = UserVersion(number=1, made_at="2026-11-30T00:00:00+00:00", count=3, layer=layer)
    with locked_user_catalogue() as change:
        change.write(change.user_catalogue.with_entry(UserEntry(id="own_red", current=1, version=[version])))


FAULTS: dict[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "configuration": _bad_configuration,
    "law": _no_law,
    "imports": _bad_imports,
    "imports ": _import_without_file,
    "ledger": _bad_ledger,
    "ledger ": _bad_ledger_inside,
    "data_folder": _no_writing,
    "disk": _full,
}


@pytest.mark.parametrize("part", FAULTS)
def test_the_part_that_is_at_fault_is_named(part: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[part](home, monkeypatch)
    status, parts = told()
    assert status == 503
    assert [name for name, good in parts.items() if good is False] == ["ready", part.strip()]
    assert str(home) not in json.dumps(parts)


def _clock_set_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a stored check be of next year."""
    database = Ledger.open(home).database
    monkeypatch.setattr(type(database), "latest", lambda _: "2099-01-01T00:00:00Z")


def _log_of_tomorrow(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(audit, "datetime", SimpleNamespace(now=lambda zone: dt.datetime(2099, 1, 1, tzinfo=zone)))
        audit.AuditLog(home / "audit").add(Person("li", role="viewer"), "open", "map")


@pytest.mark.parametrize("set_back", [_clock_set_back, _log_of_tomorrow])
def test_a_clock_that_stands_before_the_last_record_is_told_and_keeps_nobody_away(
    set_back: Callable[[Path, pytest.MonkeyPatch], None], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back(home, monkeypatch)
    status, parts = told()
    assert (status, parts["ready"], parts["clock"]) == (200, True, False)
    (fault,) = look()
    assert "2099-01-01 08:00" in fault.fault.text("zh")


@pytest.mark.parametrize("part", FAULTS)
def test_each_fault_is_one_sentence_in_both_languages(part: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[part](home, monkeypatch)
    (found,) = look()
    assert found.part == part.strip()
    assert found.stops
    for lang in ("zh", "en"):
        assert len(found.fault.text(lang).splitlines()) == 1
    assert found.fault.text("zh") != found.fault.text("en")


def test_what_was_found_is_not_looked_for_at_every_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults() == []
    _bad_imports(home, monkeypatch)
    assert faults() == []
    monkeypatch.setattr(module, "_KEEP_S", 0.0)
    assert [one.part for one in faults()] == ["imports"]
