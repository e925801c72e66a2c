"""The user catalogue: layers that a user added to ``config.toml`` or that replace its entries.

``catalogue.toml`` of the user's data folder holds every version of every such layer and which one is in use (0: none,
the layer is as ``config.toml`` has it). No version is ever deleted, so that a stored check can name what it used.
It is written to a temporary file and renamed under a lock; the text before is saved as ``catalogue.previous.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import tomli_w
from filelock import FileLock
from pydantic import Field, ValidationError, model_validator

from geo.errors import ConfigError
from geo.whole_file import whole_file
from layers.catalogue.model import LayerSpec
from layers.entry import Entry
from layers.paths import home

__all__ = [
    "UserCatalogue",
    "UserEntry",
    "UserVersion",
    "locked_user_catalogue",
    "read_user_catalogue",
    "stored_layer_ids",
    "user_catalogue_lock",
    "user_catalogue_path",
]

_NAME: Final = "catalogue.toml"
_BEFORE: Final = "catalogue.previous.toml"
_HEAD: Final = """\
# What was imported into Redline: every version of every layer, and which one is in use (current = 0: as config.toml
# has it). Written by the data page and `redline import`; mend it by hand only while no server runs.
"""


class UserVersion(Entry):
    """One version of an imported layer: upload, counts, what it supersedes, and its catalogue entry."""

    number: int = Field(ge=1, le=9999)
    made_at: str
    """UTC, ISO 8601."""
    upload: str = ""
    """Name of the file as uploaded."""
    upload_sha256: str = ""
    count: int = Field(ge=0)
    faults: int = Field(default=0, ge=0)
    """How many kinds of fault the intake warned of."""
    standard: str = ""
    """The official table that it was recognised as."""
    takes_over: str = ""
    """Id of a layer that it supersedes inside its own extent."""
    leaves: list[str] = Field(default_factory=list)
    """Adcodes of the extent that is left to that layer."""
    layer: LayerSpec


class UserEntry(Entry):
    """All versions of one imported layer, and the number of the one in use."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    current: int = Field(ge=0)
    version: list[UserVersion] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> UserEntry:
        numbers = [version.number for version in self.version]
        if numbers != sorted(set(numbers)) or (self.current and self.current not in numbers):
            raise ValueError("version numbers do not hold together")
        if any(version.layer.id != self.id for version in self.version):
            raise ValueError("a version has another id than its entry")
        return self

    @property
    def in_use(self) -> UserVersion | None:
        """The version in use; None while the layer is as ``config.toml`` has it."""
        return next((version for version in self.version if version.number == self.current), None)


class UserCatalogue(Entry):
    """All of ``catalogue.toml``."""

    version: int = Field(default=1, ge=1, le=1)
    revision: int = Field(default=0, ge=0)
    """Counts the changes."""
    entry: list[UserEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_once(self) -> UserCatalogue:
        ids = [entry.id for entry in self.entry]
        if len(ids) != len(set(ids)):
            raise ValueError("an id stands twice")
        return self

    def of(self, layer_id: str) -> UserEntry | None:
        """Return the user catalogue entry of a layer id; None if no version of it was imported."""
        return next((entry for entry in self.entry if entry.id == layer_id), None)

    def with_entry(self, entry: UserEntry) -> UserCatalogue:
        """Return a copy with one entry added or replaced and the revision incremented."""
        known = any(one.id == entry.id for one in self.entry)
        entries = [entry if one.id == entry.id else one for one in self.entry]
        return UserCatalogue(revision=self.revision + 1, entry=entries if known else [*entries, entry])


def user_catalogue_path() -> Path:
    """Return the path of ``catalogue.toml`` in the user's data folder."""
    return home() / _NAME


def read_user_catalogue() -> UserCatalogue:
    """Return the user catalogue as read from its file; an empty one where there is no file yet.

    Raises
    ------
    ConfigError
        If it is no TOML, or an entry is wrong: one sentence with the place.
    """
    path = user_catalogue_path()
    try:
        return UserCatalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return UserCatalogue()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise ConfigError("data.overlay_broken", file=path.name, before=_BEFORE, fault=str(fault)) from None
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        message = f"{place}: {first['msg']}" if place else first["msg"]
        raise ConfigError("data.overlay_broken", file=path.name, before=_BEFORE, fault=message) from None


def stored_layer_ids() -> list[str]:
    """Return the ids of all layers that were ever imported, by the folders of their files: without the catalogue."""
    folder = home() / "layers"
    return sorted(path.name for path in folder.glob("[a-z]*") if path.is_dir())


class _LockedCatalogue:
    """The user catalogue under its lock: `user_catalogue` is the current one, `write` replaces it."""

    def __init__(self, user_catalogue: UserCatalogue) -> None:
        self.user_catalogue = user_catalogue

    def write(self, user_catalogue: UserCatalogue) -> None:
        """Write a new user catalogue atomically, and save the text before beside it."""
        path = user_catalogue_path()
        text = _HEAD + tomli_w.dumps(user_catalogue.model_dump(mode="json", exclude_none=True))
        UserCatalogue.model_validate(tomllib.loads(text))  # never write what could not be read again
        if path.exists():
            _write(path.with_name(_BEFORE), path.read_text(encoding="utf-8"))
        _write(path, text)
        self.user_catalogue = user_catalogue


def user_catalogue_lock(folder: Path) -> FileLock:
    """Return the lock of a data folder's imports, not yet taken."""
    return FileLock(folder / "catalogue.lock")


@contextmanager
def locked_user_catalogue() -> Iterator[_LockedCatalogue]:
    """Yield the user catalogue for writing, locked against other threads and processes.

    Raises
    ------
    ConfigError
        If the user catalogue is broken: it is not written over.
    """
    with user_catalogue_lock(home()):
        yield _LockedCatalogue(read_user_catalogue())


def _write(path: Path, text: str) -> None:
    with whole_file(path, private=True, durable=True) as draft:
        draft.write_text(text, encoding="utf-8")
