"""Parse coordinates as people write them: decimals, degrees-minutes-seconds, hemispheres in letters or Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = ["ParsedNumber", "normalised", "packed_dms", "parse_number", "parse_row"]

Axis = Literal["east", "north"]

_SIGNS: Final = str.maketrans(
    {"″": '"', "”": '"', "“": '"', "秒": '"', "′": "'", "’": "'", "‘": "'", "分": "'", "º": "°", "˚": "°",
     "，": ",", "；": ";", "、": ",", "：": ":", "（": "(", "）": ")", "－": "-", "−": "-", "　": " "}
)  # fmt: skip
_AXES: Final = (("东经", "east", 1), ("西经", "east", -1), ("北纬", "north", 1), ("南纬", "north", -1),
                ("经度", "east", 1), ("纬度", "north", 1), ("E", "east", 1), ("W", "east", -1),
                ("N", "north", 1), ("S", "north", -1))  # fmt: skip
_AXIS: Final = "|".join(word for word, _, _ in _AXES)
_NUMBER: Final = r"\d+(?:\.\d*)?|\.\d+"
_END: Final = rf"(?=\s*(?:$|[,;/|)]|{_AXIS}))"
_DMS: Final = (
    rf"(?P<d>{_NUMBER})\s*(?:°|d(?:eg)?)(?:\s*(?P<m>{_NUMBER})\s*(?:'|m(?:in)?)"
    rf"(?:\s*(?P<s>{_NUMBER})(?:\s*(?:\"|s(?:ec)?)|{_END}))?)?"
)
_COLONS: Final = r"(?P<cd>\d{1,3})(?P<sep>[:\-])(?P<cm>\d{1,2})(?P=sep)(?P<cs>\d{1,2}(?:\.\d*)?)"
_BODY: Final = rf"(?:{_DMS}|{_COLONS}|(?P<plain>[+-]?(?:{_NUMBER})(?:[eE][+-]?\d+)?))"
_LED: Final = re.compile(rf"(?P<axis>{_AXIS})?\s*+(?:[:=]\s*+)?{_BODY}", re.IGNORECASE)
_TRAILED: Final = re.compile(rf"{_BODY}(?:\s*(?P<axis>(?:{_AXIS})(?![^\W\d_])))?", re.IGNORECASE)
_BEGINS_WITH_AXIS: Final = re.compile(rf"\s*(?:{_AXIS})", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"\d{1,3}\.(\d+)")
_LONGEST: Final = 1000
"""Characters of a row of coordinates; what is longer is none."""
_FEWEST: Final = 8
_LEAST_DECIMALS: Final = 6
_ROW_LABEL: Final = re.compile(
    r"^\s*(?:点号?\s*)?(?:[A-Za-z]{1,3}-?\d+|\d+\s*[:.)](?=\s)|第?\d+号?点|点\d+)\s*[:,;\s]\s*"
)


@dataclass(frozen=True)
class ParsedNumber:
    """One coordinate parsed from text.

    Attributes
    ----------
    value : float
    axis : {"east", "north"} or None
        Where a letter or a word says so.
    degrees : bool
        Certainly degrees (with signs or a hemisphere).
    text : str
        A plain number as it stands; empty for what is written otherwise.
    """

    value: float
    axis: Axis | None
    degrees: bool
    text: str = field(default="", compare=False, repr=False)


def packed_dms(rows: Iterable[Sequence[str]]) -> bool:
    """Return whether decimals may be packed degrees, minutes and seconds: 116.2100017 for 116°21′00.017″.

    They may where at least four points are written with six decimals or more, and no minute or second reaches 60.

    Examples
    --------
    >>> rows = [("116.2100017", "27.5700005"), ("116.2103676", "27.5700005")] * 2
    >>> packed_dms(rows), packed_dms([("116.3500047", "27.9500014")] * 4), packed_dms(rows[:2])
    (True, False, False)
    """
    found = [_DECIMAL.fullmatch(text.strip()) for row in rows for text in row]
    if len(found) < _FEWEST or not all(found):
        return False
    fractions = [match[1] for match in found if match]
    if max(map(len, fractions)) < _LEAST_DECIMALS:
        return False
    padded = [fraction.ljust(4, "0") for fraction in fractions]
    return all(int(text[:2]) < 60 and int(text[2:4]) < 60 for text in padded)


def normalised(text: str) -> str:
    """Return text with full-width characters and signs of degrees, minutes and seconds normalised."""
    signs = re.sub(r"(?<![经纬])度", "°", text)
    return unicodedata.normalize("NFKC", signs.translate(_SIGNS)).translate(_SIGNS).replace("''", '"')


def parse_number(text: str) -> ParsedNumber | None:
    """Return the number parsed from a text; None if it has none, several, or minutes of 60 and over.

    Examples
    --------
    >>> parse_number("东经116°20′30″")
    ParsedNumber(value=116.34166666666667, axis='east', degrees=True)
    >>> parse_number("28.5 N").value, parse_number("39400000.123").value
    (28.5, 39400000.123)
    """
    if len(text) > _LONGEST:
        return None
    plain = normalised(text).strip()
    found = _form(plain).fullmatch(plain)
    return _value(found) if found else None


def parse_row(text: str) -> list[ParsedNumber] | None:
    """Return the numbers of one row without its label; None if anything else in it is no number.

    Six bare numbers, minutes and seconds below 60, are two angles.
    """
    if len(text) > _LONGEST:
        return None
    rest = _ROW_LABEL.sub("", normalised(text), count=1).strip(" ,;()[]\t")
    found: list[ParsedNumber] = []
    form = _form(rest)
    while rest:
        match = form.match(rest)
        value = _value(match) if match else None
        if match is None or value is None:
            return None
        found.append(value)
        rest = rest[match.end() :]
        if rest and not match["axis"] and not rest[0].isspace() and rest[0] not in ",;/|":
            return None
        rest = rest.lstrip(" ,;/|\t")
    return _paired(found)


def _paired(found: list[ParsedNumber]) -> list[ParsedNumber]:
    """Return two angles for six bare numbers (degrees, minutes, seconds twice) if they can be that."""
    values = [one.value for one in found]
    bare = all(one.axis is None and not one.degrees and one.value >= 0 for one in found)
    whole = len(found) == 6 and all(values[i] == int(values[i]) for i in (0, 1, 3, 4))
    if not (bare and whole and max(values[1], values[2], values[4], values[5]) < 60 and max(values) <= 180):
        return found
    return [ParsedNumber(values[i] + values[i + 1] / 60 + values[i + 2] / 3600, None, degrees=True) for i in (0, 3)]


def _form(text: str) -> re.Pattern[str]:
    """Return the pattern for hemispheres: all before their numbers, or all after."""
    return _LED if _BEGINS_WITH_AXIS.match(text) else _TRAILED


def _value(found: re.Match[str]) -> ParsedNumber | None:
    """Return the number of a match."""
    words = {word.upper(): (axis, sign) for word, axis, sign in _AXES}
    axis, sign = words[found["axis"].upper()] if found["axis"] else (None, 1)
    if found["plain"] is not None:
        plain = found["plain"]
        return ParsedNumber(sign * float(plain), axis, degrees=axis is not None, text=plain)  # type: ignore[arg-type]
    degrees, minutes, seconds = (
        float(found[long] or found[short] or 0) for long, short in (("d", "cd"), ("m", "cm"), ("s", "cs"))
    )
    if minutes >= 60 or seconds >= 60:
        return None
    return ParsedNumber(sign * (degrees + minutes / 60 + seconds / 3600), axis, degrees=True)  # type: ignore[arg-type]
