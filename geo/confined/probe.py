"""What this machine does to confine a process, tried in one."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.confined.call import confined
from geo.confined.ceilings import Ceilings

if sys.platform != "win32":
    import resource

__all__ = ["Confinement", "confinement", "try_doors"]


@dataclass(frozen=True)
class Confinement:
    """Which doors are closed to a confined process.

    Attributes
    ----------
    process : bool
        It is a process of its own.
    memory : bool
        Its memory, processor time and files are limited.
    files : bool
        It sees nothing of the disk but programs and its own folder.
    network : bool
        It reaches no network, not even this machine.
    """

    process: bool
    memory: bool
    files: bool
    network: bool


@cache
def confinement() -> Confinement:
    """Return which doors are closed, as a confined process finds them; tried once."""
    with tempfile.NamedTemporaryFile(prefix="redline-door-") as outside, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        found = confined(try_doors, os.getpid(), outside.name, listener.getsockname()[1], ceilings=Ceilings(seconds=20))
    return Confinement(*found)


def try_doors(parent: int, outside: str, port: int) -> list[bool]:
    """Return, in a confined process, whether it is one of its own, is limited, and is kept from a file and a port."""
    return [os.getpid() != parent, _is_limited(), not _can_read(Path(outside)), not _can_connect(port)]


def _is_limited() -> bool:
    if sys.platform == "win32":
        return False
    return all(
        resource.getrlimit(kind)[0] != resource.RLIM_INFINITY
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
    )


def _can_read(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def _can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
