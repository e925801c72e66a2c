"""Indicators on the screen: the choice of indicator and classes, its values, the user's own tables and rasters."""

from views.parts.indicators.choice import choice_slot, current_choice, update_choice, use_choice_of
from views.parts.indicators.figure import outline_groups, show_figure
from views.parts.indicators.figures import OWN, MappedIndicator, mapped_indicator, product_subjects, subjects
from views.parts.indicators.own_raster import (
    RASTER_CLOSE,
    ask_display,
    choose_raster,
    picture_group,
    picture_legend,
    shows_picture,
)
from views.parts.indicators.own_subjects import OWN_ADDED, add_own_subject, remove_own_subjects, today
from views.parts.indicators.picker import choose_classes, choose_indicator, choose_subject, labels_of
from views.parts.indicators.second import SECOND, ask_second, compared_pair

__all__ = [
    "OWN",
    "OWN_ADDED",
    "RASTER_CLOSE",
    "SECOND",
    "MappedIndicator",
    "add_own_subject",
    "ask_display",
    "ask_second",
    "choice_slot",
    "choose_classes",
    "choose_indicator",
    "choose_raster",
    "choose_subject",
    "compared_pair",
    "current_choice",
    "labels_of",
    "mapped_indicator",
    "outline_groups",
    "picture_group",
    "picture_legend",
    "product_subjects",
    "remove_own_subjects",
    "show_figure",
    "shows_picture",
    "subjects",
    "today",
    "update_choice",
    "use_choice_of",
]
