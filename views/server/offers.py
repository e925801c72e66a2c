"""Files made when a link is followed: a session offers each under one URL, as long as the session lasts.

Streamlit's own download buttons lose theirs: what a button returns when it is pressed belongs to no session, and is
removed as soon as the scripts of other sessions end; and each run of the page gives the button another id, so that a
press during a run finds nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from geo.errors import RedlineError
from layers.access import Person
from views.server.downloads import HEADERS, attachment, gone, url_prefix
from views.session import Slot, lang, person, record
from words import Lang

__all__ = ["offer", "send_offer"]


@dataclass(frozen=True, eq=False)
class _Offer:
    """A file that a session offers: its name, who makes its bytes, the language of its messages, to whom."""

    token: str
    name: str
    make: Callable[[], bytes]
    lang: Lang
    person: Person


_MINE: Final[Slot[dict[str, _Offer]]] = Slot("offers", {})
_ALL: Final[WeakValueDictionary[str, _Offer]] = WeakValueDictionary()
"""The offers of all sessions by token; an offer ends with the session that holds it."""


def offer(place: str, name: str, make: Callable[[], bytes]) -> str:
    """Offer a file to the current session; return its URL, the same at each call with the same place.

    Parameters
    ----------
    place : str
        Place on the page; a later offer of the same place replaces this one.
    name : str
        Name of the file.
    make : callable
        Returns the bytes of the file; called outside a script run each time the URL is fetched.
    """
    if not _MINE.is_set():
        _MINE.set({})
    mine = _MINE.get()
    token = mine[place].token if place in mine else uuid.uuid4().hex
    mine[place] = _ALL[token] = _Offer(token, name, make, lang(), person())
    return f"{url_prefix()}/file/{token}"


def send_offer(request: Request) -> Response:
    """Return an offered file as an attachment; 404 if it is no longer offered, 500 if it cannot be made, with why."""
    offered = _ALL.get(request.path_params["token"])
    if offered is None or offered.person.name != person().name:
        return gone()
    try:
        record("export", offered.name)
        return attachment(offered.make(), offered.name)
    except RedlineError as fault:
        sentence = fault.text(offered.lang)
    except Exception:  # the last barrier: no traceback reaches a user
        logging.getLogger("redline").exception("a file could not be made")
        sentence = RedlineError("take.broke").text(offered.lang)
    return PlainTextResponse(sentence, 500, headers=HEADERS)
