"""Recognise formats that are not read, and refuse them by name with the export step to take."""

from __future__ import annotations

import re
from typing import Final

from geo.errors import BadInput

__all__ = ["REFUSED", "refuse_known", "utf8_start"]

REFUSED: Final = {
    ".dwg": "DWG",
    ".mdb": "MDB",
    ".vct": "VCT",
    ".xls": "XLS",
    ".tab": "MapInfo",
    ".mif": "MapInfo",
}
"""Formats that are known and not read, by suffix: an upload offers them, so that the sentence can say what to do."""

_DWG: Final = re.compile(rb"AC10\d\d|AC1\.\d|AC2\.\d")
_MAGICS: Final = (
    (b"\x00\x01\x00\x00Standard Jet DB", "geo.refuse_mdb"),
    (b"\x00\x01\x00\x00Standard ACE DB", "geo.refuse_mdb"),
    (b"AutoCAD Binary DXF", "geo.refuse_dxf_binary"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "geo.refuse_xls"),
    (b"Rar!", "geo.refuse_archive"),
    (b"7z\xbc\xaf\x27\x1c", "geo.refuse_archive"),
    (b"\x1f\x8b", "geo.refuse_archive"),
    (b"%PDF", "geo.refuse_picture"),
    (b"\xff\xd8\xff", "geo.refuse_picture"),
    (b"\x89PNG", "geo.refuse_picture"),
    (b"II*\x00", "geo.refuse_picture"),
    (b"MM\x00*", "geo.refuse_picture"),
)
_MAPINFO: Final = re.compile(rb"\A\s*(?:!table\b|Version\s+\d{3,4}\s*[\r\n]+\s*Charset\b)", re.IGNORECASE)
_VCT: Final = re.compile(rb"\A\s*(?:HeadBegin|CommonSettingBegin|FeatureCodeBegin)", re.IGNORECASE)


def utf8_start(content: bytes) -> bytes:
    """Return the first bytes of a text without byte order mark and leading blanks."""
    return content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()


def refuse_known(content: bytes, name: str) -> None:
    """Raise `BadInput` for formats that are known but not read.

    Raises
    ------
    BadInput
        DWG, Access databases (.mdb), VCT, old Excel files, binary DXF, other archives, pictures: each says what to
        export instead.
    """
    if _DWG.match(content):
        raise BadInput("geo.refuse_dwg", name=name)
    if _VCT.match(utf8_start(content)):
        raise BadInput("geo.refuse_vct", name=name)
    if _MAPINFO.match(utf8_start(content)):
        raise BadInput("geo.refuse_mapinfo", name=name)
    for magic, key in _MAGICS:
        if content.startswith(magic):
            raise BadInput(key, name=name)
