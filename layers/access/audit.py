"""The audit log (全程留痕): who saw, checked, changed or took what, and when, in lines chained by hash.

Each line holds the hash of the line before it, so a line that is altered, taken out or put in shows at the next. How
many there are and the last hash stand in a second file, so that lines missing at the end show too. Nothing in a line is
a coordinate or an attribute of a layer.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, get_args

from filelock import FileLock

from geo.errors import DataFault
from geo.whole_file import whole_file
from layers.access.person import Person

__all__ = ["ACTIONS", "Action", "AuditLog", "AuditState", "Entry"]

Action = Literal["open", "see", "check", "store", "amend", "export", "import", "change", "command", "refused"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_START: Final = "0" * 64
_LONGEST: Final = 300
"""Characters of a text in a line."""
_WAIT_S: Final = 20


@dataclass(frozen=True)
class Entry:
    """One line.

    Attributes
    ----------
    number : int
        From 1.
    at : str
        UTC, ISO 8601 with milliseconds.
    person, role : str
    action : str
        One of `ACTIONS`.
    subject : str
        What was done to: the number of a check, the id of a layer, a page, a form of export, a command.
    detail : str
    before, hash : str
        Hash of the line before; SHA-256 of this one's other fields.
    """

    number: int
    at: str
    person: str
    role: str
    action: str
    subject: str
    detail: str
    before: str
    hash: str


@dataclass(frozen=True)
class AuditState:
    """What the log is worth: how many lines, and the number of the first that does not follow; None if all do."""

    lines: int
    broken_at: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every line follows from the one before, and none is missing at the end."""
        return self.broken_at is None


class AuditLog:
    """The log in a folder; several processes may write to it.

    Parameters
    ----------
    folder : Path
        Made at the first line.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path, self._head = folder, folder / "log.jsonl", folder / "head.json"

    def add(self, person: Person, action: Action, subject: str = "", detail: str = "") -> None:
        """Add a line; it is on the disk when this returns.

        Raises
        ------
        DataFault
            If it cannot be written: what should be recorded must not be done then.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._folder / "log.lock", timeout=_WAIT_S), self._path.open("a+b") as file:
                number, before = self._follows(file.fileno())
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                name, role, what, more = (text[:_LONGEST] for text in (person.name, person.role or "", subject, detail))
                entry = _hashed(Entry(number + 1, now, name, role, action, what, more, before, ""))
                _write_whole(file.fileno(), (json.dumps(asdict(entry), ensure_ascii=False) + "\n").encode())
                with whole_file(self._head, private=True) as part:
                    part.write_text(json.dumps({"number": entry.number, "hash": entry.hash}), encoding="utf-8")
        except (OSError, TimeoutError) as fault:
            raise DataFault("access.audit_not_written", fault=getattr(fault, "strerror", None) or str(fault)) from fault

    def last_at(self) -> str | None:
        """Return when the last line was added (UTC, ISO 8601); None if there is none, or it is no line."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - (1 << 16)))
                lines = file.read().splitlines()
        except OSError:
            return None
        entry = _parsed(lines[-1]) if lines else None
        return None if entry is None else entry.at

    def entries(self) -> Iterator[Entry]:
        """Yield the lines that can be read, the oldest first."""
        for entry in self._read():
            if entry is not None:
                yield entry

    def state(self) -> AuditState:
        """Return whether all lines are there and as they were written."""
        before, count, found_head = _START, 0, None
        head = self._head_record()
        for number, entry in enumerate(self._read(), start=1):
            count = number
            if entry is None or entry.number != number or entry.before != before or _hashed(entry) != entry:
                return AuditState(count, number)
            before = entry.hash
            if head is not None and number == head[0]:
                found_head = entry.hash
        if head is None:
            return AuditState(count, 1 if count else None)  # lines, and nothing that says how many
        return AuditState(count) if found_head == head[1] else AuditState(count, min(count + 1, head[0]))

    def _read(self) -> Iterator[Entry | None]:
        """Yield each line, None for one that is none; what a killed writer left at the end is no line."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield _parsed(line)

    def _follows(self, handle: int) -> tuple[int, str]:
        """Return number and hash of what the next line follows.

        That is the last line, but where lines are missing at the end what the second file says of them: what is added
        must not hide that.
        """
        last, head = self._last(handle), self._head_record()
        if head is None:
            return (0, _START) if last is None else last if last[0] == 1 else (last[0], _START)
        return head if last is None or head[0] >= last[0] else last

    def _last(self, handle: int) -> tuple[int, str] | None:
        """Return number and hash of the last whole line; cut off what a killed writer left after it."""
        size = os.fstat(handle).st_size
        tail_from = max(0, size - (1 << 16))
        os.lseek(handle, tail_from, os.SEEK_SET)
        tail = os.read(handle, size - tail_from)
        whole = tail.rfind(b"\n") + 1
        if whole < len(tail):
            os.ftruncate(handle, tail_from + whole)
        lines = tail[:whole].splitlines()
        if not lines:
            return None
        entry = _parsed(lines[-1])
        if entry is not None:
            return entry.number, entry.hash
        return sum(1 for _ in self._read()), hashlib.sha256(lines[-1]).hexdigest()  # what is no line has no hash

    def _head_record(self) -> tuple[int, str] | None:
        try:
            head = json.loads(self._head.read_text(encoding="utf-8"))
            return int(head["number"]), str(head["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _write_whole(handle: int, line: bytes) -> None:
    """Append a line so that it is on the disk; if only a part of it went in, take that out and raise `OSError`."""
    size = os.fstat(handle).st_size
    try:
        taken = os.write(handle, line)
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise
    if taken < len(line):  # a disk that fills up takes a part and says nothing
        os.ftruncate(handle, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _hashed(entry: Entry) -> Entry:
    """Return a line with the hash of its other fields."""
    fields = {name: value for name, value in asdict(entry).items() if name != "hash"}
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Entry(**fields, hash=hashlib.sha256(text.encode()).hexdigest())


def _parsed(line: bytes) -> Entry | None:
    try:
        fields = json.loads(line)
        entry = Entry(**fields)
    except (ValueError, TypeError):
        return None
    texts = all(isinstance(value, str) for name, value in fields.items() if name != "number")
    return entry if texts and isinstance(entry.number, int) else None
