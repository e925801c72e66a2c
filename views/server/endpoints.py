"""The routes beside Streamlit's own: front-end files, tiles, shaded relief. Given to ``st.App`` in ``app.py``.

Tiles and marks are for sessions of this server: every request carries a signed token that a script run handed out.
Streamlit's static folder would serve them to anyone and tell other sites that they may read them.
"""

from __future__ import annotations

import gzip
import re
import uuid
from functools import cache
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from carto.map import bundle
from geo.errors import RedlineError
from layers.catalogue import read_catalogue
from layers.paths import config_in_use, home
from views.server.downloads import give, root
from views.server.signing import signer
from views.server.suggestions import suggestions
from views.session import Slot

__all__ = ["FIND_PATH", "FROM_COMPONENT", "TOKEN_HEADER", "new_token", "routes", "session_token", "tiles_folder"]

_TOKEN: Final[Slot[str]] = Slot("redline-token", "")

FROM_COMPONENT: Final = "../../redline"
"""Our folder as seen from the page of the st_folium component, whatever the base path is."""

FIND_PATH: Final = "/redline/find"
"""Where the search box asks, below the base path."""

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
_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_FOR_ALL: Final = {**_SAFE, "Cache-Control": "public, max-age=31536000, immutable"}
_FOR_ONE: Final = {**_SAFE, "Cache-Control": "private, max-age=31536000, immutable"}


def routes() -> list[Route]:
    """Return our routes, under the base path that Streamlit is served from."""
    ours = root()
    return [
        Route(f"{ours}/assets/{{digest}}/{{name:path}}", _asset),
        Route(f"{ours}/tiles/{{layer}}/{{name}}", _tiles),
        Route(f"{ours}/base/hillshade.webp", _base),
        Route(f"{ours}/find", _find),
        Route(f"{ours}/take/{{token}}", give),
        Route(f"{ours}/{{rest:path}}", _nothing),
    ]


def tiles_folder() -> Path:
    """Return where tiles are kept."""
    return home() / "tiles"


def new_token(session: str) -> str:
    """Return a token that lets the browser of `session` fetch tiles for three days."""
    return signer("redline-tiles").dumps(session)


def session_token() -> str:
    """Return the token of the session whose script runs."""
    if not _TOKEN.is_set():  # one for the session's whole life, or the map would remount with each rerun
        _TOKEN.set(new_token(uuid.uuid4().hex))
    return _TOKEN.get()


def _asset(request: Request) -> Response:
    """Serve a front-end file; its address holds the digest of the bundle, so it never changes."""
    name = request.path_params["name"]
    try:
        held = bundle()
    except RedlineError as fault:
        return PlainTextResponse(str(fault), 503, headers=_SAFE)
    if request.path_params["digest"] != held.digest or name not in held.files:
        return _nothing(request)
    headers = dict(_FOR_ALL)
    content = held.files[name]
    if "gzip" in request.headers.get("accept-encoding", "") and not name.endswith(".png"):
        content = _zipped(name)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(bundle().files[name], 9, mtime=0)


def _tiles(request: Request) -> Response:
    """Serve a file of a layer, or a part of it (HTTP Range), to a session of ours."""
    if not _known(request.headers.get(TOKEN_HEADER, "")):
        return PlainTextResponse("403", 403, headers=_SAFE)
    layer, name = request.path_params["layer"], _FILE.fullmatch(request.path_params["name"])
    if name is None or not _LAYER.fullmatch(layer):
        return _nothing(request)
    path = tiles_folder() / layer / name.group()
    if not path.is_file():
        return _nothing(request)
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={**_FOR_ONE, "ETag": f'"{name.group(1)}"'})


def _base(request: Request) -> Response:
    """Serve the shaded relief that the configuration names."""
    path = base_file()
    if path is None:
        return _nothing(request)
    return FileResponse(path, media_type=_TYPES[".webp"], headers=_FOR_ALL)


def _find(request: Request) -> Response:
    """Answer what is typed into the search box, to a session of ours."""
    if not _known(request.headers.get(TOKEN_HEADER, "")):
        return PlainTextResponse("403", 403, headers=_SAFE)

    asked = request.query_params.get("lang", "")
    rows = suggestions(request.query_params.get("q", "")[:200], "en" if asked == "en" else "zh")
    return JSONResponse(rows, headers={**_SAFE, "Cache-Control": "no-store"})


def base_file() -> Path | None:
    """Return the shaded relief, None if the configuration cannot be read or names a file that is not there."""
    try:
        catalogue = read_catalogue(config_in_use())
    except RedlineError:
        return None
    path = catalogue.folder / catalogue.map.base
    return path if path.is_file() and path.suffix == ".webp" else None


def _nothing(request: Request) -> Response:  # noqa: ARG001 -- the signature of a route
    """Answer what is not there; without it Streamlit would answer with its page."""
    return PlainTextResponse("404", 404, headers=_SAFE)


def _known(token: str) -> bool:
    try:
        signer("redline-tiles").loads(token, max_age=_TOKEN_SECONDS)
    except BadSignature:
        return False
    return True
