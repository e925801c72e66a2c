"""Where a user's own data lives: never in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["home"]


def home() -> Path:
    """Return ``REDLINE_HOME``, else ``redline`` under the user's data folder; made if it is not there.

    It holds imports, the catalogue overlay, tiles and the ledger (docs/architecture.md, Stores).
    """
    named = os.environ.get("REDLINE_HOME")
    if named:
        folder = Path(named).expanduser()
    else:
        base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or "~/.local/share"
        folder = Path(base).expanduser() / "redline"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
