"""The work of a session as a draft: opened by the id in the address, saved after each run that changed it.

What belongs to it are the persistent widgets under `PREFIX` (activity, day, case, text, corridor …) and what other
rooms add by `WorkPart`: the site itself and how it is read. A session that has entered nothing has no draft and no id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from layers.paths import home
from views.session import Slot, catalogue, persistent_values, person, say, set_persistent_values
from views.work.draft_store import Draft, DraftFile, DraftStore

__all__ = ["PREFIX", "WorkFile", "WorkPart", "address_of_new_work", "expire_drafts", "open_work", "save_work"]

PREFIX: Final = "chk-"
"""Of the keys of the persistent widgets that belong to the work."""
_PARAMETER: Final = "work"
_FOLDER: Final = "drafts"
_ID: Final[Slot[str]] = Slot("work-id", "")
_HOLDER: Final[Slot[str]] = Slot("work-holder", "")
_OPENED: Final[Slot[bool]] = Slot("work-opened", default=False)
_SAVED: Final[Slot[str]] = Slot("work-saved", "")
"""Digest of what was saved last."""
_DATE: Final = "date:"


@dataclass(frozen=True)
class WorkPart:
    """A part of the work that is not a widget: how it is written into a draft, and restored.

    Attributes
    ----------
    name : str
        Its key in the draft.
    dump : callable
        Returns a JSON value, None for nothing.
    load : callable
        Restores it from such a value.
    """

    name: str
    dump: Callable[[], Any]
    load: Callable[[Any], None]


@dataclass(frozen=True)
class WorkFile:
    """The file of the work: how it is read from the session, and put back."""

    dump: Callable[[], tuple[str, bytes] | None]
    load: Callable[[str, bytes], None]


def open_work(parts: Mapping[str, WorkPart], file: WorkFile) -> None:
    """Restore the draft that the address names, in the first run of a session; show its id in the address.

    A draft that is gone, expired or faulty leaves the session empty, and says nothing: what is on the screen says it.
    """
    if not _OPENED.get():
        _OPENED.set(value=True)
        _HOLDER.set(secrets.token_urlsafe(16))
        asked = str(st.query_params.get(_PARAMETER, ""))
        draft = _store().open(asked, _HOLDER.get()) if asked else None
        if draft is None:
            st.query_params.pop(_PARAMETER, None)
        else:
            _ID.set(asked)
            _restore(draft, parts, file)
            _SAVED.set(_digest(_current(parts, file)))
    if _ID.get() and st.query_params.get(_PARAMETER) != _ID.get():
        st.query_params[_PARAMETER] = _ID.get()


def save_work(parts: Mapping[str, WorkPart], file: WorkFile) -> None:
    """Save the work as a draft if it changed; under a new id if another session has taken the draft over.

    Where the folder cannot be written, the page says so, and the work lives as long as the session.
    """
    draft = _current(parts, file)
    digest = _digest(draft)
    if digest == _SAVED.get() or (not _ID.get() and _is_empty(draft)):
        return
    store = _store()
    draft_id = _ID.get() or store.new_id()
    try:
        if not _ID.get():
            store.expire()
        if not store.save(draft_id, draft, _HOLDER.get()):
            draft_id = store.new_id()
            store.save(draft_id, draft, _HOLDER.get())
    except OSError as fault:
        st.warning(say("views.draft_not_saved", fault=fault.strerror or type(fault).__name__))
        return
    _ID.set(draft_id)
    _SAVED.set(digest)
    st.query_params[_PARAMETER] = draft_id


def expire_drafts(keep_days: float) -> int:
    """Delete the drafts of the data folder that nobody saved for so many days; return how many."""
    return DraftStore(home() / _FOLDER, keep_days).expire()


def address_of_new_work() -> str:
    """Return the address of this page without the draft: opened, it is a session that has entered nothing.

    The draft so far stays until it expires, and the browser's way back leads to it.
    """
    kept = {name: value for name, value in st.query_params.to_dict().items() if name != _PARAMETER}
    return "?" + urlencode(kept)


def _store() -> DraftStore:
    return DraftStore(home() / _FOLDER, catalogue().drafts.keep_days, person().name)


def _current(parts: Mapping[str, WorkPart], file: WorkFile) -> Draft:
    """Return the work as it is in the session."""
    widgets = {key: _to_json(value) for key, value in persistent_values(PREFIX).items() if value not in (None, "", ())}
    rest = {name: value for name, part in parts.items() if (value := part.dump()) is not None}
    held = file.dump()
    return Draft({"widgets": widgets, **rest}, None if held is None else DraftFile(*held))


def _restore(draft: Draft, parts: Mapping[str, WorkPart], file: WorkFile) -> None:
    """Put a draft into the session; a part that another version wrote otherwise is left out."""
    widgets = draft.values.get("widgets")
    if isinstance(widgets, dict):
        set_persistent_values(PREFIX, {str(key): _from_json(value) for key, value in widgets.items()})
    if draft.file is not None:
        file.load(draft.file.name, draft.file.content)
    for name, part in parts.items():
        if name in draft.values:
            part.load(draft.values[name])


def _is_empty(draft: Draft) -> bool:
    """Return whether nothing was entered: no site, and no more than defaults in the form."""
    return draft.file is None and set(draft.values) <= {"widgets"} and not draft.values["widgets"].get("chk-text")


def _digest(draft: Draft) -> str:
    seen = hashlib.sha256(json.dumps(draft.values, sort_keys=True, ensure_ascii=False).encode())
    if draft.file is not None:
        seen.update(draft.file.name.encode() + b"\0" + hashlib.sha256(draft.file.content).digest())
    return seen.hexdigest()


def _to_json(value: Any) -> Any:
    return f"{_DATE}{value.isoformat()}" if isinstance(value, dt.date) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_DATE):
        try:
            return dt.date.fromisoformat(value.removeprefix(_DATE))
        except ValueError:
            return None
    return value
