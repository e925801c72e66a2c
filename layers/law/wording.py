"""The wording of laws, as far as an office has put it into its data folder: one file an instrument, found by article.

Redline ships no wording. A file ``laws/<title of the instrument>.txt`` or ``.docx`` in the data folder
(``REDLINE_HOME``) is read by the numbers of its articles (第二十六条), and clauses of that instrument are then quoted
beside our summary.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import BadInput, RedlineError
from geo.files import decoded
from layers.law.tables import read_law
from layers.paths import home

__all__ = ["LawTexts", "Quote", "articles_of", "law_texts", "wording_folder"]

_FOLDER: Final = "laws"
_SUFFIXES: Final = (".txt", ".docx")
_MOST_BYTES: Final = 5_000_000
_MOST_UNPACKED: Final = 50_000_000
_ARTICLE: Final = re.compile(  # at the beginning of a line, and not a line that speaks of another article
    r"第([零〇一二三四五六七八九十百千]{1,9}|\d{1,4})条(?:之([一二三四五六七八九十]))?"
    r"(?![规第、的所和或至及与，,])[\s　]*"
)
_HEADING: Final = re.compile(r"第[零〇一二三四五六七八九十百\d]{1,5}(?:分编|编|章|节)(?:[\s　]|$)")
_REFERENCE: Final = re.compile(r"第\s*(\d+(?:[、，,]\s*\d+)*)\s*条")
_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True)
class Quote:
    """The wording of one article, from a file of the office."""

    article: str
    text: str
    file: str
    sha256: str


@dataclass(frozen=True)
class LawTexts:
    """What an office's files say.

    Attributes
    ----------
    by_title : mapping of str to mapping of str to Quote
        By the title of an instrument (``instruments.csv``) and the number of an article, such as ``26``.
    files : mapping of str to str
        Title of the instrument by file name.
    faults : tuple of RedlineError
        A sentence for each file that is not used.
    """

    by_title: Mapping[str, Mapping[str, Quote]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[RedlineError, ...] = ()

    def quotes(self, title: str, article: str) -> list[Quote]:
        """Return the wording of the articles that a clause names; empty where the office has not given it.

        Parameters
        ----------
        title : str
            Of the instrument.
        article : str
            As the law tables have it: ``第 26 条``, ``第 28 条第 1、2 款``, ``第 11 条、第 13 条``.
        """
        known = self.by_title.get(title, {})
        numbers = [number for found in _REFERENCE.findall(article) for number in re.findall(r"\d+", found)]
        return [known[number] for number in dict.fromkeys(numbers) if number in known]


def wording_folder() -> Path:
    """Return the folder for the wording of laws; it need not be there."""
    return home() / _FOLDER


def law_texts(folder: Path | None = None) -> LawTexts:
    """Return what the files of a folder say, read once until one of them changes.

    Parameters
    ----------
    folder : Path, optional
        Default: `wording_folder`.
    """
    where = wording_folder() if folder is None else folder
    if not where.is_dir():
        return LawTexts()
    files = sorted(path for path in where.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES)
    return _read(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int, int], ...]) -> LawTexts:
    instruments = read_law("instruments")
    by_title: dict[str, Mapping[str, Quote]] = {}
    titles: dict[str, str] = {}
    faults: list[RedlineError] = []
    for path, _, size in files:
        try:
            title = _title_of(path, instruments, by_title)
            found = _quotes(path, size)
        except RedlineError as fault:
            faults.append(fault)
            continue
        by_title[title], titles[path.name] = found, title
    return LawTexts(by_title, titles, tuple(faults))


def _title_of(path: Path, instruments: pd.DataFrame, taken: Mapping[str, object]) -> str:
    """Return the title of the instrument that a file is named after: by its id, its title, or its title in short."""
    stem = path.stem.strip()
    titles = instruments["title"].astype(str)
    exact = titles[(instruments["id"] == stem) | (titles.map(_plain) == _plain(stem))]
    found = list(exact) or list(titles[titles.map(_short) == _short(stem)])
    if not found:
        raise BadInput("law.text_unknown", name=path.name)
    if len(found) > 1:
        raise BadInput("law.text_ambiguous", name=path.name, titles="、".join(found))
    if found[0] in taken:
        raise BadInput("law.text_twice", name=path.name, title=found[0])
    return str(found[0])


def _plain(title: str) -> str:
    """Return a title without blanks and title marks, full-width letters as plain ones."""
    return re.sub(r"[\s《》]", "", unicodedata.normalize("NFKC", title))


def _short(title: str) -> str:
    """Return a title without the name of the state and what stands in brackets, a date or a year of revision."""
    return re.sub(r"\([^()]*+\)", "", _plain(title)).removeprefix("中华人民共和国")


def _quotes(path: Path, size: int) -> dict[str, Quote]:
    """Return the articles of a file."""
    if size > _MOST_BYTES:
        raise BadInput("law.text_too_large", name=path.name, limit=_MOST_BYTES // 1_000_000)
    content = path.read_bytes()
    lines = _docx_lines(path) if path.suffix.lower() == ".docx" else decoded(content, path.name).splitlines()
    articles = articles_of(lines)
    if not articles:
        raise BadInput("law.text_without_articles", name=path.name)
    digest = hashlib.sha256(content).hexdigest()
    return {number: Quote(number, text, path.name, digest) for number, text in articles.items()}


def _docx_lines(path: Path) -> list[str]:
    """Return the paragraphs of a Word file."""
    import docx  # noqa: PLC0415 -- slow to import, and few offices have such a file

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        lines = [] if unpacked > _MOST_UNPACKED else [one.text for one in docx.Document(str(path)).paragraphs]
    except Exception as fault:  # whatever a damaged file makes python-docx raise
        raise BadInput("law.text_unreadable", name=path.name) from fault
    if unpacked > _MOST_UNPACKED:
        raise BadInput("law.text_too_large", name=path.name, limit=_MOST_UNPACKED // 1_000_000)
    return lines


def articles_of(lines: Sequence[str]) -> dict[str, str]:
    r"""Return the articles of a text by number: ``26``, or ``26-1`` for 第二十六条之一; the first of two of one number.

    An article begins with its number at the beginning of a line and ends with the next one or a heading.

    Examples
    --------
    >>> articles_of(["第一章 总则", "　　第一条　为了保护。", "　　第二款。", "第二章 规划", "第二条 应当编制。"])
    {'1': '为了保护。\n第二款。', '2': '应当编制。'}
    """
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in lines:
        line = raw.strip().strip("　#* ").strip()
        if begins := _ARTICLE.match(line):
            number = str(_number(begins[1])) + (f"-{_number(begins[2])}" if begins[2] else "")
            current = found.setdefault(number, []) if number not in found else None
            line = line[begins.end() :].strip("* 　")
        elif _HEADING.match(line):
            current = None
        if current is not None and line:
            current.append(line)
    return {number: "\n".join(texts) for number, texts in found.items() if texts}


def _number(text: str) -> int:
    """Return a number below ten thousand in Chinese or Arabic figures.

    Examples
    --------
    >>> [_number(text) for text in ("二十六", "十", "一千零一十二", "八百六十四", "39")]
    [26, 10, 1012, 864, 39]
    """
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for letter in text:
        if letter in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[letter], 0
        else:
            digit = _DIGITS[letter]
    return total + digit
