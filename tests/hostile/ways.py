"""The ways in for a file of a stranger, and what it may take."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geo.read
from geo.errors import CrsError, RedlineError
from geo.sites import ReadLimits
from layers.own import read_and_validate

__all__ = ["LIMITS", "WAYS", "fault_of", "memory_mb"]

LIMITS: Final = ReadLimits(
    upload_mb=200, unpacked_mb=1000, sites=100_000, vertices=5_000_000, read_memory_mb=2000, read_seconds=10
)


def _with_any_system(read: Callable[..., Any], content: bytes, name: str) -> Any:
    """Read a file; once more with a system where it names none, as a user would."""
    try:
        return read(content, name, limits=LIMITS)
    except CrsError as fault:
        if fault.key not in {"geo.crs_missing", "geo.text_crs_missing"}:
            raise
        return read(content, name, limits=LIMITS, crs="EPSG:4490")


WAYS: Final[dict[str, Callable[[bytes, str], Any]]] = {
    "sites": lambda content, name: _with_any_system(geo.read.read_sites, content, name),
    "summary": lambda content, name: geo.read.inspect(content, name, limits=LIMITS),
    "layer": lambda content, name: _with_any_system(read_and_validate, content, name),
}


def fault_of(read: Callable[[bytes, str], Any], content: bytes, name: str) -> RedlineError | None:
    """Return the fault by which reading ends; None if it is read."""
    try:
        read(content, name)
    except RedlineError as fault:
        return fault
    return None


def memory_mb() -> float:
    """Return the memory of this process, now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
