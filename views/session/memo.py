"""Results that a page computes once for a question, however often its script runs: the one memory of a session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from geo.errors import RedlineError
from siting.law import day_of
from views.session.state import Slot
from views.session.workspace import Stamp, stamp

__all__ = ["Memo"]

T = TypeVar("T")


class _Result(NamedTuple):
    """What was computed last, or the fault that ended it, and for what."""

    asked: tuple[Hashable, Stamp, str]
    value: object
    fault: RedlineError | None


class Memo(Generic[T]):
    """The last result of one computation of a page, kept in the session until the question changes.

    It is computed anew, too, when layers, settings or tables of rules change (`stamp`), and on the next day, whose law
    may be another: a result never outlives what it was made from.

    Parameters
    ----------
    key : str
        Its key in the session.
    """

    def __init__(self, key: str) -> None:
        self._slot: Slot[_Result | None] = Slot(key, None)

    def once(self, question: Hashable, compute: Callable[[], T]) -> T:
        """Return the result for a question, computed if it is not the one of the last run.

        Parameters
        ----------
        question : hashable
            All that the result depends on besides the state of the product; never the identity of an object, which
            another may bear later.
        compute : callable

        Raises
        ------
        RedlineError
            What `compute` raised for this question, again in every run.
        """
        now = (question, stamp(), day_of(None))
        last = self._slot.get()
        if last is None or last.asked != now:
            try:
                last = _Result(now, compute(), None)
            except RedlineError as fault:
                last = _Result(now, None, fault)
            self._slot.set(last)
        if last.fault is not None:
            raise last.fault
        value: T = last.value  # type: ignore[assignment]
        return value

    def forget(self) -> None:
        """Drop the result, so that it is computed anew."""
        self._slot.clear()

    def of(self, *parts: object) -> Memo[T]:
        """Return the memo of one thing among several."""
        return Memo(self._slot.of(*parts).key)
