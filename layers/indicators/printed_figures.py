"""Translate figures that documents print in words, such as 约400, to English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from layers.catalogue import Bilingual
from layers.indicators.subjects import unit_text
from words import all_texts

__all__ = ["printed_text"]

_FIGURE: Final = re.compile(r"(?P<number>[\d.,]+%?)(?P<unit>[^\d.,%]*)")


def printed_text(text: str) -> Bilingual:
    """Return a printed figure in both languages; the English is the Chinese text where no phrase matches.

    Examples
    --------
    >>> printed_text("约400").en, printed_text("74.2万亩以上").en, printed_text("保持稳定").en
    ('about 400', 'at least 74.2 10,000 mu', 'kept stable')
    >>> printed_text("9000").en
    '9000'
    """
    for pattern, english in _phrases():
        found = pattern.fullmatch(text)
        if found is None:
            continue
        value = _figure(found["value"]) if "value" in pattern.groupindex else ""
        if value is not None:
            return Bilingual(zh=text, en=english.format(value=value))
    return Bilingual(zh=text, en=text)


def _figure(text: str) -> str | None:
    """Return a number with its unit in English; None if it is not a number, or its unit has no translation."""
    found = _FIGURE.fullmatch(text)
    if found is None:
        return None
    unit = unit_text(found["unit"]).en if found["unit"] else ""
    return None if unit and unit == found["unit"] else f"{found['number']} {unit}".strip()


@cache
def _phrases() -> list[tuple[re.Pattern[str], str]]:
    """Return the phrases of `words`: Chinese as a pattern, English as a format string."""
    phrases = [texts for key, texts in all_texts().items() if key.startswith("printed.")]
    return [(re.compile(re.escape(each["zh"]).replace(r"\{value\}", "(?P<value>.+)")), each["en"]) for each in phrases]
