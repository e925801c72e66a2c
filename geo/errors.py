"""Exceptions with a message for the user in both languages: what is wrong, where, and what to do."""

from __future__ import annotations

import errno
from typing import Any, Final

from words import Lang, t

__all__ = ["NO_ROOM", "BadInput", "ConfigError", "CrsError", "DataFault", "RedlineError"]

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
"""Errors of the operating system where a folder takes nothing more: full, over its quota, read-only, another's."""


class RedlineError(Exception):
    """Base class of exceptions with a message that a user can act on.

    Parameters
    ----------
    key : str
        Key of the sentence in the catalogue of ``words``.
    **values
        Values in the message: a file, a row, a layer.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    @property
    def candidates(self) -> tuple[Any, ...]:
        """Systems that the coordinates fit (``geo.crs.Candidate``), where the fault is that none is known."""
        found = self.values.get("candidates")
        return found if isinstance(found, tuple) else ()

    @property
    def diagnoses(self) -> tuple[Any, ...]:
        """Notices (``geo.notices.Notice``) of the reader before the error."""
        found = self.values.get("diagnoses")
        return tuple(found) if isinstance(found, list | tuple) else ()

    def text(self, lang: Lang = "zh") -> str:
        """Return the message in `lang`."""
        return t(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.text("zh")


class BadInput(RedlineError):
    """Input of the user (a file, a drawing, a coordinate) cannot be used as it is."""


class CrsError(BadInput):
    """The coordinate system is missing, contradicted or cannot be transformed without a guess."""


class ConfigError(RedlineError):
    """``config.toml`` or the user's overlay of it holds a wrong entry."""


class DataFault(RedlineError):
    """A file of the product's or the user's data folder is missing or invalid."""
