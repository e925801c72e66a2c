"""Who is let in: behind the doors, each request is answered for the person that it is from.

Off where ``[access]`` says that nobody has to sign in. Behind a proxy nothing but the probes answers to whom it did not
sign in. With a login of our own the page is there for everybody, and asks who one is; layers, files and whatever else
belongs to the work answer to persons with a role.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from layers.access import AccessSettings, Person, acting_as
from views.identity import owner_of_session, person_of
from views.server.downloads import url_prefix
from views.server.in_use import catalogue_in_use
from words import LANGUAGES, t

__all__ = ["PRIVATE", "PROBES", "Gate"]

PROBES: Final = ("/health", "/ready", "/_stcore/health")
"""What a machine asks that watches the server; it tells nothing of layers or people."""
PRIVATE: Final = ("/redline/", "/media/", "/_stcore/upload_file/")
"""Begin the paths that only persons with a role are answered on, but for the front-end files."""
_FRONT_END: Final = "/redline/assets/"
_FORBIDDEN: Final = 403
_UNREADABLE: Final = 503


class Gate:
    """Middleware that finds out who asks, and answers for that person or not at all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for its person, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(url_prefix().removesuffix("/redline"))
        catalogue = catalogue_in_use()
        if catalogue is None and not _is_open(path):  # who may see what is not known
            await _refuse(scope, receive, send, _UNREADABLE, "access.unreadable")
            return
        access = AccessSettings() if catalogue is None else catalogue.access
        if not access.is_on:
            await self._app(scope, receive, send)
            return
        person = person_of(access, Headers(scope=scope).getlist, HTTPConnection(scope).cookies)
        if not _may_enter(access, person, path) or (scope["type"] == "websocket" and _is_anothers(scope, person)):
            await _refuse(scope, receive, send, _FORBIDDEN, "access.sign_in_first" if person.role is None else "")
        elif scope["type"] == "websocket":  # the threads of its session ask for themselves
            await self._app(scope, receive, send)
        else:
            with acting_as(person):
                await self._app(scope, receive, send)


def _may_enter(access: AccessSettings, person: Person, path: str) -> bool:
    if path in PROBES:
        return True
    if access.mode == "proxy":
        return bool(person.name)
    return person.role is not None or _is_open(path)


def _is_open(path: str) -> bool:
    """Return whether a path has nothing that belongs to the work: the page itself, which asks who one is."""
    return not path.startswith(PRIVATE) or path.startswith(_FRONT_END)


def _is_anothers(scope: Scope, person: Person) -> bool:
    """Return whether a websocket asks for a session that is another person's (Streamlit takes its id from a header)."""
    asked = [part.strip() for part in Headers(scope=scope).get("sec-websocket-protocol", "").split(",")]
    owner = owner_of_session(asked[2]) if len(asked) > 2 else None
    return owner is not None and owner != person.name


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, key: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the answer is 403
        return
    told = "\n".join(t(key, lang) for lang in LANGUAGES) if key else str(status)
    await PlainTextResponse(told, status, headers={"Cache-Control": "no-store"})(scope, receive, send)
