"""The Indicators page."""

from views.screens.indicators.page import show

__all__ = ["show"]
