"""The one font family of sheets and reports: from a pinned package, never from the machine."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, Literal

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from geo.errors import RedlineError
from layers.paths import PRODUCT

__all__ = ["FAMILY", "Weight", "font", "font_path", "refuse_missing", "register_reportlab", "spelled", "writable"]

Weight = Literal["regular", "bold"]
FAMILY: Final = "NotoSansSC"
_FOLDER: Final = PRODUCT / "static" / "vendor" / "fonts"
_FILES: Final[dict[Weight, str]] = {
    "regular": "400Regular/NotoSansSC_400Regular.ttf",
    "bold": "700Bold/NotoSansSC_700Bold.ttf",
}
_BEYOND: Final = re.compile(r"<([0-9A-F]{5,6})>")
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")
"""Join or style the character before; where that is spelled out they say nothing."""
_LAYOUT: Final = frozenset("\n\r\t\u00ad\u200b")


def font_path(weight: Weight = "regular") -> Path:
    """Return the file of a weight.

    Raises
    ------
    RedlineError
        If it was not fetched (``python -m tools.assets``).
    """
    path = _FOLDER / _FILES[weight]
    if not path.is_file():
        raise RedlineError("report.font_missing", file=_FILES[weight])
    return path


def font(size_pt: float, *, bold: bool = False) -> FontProperties:
    """Return the font for matplotlib."""
    return FontProperties(fname=str(font_path("bold" if bold else "regular")), size=size_pt)


@cache
def _known() -> frozenset[int]:
    """Return the characters that both weights have."""
    found = [frozenset(FT2Font(str(font_path(weight))).get_charmap()) for weight in _FILES]
    return frozenset.intersection(*found)


def refuse_missing(text: str, where: str = "") -> str:
    """Return `text`; raise if a character cannot be written.

    Raises
    ------
    RedlineError
        Naming the first that cannot: an error is better than a box on a printed sheet.
    """
    for letter in text:
        if ord(letter) not in _known() and letter not in _LAYOUT:
            raise RedlineError("report.no_glyph", letter=letter, code=f"U+{ord(letter):04X}", where=where or text[:40])
    return text


def writable(text: str) -> bool:
    """Return whether every character of a text can be written."""
    return all(ord(letter) in _known() or letter in _LAYOUT for letter in text)


def spelled(text: str) -> str:
    """Return a text with characters that the font lacks replaced by their codes.

    Examples
    --------
    >>> spelled("地块😀二"), spelled("❤️")
    ('地块〔U+1F600〕二', '〔U+2764〕')
    """
    if writable(text):
        return text
    return "".join(
        letter if ord(letter) in _known() or letter in _LAYOUT else f"〔U+{ord(letter):04X}〕"
        for letter in text
        if letter not in _JOINERS
    )


@cache
def register_reportlab() -> None:
    """Register the family with reportlab, once a process."""
    from reportlab.pdfbase import pdfmetrics, ttfonts  # noqa: PLC0415 -- heavy, and only the PDF report needs it
    from reportlab.pdfbase.ttfonts import TTFont as PdfFont  # noqa: PLC0415

    made = ttfonts.makeToUnicodeCMap
    ttfonts.makeToUnicodeCMap = lambda name, subset: _with_surrogates(made(name, subset))
    pdfmetrics.registerFont(PdfFont(FAMILY, str(font_path("regular"))))
    pdfmetrics.registerFont(PdfFont(f"{FAMILY}-Bold", str(font_path("bold"))))
    pdfmetrics.registerFontFamily(FAMILY, FAMILY, f"{FAMILY}-Bold", FAMILY, f"{FAMILY}-Bold")


def _with_surrogates(cmap: str) -> str:
    """Write characters beyond U+FFFF of a ToUnicode map as UTF-16, as PDF wants them (ISO 32000-1, 9.10.3).

    reportlab 5.1.0 writes five digits there: such a character is drawn right and copied as nothing.
    """
    return _BEYOND.sub(lambda found: f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>", cmap)
