"""A report as PDF: reportlab, the font embedded, heads repeated, page x of y."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
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
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    Image,
    KeepInFrame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)  # fmt: skip
from reportlab.platypus import Table as PdfTable
from reportlab.platypus.flowables import Flowable

from carto.markup import Markup
from carto.style import THEME
from snapshot.report.line_breaks import break_lines
from snapshot.report.model import Block, Facts, Heading, Items, Picture, Report, Signatures, Table, Text
from snapshot.sheet import FAMILY, register_reportlab
from words import t

__all__ = ["write_pdf"]

rl_config.useA85 = False
"""Streams stay binary: as text they take a quarter more, and writing them so took most of the time."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 26 * mm, 24 * mm, 27 * mm, 24 * mm
_WIDTH: Final = A4[0] - _LEFT - _RIGHT
_HEIGHT: Final = A4[1] - _TOP - _BOTTOM
_WIDE: Final = 0x2E7F
"""Characters beyond are as wide as high."""
_SPARE: Final = 0.5
"""So that rounding never breaks a line again, points."""
_ROOM: Final = 56 * mm
"""A heading stands only where so much follows on its page."""
_INK: Final = HexColor("#1c1c1c")
_RULE: Final = HexColor("#7d7d7d")
_SHADE: Final = HexColor(THEME["map-ground"])
_BOLD: Final = f"{FAMILY}-Bold"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"fontName": _BOLD, "fontSize": 20, "leading": 26, "alignment": TA_CENTER, "spaceAfter": 0.5 * mm},
    "subtitle": {"fontSize": 13, "leading": 18, "alignment": TA_CENTER, "spaceAfter": 3 * mm},
    "h1": {"fontName": _BOLD, "fontSize": 13.5, "leading": 20, "spaceBefore": 6 * mm, "spaceAfter": 2 * mm},
    "h2": {"fontName": _BOLD, "fontSize": 11, "leading": 16, "spaceBefore": 3 * mm, "spaceAfter": 1.5 * mm},
    "body": {"fontSize": 10, "leading": 16, "spaceAfter": 1.5 * mm},
    "small": {"fontSize": 8, "leading": 12, "spaceAfter": 2 * mm, "textColor": HexColor("#4d4d4d")},
    "strong": {"fontName": _BOLD, "fontSize": 10, "leading": 16, "spaceAfter": 1.5 * mm},
    "answer": {"fontName": _BOLD, "fontSize": 12, "leading": 19, "spaceAfter": 2 * mm},
    "item": {"fontSize": 9.5, "leading": 14, "spaceAfter": 0.8 * mm, "leftIndent": 5 * mm, "firstLineIndent": -5 * mm},
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
    document = BaseDocTemplate(
        str(target), pagesize=A4,
        title=report.title, author=report.author, subject=report.subtitle, creator=report.software,
        lang="zh-CN" if report.lang == "zh" else "en",
    )  # fmt: skip
    frame = Frame(_LEFT, _BOTTOM, _WIDTH, _HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    first: list[Flowable] = [_paragraph(report.title, "title"), _paragraph(report.subtitle, "subtitle")]
    for block in report.first_page:
        first += _picture(block) if isinstance(block, Picture) else _flowables(block)
    # a name or an answer longer than most makes the page smaller, never a second one
    story: list[Flowable] = [KeepInFrame(_WIDTH, _HEIGHT - 1, first, mode="shrink"), PageBreak()]
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


class _Lines(Paragraph):  # type: ignore[misc] # reportlab has no types
    """A paragraph whose lines of Chinese end where they may (避头尾), at whatever width it is given."""

    def __init__(self, text: str | None, style: ParagraphStyle, *args: Any, **options: Any) -> None:
        super().__init__("" if text is None else _markup(text.split("\n")), style, *args, **options)
        chinese = text is not None and any(ord(letter) > _WIDE for letter in text)
        self._written = text if chinese else None  # a half that reportlab splits off has its lines already
        self._broken_at: float | None = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        if self._written is not None and width != self._broken_at:
            style, self._broken_at = self.style, width
            room = width - style.leftIndent - style.rightIndent - _SPARE
            lines = break_lines(self._written, room, lambda line: stringWidth(line, style.fontName, style.fontSize))
            self._setup(_markup(lines), style, None, None, str)
        size: tuple[float, float] = super().wrap(width, height)
        return size


class _OfWidth(Flowable):  # type: ignore[misc] # reportlab has no types
    """What is made for the width that it is given, anew for another: on a page that shrinks, a table stays as wide."""

    def __init__(self, make: Callable[[float], Flowable]) -> None:
        super().__init__()
        self._make = make

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self._made: Flowable = self._make(width)
        size: tuple[float, float] = self._made.wrap(width, height)
        return size

    def draw(self) -> None:
        self._made.drawOn(self.canv, 0, 0)


def _markup(lines: list[str]) -> str:
    return str(Markup("<br/>").join(lines))


def _paragraph(text: str, style: str) -> Paragraph:
    options: dict[str, Any] = {"fontName": FAMILY, "textColor": _INK, **_STYLES[style]}
    return _Lines(text, ParagraphStyle(style, **options, splitLongWords=1))


def _flowables(block: Block) -> list[Flowable]:  # noqa: PLR0911 -- a case a kind of block
    match block:
        case Heading():
            return [CondPageBreak(_ROOM), _paragraph(block.text, f"h{block.level}")]
        case Text():
            return [_paragraph(block.text, block.kind)]
        case Items():
            numbered = [_paragraph(f"{number}. {text}", "item") for number, text in enumerate(block.texts, start=1)]
            return [_paragraph(block.head, "strong"), *numbered, Spacer(1, 1.5 * mm)]
        case Picture():
            return [KeepTogether(_picture(block))]
        case Facts():
            return [_facts(block), Spacer(1, 3 * mm)]
        case Signatures():
            return [_signatures(block), Spacer(1, 3 * mm)]
        case Table():
            return [CondPageBreak(_ROOM / 2), _paragraph(block.caption, "caption"), _table(block), Spacer(1, 3 * mm)]


def _picture(block: Picture) -> list[Flowable]:

    def made(width: float) -> Image:
        return Image(io.BytesIO(block.png), width, width * block.height_mm / block.width_mm)

    return [_OfWidth(made), _paragraph(block.caption, "below")]


def _facts(block: Facts) -> Flowable:
    shares = (0.26, 0.74) if block.pairs == 1 else (0.36 / block.pairs, 0.64 / block.pairs) * block.pairs
    shade = [("BACKGROUND", (at, 0), (at, -1), _SHADE) for at in range(0, len(shares), 2)]

    def made(width: float) -> PdfTable:
        rows = [
            [_paragraph(text, "fact" if at % 2 else "fact_name") for at, text in enumerate(line)]
            for line in block.lines()
        ]
        table = PdfTable(rows, colWidths=[share * width for share in shares])
        table.setStyle([*_GRID, *shade])
        return table

    return _OfWidth(made)


def _signatures(block: Signatures) -> Flowable:
    """Return boxes large enough for a hand and a stamp."""

    def made(width: float) -> PdfTable:
        names = [_paragraph(name, "fact_name") for name, _ in block.fields]
        values = [_paragraph(value, "fact") for _, value in block.fields]
        widths = [width / len(names)] * len(names)
        table = PdfTable([names, values], colWidths=widths, rowHeights=[6.5 * mm, 14 * mm])
        table.setStyle([*_GRID, ("BACKGROUND", (0, 0), (-1, 0), _SHADE)])
        return table

    return _OfWidth(made)


def _table(block: Table) -> Flowable:
    """Return a table whose rows break between pages under a repeated head."""
    rows = [[_paragraph(text, "head") for text in block.head]]
    for at, row in enumerate(block.rows):
        style = "sum" if at in block.sums else "cell"
        number = "sum_number" if at in block.sums else "number"
        rows.append([_paragraph(text, number if place in block.numbers else style) for place, text in enumerate(row)])
    made = PdfTable(rows, colWidths=_columns(block.widths), repeatRows=1, splitInRow=0)
    made.setStyle([*_GRID, ("BACKGROUND", (0, 0), (-1, 0), _SHADE), ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK)])
    return made


def _columns(shares: Sequence[float]) -> list[str]:
    """Return the widths of columns as shares of whatever a table is given."""
    return [f"{100 * share / sum(shares):.3f}%" for share in shares]
