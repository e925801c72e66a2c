"""What keeps the server from its work: each part of it and of its data folder, and the sentence on what is wrong.

The Data page shows the sentences, every page that there are some, ``/ready`` the names of the parts, the log all of it.
A part that is at fault stops nothing but what needs it: without a ledger checks are made and not stored, without the
user's catalogue they name their layers as not checked.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.errors import DataFault, RedlineError
from layers.access import AuditLog
from layers.catalogue import read_catalogue, read_user_catalogue, user_catalogue_path
from layers.clock import local_text
from layers.paths import config_in_use, home
from layers.sources import STORED_FILE, ImportedSource
from siting.law import law_files
from siting.ledger import Ledger
from views.condition.others import other_servers

__all__ = ["LEAST_FREE_MB", "PARTS", "PartFault", "faults", "look"]

LEAST_FREE_MB: Final = 500
_KEEP_S: Final = 10.0
"""How long what was found counts: every page asks."""
_CLOCK_MAY_DIFFER: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class PartFault:
    """A part of the server that is at fault.

    Attributes
    ----------
    part : str
        One of `PARTS`.
    fault : RedlineError
        One sentence: what, where, what to do.
    """

    part: str
    fault: RedlineError

    @property
    def stops(self) -> bool:
        """Whether the server cannot do all of its work; a second server or a clock that is off is a warning."""
        return self.part not in _WARNINGS


def faults() -> list[PartFault]:
    """Return the parts that are at fault, as they were looked at within the last seconds.

    One asks, and waits for a locked ledger if need be; meanwhile others get what was found before.
    """
    folder, found = str(home()), _FOUND[:]
    known = bool(found) and found[0][0] == folder
    if known and time.monotonic() - found[0][1] <= _KEEP_S:
        return found[0][2]
    if not _LOOKING.acquire(blocking=not known):
        return found[0][2]
    try:
        _FOUND[:] = [(folder, time.monotonic(), look())]
        return _FOUND[0][2]
    finally:
        _LOOKING.release()


def look() -> list[PartFault]:
    """Return the parts that are at fault now."""
    found = []
    for part, refuse in PARTS.items():
        try:
            refuse()
        except RedlineError as fault:
            found.append(PartFault(part, fault))
        except OSError as fault:
            found.append(PartFault(part, DataFault("condition.broken", fault=fault.strerror or type(fault).__name__)))
    return found


def _configuration() -> None:
    read_catalogue(config_in_use())


def _law() -> None:
    if not law_files():
        raise DataFault("condition.no_law")


def _imports() -> None:
    """Raise the fault of the user's catalogue, or of a layer in use whose file is not there."""
    specs = [entry.in_use.layer for entry in read_user_catalogue().entry if entry.in_use is not None]
    gone = [
        spec.id
        for spec in specs
        if isinstance(spec.source, ImportedSource) and not (home() / spec.source.folder / STORED_FILE).is_file()
    ]
    if gone:
        raise DataFault("condition.import_files_gone", layers=", ".join(gone))


def _ledger() -> None:
    database = Ledger.open(home()).database
    if time.monotonic() - _READ_WHOLE.get(home(), -_READ_WHOLE_S) >= _READ_WHOLE_S:
        database.refuse_damaged()
        _READ_WHOLE[home()] = time.monotonic()
    database.refuse_unwritable()


def _data_folder() -> None:
    try:
        with tempfile.TemporaryFile(dir=home()) as file:
            file.write(b"x")
            file.flush()
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise DataFault("condition.data_folder", folder=str(home()), fault=why) from fault


def _disk() -> None:
    free_mb = shutil.disk_usage(home()).free >> 20
    if free_mb < LEAST_FREE_MB:
        raise DataFault("condition.disk", folder=str(home()), free=free_mb, least=LEAST_FREE_MB)


def _clock() -> None:
    """Raise `DataFault` if the clock stands before what was recorded last: what comes next would be out of order."""
    latest = _last_recorded()
    if latest is not None and latest - dt.datetime.now(dt.UTC) > _CLOCK_MAY_DIFFER:
        raise DataFault("condition.clock", now=_minute(dt.datetime.now(dt.UTC)), last=_minute(latest))


def _last_recorded() -> dt.datetime | None:
    """Return the latest time in the ledger, the audit log and the catalogue; None if nothing was recorded."""
    moments = [_stored_last(), AuditLog(home() / "audit").last_at()]
    if user_catalogue_path().is_file():
        moments.append(dt.datetime.fromtimestamp(user_catalogue_path().stat().st_mtime, dt.UTC).isoformat())
    return max((dt.datetime.fromisoformat(moment) for moment in moments if moment), default=None)


def _stored_last() -> str | None:
    try:
        return Ledger.open(home()).database.latest()
    except RedlineError:  # of the part ledger
        return None


def _minute(moment: dt.datetime) -> str:
    return local_text(moment.isoformat())


def _alone() -> None:
    others = other_servers(home())
    if others:
        raise DataFault("condition.other_servers", folder=str(home()), servers=", ".join(others))


PARTS: Final[dict[str, Callable[[], None]]] = {
    "configuration": _configuration,
    "law": _law,
    "imports": _imports,
    "ledger": _ledger,
    "data_folder": _data_folder,
    "disk": _disk,
    "clock": _clock,
    "alone": _alone,
}
"""What is looked at, by the name that ``/ready`` gives it; each raises its fault."""
_WARNINGS: Final = frozenset({"clock", "alone"})
_READ_WHOLE_S: Final = 600.0
"""How long a ledger counts as sound that was read from end to end."""
_READ_WHOLE: Final[dict[Path, float]] = {}
"""When the ledger of a data folder was read whole and found sound (monotonic clock)."""
_LOOKING: Final = threading.Lock()
_FOUND: Final[list[tuple[str, float, list[PartFault]]]] = []
"""Data folder, time and result of the last look."""
