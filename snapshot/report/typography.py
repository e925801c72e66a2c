"""How a report is set, the same in every format: margins, and size, leading and space of each kind of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from carto.style import THEME

__all__ = [
    "BOTTOM_MM",
    "CELL_PADDING_PT",
    "INK",
    "LEFT_MM",
    "RIGHT_MM",
    "SHADE",
    "SIGNATURE_ROWS_MM",
    "TOP_MM",
    "TYPES",
    "WIDTH_MM",
    "Type",
]

LEFT_MM: Final = 26.0
RIGHT_MM: Final = 24.0
TOP_MM: Final = 27.0
BOTTOM_MM: Final = 24.0
WIDTH_MM: Final = 210.0 - LEFT_MM - RIGHT_MM
"""Of the text on a page of A4."""
INK: Final = "#1c1c1c"
SHADE: Final = THEME["map-ground"]
"""Behind the heads of tables."""
CELL_PADDING_PT: Final = {"top": 2.2, "bottom": 2.8, "left": 3.0, "right": 3.0}
SIGNATURE_ROWS_MM: Final = (6.5, 14.0)
"""Names, and boxes large enough for a hand and a stamp."""


@dataclass(frozen=True)
class Type:
    """How one kind of text is set.

    Attributes
    ----------
    size_pt, leading_pt : float
        The leading is the distance of two lines, whatever the font asks for.
    before_mm, after_mm : float
        Space above and below a paragraph.
    hanging_mm : float
        All lines but the first are set in by so much.
    """

    size_pt: float
    leading_pt: float
    bold: bool = False
    align: Literal["left", "centre", "right"] = "left"
    before_mm: float = 0.0
    after_mm: float = 0.0
    hanging_mm: float = 0.0
    colour: str = INK


TYPES: Final = {
    "title": Type(20, 26, bold=True, align="centre", after_mm=0.5),
    "subtitle": Type(13, 18, align="centre", after_mm=3),
    "h1": Type(13.5, 20, bold=True, before_mm=6, after_mm=2),
    "h2": Type(11, 16, bold=True, before_mm=3, after_mm=1.5),
    "body": Type(10, 16, after_mm=1.5),
    "small": Type(8, 12, after_mm=2, colour="#4d4d4d"),
    "strong": Type(10, 16, bold=True, after_mm=1.5),
    "answer": Type(12, 19, bold=True, after_mm=2),
    "item": Type(9.5, 14, after_mm=0.8, hanging_mm=5),
    "warning": Type(9.5, 15, after_mm=1.5, colour=THEME["alarm"]),
    "caption": Type(9, 13, bold=True, align="centre", after_mm=1.2),
    "below": Type(9, 13, bold=True, align="centre", after_mm=3),
    "cell": Type(7.8, 11),
    "number": Type(7.8, 11, align="right"),
    "head": Type(7.8, 11, bold=True, align="centre"),
    "sum": Type(7.8, 11, bold=True),
    "sum_number": Type(7.8, 11, bold=True, align="right"),
    "fact": Type(9.5, 14),
    "fact_name": Type(9.5, 14, bold=True),
    "running": Type(8, 11),
}
"""By `Text.kind` and by parts of tables; ``below``: caption under a picture, ``running``: head and foot of pages."""
