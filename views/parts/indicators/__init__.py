"""Indicators on the screen: choice, figures, own tables and rasters."""

from views.parts.indicators.choice import CHOICE, choose, chosen
from views.parts.indicators.figures import OWN, Shown, shown, subjects
from views.parts.indicators.own_raster import (
    RASTER_CLOSE,
    as_picture,
    choose_raster,
    picture_group,
    picture_legend,
    show_as,
)
from views.parts.indicators.own_subjects import OWN_ADDED, add_own, forget_own, today
from views.parts.indicators.picker import choose_classes, choose_indicator, choose_subject, labels_of
from views.parts.indicators.second import SECOND, beside, choose_beside

__all__ = [
    "CHOICE",
    "OWN",
    "OWN_ADDED",
    "RASTER_CLOSE",
    "SECOND",
    "Shown",
    "add_own",
    "as_picture",
    "beside",
    "choose",
    "choose_beside",
    "choose_classes",
    "choose_indicator",
    "choose_raster",
    "choose_subject",
    "chosen",
    "forget_own",
    "labels_of",
    "picture_group",
    "picture_legend",
    "show_as",
    "shown",
    "subjects",
    "today",
]
