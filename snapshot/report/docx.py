"""A report as DOCX: python-docx, heads repeated, rows whole, page x of y as fields that Word counts.

Every line has an exact leading, so that the first page stays one page whatever font an office has.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from snapshot.form import Reader
from snapshot.proof import DOCX_MEMBER, has_member, read_archive, read_docx
from snapshot.report.model import Block, Facts, Heading, Items, Picture, Report, Signatures, Table, Text
from snapshot.report.pdf import first_page_scale
from snapshot.report.typography import (
    BOTTOM_MM,
    CELL_PADDING_PT,
    LEFT_MM,
    RIGHT_MM,
    SHADE,
    SIGNATURE_ROWS_MM,
    TOP_MM,
    TYPES,
    WIDTH_MM,
)
from words import t

__all__ = ["DOCX_READER", "write_docx"]

_FONTS: Final = {False: ("Times New Roman", "宋体"), True: ("Arial", "黑体")}
"""Latin and Chinese, of texts and of what is bold: those of Word and WPS in a Chinese office."""
_ALIGNED: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "centre": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT,
}  # fmt: skip
_HEAD_FROM_EDGE_MM: Final = 15.0
_WORD_TAKES: Final = 0.97
"""Of the room that a page of PDF has: Word breaks lines a little earlier, and its tables have no hair lines."""
_AFTER_TABLE_MM: Final = 3.0


def write_docx(target: Path, report: Report) -> None:
    """Write a report as DOCX, with a part left for the manifest."""
    document = Document()
    _set_up(document, report)
    about = document.core_properties
    about.title, about.subject, about.author = report.title, report.subtitle, report.author
    about.comments = report.software
    about.language = "zh-CN" if report.lang == "zh" else "en"
    first = _Writer(document, first_page_scale(report) * _WORD_TAKES)
    first.text(report.title, "title")
    first.text(report.subtitle, "subtitle")
    for block in report.first_page:
        first.add(block)
    rest = _Writer(document, new_page=True)
    for block in report.blocks:
        rest.add(block)
    part = Part(PackURI(f"/{DOCX_MEMBER}"), "application/xml", b"<none/>", document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
    document.save(str(target))


def _set_up(document: Any, report: Report) -> None:
    """Set the page, the fonts, the header and the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.header_distance = section.footer_distance = Mm(_HEAD_FROM_EDGE_MM)
    for name, kind in (("Normal", "body"), ("Heading 1", "h1"), ("Heading 2", "h2")):
        style = document.styles[name]
        _set_fonts(style, bold=TYPES[kind].bold)
        style.font.color.rgb = RGBColor.from_string(TYPES[kind].colour[1:])
        style.font.size = Pt(TYPES[kind].size_pt)
    numbered = (
        t("report.footer_id", report.lang, id=report.check_id) if report.check_id else t("report.no_id", report.lang)
    )
    before, between, after = t("report.page", report.lang, number="\0", count="\1").replace("\1", "\0").split("\0")
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for name in ("Header", "Footer"):
        stops = document.styles[name].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    writer = _Writer(document)
    writer.run(head, f"{report.header}\t{report.software}", "running")
    writer.run(foot, f"{numbered}\t{before}", "running")
    _field(foot, "PAGE", writer)
    writer.run(foot, between, "running")
    _field(foot, "NUMPAGES", writer)
    writer.run(foot, after, "running")


