"""Catalogue of every string that the product shows, in Chinese and English (``words/text/*.toml``).

Imports nothing of the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

import tomli

__all__ = ["LANGUAGES", "Lang", "Phrase", "all_texts", "both_languages", "has", "in_language", "t"]

Lang = Literal["zh", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")

_TEXT_FOLDER = Path(__file__).parent / "text"


@dataclass(frozen=True)
class Phrase:
    """A value of a field of a text that is itself a text of the catalogue: `t` fills it in, in the same language.

    Attributes
    ----------
    key : str
    values : mapping
        Values of its own fields.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def text(self, lang: Lang = "zh") -> str:
        """Return the text in a language."""
        return t(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.text("zh")


@cache
def all_texts() -> dict[str, dict[str, str]]:
    """Return every text by key and language: ``{"room.key": {"zh": ..., "en": ...}}``.

    Raises
    ------
    ValueError
        If a key is defined twice or lacks a language: an error of the product, caught by a test.
    """
    catalogue: dict[str, dict[str, str]] = {}
    for path in sorted(_TEXT_FOLDER.glob("*.toml")):
        for room, keys in tomli.loads(path.read_text(encoding="utf-8")).items():
            for key, texts in keys.items():
                name = f"{room}.{key}"
                if name in catalogue:
                    raise ValueError(f"{path.name}: {name} is defined twice")
                if set(texts) != set(LANGUAGES):
                    raise ValueError(f"{path.name}: {name} needs exactly {LANGUAGES}")
                catalogue[name] = texts
    return catalogue


def has(key: str) -> bool:
    """Return whether the catalogue has a key."""
    return key in all_texts()


def t(key: str, lang: Lang = "zh", /, **values: object) -> str:
    """Return the text of `key` in `lang`, with ``{name}`` fields filled from `values`.

    A value that is a `Phrase`, or a name from `both_languages`, is filled in in the same language.

    Raises
    ------
    KeyError
        If the catalogue does not have `key`.
    """
    filled = {name: _filled(value, lang) for name, value in values.items()}
    return all_texts()[key][lang].format(**filled)


def _filled(value: object, lang: Lang) -> object:
    if isinstance(value, Phrase):
        return value.text(lang)
    return in_language(value, lang) if isinstance(value, str) else value


_NAMED: Final[dict[str, str]] = {}
"""Names in both languages, and the key of each."""


def both_languages(key: str) -> str:
    """Return a text as a name in both languages, for records: ``图上绘制 (the drawing)``; `in_language` shows one."""
    name = f"{t(key, 'zh')} ({t(key, 'en')})"
    _NAMED[name] = key
    return name


def in_language(name: str, lang: Lang) -> str:
    """Return a name from `both_languages` in one language, also one that a record kept; any other as it is."""
    key = _NAMED.get(name)
    return name if key is None else t(key, lang)
