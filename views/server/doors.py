"""What may reach the server: requests under a name it is known by, from its own pages, to what a page needs.

A site elsewhere can let its own name lead to this machine (DNS rebinding) and then ask as if it were this server's
page; a page of another port of the machine may open a websocket to it. Both are told by two headers that a page cannot
forge: ``Host`` and ``Origin``. Streamlit's figures for monitoring and its routes for programs that drive an app without
a browser are closed: they would answer anybody.
"""

from __future__ import annotations

import logging
import re
import socket
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from views.server.downloads import url_prefix
from views.server.in_use import catalogue_in_use
from views.server.policy import BASIC_POLICY
from words import LANGUAGES, t

__all__ = ["CLOSED", "OPEN", "Doors"]

OPEN: Final = ("health", "host-config", "stream", "upload_file", "bidi-components")
"""What pages of Streamlit ask for below ``/_stcore/``."""
CLOSED: Final = ("metrics", "agent", "script-health-check")
"""What else Streamlit has there; like all that is not in `OPEN`, it is not found."""
_CORE: Final = re.compile(r"/_stcore(?:/([^/]*).*)?", re.DOTALL)
_NAME: Final = re.compile(r"[a-z0-9_.:-]+")
_MISDIRECTED: Final = 421
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_FOREIGN: Final = (b"access-control-allow-origin", b"access-control-allow-credentials")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": BASIC_POLICY,
}
"""Of every answer that has none of its own."""


class Doors:
    """Middleware that refuses what is not for this server, and tells browsers what others may do with its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refused = _refused(scope)
        if scope["type"] == "websocket":
            if refused is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the answer is 403
            return
        answer: ASGIApp = self._app if refused is None else _sentence(*refused)
        await answer(scope, receive, _with_headers(send))


def _sentence(status: int, key: str, host: str) -> ASGIApp:
    """Return an answer that says in both languages why nothing else comes."""
    told = [t(key, lang, host=host) for lang in LANGUAGES] if key else [str(status)]
    return PlainTextResponse("\n".join(told), status)


def _refused(scope: Scope) -> tuple[int, str, str] | None:
    """Return status, sentence and host of a request that is refused; None for any other."""
    headers = Headers(scope=scope)
    host = headers.get("host", "").lower()
    if not _is_ours(_name_of(host)):
        return _MISDIRECTED, "views.unknown_host", _shown(host)
    changes = scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD", "OPTIONS"}
    origin = headers.get("origin")
    if origin is not None and (changes or _is_own_route(scope["path"])) and not _is_same(origin, host):
        _note(_shown(origin), _shown(host))
        return _FORBIDDEN, "views.unknown_origin", _shown(host)
    asked = _CORE.fullmatch(_below_base(scope["path"]))
    if asked and asked[1] not in OPEN:
        return _NOT_FOUND, "", ""
    return None


@lru_cache(maxsize=100)
def _note(origin: str, host: str) -> None:
    """Write a refusal to the log, once: behind a proxy the name that browsers see has to be configured."""
    logging.getLogger("redline").warning(
        "refused: a page of another server; if browsers see this one by that name, add it to server.hosts",
        extra={"origin": origin, "host": host},
    )


def _is_same(origin: str, host: str) -> bool:
    """Return whether an origin is a page of this server: the same host and port, or a name that is configured.

    A proxy that ends the encryption may ask under another name than the browser did.
    """
    try:
        place = urlsplit(origin.lower())
    except ValueError:
        return False
    return place.scheme in {"http", "https"} and (place.netloc == host or _name_of(place.netloc) in _configured())


def _is_ours(name: str) -> bool:
    """Return whether a name can only lead to this server on purpose.

    Nobody elsewhere can give out an address as a name, or register one without a dot.
    """
    if not _NAME.fullmatch(name):  # the page's policy repeats it
        return False
    try:
        ip_address(name)
    except ValueError:
        return "." not in name or name == _machine() or name in _configured()
    return True


def _name_of(host: str) -> str:
    """Return a host without its port and without the dot at its end.

    Examples
    --------
    >>> [_name_of(host) for host in ("localhost:8501", "[::1]:8501", "a.gov.cn.", "10.0.0.7")]
    ['localhost', '::1', 'a.gov.cn', '10.0.0.7']
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _shown(host: str) -> str:
    return re.sub(r"[^a-z0-9.:/\[\]-]", "?", host.lower())[:100]


def _below_base(path: str) -> str:
    return path.removeprefix(url_prefix().removesuffix("/redline"))


def _is_own_route(path: str) -> bool:
    return path.startswith(f"{url_prefix()}/")


@cache
def _machine() -> str:
    return socket.getfqdn().lower().rstrip(".")


def _configured() -> frozenset[str]:
    """Return the names that the configuration gives this server."""
    catalogue = catalogue_in_use()
    return frozenset() if catalogue is None else frozenset(catalogue.server.hosts)


def _with_headers(send: Send) -> Send:
    """Return a sender that adds `_HEADERS` to an answer, and takes out that other sites may read it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in _FOREIGN]
            headers = MutableHeaders(raw=kept)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
        await send(message)

    return sent
