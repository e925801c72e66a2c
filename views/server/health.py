"""``/health`` and ``/ready``, for whoever watches the server: whether it runs, and whether it can do its work.

They say which part is at fault and nothing else: no path, no name of a layer. What to do stands on the Data page and in
the log.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib import metadata
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from geo.errors import RedlineError
from layers.catalogue import read_user_catalogue
from layers.paths import home
from siting.law import law_files
from siting.ledger import Ledger
from views.server.in_use import catalogue_in_use

__all__ = ["LEAST_FREE_MB", "health", "ready"]

LEAST_FREE_MB: Final = 500
_HEADERS: Final = {"Cache-Control": "no-store"}
_UNAVAILABLE: Final = 503


def health(_: Request) -> Response:
    """Say that the server runs."""
    return PlainTextResponse("ok", headers=_HEADERS)


def ready(_: Request) -> Response:
    """Say of each part whether it can do its work; 503 if one cannot."""
    parts = {name: _holds(check) for name, check in _PARTS.items()}
    told = {"ready": all(parts.values()), "version": metadata.version("redline"), **parts}
    return JSONResponse(told, 200 if told["ready"] else _UNAVAILABLE, headers=_HEADERS)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (OSError, RedlineError):
        return False


def _can_write() -> bool:
    with tempfile.TemporaryFile(dir=home()) as file:
        file.write(b"x")
        file.flush()
    return True


def _has_room() -> bool:
    return shutil.disk_usage(home()).free > LEAST_FREE_MB << 20


def _ledger_opens() -> bool:
    Ledger.open(home()).search("", limit=1)
    return True


def _imports_read() -> bool:
    read_user_catalogue()
    return True


_PARTS: Final[dict[str, Callable[[], bool]]] = {
    "configuration": lambda: catalogue_in_use() is not None,
    "law": lambda: bool(law_files()),
    "imports": _imports_read,
    "ledger": _ledger_opens,
    "data_folder": _can_write,
    "disk": _has_room,
}
