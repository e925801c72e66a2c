"""One file with all that a data folder holds and nobody could make again: stored checks, imports, drafts.

It may be written while the app runs: the database is copied by SQLite in one moment, and first, as everything that a
check names is written before the check; imports wait until the file is whole. What can be made again (tiles, exports,
slopes) and the key that signs addresses stay behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from geo.errors import BadInput, DataFault
from geo.progress import Progress, no_progress
from geo.whole_file import draft_folder, exchange, whole_file
from layers.catalogue import user_catalogue_lock
from siting.check import software_now
from siting.ledger.schema import MIGRATIONS

__all__ = ["Backup", "restore_backup", "write_backup"]

_LEDGER: Final = PurePosixPath("ledger/ledger.sqlite")
_MADE_AGAIN: Final = frozenset({"tiles", "exports", "derived", "loaded", "token.key", "secrets.toml"})
_STAYS: Final = ("secrets.toml", "audit")
"""What a restore leaves as it is: keys of the login, which no backup holds, and what people did here since."""
_PASSING: Final = frozenset({"drafts"})
"""Folders whose files may go while they are copied."""
_MANIFEST: Final = "manifest.json"
_KIND: Final = "redline-backup"
_PIECE: Final = 1 << 20
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError)
"""What reading a backup raises that is none; an error of the disk is not among them."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes
    ----------
    files : int
    size : int
        Bytes of the files, unpacked.
    checks : int
        Stored checks.
    written_at : str
        Date and time, UTC.
    """

    files: int
    size: int
    checks: int
    written_at: str


def write_backup(home: Path, target: Path, *, progress: Progress = no_progress) -> Backup:
    """Write a backup of a data folder.

    Parameters
    ----------
    home : Path
        ``layers.paths.home()``.
    target : Path
        A ``.zip``, not within the folder.
    progress : Progress

    Raises
    ------
    BadInput
        If the target lies within the folder, or is there already.
    DataFault
        If the ledger's database is damaged.
    """
    if target.resolve().is_relative_to(home.resolve()):
        raise BadInput("backup.within", file=target.name)
    if target.exists():
        raise BadInput("backup.exists", file=target.name)
    with user_catalogue_lock(home), tempfile.TemporaryDirectory(prefix="redline-") as folder:
        database = Path(folder) / "ledger.sqlite"
        checks = _copy_database(home / _LEDGER, database)
        paths = sorted(_kept_files(home))
        listed: dict[str, dict[str, Any]] = {}
        with (
            whole_file(target, private=True, durable=True) as draft,
            zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            if database.exists():
                listed[str(_LEDGER)] = _add(archive, database, str(_LEDGER))
            for number, path in enumerate(paths, start=1):
                name = path.relative_to(home).as_posix()
                try:
                    listed[name] = _add(archive, path, name)
                except FileNotFoundError:
                    if name.split("/")[0] not in _PASSING:
                        raise
                progress(number / len(paths), name)
            written_at = datetime.now(UTC).isoformat(timespec="seconds")
            head = {"kind": _KIND, "written_at": written_at, "redline": software_now().redline, "checks": checks}
            archive.writestr(_MANIFEST, json.dumps(head | {"files": listed}, indent=1))
    return Backup(len(listed), sum(one["size"] for one in listed.values()), checks, written_at)


def restore_backup(
    source: Path, home: Path, *, replace: bool = False, progress: Progress = no_progress
) -> tuple[Backup, Path | None]:
    """Put the content of a backup in the place of a data folder; nothing changes unless all of it is sound.

    The app must not be running on the folder.

    Parameters
    ----------
    source : Path
    home : Path
    replace : bool
        Whether a folder that holds anything is moved aside.
    progress : Progress

    Returns
    -------
    Backup, Path or None
        What was restored, and where the folder before lies.

    Raises
    ------
    BadInput
        If the file is no backup, damaged, of a later version, or the folder holds something and is not to be replaced.
    DataFault
        If the disk is full or fails while it is unpacked.
    """
    in_use = home.is_dir() and any(_kept_files(home))
    if in_use and not replace:
        raise BadInput("backup.in_use", folder=str(home))
    with draft_folder(home.parent) as draft:
        try:
            found = _unpack(source, draft, progress)
        except _DAMAGED:
            raise BadInput("backup.damaged", file=source.name) from None
        except OSError as fault:  # a full disk, no permission: of this machine, not of the backup
            raise DataFault("backup.disk", file=source.name, fault=fault.strerror or type(fault).__name__) from fault
        _require_readable(draft / _LEDGER, source.name)
        for name in _STAYS:
            _carry_over(home / name, draft / name)
        before = None
        if home.exists():
            before = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            _take_place(draft, home, before)
        else:
            draft.rename(home)
    if before is not None and not in_use:
        shutil.rmtree(before, ignore_errors=True)
        before = None
    return found, before


def _take_place(draft: Path, home: Path, before: Path) -> None:
    """Put a folder in the place of a data folder and that under another name; at no moment is there none."""
    if exchange(draft, home):
        try:
            draft.rename(before)
        except OSError:
            exchange(draft, home)  # or the folder before would go with the draft
            raise
        return
    home.rename(before)
    try:
        draft.rename(home)
    except OSError:
        before.rename(home)
        raise


def _carry_over(source: Path, target: Path) -> None:
    """Copy a file or folder of the present data folder in the place of what a backup has; nothing where it is not."""
    if source.is_file():
        shutil.copy2(source, target)
    elif source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)


def _kept_files(home: Path) -> Iterator[Path]:
    """Yield the files of a data folder that a backup holds, without the database."""
    for folder, folders, files in os.walk(home):
        place = Path(folder)
        top = place == home
        folders[:] = [name for name in folders if not name.startswith(".") and not (top and name in _MADE_AGAIN)]
        for name in files:
            path = place / name
            passing = name.startswith(".") or name.endswith((".lock", ".part")) or (top and name in _MADE_AGAIN)
            if passing or path.is_symlink() or path.relative_to(home).as_posix().startswith(str(_LEDGER)):
                continue
            yield path


def _copy_database(source: Path, target: Path) -> int:
    """Copy the ledger's database as it is at one moment; return the number of checks, 0 if there is none."""
    if not source.exists():
        return 0
    try:
        with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(target)) as copy:
            ours.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise DataFault("ledger.database", fault="quick_check")
            return int(copy.execute("SELECT count(*) FROM checks").fetchone()[0])
    except sqlite3.DatabaseError as fault:
        raise DataFault("ledger.database", fault=str(fault)) from fault


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> dict[str, Any]:
    """Write a file into an archive; return its size and digest as written."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as member:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            member.write(piece)
    return {"sha256": digest.hexdigest(), "size": size}


def _unpack(source: Path, folder: Path, progress: Progress) -> Backup:
    """Unpack a backup into a folder, each file held against its digest; raise one of `_DAMAGED` for anything else."""
    with zipfile.ZipFile(source) as archive:
        head = json.loads(archive.read(_MANIFEST))
        if head["kind"] != _KIND or sorted(archive.namelist()) != sorted([*head["files"], _MANIFEST]):
            raise ValueError("no backup")
        for number, (name, said) in enumerate(head["files"].items(), start=1):
            if not _is_plain(name):
                raise ValueError(name)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            if _extract(archive, name, target, int(said["size"])) != said["sha256"]:
                raise ValueError(name)
            progress(number / len(head["files"]), name)
        sizes = sum(int(said["size"]) for said in head["files"].values())
        return Backup(len(head["files"]), sizes, int(head["checks"]), str(head["written_at"]))


def _extract(archive: zipfile.ZipFile, name: str, target: Path, most: int) -> str:
    """Write a member to a file, no more than it is said to have; return its digest."""
    digest, left = hashlib.sha256(), most
    with archive.open(name) as member, target.open("wb") as file:
        while piece := member.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise ValueError(name)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(_PRIVATE_FILE)
    return digest.hexdigest()


def _is_plain(name: str) -> bool:
    """Return whether a name stays within the folder and is none of what is made again."""
    path = PurePosixPath(name)
    odd = path.is_absolute() or "\\" in name or ":" in name or any(part in {"", ".", ".."} for part in name.split("/"))
    return not odd and path.parts[0] not in _MADE_AGAIN


def _require_readable(database: Path, name: str) -> None:
    """Raise `BadInput` for a ledger that is damaged or of a later version."""
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database)) as db:
            sound = db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        sound, version = False, 0
    if not sound:
        raise BadInput("backup.damaged", file=name)
    if version > len(MIGRATIONS):
        raise BadInput("backup.newer", file=name)
