"""``/health`` and ``/ready``, for whoever watches the server: whether it runs, and whether it can do its work.

They say which part is at fault and nothing else: no path, no name of a layer. What to do stands on the Data page and in
the log.
"""

from __future__ import annotations

from importlib import metadata
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from views.condition.parts import PARTS, look

__all__ = ["health", "ready"]

_HEADERS: Final = {"Cache-Control": "no-store"}
_UNAVAILABLE: Final = 503


def health(_: Request) -> Response:
    """Say that the server runs."""
    return PlainTextResponse("ok", headers=_HEADERS)


def ready(_: Request) -> Response:
    """Say of each part whether it can do its work; 503 if one cannot. A mere warning keeps nobody away."""
    found = look()
    faulty = {one.part for one in found}
    parts = {part: part not in faulty for part in PARTS}
    told = {"ready": not any(one.stops for one in found), "version": metadata.version("redline"), **parts}
    return JSONResponse(told, 200 if told["ready"] else _UNAVAILABLE, headers=_HEADERS)
