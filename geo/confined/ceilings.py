"""What a confined process may use, imposed by the kernel."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import resource

__all__ = ["DEFAULT_CEILINGS", "Ceilings", "impose"]

_MB: Final = 1 << 20


@dataclass(frozen=True)
class Ceilings:
    """What a process may use until it is ended.

    Attributes
    ----------
    memory_mb : int
        Address space above what the process has when it begins.
    seconds : int
        By the clock; also of processor time.
    written_mb : int
        Of each file that it writes.
    files : int
        Open at once.
    """

    memory_mb: int = 4096
    seconds: int = 300
    written_mb: int = 4096
    files: int = 256


DEFAULT_CEILINGS: Final = Ceilings()


def impose(ceilings: Ceilings) -> None:
    """Impose ceilings on this process, for good. Where the system has no such limits (Windows), nothing happens."""
    if sys.platform == "win32":
        return
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if _has_proc() else 0
    for kind, most in (
        (resource.RLIMIT_AS, used + ceilings.memory_mb * _MB),
        (resource.RLIMIT_CPU, ceilings.seconds),
        (resource.RLIMIT_FSIZE, ceilings.written_mb * _MB),
        (resource.RLIMIT_NOFILE, ceilings.files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _has_proc() -> bool:
    return Path("/proc/self/statm").is_file()
