"""A report as PDF: reportlab, the font embedded, heads repeated, page x of y."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import PageBreak as PdfPageBreak
from reportlab.platypus import Table as PdfTable
from reportlab.platypus.flowables import Flowable

from carto.markup import Markup
from carto.style import THEME
from snapshot.report.line_breaks import break_lines
from snapshot.report.model import Block, Facts, Heading, Items, PageBreak, Picture, Report, Signatures, Table, Text
from snapshot.sheet import FAMILY, register_reportlab
from words import t

__all__ = ["write_pdf"]

rl_config.useA85 = False
"""Streams stay binary: as text they take a quarter more, and writing them so took most of the time."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 26 * mm, 24 * mm, 30 * mm, 26 * mm
_WIDTH: Final = A4[0] - _LEFT - _RIGHT
_WIDE: Final = 0x2E7F
"""Characters beyond are as wide as high."""
_PADDING, _SPARE = 6.0, 0.5
"""Of a cell, left and right together; and so that rounding never breaks a line again, points."""
_ROOM: Final = 56 * mm
"""A heading stands only where so much follows on its page."""
_INK: Final = HexColor("#1c1c1c")
_RULE: Final = HexColor("#7d7d7d")
_SHADE: Final = HexColor(THEME["map-ground"])
_BOLD: Final = f"{FAMILY}-Bold"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"fontName": _BOLD, "fontSize": 20, "leading": 28, "alignment": TA_CENTER, "spaceAfter": 2 * mm},
    "subtitle": {"fontSize": 13, "leading": 20, "alignment": TA_CENTER, "spaceAfter": 7 * mm},
    "h1": {"fontName": _BOLD, "fontSize": 13.5, "leading": 20, "spaceBefore": 6 * mm, "spaceAfter": 2 * mm},
    "h2": {"fontName": _BOLD, "fontSize": 11, "leading": 16, "spaceBefore": 3 * mm, "spaceAfter": 1.5 * mm},
    "body": {"fontSize": 10, "leading": 16, "spaceAfter": 1.5 * mm},
    "small": {"fontSize": 8, "leading": 12, "spaceAfter": 2 * mm, "textColor": HexColor("#4d4d4d")},
    "strong": {"fontName": _BOLD, "fontSize": 10, "leading": 16, "spaceAfter": 1.5 * mm},
    "answer": {"fontName": _BOLD, "fontSize": 12, "leading": 19, "spaceAfter": 2 * mm},
    "item": {"fontSize": 9.5, "leading": 14.5, "spaceAfter": 1 * mm, "leftIndent": 5 * mm, "firstLineIndent": -5 * mm},
    "warning": {"fontSize": 9.5, "leading": 15, "spaceAfter": 1.5 * mm, "textColor": HexColor(THEME["alarm"])},
    "caption": {"fontName": _BOLD, "fontSize": 9, "leading": 13, "alignment": TA_CENTER, "spaceAfter": 1.2 * mm},
    "below": {"fontName": _BOLD, "fontSize": 9, "leading": 13, "alignment": TA_CENTER, "spaceAfter": 3 * mm},
    "cell": {"fontSize": 7.8, "leading": 11},
    "number": {"fontSize": 7.8, "leading": 11, "alignment": TA_RIGHT},
    "head": {"fontName": _BOLD, "fontSize": 7.8, "leading": 11, "alignment": TA_CENTER},
    "sum": {"fontName": _BOLD, "fontSize": 7.8, "leading": 11},
    "sum_number": {"fontName": _BOLD, "fontSize": 7.8, "leading": 11, "alignment": TA_RIGHT},
    "fact": {"fontSize": 9.5, "leading": 14},
    "fact_name": {"fontName": _BOLD, "fontSize": 9.5, "leading": 14},
}
_GRID: Final = [
    ("GRID", (0, 0), (-1, -1), 0.4, _RULE),
    ("FONTNAME", (0, 0), (-1, -1), FAMILY),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), 2.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]


def write_pdf(target: Path, report: Report) -> None:
    """Write a report as PDF."""
    register_reportlab()
    document = SimpleDocTemplate(
        str(target), pagesize=A4, leftMargin=_LEFT, rightMargin=_RIGHT, topMargin=_TOP, bottomMargin=_BOTTOM,
        title=report.title, author=report.author, subject=report.subtitle, creator=report.software,
        lang="zh-CN" if report.lang == "zh" else "en",
    )  # fmt: skip
    story: list[Flowable] = [_paragraph(report.title, "title"), _paragraph(report.subtitle, "subtitle")]
    for block in report.blocks:
        story += _flowables(block)
    document.build(story, canvasmaker=lambda *args, **options: _Numbered(report, *args, **options))


