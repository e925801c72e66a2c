"""The database of the ledger: what is wrong is said in its own sentence, and what can be read is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.errors import DataFault
from siting.ledger import Ledger
from siting.ledger import database as module
from siting.ledger.database import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of a ledger with a table of our own in it: forty rows of two kilobytes."""
    Ledger.open(tmp_path)
    file = tmp_path / "ledger" / "ledger.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE pages (text TEXT)")
        db.executemany("INSERT INTO pages VALUES (?)", [("x" * 2000,)] * 40)
    db.close()
    return file


def key_of(act: Callable[[], object]) -> str:
    with pytest.raises(DataFault) as caught:
        act()
    assert "\n" not in caught.value.text("zh") + caught.value.text("en")
    return caught.value.key


def test_while_another_process_writes_readers_read_and_writers_are_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUSY_S", 0.1)
    monkeypatch.setattr(module, "_READ_BUSY_S", 0.1)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        database = Ledger.open(file.parent.parent).database
        assert database.latest() is None
        assert key_of(database.refuse_unwritable) == "ledger.locked"
    finally:
        other.close()
    database.refuse_unwritable()


def test_what_is_no_database_and_what_is_one_no_longer_is_damaged(file: Path) -> None:
    content = file.read_bytes()
    Database(file).refuse_damaged()
    file.write_bytes(b"no database" * 1000)
    assert key_of(lambda: Ledger.open(file.parent.parent)) == "ledger.damaged"
    middle = len(content) // 2
    file.write_bytes(content[:middle] + b"\xff" * 8192 + content[middle + 8192 :])
    assert key_of(Database(file).refuse_damaged) == "ledger.damaged"


def test_a_full_disk_is_called_full_and_nothing_is_written(file: Path) -> None:
    def fill() -> None:
        with Database(file).writing() as db:
            db.execute("PRAGMA max_page_count = 1")  # the least that SQLite allows: what there is
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO pages VALUES (?)", [("y" * 4000,)] * 50)

    assert key_of(fill) == "ledger.full"
    with Database(file).reading() as db:
        assert db.execute("SELECT count(*) FROM pages").fetchone()[0] == 40


def test_what_only_reads_cannot_write(file: Path) -> None:
    def write() -> None:
        with Database(file).reading() as db:
            db.execute("DELETE FROM pages")

    assert key_of(write) == "ledger.read_only"


def test_where_nothing_can_be_put_beside_it_the_ledger_can_still_be_read(file: Path) -> None:
    """SQLite keeps an index of its log beside a database, also to read it: on a full or read-only disk it cannot."""
    for name in ("ledger.sqlite-shm", "ledger.sqlite-wal"):
        (file.parent / name).unlink(missing_ok=True)
    (file.parent / "ledger.sqlite-shm").mkdir()  # so that it cannot be made
    database = Ledger.open(file.parent.parent).database
    assert database.latest() is None
    database.refuse_damaged()
    assert key_of(database.refuse_unwritable) in {"ledger.read_only", "ledger.database"}


def test_records_that_are_in_the_log_alone_are_not_passed_over(file: Path) -> None:
    kept, log = file.read_bytes(), file.with_name("ledger.sqlite-wal")
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("INSERT INTO pages VALUES ('in the log')")
    in_log = log.read_bytes()
    writer.close()
    file.write_bytes(kept)
    log.write_bytes(in_log)
    assert b"in the log" in in_log, "the premise"
    assert b"in the log" not in kept, "the premise"
    file.with_name("ledger.sqlite-shm").mkdir()

    with Database(file).reading() as db:
        assert db.execute("SELECT count(*) FROM pages").fetchone()[0] == 41


def test_when_the_last_check_was_stored(file: Path) -> None:
    assert Database(file).latest() is None


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("a file in its place")
    assert key_of(lambda: Ledger.open(tmp_path)) == "ledger.database"
