"""Confine this process by the Linux kernel itself: Landlock for files, a namespace of its own for the network.

Both need no privilege and no program (docs/decisions/reading-outside.md); numbers and structures are those of the
kernel's ``include/uapi/linux/landlock.h`` and ``sched.h``, the same on x86-64 and aarch64.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["cut_network", "landlock_version", "restrict_files"]

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_CREATE_RULESET_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_NO_NEW_PRIVS: Final = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST_RIGHTS: Final = (1 << 13) - 1
"""All rights on files and folders of the first version; the later ones follow by version."""
_LATER_RIGHTS: Final = ((2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_SPECIAL_FILES: Final = sum(1 << bit for bit in (6, 9, 10, 11, 12))
"""To make devices, sockets, pipes and symbolic links."""
_TCP: Final = 0b11
_SCOPES: Final = 0b11
"""Signals to, and abstract sockets of, processes outside."""

_NEW_USER: Final = 0x10000000
_NEW_NET: Final = 0x40000000


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; 0 if it has none, or is not Linux."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION))


def restrict_files(readable: Iterable[Path], writable: Path) -> bool:
    """Let this process read some paths, and write below one, and no more; return whether the kernel sees to that.

    It can start no program either; TCP and signals to others are closed where the kernel's Landlock can do that.
    """
    version = landlock_version()
    if not version:
        return False
    files = _FIRST_RIGHTS | sum(right for since, right in _LATER_RIGHTS if version >= since)
    attributes = struct.pack("=QQQ", files, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _syscall(_CREATE_RULESET, attributes, size, 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | _READ_DIR)
        _allow(ruleset, Path(os.devnull), _READ_FILE | _WRITE_FILE)
        _allow(ruleset, writable, files & ~_EXECUTE & ~_SPECIAL_FILES)
        _libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        return _syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def cut_network() -> bool:
    """Give this process a network of its own with nothing in it; return whether the kernel lets it."""
    if not sys.platform.startswith("linux"):
        return False
    flags = _NEW_NET if os.geteuid() == 0 else _NEW_USER | _NEW_NET
    return bool(_libc().unshare(flags) == 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for a path; one that is not there needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _WRITE_FILE | _READ_FILE
        _syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    """Return what a system call returns; each number is passed as a 64-bit word."""
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(_libc().syscall(ctypes.c_long(number), *words))


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
