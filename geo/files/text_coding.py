"""Text of attributes in whatever coding it came: each value is judged by its own bytes, the tie by the whole file.

A file of attributes may be in UTF-8, in a Chinese coding, or in both row by row; what it says of itself (.cpg) often
lies, and texts are cut at the width of their field, in mid-character. None of that may cost a shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype, is_string_dtype

from geo.errors import BadInput
from geo.notices import Notice

__all__ = ["RAW_CODING", "decoded", "decoded_frame", "decoded_names", "text_of"]

RAW_CODING: Final = "ISO-8859-1"
"""What GDAL is told the text is in: a character for each byte, so that the bytes come through as they are."""

_FAMILIES: Final = {
    "utf-8": ("UTF8", "65001"),
    "gb18030": ("GBK", "936", "CP936", "GB2312", "GB18030", "EUCCN"),
    "big5": ("BIG5", "950", "CP950"),
    "cp932": ("932", "CP932", "SHIFTJIS", "SJIS"),
    "cp949": ("949", "CP949", "EUCKR"),
}
_SHOWN: Final = {"utf-8": "UTF-8", "gb18030": "GBK", "big5": "Big5", "cp932": "Shift_JIS", "cp949": "CP949"}
_CUT: Final = frozenset({"unexpected end of data", "incomplete multibyte sequence"})
_LAST_COMMON: Final = 0xD7
_CJK: Final = 0x2E80
_NAMED: Final = 5


@dataclass(frozen=True)
class _Read:
    """One value in one coding."""

    text: str
    coding: str
    cut: bool = False


def decoded_frame(frame: pd.DataFrame, label: str, *, said: bytes = b"") -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return a frame whose text, read as `RAW_CODING`, is read as what it is.

    Parameters
    ----------
    frame : DataFrame
        Column names and text columns hold a character for each byte.
    label : str
        The file, for the notices.
    said : bytes
        What the file says its coding is (the content of a .cpg); it only breaks ties.

    Returns
    -------
    DataFrame, tuple of Notice
        The same rows; and which were in another coding than the rest, cut, or not readable.
    """
    named = _named(said)
    texts = [at for at, dtype in enumerate(frame.dtypes) if is_object_dtype(dtype) or is_string_dtype(dtype)]
    raw: list[tuple[int, int, bytes]] = []
    for at in texts:
        for row, value in enumerate(frame.iloc[:, at]):
            if isinstance(value, str) and not value.isascii():
                raw.append((row, at, value.encode("latin-1", errors="replace")))
    readings = [_readings(content, named) for _, _, content in raw]
    whole = _of_file(readings, named)
    chosen = [_chosen(found, whole, named) for found in readings]
    made = frame.copy()
    own = {at: frame.iloc[:, at].astype(object).to_numpy().copy() for at in {at for _, at, _ in raw}}
    for (row, at, content), read in zip(raw, chosen, strict=True):
        own[at][row] = read.text if read else content.decode(whole, errors="replace")
    for at, column in own.items():
        made.isetitem(at, np.asarray(column, dtype=object))
    columns = decoded_names([str(column) for column in frame.columns], whole)
    made.columns = pd.Index(columns)
    pairs = [(row, at, read) for (row, at, _), read in zip(raw, chosen, strict=True)]
    return made, _noticed(label, columns, pairs, whole, named)


def decoded_names(names: Sequence[str], whole: str = "utf-8") -> list[str]:
    """Return column names, each of its own; a character cut at the end of a name is left off."""
    found: list[str] = []
    for name in names:
        text = name
        if not name.isascii():
            content = name.encode("latin-1", errors="replace")
            read = _chosen(_readings(content, None), whole, None)
            text = read.text if read else content.decode(whole, errors="replace")
        number, own = 2, text
        while own in found:
            own, number = f"{text}_{number}", number + 1
        found.append(own)
    return found


def text_of(content: bytes, between: bytes) -> str:
    """Return a document as text: in UTF-8, in GB 18030, or each of its pieces in the one that it is in.

    Parameters
    ----------
    content : bytes
        With or without a byte order mark.
    between : bytes
        One byte that stands between texts and is no part of a Chinese character in either coding, such as a quote.
    """
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    return between.decode("ascii").join(_piece(piece) for piece in content.split(between))


def _piece(content: bytes) -> str:
    for coding in ("utf-8", "gb18030"):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def _named(said: bytes) -> str | None:
    """Return the coding that a file names, if we know it."""
    plain = "".join(chr(byte) for byte in said.upper() if chr(byte).isalnum())
    return next((family for family, names in _FAMILIES.items() if plain in names), None)


