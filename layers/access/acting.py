"""The person for whom the present thread works, where it is no page of the browser: a route, an export, a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from layers.access.person import Person

__all__ = ["acting_as", "acting_person"]

_ACTING: Final[ContextVar[Person | None]] = ContextVar("acting_person", default=None)


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """Work for a person until the end of the block; a thread begun meanwhile works for nobody."""
    token = _ACTING.set(person)
    try:
        yield
    finally:
        _ACTING.reset(token)


def acting_person() -> Person | None:
    """Return the person for whom this thread works; None where nobody said."""
    return _ACTING.get()
