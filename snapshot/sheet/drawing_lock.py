"""Sheets are drawn one at a time: Matplotlib is not made for two at once."""

from __future__ import annotations

import threading
from typing import Final

__all__ = ["PAPER"]


PAPER: Final = threading.Lock()
"""Held while a sheet is drawn: matplotlib is not made for two threads."""
