"""The Plans page."""

from views.screens.plans.page import show

__all__ = ["show"]
