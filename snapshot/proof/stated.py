"""What readers of manifests share: how much they read, and what a manifest says of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from geo.errors import BadInput

__all__ = ["refuse_long", "stated_hashes"]

_MOST_TEXT: Final = 600 << 20


def refuse_long(path: Path) -> None:
    """Refuse a file that is read as a whole and is too long for that."""
    if path.stat().st_size > _MOST_TEXT:
        raise BadInput("takeaway.verify_too_large", name=path.name)


def stated_hashes(manifest: Any, name: str) -> dict[str, Any]:
    """Return the hashes that a manifest states of its tables, by their names."""
    if not isinstance(manifest, dict) or not isinstance(manifest.get("tables"), list):
        raise BadInput("takeaway.verify_no_manifest", name=name)
    return {str(table["name"]): table.get("sha256") for table in manifest["tables"]}
