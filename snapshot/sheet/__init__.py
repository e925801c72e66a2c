"""The printed map sheet."""

from snapshot.sheet.draw import Relief, stacked
from snapshot.sheet.drawing_lock import PAPER
from snapshot.sheet.fonts import FAMILY, register_reportlab, spelled, writable
from snapshot.sheet.layout import map_epsg
from snapshot.sheet.margin_text import SheetSettings, now_text
from snapshot.sheet.sheet import map_picture, relief_of, write_sheet

__all__ = [
    "FAMILY",
    "PAPER",
    "Relief",
    "SheetSettings",
    "map_epsg",
    "map_picture",
    "now_text",
    "register_reportlab",
    "relief_of",
    "spelled",
    "stacked",
    "writable",
    "write_sheet",
]
