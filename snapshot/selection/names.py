"""Names of files and fields that every system accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["safe_name", "short_fields"]

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST: Final = 120
_FIELD_BYTES: Final = 10
_SHORT: Final = {
    "administrative": "adm",
    "prefecture": "pref",
    "province": "prov",
    "parent": "par",
    "former": "form",
    "document": "doc",
    "location": "loc",
    "geometry": "geom",
    "experimental": "exp",
    "declared": "decl",
    "upstream": "up",
    "adcodes": "adcs",
    "adcode": "adc",
    "source": "src",
    "status": "stat",
    "extent": "ext",
    "repair": "rep",
    "verdict": "verd",
    "change": "chg",
    "plane": "pl",
    "short": "sh",
    "printed": "prn",
    "style": "sty",
    "class": "cls",
    "clause": "cl",
    "text": "txt",
}
"""How words of our own column names are cut, so that what is left can be guessed."""


def safe_name(text: str, default: str = "redline") -> str:
    r"""Return a file name that Windows, macOS and Linux accept.

    Examples
    --------
    >>> safe_name('抚州: 红线/一张图? ')
    '抚州_ 红线_一张图_'
    >>> safe_name("CON.gpkg"), safe_name("..")
    ('_CON.gpkg', 'redline')
    """
    name = _FORBIDDEN.sub("_", text)
    while len(name.encode()) > 2 * _LONGEST or len(name) > _LONGEST:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem[:-1]}.{suffix}" if dot and len(suffix) <= 12 and len(stem) > 1 else name[:-1]
    name = name.rstrip(" .").lstrip(" ") or default
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def short_fields(columns: Iterable[str]) -> dict[str, str]:
    """Return a unique name of at most ten bytes for each column.

    A name that fits stays; ours lose letters by fixed abbreviations; the rest is cut at ten bytes of UTF-8, and
    numbered where that makes two alike.

    Examples
    --------
    >>> short_fields(["name_zh", "short_name_zh", "prefecture_adcode"])
    {'name_zh': 'name_zh', 'short_name_zh': 'shnamezh', 'prefecture_adcode': 'prefadc'}
    >>> short_fields(["生态保护红线", "生态保护区"])
    {'生态保护红线': '生态保', '生态保护区': '生态保1'}
    """
    names = list(columns)
    fitting = {name.casefold() for name in names if _fits(name)}
    taken: set[str] = set()
    short: dict[str, str] = {}
    for name in names:
        as_it_is = _fits(name) and name.casefold() not in taken
        chosen = name if as_it_is else _free(_abbreviated(name), taken | fitting)
        taken.add(chosen.casefold())
        short[name] = chosen
    return short


def _fits(name: str) -> bool:
    return 0 < len(name.encode()) <= _FIELD_BYTES and name.isprintable()


def _abbreviated(name: str) -> str:
    text = "".join(character if character.isprintable() else "_" for character in name) or "field"
    if text.isascii():
        return "".join(_SHORT.get(word, word) for word in text.split("_")) or "field"
    return text


def _free(text: str, taken: set[str]) -> str:
    number = 0
    while True:
        end = str(number) if number else ""
        name = _cut(text, _FIELD_BYTES - len(end)) + end
        if name.casefold() not in taken:
            return name
        number += 1


def _cut(text: str, size: int) -> str:
    """Return text cut to so many bytes of UTF-8, never inside a character."""
    return text.encode()[:size].decode(errors="ignore")
