"""What a layer's intake finds wrong: which fault, in which rows, what to do about it, whether it stops the import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from words import LANGUAGES, Lang, t

__all__ = ["MOST_ROWS", "Fault", "Level", "fault_rows"]

Level = Literal["stop", "warn"]
MOST_ROWS: Final = 1000
"""So many rows of one fault are named; the count is of all."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes
    ----------
    code : str
        ``data.fault_<code>`` says it, ``data.cure_<code>`` what to do.
    level : {"stop", "warn"}
        Whether the layer cannot be taken in as it is.
    count : int
        Rows that have it.
    rows : tuple of int
        Their numbers in the file, from 1; the first thousand.
    notes : tuple of (str, str)
        For each of `rows`, Chinese and English: the place, the reason, the change of area. Empty where there is none.
    values : mapping
        What the sentence names besides.
    """

    code: str
    level: Level
    count: int
    rows: tuple[int, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Return what is wrong, with the first rows."""
        return t(f"data.fault_{self.code}", lang, count=f"{self.count:,}", rows=self._first(lang), **self.values)

    def cure(self, lang: Lang) -> str:
        """Return what to do about it."""
        return t(f"data.cure_{self.code}", lang, **self.values)

    def note(self, at: int, lang: Lang) -> str:
        """Return what is known of the row at a position of `rows`."""
        return self.notes[at][LANGUAGES.index(lang)] if at < len(self.notes) else ""

    def to_json(self) -> dict[str, Any]:
        """Return the fault for the report that is kept with the layer."""
        told: dict[str, Any] = {lang: {"fault": self.text(lang), "cure": self.cure(lang)} for lang in LANGUAGES}
        notes = [list(note) for note in self.notes]
        return {
            "code": self.code,
            "level": self.level,
            "count": self.count,
            "rows": list(self.rows),
            "notes": notes,
            **told,
        }

    def _first(self, lang: Lang) -> str:
        shown = t("data.comma", lang).join(str(row) for row in self.rows[:5])
        return shown + (" …" if self.count > 5 else "")


def fault_rows(faults: Sequence[Fault], lang: Lang) -> list[dict[str, object]]:
    """Return faults row by row, as a table to work through."""
    return [
        {
            t("data.head_row", lang): row,
            t("data.head_level", lang): t(f"data.level_{fault.level}", lang),
            t("data.head_fault", lang): t(f"data.name_{fault.code}", lang),
            t("data.head_note", lang): fault.note(at, lang),
            t("data.head_cure", lang): fault.cure(lang),
        }
        for fault in faults
        for at, row in enumerate(fault.rows)
    ]
