"""The database of the ledger: how it is opened to write and to read, migrated, and what is wrong with it.

Writers wait for each other; readers wait for nobody, and need nothing that can be written.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geo.errors import DataFault
from siting.ledger.schema import MIGRATIONS

__all__ = ["Database"]

_BUSY_S: Final = 30.0
"""How long a writer waits for another process."""
_READ_BUSY_S: Final = 3.0
_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: "ledger.locked",
    sqlite3.SQLITE_LOCKED: "ledger.locked",
    sqlite3.SQLITE_FULL: "ledger.full",
    sqlite3.SQLITE_READONLY: "ledger.read_only",
    sqlite3.SQLITE_CORRUPT: "ledger.damaged",
    sqlite3.SQLITE_NOTADB: "ledger.damaged",
}

_NOTHING_BESIDE: Final = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}
)
"""Errors of SQLite where its log cannot be put beside the database."""


class Database:
    """The database in a file.

    Parameters
    ----------
    path : Path
        Made by `migrate`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def migrate(self) -> None:
        """Make the database, or bring it to the present version, one process at a time; nothing if it is.

        Raises
        ------
        DataFault
            If it is damaged, locked by another process, of a later version, or on a disk that is full or cannot hold a
            write-ahead log.
        """
        if self._is_migrated():
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.parent.chmod(0o700)
        except OSError as fault:
            raise DataFault("ledger.database", fault=fault.strerror or str(fault)) from fault
        self._migrate()

    @contextmanager
    def writing(self, busy_s: float = _BUSY_S) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose commits are on the disk before they return."""
        try:
            db = sqlite3.connect(self._path, timeout=busy_s, isolation_level=None)
            try:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = FULL")
                yield db
            finally:
                db.close()
        except sqlite3.Error as fault:
            raise _fault_of(fault) from fault

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that only reads; also where nothing can be written beside the database."""
        try:
            db = self._reader()
            try:
                db.row_factory = sqlite3.Row
                yield db
            finally:
                db.close()
        except sqlite3.Error as fault:
            raise _fault_of(fault) from fault

    def _reader(self) -> sqlite3.Connection:
        """Open the database to read: as it is on the disk if SQLite can put nothing beside it and no log is there."""
        address = self._path.absolute().as_uri()
        db = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=_READ_BUSY_S, isolation_level=None)
        try:
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as fault:
            db.close()
            log = self._path.with_name(self._path.name + "-wal")
            in_log = log.exists() and log.stat().st_size > 0  # records that are not in the file yet
            if _code(fault) not in _NOTHING_BESIDE or not self._path.is_file() or in_log:
                raise
            return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
        except BaseException:
            db.close()
            raise
        return db

    def _is_migrated(self) -> bool:
        """Return whether the database is there and of the present version; asked without a lock."""
        if not self._path.is_file():
            return False
        with self.reading() as db:
            return _version(db) == len(MIGRATIONS)

    def _migrate(self) -> None:
        """Migrate the database to the present version, one process at a time."""
        with self.writing() as db:
            _use_wal(db)
            db.execute("BEGIN IMMEDIATE")
            version = _version(db)
            if version > len(MIGRATIONS):
                raise DataFault("ledger.newer", found=version, known=len(MIGRATIONS))
            for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in statements:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")

    def refuse_unwritable(self) -> None:
        """Raise the `DataFault` that storing a check would meet now: locked, full, read-only or damaged."""
        with self.writing(_READ_BUSY_S) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("CREATE TABLE tried (number INTEGER)")
            db.execute("ROLLBACK")

    def refuse_damaged(self) -> None:
        """Raise the `DataFault` of a database whose pages do not hold together: every page is read."""
        with self.reading() as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DataFault("ledger.damaged", fault=" ".join(found.split()))

    def latest(self) -> str | None:
        """Return when the last check was stored (UTC, ISO 8601), whoever may see it; None if there is none."""
        with self.reading() as db:
            found: str | None = db.execute("SELECT max(stored_at) FROM checks").fetchone()[0]
        return found


def _fault_of(fault: sqlite3.Error) -> DataFault:
    """Return the sentence of an error of SQLite."""
    return DataFault(_SENTENCES.get(_code(fault), "ledger.database"), fault=str(fault))


def _code(fault: sqlite3.Error) -> int:
    """Return the code of an error of SQLite without what the extended code adds; 0 where there is none."""
    return int(getattr(fault, "sqlite_errorcode", 0)) & 0xFF


def _version(db: sqlite3.Connection) -> int:
    """Return how many migrations a database has had."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch on the write-ahead log; SQLite does not wait by itself while another process does the same."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            break
    if mode != "wal":
        raise DataFault("ledger.no_wal")
