"""Streamlit's own files on a slow line: compressed, and a first page that says at once what is being opened.

Streamlit sends its scripts as they are (a first visit took 2.9 MB of them, 0.8 MB compressed) and an empty page until
they have come.
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carto.markup import Markup
from carto.style import THEME
from views.server.downloads import url_prefix
from words import LANGUAGES, t

__all__ = ["middleware"]

_FOLDER: Final = Path(streamlit.__file__).parent / "static" / "static"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}
_FILE: Final = re.compile(r"/static/(js|css)/([A-Za-z0-9_-][A-Za-z0-9._-]*)")
_HEADERS: Final = {
    "Cache-Control": "public, immutable, max-age=31536000",
    "Content-Encoding": "gzip",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
_ROOT: Final = b'<div id="root"></div>'
_TITLE: Final = Markup("<title>{}</title>")
_OPENING: Final = Markup(
    '<div id="root"><p style="font: 16px sans-serif; color: {}; text-align: center; margin-top: 30vh">'
    "<b>{}</b><br>{}</p></div>"
)
_UNUSED_FONT: Final = re.compile(rb'<link\s+rel="preload"[^>]*as="font"[^>]*/>')
"""The font that Streamlit has the browser fetch first; the theme uses those of the machine."""
_LONGEST_PAGE: Final = 200_000


def middleware() -> list[Middleware]:
    """Return the middleware of the product, for ``st.App``."""
    return [Middleware(_ShellFiles)]


class _ShellFiles:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        found = _FILE.fullmatch(scope["path"].removeprefix(url_prefix().removesuffix("/redline")))
        if found is not None and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            content = _zipped(found[1], found[2])
            if content is not None:
                await Response(content, headers=_HEADERS, media_type=_TYPES[f".{found[1]}"])(scope, receive, send)
                return
        if "text/html" in Headers(scope=scope).get("accept", ""):
            plain = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            await self._app({**scope, "headers": plain}, receive, _FirstPage(send))
            return
        await self._app(scope, receive, send)


@lru_cache(maxsize=600)
def _zipped(kind: str, name: str) -> bytes | None:
    """Return a file of Streamlit's compressed, None where there is none of that name."""
    path = _FOLDER / kind / name
    if path.suffix != f".{kind}" or not path.is_file():
        return None
    return gzip.compress(path.read_bytes(), 9, mtime=0)


class _FirstPage:
    """Sends a response on; into a page of Streamlit's it puts what shows until its scripts have come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False) and len(self._body) < _LONGEST_PAGE:
            return
        start, self._start = self._start, None
        body = self._body if message.get("more_body", False) else _with_words(self._body)
        if body is not self._body:
            headers = MutableHeaders(raw=list(start["headers"]))
            for name in ("etag", "last-modified"):  # of the page without our words
                del headers[name]
            headers["content-length"] = str(len(body))
            start = {**start, "headers": headers.raw}
        await self._send(start)
        await self._send({**message, "body": body})


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and html and "content-encoding" not in headers


def _with_words(page: bytes) -> bytes:
    """Return a page of Streamlit's with the name of the product and that it is being opened; any other as it is."""
    if _ROOT not in page:
        return page
    name = t("views.brand", "zh")
    opening = " ".join(t("frame.opening", lang) for lang in LANGUAGES)
    words = _OPENING.format(THEME["accent"], name, opening).encode()
    titled = page.replace(b"<title>Streamlit</title>", _TITLE.format(name).encode())
    return _UNUSED_FONT.sub(b"", titled).replace(_ROOT, words, 1)