class _Writer:
    """Writes blocks at the end of a document, or from a new page on; sizes but widths are multiplied by a scale."""

    def __init__(self, document: Any, scale: float = 1.0, *, new_page: bool = False) -> None:
        self._document = document
        self._scale = scale
        self._new_page = new_page

    def add(self, block: Block) -> None:
        """Write a block."""
        match block:
            case Heading():
                self._set(self._document.add_heading("", block.level), block.text, f"h{block.level}")
            case Text():
                self.text(block.text, block.kind)
            case Items():
                self.text(block.head, "strong").paragraph_format.keep_with_next = True
                for number, text in enumerate(block.texts, start=1):
                    self.text(f"{number}. {text}", "item")
            case Picture():
                line = self._document.add_paragraph()
                line.alignment, line.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
                line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)
                line.paragraph_format.line_spacing = 1.0
                drawn = line.add_run().add_picture(io.BytesIO(block.png), width=Mm(min(block.width_mm, WIDTH_MM)))
                for side in ("distL", "distR"):  # python-docx leaves 3 mm beside, and LibreOffice shifts it by that
                    drawn._inline.set(side, "0")  # noqa: SLF001
                self.text(block.caption, "below")
            case Facts():
                widths = (0.26, 0.74) if block.pairs == 1 else (0.36 / block.pairs, 0.64 / block.pairs) * block.pairs
                kinds = [["fact" if at % 2 else "fact_name" for at in range(len(widths))] for _ in block.lines()]
                self._grid([list(line) for line in block.lines()], widths, kinds, shaded=range(0, len(widths), 2))
            case Signatures():
                rows = [[name for name, _ in block.fields], [value for _, value in block.fields]]
                kinds = [["fact_name"] * len(block.fields), ["fact"] * len(block.fields)]
                table = self._grid(rows, (1.0,) * len(block.fields), kinds, head=True)
                for row, height_mm in zip(table.rows, SIGNATURE_ROWS_MM, strict=True):
                    row.height = Mm(height_mm * self._scale)
            case Table():
                self.text(block.caption, "caption").paragraph_format.keep_with_next = True
                self._grid(
                    [list(block.head), *(list(row) for row in block.rows)],
                    block.widths,
                    _kinds_of_cells(block),
                    head=True,
                )

    def text(self, text: str, kind: str) -> Any:
        """Write a paragraph and return it."""
        return self._set(self._document.add_paragraph(), text, kind)

    def run(self, paragraph: Any, text: str, kind: str) -> None:
        """Add text to a paragraph."""
        style = TYPES[kind]
        run = paragraph.add_run(text)
        run.font.size, run.font.bold = Pt(_half(style.size_pt * self._scale)), style.bold
        run.font.color.rgb = RGBColor.from_string(style.colour[1:])
        _set_fonts(run, bold=style.bold)

    def _set(self, paragraph: Any, text: str, kind: str) -> Any:
        """Set a paragraph: its leading is exact, so that every font takes the same room."""
        style, layout = TYPES[kind], paragraph.paragraph_format
        paragraph.alignment = _ALIGNED[style.align]
        layout.line_spacing = Pt(style.leading_pt * self._scale)
        layout.space_before, layout.space_after = (Mm(mm * self._scale) for mm in (style.before_mm, style.after_mm))
        layout.left_indent, layout.first_line_indent = Mm(style.hanging_mm), Mm(-style.hanging_mm)
        if self._new_page:
            layout.page_break_before, self._new_page = True, False
        self.run(paragraph, text, kind)
        return paragraph

    def _grid(
        self, rows: list[list[str]], widths: tuple[float, ...], kinds: list[list[str]], *, head: bool = False,
        shaded: Collection[int] = (),
    ) -> Any:  # fmt: skip
        """Add a table; a head is repeated on every page, and no row is torn."""
        table = self._document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _set_padding(table)
        total = sum(widths)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(WIDTH_MM * width / total)  # LibreOffice and WPS read the columns, Word the cells
        for at, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001 -- python-docx has no name for these
            properties.append(OxmlElement("w:cantSplit"))
            if head and at == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.width = Mm(WIDTH_MM * widths[place] / total)
                self._set(cell.paragraphs[0], text, kinds[at][place])
                if (head and at == 0) or place in shaded:
                    _shade(cell)
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER  # after the shade: Word wants this order
        after = self._document.add_paragraph()  # Word wants one between two tables
        after.paragraph_format.line_spacing = Mm(_AFTER_TABLE_MM * self._scale)
        after.paragraph_format.space_before = after.paragraph_format.space_after = Pt(0)
        return table


def _kinds_of_cells(block: Table) -> list[list[str]]:
    """Return the kind of text of each cell of a table, the head first."""
    count = len(block.head)
    return [["head"] * count] + [
        [("sum_number" if place in block.numbers else "sum") if at in block.sums
         else ("number" if place in block.numbers else "cell") for place in range(count)]
        for at in range(len(block.rows))
    ]  # fmt: skip


def _half(points: float) -> float:
    """Return a size as Word has it, in half points, rounded down."""
    return math.floor(points * 2) / 2


def _set_fonts(of: Any, *, bold: bool) -> None:
    """Set the Latin and the Chinese font of a style or a run."""
    latin, chinese = _FONTS[bold]
    of.font.name = latin
    fonts = of.element.get_or_add_rPr().get_or_add_rFonts()
    for kind, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{kind}"), name)
        fonts.attrib.pop(qn(f"w:{kind}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)


def _field(paragraph: Any, name: str, writer: _Writer) -> None:
    """Add a number that Word counts itself."""
    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), name)
    writer.run(paragraph, "1", "running")
    made.append(paragraph.runs[-1]._r)  # noqa: SLF001 -- python-docx has no fields
    paragraph._p.append(made)  # noqa: SLF001


def _set_padding(table: Any) -> None:
    """Set the room round the texts of a table's cells."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        made = OxmlElement(f"w:{side}")
        made.set(qn("w:w"), str(round(20 * CELL_PADDING_PT[side])))
        made.set(qn("w:type"), "dxa")
        margins.append(made)
    properties = table._tbl.tblPr  # noqa: SLF001 -- python-docx has no name for these
    properties.find(qn("w:tblLook")).addprevious(margins)  # Word wants this order


def _shade(cell: Any) -> None:
    made = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", SHADE[1:].upper())):
        made.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(made)  # noqa: SLF001


DOCX_READER: Final = Reader(
    lambda head, path: has_member(head, path, "word/document.xml"),
    partial(read_archive, member=DOCX_MEMBER, manifest_of=read_docx),
)
"""How `redline verify` reads a report again."""
