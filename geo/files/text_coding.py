"""Decode attribute text of unknown or mixed encoding: each value by its own bytes, ties by the whole file.

A file of attributes may be in UTF-8, in a Chinese encoding, or in both row by row; what it declares (.cpg) is often
wrong, and texts are cut at the width of their field, in mid-character. None of that may lose a shape.
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
"""Encoding passed to GDAL: one character for each byte, so that the bytes come through unchanged."""

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
class _Decoded:
    """One value decoded in one encoding; `cut` if its last character is incomplete."""

    text: str
    coding: str
    cut: bool = False


def decoded_frame(frame: pd.DataFrame, label: str, *, declared: bytes = b"") -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return a frame read as `RAW_CODING` with its text decoded, and notices about mixed or broken text.

    Parameters
    ----------
    frame : DataFrame
        Column names and text columns hold a character for each byte.
    label : str
        The file, for the notices.
    declared : bytes
        The declared encoding (content of a .cpg); it only breaks ties.

    Returns
    -------
    DataFrame, tuple of Notice
        The same rows; and notices of rows in another encoding than the rest, cut, or undecodable.
    """
    declared_coding = _known_coding(declared)
    texts = [at for at, dtype in enumerate(frame.dtypes) if is_object_dtype(dtype) or is_string_dtype(dtype)]
    raw: list[tuple[int, int, bytes]] = []
    for at in texts:
        for row, value in enumerate(frame.iloc[:, at]):
            if isinstance(value, str) and not value.isascii():
                raw.append((row, at, value.encode("latin-1", errors="replace")))
    decodings = [_decodings(content, declared_coding) for _, _, content in raw]
    file_coding = _majority_coding(decodings, declared_coding)
    chosen = [_best_decoding(found, file_coding, declared_coding) for found in decodings]
    decoded_rows = frame.copy()
    own = {at: frame.iloc[:, at].astype(object).to_numpy().copy() for at in {at for _, at, _ in raw}}
    for (row, at, content), read in zip(raw, chosen, strict=True):
        own[at][row] = read.text if read else content.decode(file_coding, errors="replace")
    for at, column in own.items():
        decoded_rows.isetitem(at, np.asarray(column, dtype=object))
    columns = decoded_names([str(column) for column in frame.columns], file_coding)
    decoded_rows.columns = pd.Index(columns)
    pairs = [(row, at, read) for (row, at, _), read in zip(raw, chosen, strict=True)]
    return decoded_rows, _coding_notices(label, columns, pairs, file_coding, declared_coding)


def decoded_names(names: Sequence[str], file_coding: str = "utf-8") -> list[str]:
    """Return decoded column names, made unique; an incomplete last character is left off."""
    found: list[str] = []
    for name in names:
        text = name
        if not name.isascii():
            content = name.encode("latin-1", errors="replace")
            read = _best_decoding(_decodings(content, None), file_coding, None)
            text = read.text if read else content.decode(file_coding, errors="replace")
        number, own = 2, text
        while own in found:
            own, number = f"{text}_{number}", number + 1
        found.append(own)
    return found


