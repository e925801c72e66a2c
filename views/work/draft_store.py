"""Drafts on disk: what a person works on, under an id that nobody can guess, until it expires."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geo.whole_file import whole_file

__all__ = ["Draft", "DraftFile", "DraftStore"]

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_HEAD: Final = "draft.json"
_VERSION: Final = 1
_DAY_S: Final = 86_400


@dataclass(frozen=True)
class DraftFile:
    """A file of a draft, as uploaded."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Draft:
    """The work of a session, as far as it outlives it.

    Attributes
    ----------
    values : dict
        JSON values by key: form fields, drawings, options.
    file : DraftFile or None
    """

    values: dict[str, Any] = field(default_factory=dict)
    file: DraftFile | None = None


class DraftStore:
    """Drafts in a folder, one folder each, readable by the owner of the process alone.

    A draft belongs to one session at a time, its holder: who opens it takes it over, and whoever held it before can
    no longer save to it. So two sessions never write into one draft.

    Parameters
    ----------
    folder : Path
        Made when the first draft is saved.
    keep_days : float
        A draft that was not saved for so long is deleted.
    person : str
        Name of the person whose drafts are opened and saved: nobody else's are there. Empty where nobody signs in.
    """

    def __init__(self, folder: Path, keep_days: float, person: str = "") -> None:
        self._folder, self._keep_s, self._person = folder, keep_days * _DAY_S, person

    @staticmethod
    def new_id() -> str:
        """Return an id of 128 random bits."""
        return secrets.token_urlsafe(16)

    def save(self, draft_id: str, draft: Draft, holder: str) -> bool:
        """Save a draft, whole or not at all; False, and nothing written, if another session holds it.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        head = self._head(draft_id)
        if head is not None and head["holder"] != holder:
            return False
        folder = self._path(draft_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        record: dict[str, Any] = {"version": _VERSION, "holder": holder, "values": draft.values, "file": None}
        record |= {"person": self._person} if self._person else {}
        if draft.file is not None:
            digest = hashlib.sha256(draft.file.content).hexdigest()
            record["file"] = {"name": draft.file.name, "sha256": digest}
            if not (folder / digest).is_file():
                with whole_file(folder / digest, private=True) as part:
                    part.write_bytes(draft.file.content)
        with whole_file(folder / _HEAD, private=True) as part:
            part.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        kept = {_HEAD, record["file"]["sha256"] if record["file"] else ""}
        for old in folder.iterdir():
            if old.is_file() and old.name not in kept:
                old.unlink(missing_ok=True)
        return True

    def open(self, draft_id: str, holder: str) -> Draft | None:
        """Return a draft and become its holder; None if there is none, it expired, or it cannot be read or held."""
        head = self._head(draft_id)
        if head is None:
            return None
        file = None
        if head["file"] is not None:
            try:
                content = (self._path(draft_id) / head["file"]["sha256"]).read_bytes()
            except OSError:
                return None
            if hashlib.sha256(content).hexdigest() != head["file"]["sha256"]:
                return None
            file = DraftFile(head["file"]["name"], content)
        draft = Draft(head["values"], file)
        try:
            with whole_file(self._path(draft_id) / _HEAD, private=True) as part:
                part.write_text(json.dumps({**head, "holder": holder}, ensure_ascii=False), encoding="utf-8")
        except OSError:
            return None
        return draft

    def delete(self, draft_id: str) -> None:
        """Delete a draft, if there is one."""
        if _ID.fullmatch(draft_id):
            shutil.rmtree(self._path(draft_id), ignore_errors=True)

    def expire(self) -> int:
        """Delete the drafts that were not saved for too long; return how many."""
        gone = 0
        for folder in self._folder.glob("*") if self._folder.is_dir() else ():
            if _ID.fullmatch(folder.name) and self._age_s(folder) > self._keep_s:
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
        return gone

    def _path(self, draft_id: str) -> Path:
        if not _ID.fullmatch(draft_id):
            raise ValueError("no id of a draft")
        return self._folder / draft_id

    def _age_s(self, folder: Path) -> float:
        head = folder / _HEAD
        return time.time() - (head if head.is_file() else folder).stat().st_mtime

    def _head(self, draft_id: str) -> dict[str, Any] | None:
        """Return the record of a draft; None if there is none, it expired, or it is not one."""
        if not _ID.fullmatch(draft_id):
            return None
        try:
            folder = self._path(draft_id)
            if self._age_s(folder) > self._keep_s:
                return None
            head: dict[str, Any] = json.loads((folder / _HEAD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        sound = isinstance(head, dict) and head.get("version") == _VERSION and isinstance(head.get("values"), dict)
        if sound and self._person and head.get("person") != self._person:
            return None
        return head if sound and isinstance(head.get("holder"), str) and "file" in head else None
