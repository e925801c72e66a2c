"""The parts of a siting report, independent of its format: headings, texts, tables, pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from words import Lang

__all__ = [
    "Block", "Facts", "Heading", "Items", "Numbers", "Picture", "Report", "Signatures", "Table", "Text",
    "rewritten", "texts_of",
]  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A numbered heading of level 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: Literal["body", "small", "strong", "warning", "answer"] = "body"


@dataclass(frozen=True)
class Items:
    """A numbered list under a line of its own."""

    head: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values, so many pairs beside one another."""

    rows: tuple[tuple[str, str], ...]
    pairs: int = 1

    def lines(self) -> list[tuple[str, ...]]:
        """Return the cells of each line: name, value, name, value."""
        full = [*self.rows, *[("", "")] * (-len(self.rows) % self.pairs)]
        return [sum(full[at : at + self.pairs], ()) for at in range(0, len(full), self.pairs)]


@dataclass(frozen=True)
class Table:
    """A table whose head is repeated on every page; `widths` are shares, `numbers` the columns set flush right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()
    sums: tuple[int, ...] = ()
    """Rows that are sums, set bold."""


@dataclass(frozen=True)
class Picture:
    """A PNG and its size on the page."""

    png: bytes
    width_mm: float
    height_mm: float
    caption: str


@dataclass(frozen=True)
class Signatures:
    """Fields to be signed and stamped, with what is known already."""

    fields: tuple[tuple[str, str], ...]


Block = Heading | Text | Items | Facts | Table | Picture | Signatures


@dataclass(frozen=True)
class Report:
    """A report: its title, running texts and blocks.

    Attributes
    ----------
    lang : {"zh", "en"}
    title, subtitle : str
    header : str
        Above every page.
    check_id : str
        Below every page; empty if the check is not stored.
    author, software : str
    first_page : tuple
        What could be filed alone; fits one page.
    blocks : tuple
        What follows, from a new page on.
    """

    lang: Lang
    title: str
    subtitle: str
    header: str
    check_id: str
    author: str
    software: str
    first_page: tuple[Block, ...]
    blocks: tuple[Block, ...]


@dataclass
class Numbers:
    """Counters of headings, tables and pictures."""

    _levels: list[int] = field(default_factory=lambda: [0, 0])
    tables: int = 0
    pictures: int = 0

    def heading(self, text: str, level: int = 1) -> Heading:
        """Return a heading with its number."""
        self._levels[level - 1] += 1
        self._levels[level:] = [0] * (2 - level)
        number = ".".join(str(count) for count in self._levels[:level])
        return Heading(f"{number}　{text}" if level == 1 else f"{number} {text}", level)

    def table(self) -> int:
        """Return the number of the next table."""
        self.tables += 1
        return self.tables

    def picture(self) -> int:
        """Return the number of the next picture."""
        self.pictures += 1
        return self.pictures


def texts_of(report: Report) -> Iterator[str]:
    """Yield every text of a report."""
    yield from (report.title, report.subtitle, report.header, report.check_id)
    for block in (*report.first_page, *report.blocks):
        match block:
            case Heading(text=text) | Text(text=text) | Picture(caption=text):
                yield text
            case Items():
                yield from (block.head, *block.texts)
            case Facts(rows=rows) | Signatures(fields=rows):
                yield from (text for row in rows for text in row)
            case Table():
                yield block.caption
                yield from block.head
                yield from (text for row in block.rows for text in row)


def rewritten(report: Report, write: Callable[[str], str], note: Text) -> Report:
    """Return a report with every text replaced by `write` of it, and a note at the end."""

    def row(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(write(text) for text in texts)

    def block(one: Block) -> Block:
        match one:
            case Heading() | Text():
                return replace(one, text=write(one.text))
            case Picture():
                return replace(one, caption=write(one.caption))
            case Items():
                return replace(one, head=write(one.head), texts=row(one.texts))
            case Facts():
                return replace(one, rows=tuple((write(name), write(value)) for name, value in one.rows))
            case Signatures():
                return replace(one, fields=tuple((write(name), write(value)) for name, value in one.fields))
            case Table():
                rows = tuple(row(texts) for texts in one.rows)
                return replace(one, caption=write(one.caption), head=row(one.head), rows=rows)

    return replace(
        report,
        title=write(report.title),
        subtitle=write(report.subtitle),
        header=write(report.header),
        author=write(report.author),
        first_page=tuple(block(one) for one in report.first_page),
        blocks=(*(block(one) for one in report.blocks), note),
    )
