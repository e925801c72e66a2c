"""What intake did or noticed, as a code and its sentence: nothing is mended, dropped or chosen in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from words import Lang, t

__all__ = ["Notice"]


@dataclass(frozen=True)
class Notice:
    """One thing that was noticed while a source was read.

    Attributes
    ----------
    code : str
        ``geo.notice_<code>`` of the word catalogue says it in both languages.
    values : mapping
        What the sentence names: the file, a row, a number.
    fatal : bool
        The source cannot be used until somebody settles it.
    rows : tuple of int
        Shapes that it is about, from 1, as a reader counts them; empty: all of them.
    sites : tuple of str
        The same as ids of sites, once they are known; empty: all of them.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    fatal: bool = False
    rows: tuple[int, ...] = field(default=(), compare=False)
    sites: tuple[str, ...] = field(default=(), compare=False)

    def text(self, lang: Lang = "zh") -> str:
        """Return the sentence in `lang`."""
        return t(f"geo.notice_{self.code}", lang, **self.values)

    def with_value(self, name: str, value: object) -> Notice:
        """Return the same with one more thing that its sentence names."""
        return replace(self, values={**self.values, name: value})

    def __str__(self) -> str:
        return self.text("zh")
