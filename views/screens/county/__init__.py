"""The county page."""

from views.screens.county.page import show

__all__ = ["show"]
