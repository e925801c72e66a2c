"""Cache the last result of a computation in the session, so that reruns of a page do not repeat it."""

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
    """Last result of a computation, or its error, with the inputs, the stamp and the day that it is for."""

    key: tuple[Hashable, Stamp, str]
    value: object
    fault: RedlineError | None


class Memo(Generic[T]):
    """Cache of the last result of one computation of a page, in the session.

    The result is computed anew when its inputs change, when layers, settings or tables of rules change (`stamp`), and
    on the next day, when other rules may be in force.

    Parameters
    ----------
    key : str
        Key in the session.
    """

    def __init__(self, key: str) -> None:
        self._slot: Slot[_Result | None] = Slot(key, None)

    def once(self, inputs: Hashable, compute: Callable[[], T]) -> T:
        """Return the result for `inputs`: the cached one if it is for them, else that of `compute`.

        Parameters
        ----------
        inputs : hashable
            All that the result depends on besides the state of the product; never the ``id()`` of an object, which
            another object may have later.
        compute : callable

        Raises
        ------
        RedlineError
            What `compute` raised for these inputs, again at every call.
        """
        key = (inputs, stamp(), day_of(None))
        last = self._slot.get()
        if last is None or last.key != key:
            try:
                last = _Result(key, compute(), None)
            except RedlineError as fault:
                last = _Result(key, None, fault)
            self._slot.set(last)
        if last.fault is not None:
            raise last.fault
        value: T = last.value  # type: ignore[assignment]
        return value

    def forget(self) -> None:
        """Clear the result, so that the next call computes it anew."""
        self._slot.clear()

    def of(self, *parts: object) -> Memo[T]:
        """Return a cache of its own for `parts`, such as one per file or map."""
        return Memo(self._slot.of(*parts).key)
