"""Who asks: the person that headers and cookies of a request, or of a session's websocket, name.

All that leans on Streamlit's own login is here: the cookie that it sets once the provider has let somebody in.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from layers.access import ANYBODY, NOBODY, AccessSettings, Person

__all__ = ["LEAST_SECRET", "came_through_proxy", "note_session", "owner_of_session", "person_of", "person_of_session"]

Values = Callable[[str], Sequence[str]]
"""Returns all values of a header by its name."""

LEAST_SECRET: Final = 16
"""Fewest characters of the word that the proxy proves itself by; a shorter one counts as none."""


def person_of(settings: AccessSettings, headers: Values, cookies: Mapping[str, str]) -> Person:
    """Return the person that a request is from; `NOBODY` where nobody has signed in and one has to.

    Parameters
    ----------
    settings : AccessSettings
    headers : callable
    cookies : mapping of str to str
    """
    if not settings.is_on:
        return ANYBODY
    if settings.mode == "proxy":
        return _of_proxy(settings, headers)
    return _of_login(settings, cookies)


def person_of_session(settings: AccessSettings) -> Person:
    """Return the person of the session whose script runs in this thread; `NOBODY` in a thread that runs none."""
    if not settings.is_on:
        return ANYBODY
    if get_script_run_ctx(suppress_warning=True) is None:
        return NOBODY
    return person_of(settings, st.context.headers.get_all, st.context.cookies)


def came_through_proxy(settings: AccessSettings, headers: Values) -> bool:
    """Return whether a request has the word that only the proxy knows."""
    secret = os.environ.get(settings.secret_env, "")
    given = headers(settings.secret_header)
    return len(secret) >= LEAST_SECRET and len(given) == 1 and hmac.compare_digest(given[0].encode(), secret.encode())


def _of_proxy(settings: AccessSettings, headers: Values) -> Person:
    names, groups = headers(settings.user_header), headers(settings.groups_header)
    if not came_through_proxy(settings, headers) or len(names) != 1 or len(groups) > 1:
        return NOBODY  # two values: a proxy that leaves in what the browser sent
    return settings.person(_text(names[0]), _parts(_text(groups[0])) if groups else ())


def _of_login(settings: AccessSettings, cookies: Mapping[str, str]) -> Person:
    secret, days = get_cookie_secret(), settings.login_hours / 24

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value, max_age_days=days)

    try:
        found = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
        claims: Any = None if found is None else json.loads(found)
    except ValueError:
        return NOBODY
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return NOBODY
    name, groups = claims.get(settings.name_claim), claims.get(settings.groups_claim)
    if not isinstance(name, str) or (settings.name_claim == "email" and claims.get("email_verified") is False):
        return NOBODY
    listed = groups if isinstance(groups, list) else _parts(groups) if isinstance(groups, str) else []
    return settings.person(name, [one for one in listed if isinstance(one, str)])


def _text(value: str) -> str:
    """Return a header's text: proxies send names in UTF-8, which HTTP reads as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_OWNERS: Final[OrderedDict[str, str]] = OrderedDict()
_MOST_OWNERS: Final = 20_000


def note_session(session_id: str, person: Person) -> None:
    """Remember whose session an id is, so that nobody else joins it."""
    _OWNERS[session_id] = person.name
    _OWNERS.move_to_end(session_id)
    while len(_OWNERS) > _MOST_OWNERS:
        _OWNERS.popitem(last=False)


def owner_of_session(session_id: str) -> str | None:
    """Return the name of the person whose session an id is; None for an id that is nobody's."""
    return _OWNERS.get(session_id)