def text_of(content: bytes, between: bytes) -> str:
    """Return a document as text: in UTF-8, else in GB 18030, else each of its pieces in the encoding that fits it.

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
    return between.decode("ascii").join(_decoded_piece(piece) for piece in content.split(between))


def _decoded_piece(content: bytes) -> str:
    for coding in ("utf-8", "gb18030"):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def _known_coding(declared: bytes) -> str | None:
    """Return the Python codec of a declared encoding; None if it is unknown."""
    plain = "".join(chr(byte) for byte in declared.upper() if chr(byte).isalnum())
    return next((family for family, names in _FAMILIES.items() if plain in names), None)


def _decodings(content: bytes, declared_coding: str | None) -> dict[str, _Decoded]:
    """Return a value decoded in each encoding that fits, by codec; cut ones only if UTF-8 does not fit whole."""
    extra = [declared_coding] if declared_coding in {"big5", "cp932", "cp949"} else []
    found = {}
    for coding in ("utf-8", *extra, "gb18030"):
        try:
            found[coding] = _Decoded(content.decode(coding), coding)
        except UnicodeDecodeError as fault:
            if fault.reason in _CUT and fault.start > 0:
                try:
                    found[coding] = _Decoded(content[: fault.start].decode(coding), coding, cut=True)
                except UnicodeDecodeError:
                    continue
    whole = {coding: read for coding, read in found.items() if not read.cut}
    if "utf-8" in whole or not found:
        return whole
    return found


def _majority_coding(decodings: Sequence[Mapping[str, _Decoded]], declared_coding: str | None) -> str:
    """Return the most frequent encoding among values that fit one encoding only, or are plainly UTF-8."""
    sure = [next(iter(found)) if len(found) == 1 else "utf-8" if _plainly_utf8(found) else "" for found in decodings]
    votes = Counter(coding for coding in sure if coding)
    if not votes:
        likely = [_best_decoding(found, declared_coding or "utf-8", declared_coding) for found in decodings]
        votes = Counter(read.coding for read in likely if read)
    return votes.most_common(1)[0][0] if votes else declared_coding or "utf-8"


def _plainly_utf8(found: Mapping[str, _Decoded]) -> bool:
    """Return whether a value decoded as UTF-8 is Chinese with at least as many common characters as in any other."""
    text = found["utf-8"].text if "utf-8" in found else ""
    others = [_share_of_common(read.text) for coding, read in found.items() if coding != "utf-8"]
    return any(ord(c) >= _CJK for c in text) and _share_of_common(text) >= max(others, default=0.0)


def _best_decoding(found: Mapping[str, _Decoded], file_coding: str, declared_coding: str | None) -> _Decoded | None:
    """Return the best decoding of one value; None if it has none."""
    if len(found) <= 1:
        return next(iter(found.values()), None)
    if _plainly_utf8(found):
        return found["utf-8"]
    if declared_coding is not None and declared_coding in found:
        return found[declared_coding]
    rest = {coding: read for coding, read in found.items() if coding != "utf-8" or file_coding == "utf-8"}
    best = max(rest.values(), key=lambda read: (not read.cut, read.coding == file_coding, _share_of_common(read.text)))
    if file_coding == "utf-8" and best.coding == "utf-8" and not any(ord(c) >= _CJK for c in best.text):
        return max(rest.values(), key=lambda read: _share_of_common(read.text))
    return best


def _share_of_common(text: str) -> float:
    """Return the share of a text's characters beyond ASCII that are among the 3,755 common ones of GB 2312."""
    wide = [c for c in text if not c.isascii()]
    return sum(_is_common(c) for c in wide) / len(wide) if wide else 0.0


def _is_common(character: str) -> bool:
    content = character.encode("gb2312", errors="ignore")
    return len(content) > 1 and content[0] <= _LAST_COMMON


def _coding_notices(
    label: str,
    columns: Sequence[str],
    pairs: Sequence[tuple[int, int, _Decoded | None]],
    file_coding: str,
    declared_coding: str | None,
) -> tuple[Notice, ...]:
    """Return notices that name the rows in another encoding than the file, cut, or undecodable."""
    affected: dict[str, list[tuple[int, int]]] = {"text_mixed": [], "text_cut": [], "text_unreadable": []}
    for row, at, read in pairs:
        if read is None:
            affected["text_unreadable"].append((row, at))
            continue
        if read.coding != file_coding:
            affected["text_mixed"].append((row, at))
        if read.cut:
            affected["text_cut"].append((row, at))
    notices = []
    for code, found in affected.items():
        if found:
            rows = np.unique([row for row, _ in found]) + 1
            affected_columns = "、".join(dict.fromkeys(columns[at] for _, at in found))[:80]
            shown = "、".join(str(row) for row in rows[:_NAMED]) + (" …" if len(rows) > _NAMED else "")
            values = {
                "name": label,
                "count": len(rows),
                "shown": shown,
                "columns": affected_columns,
                "coding": _SHOWN[file_coding],
            }
            notices.append(Notice(code, values, rows=tuple(rows.tolist())))
    if declared_coding is not None and pairs and declared_coding != file_coding and not affected["text_mixed"]:
        notices.append(
            Notice("text_not_as_said", {"name": label, "said": _SHOWN[declared_coding], "coding": _SHOWN[file_coding]})
        )
    return tuple(notices)


def decoded(content: bytes, name: str) -> str:
    """Return a text decoded as UTF-16 (by its mark), UTF-8 or GB 18030; raise `BadInput` if none fits."""
    for coding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(coding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadInput("geo.table_unreadable", name=name)
