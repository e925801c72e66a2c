"""A backup holds what nobody could make again, also while others write; restoring puts it back, or changes nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.errors import BadInput, DataFault
from layers.catalogue.model import Layer
from siting.ledger import backup as module
from siting.ledger import verify
from siting.ledger.backup import restore_backup, write_backup
from siting.ledger.schema import MIGRATIONS
from siting.ledger.store import Ledger
from tests.siting.ledger.test_store import geojson, layers, stored

__all__ = ["layers"]


@pytest.fixture
def home(tmp_path: Path, layers: dict[str, Layer]) -> Path:
    """A data folder with two checks, an import, a draft, and what can be made again."""
    folder = tmp_path / "home"
    ledger = Ledger.open(folder)
    for _ in range(2):
        stored(ledger, layers)
    for name in ("catalogue.toml", "drafts/abc/draft.json", "tiles/county/a.pmtiles", "exports/run/a.zip",
                 "derived/slope.tif", "token.key", "catalogue.lock", "layers/.a.part/x"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """What a folder holds besides the database."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "ledger.sqlite" not in path.name
    }


def test_what_is_restored_is_what_was_there(home: Path, tmp_path: Path, layers: dict[str, Layer]) -> None:
    file = tmp_path / "a.zip"
    done = write_backup(home, file)
    assert done.checks == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    there = tmp_path / "there"
    found, before = restore_backup(file, there)
    assert (found, before) == (done, None)
    gone = {"tiles/county/a.pmtiles", "exports/run/a.zip", "derived/slope.tif", "token.key", "catalogue.lock",
            "layers/.a.part/x"}  # fmt: skip
    assert content(there) == {name: held for name, held in content(home).items() if name not in gone}
    for listed in Ledger.open(home).search(""):
        check = Ledger.open(there).get(listed.id)
        assert check.case == listed.case
        assert verify(Ledger.open(there), listed.id).outcome == "reproduced"


def test_checks_are_stored_while_a_backup_is_written(home: Path, tmp_path: Path, layers: dict[str, Layer]) -> None:
    """Each check that the copy of the database has is whole in the backup: what it names was written before it."""
    over = threading.Event()

    def write() -> int:
        number = 0
        while not over.is_set():
            place = (116.1, 27.1 + number / 1000, 116.2, 27.2)
            stored(Ledger.open(home), layers, content=geojson(place))
            number += 1
        return number

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        done = [write_backup(home, tmp_path / f"{number}.zip") for number in range(3)]
        over.set()
        assert writing.result() > 0
    for number, backup in enumerate(done):
        there = tmp_path / str(number)
        restore_backup(tmp_path / f"{number}.zip", there)
        ledger = Ledger.open(there)
        found = ledger.search("")
        assert len(found) == backup.checks
        assert all(verify(ledger, one.id).outcome == "reproduced" for one in found)


def test_a_folder_in_use_is_not_replaced_unless_asked(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    write_backup(home, file)
    (home / "catalogue.toml").write_text("later")
    held = content(home)
    with pytest.raises(BadInput) as fault:
        restore_backup(file, home)
    assert fault.value.key == "backup.in_use"
    assert content(home) == held
    _, before = restore_backup(file, home, replace=True)
    assert before is not None
    assert content(before) == held
    assert (home / "catalogue.toml").read_text() == "catalogue.toml"


def test_where_a_backup_may_lie(home: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.zip"):
        write_backup(home, home / "a.zip")
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(BadInput):
        write_backup(home, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"


def changed(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write an archive again with its members changed."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w") as archive:
        for name, held in members.items():
            archive.writestr(name, held)


def _more(members: dict[str, bytes], name: str) -> None:
    head = json.loads(members["manifest.json"])
    head["files"][name] = {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "size": 1}
    members |= {name: b"x", "manifest.json": json.dumps(head).encode()}


def _another_database(members: dict[str, bytes], held: bytes) -> None:
    head = json.loads(members["manifest.json"])
    head["files"]["ledger/ledger.sqlite"] = {"sha256": hashlib.sha256(held).hexdigest(), "size": len(held)}
    members |= {"ledger/ledger.sqlite": held, "manifest.json": json.dumps(head).encode()}


def _later(tmp_path: Path) -> bytes:
    path = tmp_path / "later.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    return path.read_bytes()


WRONG: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a file changed": lambda members: members.update({"catalogue.toml": b"else"}),
    "a file missing": lambda members: members.pop("catalogue.toml") and None,
    "a file more": lambda members: members.update({"more": b"x"}),
    "no manifest": lambda members: members.pop("manifest.json") and None,
    "another manifest": lambda members: members.update({"manifest.json": b"[]"}),
    "a path upwards": lambda members: _more(members, "../evil"),
    "a path from the root": lambda members: _more(members, "/tmp/evil"),
    "a path of Windows": lambda members: _more(members, "..\\evil"),
    "a key": lambda members: _more(members, "token.key"),
    "no database": lambda members: _another_database(members, b"no database"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_backup_that_is_not_sound_changes_nothing(home: Path, tmp_path: Path, what: str) -> None:
    file = tmp_path / "a.zip"
    write_backup(home, file)
    changed(file, WRONG[what])
    held = content(tmp_path)
    with pytest.raises(BadInput) as fault:
        restore_backup(file, tmp_path / "there")
    assert fault.value.key == "backup.damaged"
    assert content(tmp_path) == held
    assert not (tmp_path / "there").exists()


def test_a_cut_file_and_a_later_version_are_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    write_backup(home, file)
    whole = file.read_bytes()
    for cut in (0, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        with pytest.raises(BadInput):
            restore_backup(file, tmp_path / "there")
    file.write_bytes(whole)
    changed(file, lambda members: _another_database(members, _later(tmp_path)))
    with pytest.raises(BadInput) as fault:
        restore_backup(file, tmp_path / "there")
    assert fault.value.key == "backup.newer"
    assert not (tmp_path / "there").exists()


def test_an_empty_folder_is_backed_up_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert write_backup(home, tmp_path / "a.zip").files == 0
    found, before = restore_backup(tmp_path / "a.zip", home)
    assert (found.files, before) == (0, None)


def test_a_full_disk_is_not_called_a_damaged_backup(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(home, tmp_path / "a.zip")
    held = content(home)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(DataFault) as fault:
        restore_backup(tmp_path / "a.zip", home, replace=True)
    assert fault.value.key == "backup.disk"
    assert content(home) == held


@pytest.mark.parametrize("at_once", [True, False])
def test_the_folder_before_comes_back_if_the_new_one_cannot_take_its_place(
    at_once: bool, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:  # a system that cannot let two folders change names in one step
        monkeypatch.setattr(module, "exchange", lambda _first, _second: False)
    write_backup(home, tmp_path / "a.zip")
    (home / "catalogue.toml").write_text("later")
    held, rename = content(home), Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.startswith(".draft-"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="Input/output"):
        restore_backup(tmp_path / "a.zip", home, replace=True)
    assert content(home) == held
