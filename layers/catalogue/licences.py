"""Licence terms of a layer in Chinese or English; names of licences are the same in both."""

from __future__ import annotations

from functools import cache

from words import Lang, all_texts

__all__ = ["licence_text"]


def licence_text(licence: str, lang: Lang) -> str:
    """Return the licence text of a catalogue entry (English), translated where `words` has a Chinese text for it.

    Examples
    --------
    >>> licence_text("not public", "zh"), licence_text("not public", "en"), licence_text("MIT", "zh")
    ('不公开', 'not public', 'MIT')
    """
    return _chinese().get(licence, licence) if lang == "zh" else licence


@cache
def _chinese() -> dict[str, str]:
    return {texts["en"]: texts["zh"] for key, texts in all_texts().items() if key.startswith("licences.")}
