"""Every string the product shows, Chinese and English, in one catalogue (``words/text/*.toml``).

The ground floor: imports nothing of the project.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

__all__ = ["LANGUAGES", "Lang", "Phrase", "entries", "has", "t"]

Lang = Literal["zh", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")

_TEXT_FOLDER = Path(__file__).parent / "text"


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence that is words itself: filled in by `t`, in the language of the sentence.

    Attributes
    ----------
    key : str
    values : mapping
        What fills its own fields.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def text(self, lang: Lang = "zh") -> str:
        """Return it in `lang`."""
        return t(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.text("zh")


@cache
def entries() -> dict[str, dict[str, str]]:
    """Return the whole catalogue: ``{"room.key": {"zh": ..., "en": ...}}``.

    Raises
    ------
    ValueError
        If a key stands in two files or lacks a language: a fault of the product, caught by a test.
    """
    catalogue: dict[str, dict[str, str]] = {}
    for path in sorted(_TEXT_FOLDER.glob("*.toml")):
        for room, keys in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for key, texts in keys.items():
                name = f"{room}.{key}"
                if name in catalogue:
                    raise ValueError(f"{path.name}: {name} is defined twice")
                if set(texts) != set(LANGUAGES):
                    raise ValueError(f"{path.name}: {name} needs exactly {LANGUAGES}")
                catalogue[name] = texts
    return catalogue


def has(key: str) -> bool:
    """Return whether the catalogue has `key`."""
    return key in entries()


def t(key: str, lang: Lang = "zh", /, **values: object) -> str:
    """Return the text of `key` in `lang`, with ``{name}`` fields filled from `values`.

    A value that is a `Phrase` is filled in in the same language.

    Raises
    ------
    KeyError
        If the catalogue does not hold `key`.
    """
    said = {name: value.text(lang) if isinstance(value, Phrase) else value for name, value in values.items()}
    return entries()[key][lang].format(**said)
