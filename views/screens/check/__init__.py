"""The Check page."""

from views.screens.check.linear import STRUCTURES_PART
from views.screens.check.page import show
from views.screens.check.sites import CHOSEN_PART

__all__ = ["CHOSEN_PART", "STRUCTURES_PART", "show"]
