"""Read the header and tables of a DXF: text encoding, unit, hidden layers, whether anything is curved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

__all__ = ["DxfHead", "dxf_head", "dxf_text"]

_CURVES: Final = frozenset({b"CIRCLE", b"ARC", b"ELLIPSE", b"SPLINE"})
_WITH_BULGES: Final = frozenset({b"LWPOLYLINE", b"VERTEX"})
_FROZEN: Final = 1
_UNICODE: Final = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_MULTIBYTE: Final = re.compile(r"\\M\+([1-5])([0-9A-Fa-f]{4})")
_MULTIBYTE_CODINGS: Final = {"1": "cp932", "2": "big5", "3": "cp949", "4": "johab", "5": "gb18030"}


@dataclass
class DxfHead:
    """Facts from a drawing's header and tables.

    Attributes
    ----------
    coding : bytes
        Value of ``$DWGCODEPAGE``, such as ``ANSI_936``; ``UTF-8`` for versions of 2007 and later.
    unit : int
        Code of ``$INSUNITS``; 0 for none.
    hidden : dict of str to str
        Layers, by their raw names in capitals (a character for each byte), that are ``frozen``, ``off`` or
        ``not_plotted``.
    curved : bool
        Whether any shape of model space is an arc or a curve.
    """

    coding: bytes = b""
    unit: int = 0
    hidden: dict[str, str] = field(default_factory=dict)
    curved: bool = False


def dxf_head(lines: list[bytes]) -> DxfHead:
    """Return the facts of a drawing's header and tables, from its group codes and values.

    Parameters
    ----------
    lines : list of bytes
        Group code, value, group code, value.
    """
    head = DxfHead()
    version, coding = b"", b""
    curved_blocks: set[bytes] = set()
    inserted: set[bytes] = set()
    block = b""
    for section, kind, pairs in _objects(lines):
        if section == b"HEADER":
            said = _header(pairs)
            version, coding = said.get(b"$ACADVER", b""), said.get(b"$DWGCODEPAGE", b"")
            unit = said.get(b"$INSUNITS", b"0")
            head.unit = int(unit) if unit.isdigit() else 0
        elif section == b"TABLES" and kind == b"LAYER":
            _record_hidden_layer(pairs, head)
        elif section == b"BLOCKS" and kind == b"BLOCK":
            block = _first(pairs, b"2").upper()
        elif section in {b"BLOCKS", b"ENTITIES"}:
            if kind == b"INSERT":
                inserted.add(_first(pairs, b"2").upper())
            elif _is_curve(kind, pairs) and _first(pairs, b"67") != b"1":
                if section == b"ENTITIES":
                    head.curved = True
                else:
                    curved_blocks.add(block)
    head.curved = head.curved or bool(curved_blocks & inserted)
    head.coding = b"UTF-8" if re.fullmatch(rb"AC10(2[1-9]|[3-9]\d)", version) else coding.removeprefix(b"ANSI_")
    return head


def _objects(lines: list[bytes]) -> Iterator[tuple[bytes, bytes, list[tuple[bytes, bytes]]]]:
    """Yield section, kind and group codes with values of each object; the header counts as one."""
    section = kind = b""
    pairs: list[tuple[bytes, bytes]] = []
    for raw_code, raw_value in zip(lines[::2], lines[1::2], strict=False):
        code, value = raw_code.strip(), raw_value.strip()
        if code == b"0":
            if section and kind:
                yield section, kind, pairs
            kind, pairs = value, []
            if value in {b"SECTION", b"ENDSEC"}:
                section = b""
        elif kind == b"SECTION" and code == b"2" and not section:
            section = value
        else:
            pairs.append((code, value))


def _header(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the first value of each header variable."""
    found: dict[bytes, bytes] = {}
    name = b""
    for code, value in pairs:
        if code == b"9":
            name = value
        elif name:
            found.setdefault(name, value)
    return found


def _record_hidden_layer(pairs: list[tuple[bytes, bytes]], head: DxfHead) -> None:
    """Add a layer of the table to ``head.hidden`` if it is frozen, off or not plotted."""
    flags, colour = _first(pairs, b"70"), _first(pairs, b"62")
    state = "frozen" if flags.isdigit() and int(flags) & _FROZEN else "off" if colour.startswith(b"-") else ""
    state = state or ("not_plotted" if _first(pairs, b"290") == b"0" else "")
    if state:
        head.hidden[_first(pairs, b"2").decode("latin-1").upper()] = state


def _first(pairs: list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for code, value in pairs if code == wanted), b"")


def _is_curve(kind: bytes, pairs: list[tuple[bytes, bytes]]) -> bool:
    """Return whether an object is curved: an arc or curve, or an outline with a bulge (code 42)."""
    if kind in _CURVES:
        return True
    return kind in _WITH_BULGES and any(code == b"42" and _number(value) != 0 for code, value in pairs)


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def dxf_text(text: str) -> str:
    r"""Return a text with the escapes of older drawings decoded: ``\U+51BB`` and ``\M+5B6B3``.

    Examples
    --------
    >>> dxf_text(r"\U+51bb\U+7ed3\U+5c42"), dxf_text(r"\M+5B6B3")
    ('冻结层', '冻')
    """

    def multibyte(match: re.Match[str]) -> str:
        try:
            return bytes.fromhex(match[2]).decode(_MULTIBYTE_CODINGS[match[1]])
        except (UnicodeDecodeError, ValueError):
            return match[0]

    return _MULTIBYTE.sub(multibyte, _UNICODE.sub(lambda match: chr(int(match[1], 16)), text))