class _Numbered(Canvas):  # type: ignore[misc] # reportlab has no types
    """A canvas that keeps its pages until it knows how many there are."""

    def __init__(self, report: Report, *args: Any, **options: Any) -> None:
        # reportlab would begin with Helvetica, which is not embedded
        super().__init__(*args, **{**options, "initialFontName": FAMILY})
        self._report = report
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 -- reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        count = len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._frame(number, count)
            super().showPage()
        super().save()

    def _frame(self, number: int, count: int) -> None:
        """Draw the header and the footer of a page."""
        report, width = self._report, A4[0]
        self.setStrokeColor(_RULE)
        self.setFillColor(_INK)
        self.setLineWidth(0.5)
        self.setFont(FAMILY, 8)
        top, low = A4[1] - 20 * mm, 17 * mm
        self.drawString(_LEFT, top + 1.5 * mm, report.header)
        self.drawRightString(width - _RIGHT, top + 1.5 * mm, report.software)
        self.line(_LEFT, top, width - _RIGHT, top)
        self.line(_LEFT, low, width - _RIGHT, low)
        footer = (
            t("report.footer_id", report.lang, id=report.check_id)
            if report.check_id
            else t("report.no_id", report.lang)
        )
        self.drawString(_LEFT, low - 4.5 * mm, footer)
        self.drawRightString(width - _RIGHT, low - 4.5 * mm, t("report.page", report.lang, number=number, count=count))


def _paragraph(text: str, style: str, width: float = _WIDTH) -> Paragraph:
    """Return a paragraph that will stand `width` points wide; lines of Chinese end where they may (避头尾)."""
    options: dict[str, Any] = {"fontName": FAMILY, "textColor": _INK, **_STYLES[style]}
    made = ParagraphStyle(style, **options, splitLongWords=1)
    if any(ord(letter) > _WIDE for letter in text):
        room = width - options.get("leftIndent", 0) - _SPARE
        lines = break_lines(text, room, lambda line: stringWidth(line, made.fontName, made.fontSize))
    else:
        lines = text.split("\n")
    return Paragraph(str(Markup("<br/>").join(lines)), made)


def _flowables(block: Block) -> list[Flowable]:  # noqa: PLR0911 -- a case a kind of block
    match block:
        case Heading():
            return [CondPageBreak(_ROOM), _paragraph(block.text, f"h{block.level}")]
        case Text():
            return [_paragraph(block.text, block.kind)]
        case Items():
            numbered = [_paragraph(f"{number}. {text}", "item") for number, text in enumerate(block.texts, start=1)]
            return [_paragraph(block.head, "strong"), *numbered, Spacer(1, 1.5 * mm)]
        case PageBreak():
            return [PdfPageBreak()]
        case Picture():
            scale = min(1.0, _WIDTH / (block.width_mm * mm))
            size = (block.width_mm * mm * scale, block.height_mm * mm * scale)
            return [KeepTogether([Image(io.BytesIO(block.png), *size), _paragraph(block.caption, "below")])]
        case Facts():
            return [_facts(block), Spacer(1, 4 * mm)]
        case Signatures():
            return [_signatures(block), Spacer(1, 3 * mm)]
        case Table():
            return [CondPageBreak(_ROOM / 2), _paragraph(block.caption, "caption"), _table(block), Spacer(1, 3 * mm)]


def _facts(block: Facts) -> Flowable:
    widths = [0.26 * _WIDTH, 0.74 * _WIDTH]
    rows = [
        [_paragraph(name, "fact_name", widths[0] - _PADDING), _paragraph(value, "fact", widths[1] - _PADDING)]
        for name, value in block.rows
    ]
    made = PdfTable(rows, colWidths=widths)
    made.setStyle([*_GRID, ("BACKGROUND", (0, 0), (0, -1), _SHADE)])
    return made


def _signatures(block: Signatures) -> Flowable:
    """Return boxes large enough for a hand and a stamp."""
    width = _WIDTH / len(block.fields)
    names = [_paragraph(name, "fact_name", width - _PADDING) for name, _ in block.fields]
    values = [_paragraph(value, "fact", width - _PADDING) for _, value in block.fields]
    made = PdfTable([names, values], colWidths=[width] * len(names), rowHeights=[7 * mm, 20 * mm])
    made.setStyle([*_GRID, ("BACKGROUND", (0, 0), (-1, 0), _SHADE)])
    return made


def _table(block: Table) -> Flowable:
    """Return a table whose rows break between pages under a repeated head."""
    total = sum(block.widths)
    widths = [_WIDTH * share / total for share in block.widths]
    room = [width - _PADDING for width in widths]
    rows = [[_paragraph(text, "head", width) for text, width in zip(block.head, room, strict=True)]]
    for at, row in enumerate(block.rows):
        style = "sum" if at in block.sums else "cell"
        number = "sum_number" if at in block.sums else "number"
        cells = zip(row, room, strict=True)
        rows.append(
            [
                _paragraph(text, number if place in block.numbers else style, width)
                for place, (text, width) in enumerate(cells)
            ]
        )
    made = PdfTable(rows, colWidths=widths, repeatRows=1, splitInRow=0)
    made.setStyle([*_GRID, ("BACKGROUND", (0, 0), (-1, 0), _SHADE), ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK)])
    return made
