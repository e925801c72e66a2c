"""A report as DOCX: python-docx, heads repeated, rows whole, page x of y as fields that Word counts."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from snapshot.form import Reader
from snapshot.proof import DOCX_MEMBER, has_member, read_archive, read_docx
from snapshot.report.model import Block, Facts, Heading, Items, Picture, Report, Signatures, Table, Text
from words import t

__all__ = ["DOCX_READER", "write_docx"]

_FONT: Final = "Noto Sans SC"
_WIDTH_MM: Final = 160.0
_SHADE: Final = "EEF1EE"
_SIZES: Final = {"body": 10.5, "small": 8.5, "strong": 10.5, "warning": 10, "answer": 12}


def write_docx(target: Path, report: Report) -> None:
    """Write a report as DOCX, with a part left for the manifest."""
    document = Document()
    _set_up(document, report)
    about = document.core_properties
    about.title, about.subject, about.author = report.title, report.subtitle, report.author
    about.comments = report.software
    about.language = "zh-CN" if report.lang == "zh" else "en"
    for text, size, bold in ((report.title, 20, True), (report.subtitle, 13, False)):
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, text, size, bold=bold)
    for block in report.first_page:
        _add(document, block)
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    for block in report.blocks:
        _add(document, block)
    part = Part(PackURI(f"/{DOCX_MEMBER}"), "application/xml", b"<none/>", document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
    document.save(str(target))


def _set_up(document: Any, report: Report) -> None:
    """Set the page, the fonts, the header and the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    section.top_margin, section.bottom_margin = Mm(30), Mm(26)
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = _FONT
        style.font.color.rgb = RGBColor(0x1C, 0x1C, 0x1C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    document.styles["Heading 1"].font.size = Pt(14)
    document.styles["Heading 2"].font.size = Pt(11.5)
    head = section.header.paragraphs[0]
    _run(head, f"{report.header}　　{report.software}", 8)
    foot = section.footer.paragraphs[0]
    numbered = (
        t("report.footer_id", report.lang, id=report.check_id) if report.check_id else t("report.no_id", report.lang)
    )
    _run(foot, f"{numbered}　　", 8)
    before, between, after = t("report.page", report.lang, number="\0", count="\1").replace("\1", "\0").split("\0")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, None)):
        _run(foot, text, 8)
        if field is not None:
            _field(foot, field)


def _field(paragraph: Any, name: str) -> None:
    """Add a number that Word counts itself."""
    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    made.append(run)
    paragraph._p.append(made)  # noqa: SLF001 -- python-docx has no fields


def _run(paragraph: Any, text: str, size: float, *, bold: bool = False) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    return run


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading():
            document.add_heading(block.text, block.level)
        case Text():
            run = _run(
                document.add_paragraph(), block.text, _SIZES[block.kind], bold=block.kind in ("strong", "answer")
            )
            if block.kind == "warning":
                run.font.color.rgb = RGBColor(0x8A, 0x1C, 0x1C)
        case Items():
            _run(document.add_paragraph(), block.head, _SIZES["strong"], bold=True)
            for number, text in enumerate(block.texts, start=1):
                line = document.add_paragraph()
                line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(5), Mm(-5)
                line.paragraph_format.space_after = Pt(2)
                _run(line, f"{number}. {text}", _SIZES["body"])
        case Picture():
            line = document.add_paragraph()
            line.alignment, line.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
            line.add_run().add_picture(io.BytesIO(block.png), width=Mm(block.width_mm))
            _caption(document, block.caption, before=False)
        case Facts():
            widths = (0.26, 0.74) if block.pairs == 1 else (0.18, 0.32) * block.pairs
            _grid(document, [list(line) for line in block.lines()], widths, shaded=tuple(range(0, len(widths), 2)))
        case Signatures():
            rows = [[name for name, _ in block.fields], [value for _, value in block.fields]]
            table = _grid(document, rows, (1.0,) * len(block.fields), head=True)
            table.rows[1].height = Mm(20)
        case Table():
            _caption(document, block.caption, before=True)
            rows = [list(block.head), *(list(row) for row in block.rows)]
            _grid(document, rows, block.widths, head=True, numbers=block.numbers, sums=block.sums)


def _caption(document: Any, text: str, *, before: bool) -> None:
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.keep_with_next = before
    _run(line, text, 9, bold=True)


def _grid(
    document: Any, rows: list[list[str]], widths: tuple[float, ...], *, head: bool = False,
    shaded: tuple[int, ...] = (), numbers: tuple[int, ...] = (), sums: tuple[int, ...] = (),
) -> Any:  # fmt: skip
    """Add a table; a head is repeated on every page, and no row is torn."""
    table = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    total = sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(_WIDTH_MM * width / total)  # LibreOffice and WPS read the columns, Word the cells
    for at, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 -- python-docx has no name for these
        properties.append(OxmlElement("w:cantSplit"))
        if head and at == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Mm(_WIDTH_MM * widths[place] / total)
            line = cell.paragraphs[0]
            line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
            titled = (head and at == 0) or place in shaded
            _run(line, text, 8 if head else 10, bold=titled or (at - 1) in sums)
            if place in numbers and at:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if titled:
                _shade(cell)
    document.add_paragraph().paragraph_format.space_after = Pt(2)
    return table


def _shade(cell: Any) -> None:
    made = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", _SHADE)):
        made.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(made)  # noqa: SLF001


DOCX_READER: Final = Reader(
    lambda head, path: has_member(head, path, "word/document.xml"),
    partial(read_archive, member=DOCX_MEMBER, manifest_of=read_docx),
)
"""How `redline verify` reads a report again."""
