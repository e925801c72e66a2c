"""The map page."""

from views.screens.map.page import show

__all__ = ["show"]
