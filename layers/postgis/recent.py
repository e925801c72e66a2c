"""What was last seen of each table that was read: shared by all threads, asked of the database only every so often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Final

from geo.errors import RedlineError
from layers.postgis.features import Selection
from layers.postgis.fingerprint import Fingerprint

__all__ = ["Recent", "recent_reading"]


class Recent:
    """The state of one table as last seen: the fingerprint of what was selected, or that it could not be asked."""

    def __init__(self) -> None:
        self._selection: Selection | None = None
        self._fingerprint: Fingerprint | None = None
        self._fault = ""
        self._at_s = 0.0
        self._asking = threading.Lock()

    def before(self, selection: Selection) -> Fingerprint | None:
        """Return the last fingerprint of a selection, which is about to be asked for; None if there is none."""
        if selection != self._selection:
            self._selection, self._fingerprint = selection, None
        return self._fingerprint

    def note(self, fingerprint: Fingerprint) -> Fingerprint:
        """Remember a fingerprint that was just computed; return it."""
        self._fingerprint, self._fault, self._at_s = fingerprint, "", time.monotonic()
        return fingerprint

    def note_fault(self, fault: RedlineError) -> None:
        """Remember that the table could not be asked just now."""
        self._fault, self._at_s = f"fault {fault.key}", time.monotonic()

    def state(self, every_s: float, ask: Callable[[Selection], Fingerprint]) -> str:
        """Return what tells one state from another; "" before the first reading.

        Parameters
        ----------
        every_s : float
            Seconds for which what was seen last counts.
        ask : callable
            Computes the fingerprint of a selection and notes it, or its fault. One thread asks, the others get what was
            seen last.
        """
        selection = self._selection
        if selection is None:
            return ""
        if time.monotonic() - self._at_s >= every_s and self._asking.acquire(blocking=False):
            try:
                ask(selection)
            except RedlineError as fault:
                self.note_fault(fault)
            finally:
                self._asking.release()
        return self._fault or (self._fingerprint.value if self._fingerprint is not None else "")


_READ: Final[dict[Hashable, Recent]] = {}


def recent_reading(key: Hashable) -> Recent:
    """Return what was last seen under a key; a new one at first."""
    return _READ.setdefault(key, Recent())
