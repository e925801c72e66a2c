"""Recognise a datum by its whole name, never by a part of it: 西安80 that was measured in 2000 is 西安80."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

__all__ = ["datum_named"]

_SYSTEM: Final = r"(?:坐标系统?|坐标|系)?"
_SEP: Final = r"[_/,\-]*"
_WIDTH: Final = rf"(?:[36三六]{_SEP}(?:degree|度){_SEP}(?:分?带)?)?"
_PROJECTION: Final = rf"(?:gauss{_SEP}kr(?:u|ue|ü)ger|gk|高斯[克·\-]*吕?格?)?(?:投影)?"
_NUMBER: Final = r"(?:(?:cm|中央(?:经线|子午线)|zone|第)?[_\-]*\d{1,3}(?:\.\d+)?(?:°|度)?e?(?:带|zone)?)?"
_ZONE: Final = rf"{_SEP}{_WIDTH}{_SEP}{_PROJECTION}{_SEP}{_NUMBER}"
_CGCS2000: Final = re.compile(
    r"(?:中国)?(?:(?:2000|二000|二〇〇〇)(?:年)?(?:中国)?(?:国家)?(?:大地)?"
    r"|(?:国家|中国|大地|国家大地|中国大地)2000(?:国家)?(?:大地)?"
    rf"|(?:国家|中国)大地坐标系2000){_SYSTEM}{_ZONE}"
)
_CGCS2000_LATIN: Final = re.compile(
    rf"(?:gcs{_SEP})?(?:cgcs{_SEP}2000|china{_SEP}geodetic{_SEP}coordinate{_SEP}system{_SEP}2000|china{_SEP}2000)"
    rf"{_SYSTEM}{_ZONE}"
)
_EPSG: Final = re.compile(r"epsg:?(?:4490|449[1-9]|45[0-4]\d|455[0-4])")
_XIAN80: Final = re.compile(r"西安|xi.?an|1980|(?<!\d)80(?!\d)")
_BEIJING54: Final = re.compile(r"北京|beijing|1954|(?<!\d)54(?!\d)")
_HEIGHTS: Final = re.compile(r"高程|1985|1956|85国家|黄海")
_BRACKETS: Final = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")


def datum_named(text: str) -> Literal["cgcs2000", "xian80", "beijing54", "unknown"]:
    """Return the datum that a name means; a city's own grid is unknown, whatever year it bears.

    Examples
    --------
    >>> datum_named("2000国家大地坐标系"), datum_named("CGCS2000"), datum_named("国家2000，1985国家高程基准")
    ('cgcs2000', 'cgcs2000', 'cgcs2000')
    >>> datum_named("1980西安坐标系（2000年测量）"), datum_named("南昌2000坐标系")
    ('xian80', 'unknown')
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower().strip(".。;；")
    inside = [part for part in _BRACKETS.findall(plain) if part]
    parts = [part for part in re.split(r"[,;、]|及|和", _BRACKETS.sub("", plain)) if part]
    parts = [part for part in (*parts, *inside) if not _HEIGHTS.search(part)]
    if parts and all(_cgcs2000(part) for part in parts):
        return "cgcs2000"
    if _XIAN80.search(plain):
        return "xian80"
    return "beijing54" if _BEIJING54.search(plain) else "unknown"


def _cgcs2000(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in (_CGCS2000, _CGCS2000_LATIN, _EPSG))
