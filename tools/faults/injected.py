"""Run a function in a process whose system calls fail, or that is killed at one of them (strace)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CALLS", "Ending", "Injection", "calls_within", "run"]

CALLS: Final = (
    "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "mkdir", "mkdirat",
    "ftruncate", "unlink", "unlinkat", "openat",
)  # fmt: skip
"""Calls that change what is on the disk; of ``openat`` those that make a file."""
_ATTACH_S: Final = 20
_MOST_S: Final = 120
_LINE: Final = re.compile(r"^(\d+)\s+(\w+)\((.*)$")


@dataclass(frozen=True)
class Injection:
    """One thing that goes wrong: the how-manieth of a call, and an error or a signal.

    Attributes
    ----------
    call : str
    when : int
        From 1.
    what : str
        ``error=ENOSPC``, ``error=EIO``, ``signal=KILL``.
    """

    call: str
    when: int
    what: str


@dataclass(frozen=True)
class Ending:
    """What came of a run: exit status (a signal as a negative number), what it acknowledged, its calls as logged."""

    status: int
    acknowledged: str
    log: str


def run(function: Callable[[Callable[[str], None]], None], injection: Injection | None) -> Ending:
    """Run a function in a fork of this process; it acknowledges what is done by calling its argument.

    Parameters
    ----------
    function : callable
    injection : Injection or None
        None: nothing goes wrong, and all calls are logged.
    """
    go_read, go_write = os.pipe()
    told_read, told_write = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _be_child(function, go_read, told_write)
    os.close(go_read)
    os.close(told_write)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        log = Path(folder) / "log"
        traced = ",".join(CALLS) if injection is None else injection.call
        command = ["strace", "-f", "-q", "-y", "-o", str(log), "-e", f"trace={traced}"]
        if injection is not None:
            command += ["-e", f"inject={injection.call}:{injection.what}:when={injection.when}"]
        tracer = subprocess.Popen([*command, "-p", str(child)], stderr=subprocess.DEVNULL)
        _wait_for_tracer(child, tracer)
        os.write(go_write, b"g")
        os.close(go_write)
        with os.fdopen(told_read, "rb") as told:
            acknowledged = told.read().decode()
        _, status = os.waitpid(child, 0)
        tracer.wait(_MOST_S)
        return Ending(os.waitstatus_to_exitcode(status), acknowledged, log.read_text(errors="replace"))


def _be_child(function: Callable[[Callable[[str], None]], None], go: int, told: int) -> None:
    """Wait until the tracer is there, run the function, and end without any of the parent's clean-up."""
    status = 1
    try:
        os.read(go, 1)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        function(lambda text: os.write(told, f"{text}\n".encode()) and None)
        status = 0
    finally:
        os._exit(status)


def _wait_for_tracer(child: int, tracer: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _ATTACH_S
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        if tracer.poll() is not None or time.monotonic() > until:
            os.kill(child, 9)
            raise SystemExit("strace cannot attach: it needs the package strace and ptrace of one's own processes")
        time.sleep(0.002)


def calls_within(log: str, folder: Path) -> list[tuple[str, int]]:
    """Return call and how-manieth of the calls of the first process that concern a folder."""
    counts: dict[str, int] = {}
    found = []
    first = ""
    for line in log.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        first = first or match[1]
        if match[1] != first:
            continue
        call = match[2]
        counts[call] = counts.get(call, 0) + 1
        if str(folder) in match[3] and (call != "openat" or "O_CREAT" in match[3]):
            found.append((call, counts[call]))
    return found