def _readings(content: bytes, named: str | None) -> dict[str, _Read]:
    """Return a value in each coding in which it can be read."""
    extra = [named] if named in {"big5", "cp932", "cp949"} else []
    found = {}
    for coding in ("utf-8", *extra, "gb18030"):
        try:
            found[coding] = _Read(content.decode(coding), coding)
        except UnicodeDecodeError as fault:
            if fault.reason in _CUT and fault.start > 0:
                try:
                    found[coding] = _Read(content[: fault.start].decode(coding), coding, cut=True)
                except UnicodeDecodeError:
                    continue
    whole = {coding: read for coding, read in found.items() if not read.cut}
    if "utf-8" in whole or not found:
        return whole
    return found


def _of_file(readings: Sequence[Mapping[str, _Read]], named: str | None) -> str:
    """Return the coding of most values that can be read in one coding only, or plainly in UTF-8."""
    sure = [next(iter(found)) if len(found) == 1 else "utf-8" if _plainly_utf8(found) else "" for found in readings]
    votes = Counter(coding for coding in sure if coding)
    if not votes:
        likely = [_chosen(found, named or "utf-8", named) for found in readings]
        votes = Counter(read.coding for read in likely if read)
    return votes.most_common(1)[0][0] if votes else named or "utf-8"


def _plainly_utf8(found: Mapping[str, _Read]) -> bool:
    """Tell a value whose UTF-8 reading is Chinese in common characters, more so than any other reading."""
    text = found["utf-8"].text if "utf-8" in found else ""
    others = [_common(read.text) for coding, read in found.items() if coding != "utf-8"]
    return any(ord(c) >= _CJK for c in text) and _common(text) >= max(others, default=0.0)


def _chosen(found: Mapping[str, _Read], whole: str, named: str | None) -> _Read | None:
    """Choose among the readings of one value."""
    if len(found) <= 1:
        return next(iter(found.values()), None)
    if _plainly_utf8(found):
        return found["utf-8"]
    if named is not None and named in found:
        return found[named]
    rest = {coding: read for coding, read in found.items() if coding != "utf-8" or whole == "utf-8"}
    best = max(rest.values(), key=lambda read: (not read.cut, read.coding == whole, _common(read.text)))
    if whole == "utf-8" and best.coding == "utf-8" and not any(ord(c) >= _CJK for c in best.text):
        return max(rest.values(), key=lambda read: _common(read.text))
    return best


def _common(text: str) -> float:
    """Return the share of a text's characters beyond ASCII that are among the 3,755 common ones of GB 2312."""
    wide = [c for c in text if not c.isascii()]
    return sum(_is_common(c) for c in wide) / len(wide) if wide else 0.0


def _is_common(character: str) -> bool:
    content = character.encode("gb2312", errors="ignore")
    return len(content) > 1 and content[0] <= _LAST_COMMON


def _noticed(
    label: str, columns: Sequence[str], pairs: Sequence[tuple[int, int, _Read | None]], whole: str, named: str | None
) -> tuple[Notice, ...]:
    """Say which rows were in another coding, cut, or not readable."""
    apart: dict[str, list[tuple[int, int]]] = {"text_mixed": [], "text_cut": [], "text_unreadable": []}
    for row, at, read in pairs:
        if read is None:
            apart["text_unreadable"].append((row, at))
            continue
        if read.coding != whole:
            apart["text_mixed"].append((row, at))
        if read.cut:
            apart["text_cut"].append((row, at))
    notices = []
    for code, found in apart.items():
        if found:
            rows = np.unique([row for row, _ in found]) + 1
            held = "、".join(dict.fromkeys(columns[at] for _, at in found))[:80]
            shown = "、".join(str(row) for row in rows[:_NAMED]) + (" …" if len(rows) > _NAMED else "")
            values = {"name": label, "count": len(rows), "shown": shown, "columns": held, "coding": _SHOWN[whole]}
            notices.append(Notice(code, values, rows=tuple(rows.tolist())))
    if named is not None and pairs and named != whole and not apart["text_mixed"]:
        notices.append(Notice("text_not_as_said", {"name": label, "said": _SHOWN[named], "coding": _SHOWN[whole]}))
    return tuple(notices)


def decoded(content: bytes, name: str) -> str:
    """Return the text in whichever coding it can be read."""
    for coding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(coding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadInput("geo.table_unreadable", name=name)
