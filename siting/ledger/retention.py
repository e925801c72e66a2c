"""Retention: files as uploaded go after a time that the office sets; what was checked, and how, stays."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from siting.ledger.store import Ledger

__all__ = ["drop_inputs"]

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_DAY_S: Final = 86_400
_AT_ONCE: Final = 100
"""So many are looked at before whoever waits to store a check has a turn."""
_LAST_USED: Final = (
    "SELECT input_sha256, max(stored_at) FROM checks WHERE input_sha256 IS NOT NULL GROUP BY input_sha256"
)


def drop_inputs(ledger: Ledger, keep_days: float) -> int:
    """Delete the copies of uploaded files of which no check of the last days speaks; return how many.

    The sites of a check stay, with its report and its layers, so that it can still be verified, but not whether the
    file would be read the same today; with each file goes what else it held. A note of the day is left in its place.
    Copies that no check names, which a crash leaves, go after a day.

    Parameters
    ----------
    ledger : Ledger
        Whole: not as somebody sees it who may not see some layers.
    keep_days : float

    Raises
    ------
    DataFault
        If the data folder cannot be written, or the ledger cannot be read.
    """
    now = datetime.now(UTC)
    before = (now - timedelta(days=keep_days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    paths = [path for path in sorted(ledger.kept.inputs.glob("*")) if _NAME.fullmatch(path.name)]
    return sum(
        _drop_some(ledger, paths[at : at + _AT_ONCE], before, f"{now:%Y-%m-%d}")
        for at in range(0, len(paths), _AT_ONCE)
    )


def _drop_some(ledger: Ledger, paths: list[Path], before: str, day: str) -> int:
    """Delete those of some copies that no check since `before` used, while nobody stores a check; return how many."""
    dropped = 0
    with ledger.database.writing() as db:
        db.execute("BEGIN IMMEDIATE")
        named = dict(db.execute(_LAST_USED).fetchall())
        for path in paths:
            if path.name in named and named[path.name] < before:
                ledger.kept.drop_bytes(path.name, day)
                dropped += 1
            elif path.name not in named and time.time() - path.stat().st_mtime > _DAY_S:
                path.unlink(missing_ok=True)
                dropped += 1
        db.execute("ROLLBACK")
    return dropped
