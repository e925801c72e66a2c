"""A report as PDF: reportlab, the font embedded, heads repeated, page x of y."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
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
from snapshot.report.line_breaks import break_lines
from snapshot.report.model import Block, Facts, Heading, Items, Picture, Report, Signatures, Table, Text
from snapshot.report.typography import (
    BOTTOM_MM,
    CELL_PADDING_PT,
    INK,
    LEFT_MM,
    RIGHT_MM,
    SHADE,
    SIGNATURE_ROWS_MM,
    TOP_MM,
    TYPES,
    WIDTH_MM,
)
from snapshot.sheet import FAMILY, register_reportlab
from words import t

__all__ = ["first_page_scale", "write_pdf"]

rl_config.useA85 = False
"""Streams stay binary: as text they take a quarter more, and writing them so took most of the time."""

_LEFT, _RIGHT, _TOP, _BOTTOM = LEFT_MM * mm, RIGHT_MM * mm, TOP_MM * mm, BOTTOM_MM * mm
_WIDTH: Final = WIDTH_MM * mm
_HEIGHT: Final = A4[1] - _TOP - _BOTTOM
_WIDE: Final = 0x2E7F
"""Characters beyond are as wide as high."""
_SPARE: Final = 0.5
"""So that rounding never breaks a line again, points."""
_ROOM: Final = 56 * mm
"""A heading stands only where so much follows on its page."""
_INK: Final = HexColor(INK)
_RULE: Final = HexColor("#7d7d7d")
_SHADE: Final = HexColor(SHADE)
_BOLD: Final = f"{FAMILY}-Bold"
_ALIGNED: Final = {"left": TA_LEFT, "centre": TA_CENTER, "right": TA_RIGHT}
_GRID: Final = [
    ("GRID", (0, 0), (-1, -1), 0.4, _RULE),
    ("FONTNAME", (0, 0), (-1, -1), FAMILY),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    *((f"{side.upper()}PADDING", (0, 0), (-1, -1), points) for side, points in CELL_PADDING_PT.items()),
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
    story: list[Flowable] = [_first_page(report), PageBreak()]
    for block in report.blocks:
        story += _flowables(block)
    document.build(story, canvasmaker=lambda *args, **options: _Numbered(report, *args, **options))


def first_page_scale(report: Report) -> float:
    """Return by what sizes and leadings of the first page are multiplied so that it stays one page: 1 or less."""
    register_reportlab()
    page = _first_page(report)
    page.canv = Canvas(io.BytesIO(), initialFontName=FAMILY)
    page.wrap(_WIDTH, _HEIGHT)
    return 1 / float(getattr(page, "_scale", 1.0))


def _first_page(report: Report) -> KeepInFrame:
    """Return the first page: a name or an answer longer than most makes it smaller, never a second one."""
    first: list[Flowable] = [_paragraph(report.title, "title"), _paragraph(report.subtitle, "subtitle")]
    for block in report.first_page:
        first += _picture(block) if isinstance(block, Picture) else _flowables(block)
    return KeepInFrame(_WIDTH, _HEIGHT - 1, first, mode="shrink")


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
        self.setFont(FAMILY, TYPES["running"].size_pt)
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
    return _Lines(text, _style(style))


@cache
def _style(name: str) -> ParagraphStyle:
    """Return how reportlab sets a kind of text."""
    kind = TYPES[name]
    return ParagraphStyle(
        name, fontName=_BOLD if kind.bold else FAMILY, fontSize=kind.size_pt, leading=kind.leading_pt,
        textColor=HexColor(kind.colour), alignment=_ALIGNED[kind.align], spaceBefore=kind.before_mm * mm,
        spaceAfter=kind.after_mm * mm, leftIndent=kind.hanging_mm * mm, firstLineIndent=-kind.hanging_mm * mm,
        splitLongWords=1,
    )  # fmt: skip


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

    def made(width: float) -> PdfTable:
        names = [_paragraph(name, "fact_name") for name, _ in block.fields]
        values = [_paragraph(value, "fact") for _, value in block.fields]
        widths = [width / len(names)] * len(names)
        table = PdfTable([names, values], colWidths=widths, rowHeights=[height * mm for height in SIGNATURE_ROWS_MM])
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
