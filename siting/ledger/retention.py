"""Retention: files as uploaded go after a time that the office sets; what was checked, and how, stays."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from siting.ledger.store import Ledger

__all__ = ["drop_inputs"]

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_DAY_S: Final = 86_400
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
    dropped = 0
    with ledger.database.writing() as db:
        db.execute("BEGIN IMMEDIATE")  # nobody stores a check of a file while it is deleted
        named = dict(db.execute(_LAST_USED).fetchall())
        for path in sorted(ledger.kept.inputs.glob("*")):
            if not _NAME.fullmatch(path.name):
                continue
            if path.name in named and named[path.name] < before:
                ledger.kept.drop_bytes(path.name, f"{now:%Y-%m-%d}")
                dropped += 1
            elif path.name not in named and time.time() - path.stat().st_mtime > _DAY_S:
                path.unlink(missing_ok=True)
                dropped += 1
        db.execute("ROLLBACK")
    return dropped
