"""Routes of the product beside Streamlit's own: front-end files, tiles, shaded relief, search, downloads.

Tiles are served only to sessions of this server: every request has a signed token that a script run issued. Streamlit's
static folder would serve them to everyone and allow other sites to read them.
"""

from __future__ import annotations

import gzip
import re
import uuid
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from carto.map import bundle
from geo.errors import RedlineError
from layers.catalogue import Catalogue, is_restricted
from layers.paths import home
from views.condition import health, ready
from views.server.downloads import send_file, url_prefix
from views.server.in_use import catalogue_in_use
from views.server.offers import send_offer
from views.server.signing import signer
from views.server.suggestions import suggestions
from views.session import Slot, person, record
from views.session import catalogue_in_use as layers_in_use
from words import LANGUAGES

__all__ = ["FIND_PATH", "FROM_COMPONENT", "TOKEN_HEADER", "new_token", "routes", "session_token", "tiles_folder"]

_TOKEN: Final[Slot[str]] = Slot("redline-token", "")

FROM_COMPONENT: Final = "../../redline"
"""URL of the routes relative to the page of the st_folium component, for any base path."""

FIND_PATH: Final = "/redline/find"
"""Path of the route for suggestions of the search box, below the base path."""

TOKEN_HEADER: Final = "X-Redline-Token"  # noqa: S105 -- the name of a header
_TOKEN_SECONDS: Final = 3 * 24 * 3600
_LAYER: Final = re.compile(r"[a-z][a-z0-9_]{1,40}")
_FILE: Final = re.compile(r"([0-9a-f]{64})\.(pmtiles|json|webp)")
_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pmtiles": "application/vnd.pmtiles",
    ".json": "application/json",
    ".webp": "image/webp",
}
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_PUBLIC_CACHE: Final = {**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
_PRIVATE_CACHE: Final = {**_HEADERS, "Cache-Control": "private, max-age=31536000, immutable"}


def routes() -> list[Route]:
    """Return the routes of the product, for ``st.App``."""
    prefix = url_prefix()
    base = prefix.removesuffix("/redline")
    return [
        Route(f"{base}/map", _map_page),
        Route(f"{base}/health", health),
        Route(f"{base}/ready", ready),
        Route(f"{prefix}/assets/{{digest}}/{{name:path}}", _asset),
        Route(f"{prefix}/tiles/{{layer}}/{{name}}", _tiles),
        Route(f"{prefix}/base/hillshade.webp", _relief),
        Route(f"{prefix}/find", _suggest),
        Route(f"{prefix}/take/{{token}}", send_file),
        Route(f"{prefix}/file/{{token}}", send_offer),
        Route(f"{prefix}/{{rest:path}}", _not_found),
    ]


def tiles_folder() -> Path:
    """Return the folder of tile files in the user's data folder."""
    return home() / "tiles"


def new_token(session: str) -> str:
    """Return a signed token with which the person's browser can fetch tiles for three days; `session` is an id."""
    return signer("redline-tiles").dumps([session, person().name])


def session_token() -> str:
    """Return the token of the current session, issued at its first call."""
    if not _TOKEN.is_set():  # one for the session's whole life, or the map would remount with each rerun
        _TOKEN.set(new_token(uuid.uuid4().hex))
    return _TOKEN.get()


def _map_page(request: Request) -> Response:
    """Send the browser to the map page, which is the default page and has no path of its own."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path.removesuffix('map')}{query}", 307, headers=_HEADERS)


def _asset(request: Request) -> Response:
    """Return a front-end file; its URL contains the digest of the bundle, so it may be cached for ever."""
    name = request.path_params["name"]
    try:
        assets = bundle()
    except RedlineError as fault:
        return PlainTextResponse(str(fault), 503, headers=_HEADERS)
    if request.path_params["digest"] != assets.digest or name not in assets.files:
        return _not_found(request)
    headers = dict(_PUBLIC_CACHE)
    content = assets.files[name]
    if "gzip" in request.headers.get("accept-encoding", "") and not name.endswith(".png"):
        content = _zipped(name)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(bundle().files[name], 9, mtime=0)


def _tiles(request: Request) -> Response:
    """Return a tile file of a layer, or a range of it; 403 without a valid token, 404 for a closed layer."""
    if not _is_valid_token(request.headers.get(TOKEN_HEADER, "")):
        return PlainTextResponse("403", 403, headers=_HEADERS)
    layer, name = request.path_params["layer"], _FILE.fullmatch(request.path_params["name"])
    if name is None or not _LAYER.fullmatch(layer) or layer in layers_in_use().closed:
        return _not_found(request)
    path = tiles_folder() / layer / name.group()
    if not path.is_file():
        return _not_found(request)
    try:
        _record_seen(layer, request.headers[TOKEN_HEADER])
    except RedlineError as fault:
        return PlainTextResponse("\n".join(fault.text(lang) for lang in LANGUAGES), 503, headers=_HEADERS)
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={**_PRIVATE_CACHE, "ETag": f'"{name.group(1)}"'})


_SEEN: Final[OrderedDict[tuple[str, str], None]] = OrderedDict()
"""Layer and token of what the audit log has."""
_MOST_SEEN: Final = 20_000


def _record_seen(layer: str, token: str) -> None:
    """Write into the audit log that a session sees a layer that not all may see, once a session."""
    if (layer, token) in _SEEN or not is_restricted(layers_in_use(), layer):
        return
    record("see", layer)
    _SEEN[layer, token] = None
    while len(_SEEN) > _MOST_SEEN:
        _SEEN.popitem(last=False)


def _relief(request: Request) -> Response:
    """Return the shaded relief that the configuration names, 404 if there is none."""
    catalogue = catalogue_in_use()
    path = None if catalogue is None else relief_file(catalogue)
    if path is None:
        return _not_found(request)
    return FileResponse(path, media_type=_TYPES[".webp"], headers=_PUBLIC_CACHE)


def _suggest(request: Request) -> Response:
    """Return suggestions for a text in the search box as JSON; 403 without a valid token."""
    if not _is_valid_token(request.headers.get(TOKEN_HEADER, "")):
        return PlainTextResponse("403", 403, headers=_HEADERS)

    lang = request.query_params.get("lang", "")
    rows = suggestions(request.query_params.get("q", "")[:200], "en" if lang == "en" else "zh")
    return JSONResponse(rows, headers={**_HEADERS, "Cache-Control": "no-store"})


def relief_file(catalogue: Catalogue) -> Path | None:
    """Return the path of the shaded relief that a catalogue names, None if the file is missing."""
    path = catalogue.folder / catalogue.map.base
    return path if path.is_file() and path.suffix == ".webp" else None


def _not_found(request: Request) -> Response:  # noqa: ARG001 -- the signature of a route
    """Return 404 for an unknown path, for which Streamlit would return its page."""
    return PlainTextResponse("404", 404, headers=_HEADERS)


def _is_valid_token(token: str) -> bool:
    """Return whether a token was issued here, not too long ago, to the person who asks."""
    try:
        issued = signer("redline-tiles").loads(token, max_age=_TOKEN_SECONDS)
    except BadSignature:
        return False
    return isinstance(issued, list) and issued[1:] == [person().name]
