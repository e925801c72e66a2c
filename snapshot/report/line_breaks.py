"""Where lines of Chinese text may end (避头尾): no closing mark begins a line, no opening mark ends one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["break_lines", "pieces_of"]

_CLOSING: Final = frozenset("，。、；：！？）》】”’〕］｝〉」』〗…—·％‰℃,.;:!?)]}%")
_OPENING: Final = frozenset("（《【“‘〔［｛〈「『〖([{￥$")
_WIDE: Final = 0x2E7F


def pieces_of(text: str) -> list[str]:
    """Return a text cut where a line may end: after any Chinese character, after a space, never inside a word.

    Closing marks stay with what is before them, opening marks with what follows.

    Examples
    --------
    >>> pieces_of("《办法》（试行）第 3 条")
    ['《办', '法》', '（试', '行）', '第 ', '3 ', '条']
    """
    pieces: list[str] = []
    for letter in text:
        last = pieces[-1] if pieces else ""
        wide = ord(letter) > _WIDE or letter in "“”‘’…—·"
        joins = bool(last) and (
            letter in _CLOSING
            or last[-1] in _OPENING
            or letter == " "
            or (not wide and not last.endswith(" ") and ord(last[-1]) <= _WIDE and last[-1] not in "“”‘’…—·")
        )
        if joins:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return a text as lines no wider than `width`, by `measure`; a piece wider than a line is cut anywhere.

    Parameters
    ----------
    text : str
        Line breaks in it stay.
    width : float
    measure : callable
        Returns the width of a text.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in pieces_of(paragraph):
            if line and measure((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
            while measure(line.rstrip()) > width and len(line) > 1:
                fits = max(at for at in range(1, len(line)) if at == 1 or measure(line[:at]) <= width)
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line.rstrip())
    return lines
