"""The Check page."""

from views.screens.check.page import show

__all__ = ["show"]
