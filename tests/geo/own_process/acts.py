"""What the tests let processes of their own do."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

from geo.errors import BadInput
from geo.progress import Progress


def pid_and_product(left: np.ndarray, right: int, *, progress: Progress) -> tuple[int, np.ndarray]:
    progress(0.5, "half")
    return os.getpid(), left * right


def refuse(name: str, *, progress: Progress) -> None:
    raise BadInput("geo.reading_crashed", name=name)


class Odd(Exception):
    """Cannot be made again from its text, and holds what cannot be pickled."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__(f"{left} {right}")
        self.lock = threading.Lock()


def break_oddly(*, progress: Progress) -> None:
    raise Odd(1, 2)


def give_a_lock(*, progress: Progress) -> threading.Lock:
    return threading.Lock()


def die(*, progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def write_and_wait(path: Path, *, progress: Progress) -> None:
    path.write_text(str(os.getpid()))
    progress(0.1, "written")
    time.sleep(600)


def variable(name: str, *, progress: Progress) -> str | None:
    return os.environ.get(name)


def has_loaded(module: str, *, progress: Progress) -> bool:
    return module in sys.modules
