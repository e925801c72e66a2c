"""The Data page."""

from views.screens.data.page import show

__all__ = ["show"]
