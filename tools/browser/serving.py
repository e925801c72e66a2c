"""The app as ``redline serve`` runs it, for a script or a test that opens it in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "free_port", "serving"]

ROOT: Final = Path(__file__).resolve().parent.parent.parent
"""The checkout that this file belongs to."""
_LAST_LINES: Final = 20


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(
    home: Path, port: int | None = None, checkout: Path = ROOT, more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run the app of a checkout, in Chinese; yield its address once it says it; stop it at the end.

    Parameters
    ----------
    home : Path
        Its data folder.
    port : int, optional
        A free one by default.
    checkout : Path
        With an environment of its own in ``.venv``, or it runs in this one.
    more : mapping, optional
        Variables of the environment, such as ``REDLINE_CONFIG``.

    Raises
    ------
    RuntimeError
        If the server ends before it says its address: the last lines of what it printed.
    """
    port = free_port() if port is None else port
    python = checkout / ".venv" / "bin" / "python"
    process = subprocess.Popen(
        [str(python) if python.is_file() else sys.executable, "-m", "cli", "serve", "--port", str(port)],
        cwd=checkout,
        env=os.environ | {"REDLINE_HOME": str(home), "REDLINE_LANG": "zh"} | dict(more or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    output: list[str] = []
    try:
        for line in process.stdout:  # ends when the server does
            output.append(line)
            if "URL:" in line:
                break
        else:
            raise RuntimeError("the server ended: " + "".join(output[-_LAST_LINES:]))
        threading.Thread(target=output.extend, args=(process.stdout,), daemon=True).start()  # so that it never waits
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
