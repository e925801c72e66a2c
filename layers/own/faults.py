"""Faults found in an imported layer: which, in which rows, what to do about it, whether it stops the import."""

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
    """One kind of fault, with the rows that have it.

    Attributes
    ----------
    code : str
        Its text is ``data.fault_<code>``, what to do about it ``data.cure_<code>``.
    level : {"stop", "warn"}
        Whether it stops the import or only warns.
    count : int
        Rows that have it.
    rows : tuple of int
        Their numbers in the file, from 1; the first thousand.
    notes : tuple of (str, str)
        For each of `rows`, Chinese and English: the place, the reason, the change of area. Empty where there is none.
    values : mapping
        Further values that the text names.
    """

    code: str
    level: Level
    count: int
    rows: tuple[int, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Return the sentence about the fault, with the first row numbers."""
        return t(f"data.fault_{self.code}", lang, count=f"{self.count:,}", rows=self._first(lang), **self.values)

    def cure(self, lang: Lang) -> str:
        """Return the sentence on how to fix the fault."""
        return t(f"data.cure_{self.code}", lang, **self.values)

    def note(self, at: int, lang: Lang) -> str:
        """Return the note on the row at position `at` of `rows`; "" where there is none."""
        return self.notes[at][LANGUAGES.index(lang)] if at < len(self.notes) else ""

    def to_json(self) -> dict[str, Any]:
        """Return the fault as JSON values, for the report that is stored with the layer."""
        texts: dict[str, Any] = {lang: {"fault": self.text(lang), "cure": self.cure(lang)} for lang in LANGUAGES}
        notes = [list(note) for note in self.notes]
        return {
            "code": self.code,
            "level": self.level,
            "count": self.count,
            "rows": list(self.rows),
            "notes": notes,
            **texts,
        }

    def _first(self, lang: Lang) -> str:
        shown = t("data.comma", lang).join(str(row) for row in self.rows[:5])
        return shown + (" …" if self.count > 5 else "")


def fault_rows(faults: Sequence[Fault], lang: Lang) -> list[dict[str, object]]:
    """Return one table row per faulty row: row number, level, fault, note and what to do."""
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
