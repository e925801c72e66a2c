"""Files of Streamlit and of the map's frame: compressed for a slow line, and asked for before they are needed.

Streamlit sends its scripts as they are (a first visit took 2.9 MB of them, 0.8 MB compressed), one after another as it
meets their widgets, and an empty page until they have come. The first page says at once what is being opened, names the
scripts of all widgets, and holds small scripts of ours that must be there before Streamlit (``views/js``). The frame of
the map names the map's own files.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import brotli
import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carto.map import bundle
from carto.markup import Markup, raw_text
from carto.style import THEME
from layers.paths import PRODUCT
from views.server.doors import Doors
from views.server.downloads import url_prefix
from views.server.endpoints import FROM_COMPONENT
from views.server.gate import Gate
from views.server.in_use import catalogue_in_use
from views.server.policy import frame_policy, new_nonce, page_policy
from words import LANGUAGES, t

__all__ = ["middleware"]


def _package_folder(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


_FOLDER: Final = Path(streamlit.__file__).parent / "static" / "static"
_FRAME_FOLDER: Final = _package_folder("streamlit_folium") / "frontend" / "build"
"""Of the component that holds the map; importing it here, outside a script, would leave it unregistered."""
_TYPES: Final = {"js": "text/javascript", "css": "text/css", "media": "font/woff2"}
_FILE: Final = re.compile(r"/static/(js|css)/([A-Za-z0-9_-][A-Za-z0-9._-]*)")
_FRAME: Final = re.compile(r"/component/streamlit_folium\.st_folium/(?:index\.html|static/js/(main\.[0-9a-f]+\.js))")
_ICONS: Final = re.compile(r"/static/(media)/(MaterialSymbols-[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.woff2)")
_ICON_FOLDER: Final = PRODUCT / "static" / "vendor" / "streamlit-icons"
"""Streamlit's icons as ``tools.icons`` has written them: those that are used."""
_HEADERS: Final = {
    "Cache-Control": "public, immutable, max-age=31536000",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
_WIDGETS: Final = (
    "BidiComponent", "Button", "ButtonGroup", "Checkbox", "ComponentInstance", "FileUploader", "Multiselect",
    "Selectbox", "rehype-raw",
)  # fmt: skip
"""Scripts that Streamlit loads for what the map page shows."""
_IMPORTED: Final = re.compile(r"""from\s*["']\./([\w.-]+\.js)["']|import\s*["']\./([\w.-]+\.js)["']""")
_COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda content: brotli.compress(content, quality=9),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
"""By the name in the header, what sends least first."""
_SCRIPTS: Final = tuple(PRODUCT / "views" / "js" / name for name in ("history.js", "leads.js", "drawer.js"))
_ROOT: Final = b'<div id="root"></div>'
_TITLE: Final = Markup("<title>{}</title>")
_OLDER: Final = PRODUCT / "views" / "js" / "older.js"
_OPENING: Final = Markup(
    "<script>{older}</script><script>{scripts}</script>"
    '<div id="root"><p style="font: 16px sans-serif; color: {colour}; text-align: center; margin-top: 30vh">'
    '<b>{name}</b><br><span id="rl-opening">{opening}</span><span id="rl-too-old" hidden>{too_old}</span></p></div>'
)
_PRELOAD: Final = Markup('<link rel="modulepreload" crossorigin href="./static/js/{}">')
_FRAME_SCRIPT: Final = PRODUCT / "views" / "js" / "frame_nonce.js"
_NONCE_SCRIPT: Final = Markup('<script nonce="{}">{}</script>')
_PRELOAD_MAP: Final = Markup(
    '<link rel="preload" as="script" href="{0}/map.js"><link rel="preload" as="style" href="{0}/map.css">'
)
_UNUSED_FONT: Final = re.compile(rb'<link\s+rel="preload"[^>]*as="font"[^>]*/>')
"""The font that Streamlit has the browser fetch first; the theme uses those of the machine."""
_UNUSED_FACE: Final = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")
"""The same font in the style sheet: a letter that the machine's fonts do not have would fetch all of it."""
_SET_PATTERN: Final = re.compile(rb"RegExp\((`[^`]*`),`([a-z]*)v([a-z]*)`\)")
"""Patterns with the flag ``v``, which Chromium has since 112 (Windows 7 ends at 109); none uses what ``u`` lacks."""
_LONGEST_PAGE: Final = 200_000


def middleware() -> list[Middleware]:
    """Return the middleware of the product, for ``st.App``."""
    return [Middleware(Doors), Middleware(Gate), Middleware(_ShellFiles)]


class _ShellFiles:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        answer = _file(scope)
        if answer is not None:
            await answer(scope, receive, send)
            return
        if "text/html" in Headers(scope=scope).get("accept", ""):
            plain = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            host = Headers(scope=scope).get("host", "")
            await self._app({**scope, "headers": plain}, receive, _FirstPage(send, host))
            return
        await self._app(scope, receive, send)


def _file(scope: Scope) -> Response | None:
    """Return one of Streamlit's own files in fewer bytes; None for any other, and for one that is left to Streamlit."""
    path = scope["path"].removeprefix(url_prefix().removesuffix("/redline"))
    if found := _ICONS.fullmatch(path):
        file = _ICON_FOLDER / found[2]
        return Response(file.read_bytes(), headers=_HEADERS, media_type=_TYPES["media"]) if file.is_file() else None
    accepted = {one.split(";")[0].strip() for one in Headers(scope=scope).get("accept-encoding", "").split(",")}
    encoding = next((one for one in _COMPRESS if one in accepted), None)
    if framed := _FRAME.fullmatch(path):
        if not framed[1]:
            return _frame_page()
        file, kind = _FRAME_FOLDER / "static" / "js" / framed[1], "js"
    elif found := _FILE.fullmatch(path):
        file, kind = _FOLDER / found[1] / found[2], found[1]
    else:
        return None
    content = _compressed(file, kind, encoding) if encoding else None
    if content is None:
        return None
    return Response(content, headers={**_HEADERS, "Content-Encoding": str(encoding)}, media_type=_TYPES[kind])


@lru_cache(maxsize=600)
def _compressed(path: Path, kind: str, encoding: str) -> bytes | None:
    """Return a script or style sheet compressed, None where there is no such file."""
    if path.suffix != f".{kind}" or not path.is_file():
        return None
    content = _UNUSED_FACE.sub(b"", path.read_bytes())
    return _COMPRESS[encoding](_SET_PATTERN.sub(rb"RegExp(\1,`\2u\3`)", content))


def _frame_page() -> Response:
    """Return the page of the map's frame with the names of the map's files: it would ask for them after its own."""
    nonce, catalogue = new_nonce(), catalogue_in_use()
    services = [] if catalogue is None else [service.template for service in catalogue.map.online]
    named = _PRELOAD_MAP.format(f"{FROM_COMPONENT}/assets/{bundle().digest}")
    script = _NONCE_SCRIPT.format(nonce, raw_text(_FRAME_SCRIPT.read_text(encoding="utf-8")))
    head, rest = _frame_halves()
    headers = _HEADERS | {"Cache-Control": "no-store", "Content-Security-Policy": frame_policy(nonce, services)}
    return Response(head + (script + named).encode() + rest, headers=headers, media_type="text/html")


@cache
def _frame_halves() -> tuple[bytes, bytes]:
    """Return the page of the component before and after the end of its head."""
    head, end, rest = (_FRAME_FOLDER / "index.html").read_bytes().partition(b"</head>")
    return head, end + rest


@cache
def _widget_scripts() -> list[str]:
    """Return the names of the scripts of `_WIDGETS` and of all that they import."""
    names: dict[str, None] = {}
    due = [path.name for widget in _WIDGETS for path in sorted((_FOLDER / "js").glob(f"{widget}.*.js"))]
    while due:
        name = due.pop(0)
        if name not in names:
            names[name] = None
            text = (_FOLDER / "js" / name).read_text(encoding="utf-8")
            due += [one or other for one, other in _IMPORTED.findall(text)]
    return list(names)


class _FirstPage:
    """Sends a response on; into a page of Streamlit's it puts what shows until its scripts have come."""

    def __init__(self, send: Send, host: str) -> None:
        self._send = send
        self._host = host
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
            headers["content-security-policy"] = page_policy(body, self._host)
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
    opening, too_old = (" ".join(t(f"frame.{key}", lang) for lang in LANGUAGES) for key in ("opening", "too_old"))
    scripts = raw_text("\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS))
    older = raw_text(_OLDER.read_text(encoding="utf-8"))
    words = _OPENING.format(
        older=older, scripts=scripts, colour=THEME["accent"], name=name, opening=opening, too_old=too_old
    ).encode()
    named = Markup("").join(_PRELOAD.format(one) for one in _widget_scripts() if one.encode() not in page)
    titled = page.replace(b"<title>Streamlit</title>", (_TITLE.format(name) + named).encode())
    return _UNUSED_FONT.sub(b"", titled).replace(_ROOT, words, 1)
