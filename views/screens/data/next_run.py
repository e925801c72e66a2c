"""Session slots that carry messages and choices of the Data page over the rerun after a change of the catalogue."""

from __future__ import annotations

from typing import Final

from views.session import Slot

__all__ = ["LAYER_NEXT", "MESSAGE", "NOT_STORED", "TARGET", "VIEW_NEXT"]

MESSAGE: Final[Slot[str]] = Slot("data-told", "")
"""Sentence on what was done."""
NOT_STORED: Final[Slot[list[str]]] = Slot("data-not-kept", [])
"""Sentences on the tables of a database that were not stored, each with its reason."""
VIEW_NEXT: Final[Slot[str]] = Slot("data-view-next", "")
"""View to show: list, add or compare."""
LAYER_NEXT: Final[Slot[str]] = Slot("data-show", "")
"""Id of the layer whose panel to show above the list."""
TARGET: Final[Slot[str]] = Slot("data-target", "")
"""Id of the layer that the next imported file is to replace."""
