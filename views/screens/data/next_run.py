"""What the Data page says and shows on its next run, after a change that made the catalogue another."""

from __future__ import annotations

from typing import Final

from views.session import Slot

__all__ = ["LAYER_NEXT", "MESSAGE", "NOT_STORED", "TARGET", "VIEW_NEXT"]

MESSAGE: Final[Slot[str]] = Slot("data-told", "")
"""What was done."""
NOT_STORED: Final[Slot[list[str]]] = Slot("data-not-kept", [])
"""Why layers of a database were not stored."""
VIEW_NEXT: Final[Slot[str]] = Slot("data-view-next", "")
"""Which view is shown: list, add or compare."""
LAYER_NEXT: Final[Slot[str]] = Slot("data-show", "")
"""Which layer the list shows closely."""
TARGET: Final[Slot[str]] = Slot("data-target", "")
"""Which layer the next file is to take the place of."""
