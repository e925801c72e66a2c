"""What a reader may do to its process: called in a confined one."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path
from typing import Any, NoReturn

from geo.crs import Candidate
from geo.errors import BadInput, CrsError
from geo.progress import Progress


def give(value: Any, **more: Any) -> Any:
    return [value, more] if more else value


def content(value: bytes | Path) -> list[Any]:
    """Return the bytes that were handed over, and whether a path came as a path within the folder of the call."""
    if isinstance(value, bytes):
        return [value, False]
    return [value.read_bytes(), value.parent == Path.cwd()]


def refuse() -> NoReturn:
    raise CrsError("geo.crs_missing", name="甲.csv", likely="x", candidates=(Candidate("EPSG:4490", ("degrees",)),))


def refuse_with(kind: str) -> NoReturn:
    raise BadInput("geo.no_features", name={"甲"} if kind == "set" else "甲")


def reply_by_pipe() -> None:
    try:
        os.mkfifo("reply")
    finally:
        os._exit(0)


def say_nothing() -> None:
    os._exit(0)


def break_off() -> NoReturn:
    raise ZeroDivisionError("the inside of a reader")


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def sleep() -> None:
    time.sleep(600)


def spin() -> NoReturn:
    while True:
        pass


def swell() -> int:
    return len(bytearray(8 << 30))


def write_much() -> None:
    with open("much", "wb") as file:  # noqa: PTH123 -- in the folder of the call
        for _ in range(64):
            file.write(bytes(1 << 20))


def go_deep() -> Any:
    return go_deep()


def try_to(what: str, where: str, port: int) -> str:
    """Return "" if something could be done that must not be, else the kind of error."""
    deeds = {
        "read": lambda: Path(where).read_bytes(),
        "list": lambda: list(Path(where).parent.iterdir()),
        "write": lambda: Path(where).write_bytes(b"x"),
        "remove": lambda: Path(where).unlink(),
        "link": lambda: Path("link").hardlink_to(where),
        "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=2).close(),
        "look up": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "make a pipe": lambda: os.mkfifo("pipe"),
        "make a link": lambda: Path("link").symlink_to(where),
        "signal": lambda: os.kill(os.getppid(), 0),
        "run": lambda: os.posix_spawn("/bin/ls", ["/bin/ls", where], {}),
    }
    try:
        deeds[what]()
    except OSError as fault:
        return type(fault).__name__
    return ""


def count_up(progress: Progress) -> str:
    for share in (0.25, 0.5, 1.0):
        progress(share, f"step {share}")
        time.sleep(0.5)
    return "done"


def report_nonsense(progress: Progress, text: str) -> None:
    """Leave something else than a report where a report is looked for, then go on."""
    Path("progress.json").write_text(text)
    time.sleep(1.0)


def report_and_sleep(progress: Progress) -> None:
    progress(0.5)
    time.sleep(600)


def leave_somebody_behind(seconds: float) -> int:
    """Return the number of a process that goes on after this one."""
    other = os.fork()
    if not other:
        time.sleep(seconds)
        os._exit(0)
    return other


def environment() -> list[str]:
    return sorted(os.environ)
