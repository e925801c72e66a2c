"""The audit log as rows that people read, and as CSV with its hashes."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pandas as pd

from layers.access import Entry
from layers.clock import local_text
from snapshot.findings.workbook import write_csv
from words import Lang, has, t

__all__ = ["audit_csv", "audit_rows", "day_of_entry"]

_COLUMNS = ("number", "at", "person", "role", "action", "subject", "detail")


def audit_rows(entries: Iterable[Entry], lang: Lang) -> list[dict[str, object]]:
    """Return a row of texts for each line, by headings in a language; times in the office's zone."""
    return [
        {t(f"access.audit_{name}", lang): value for name, value in zip(_COLUMNS, _texts(entry, lang), strict=True)}
        for entry in entries
    ]


def audit_csv(entries: Iterable[Entry], lang: Lang) -> bytes:
    """Return all lines as CSV (UTF-8 with a byte order mark): the columns of `audit_rows`, UTC, both hashes.

    The file proves later what the log held now: the last hash is of everything before it.
    """
    rows = []
    for entry in entries:
        (row,) = audit_rows([entry], lang)
        rows.append(row | {"utc": entry.at, "action_code": entry.action, "before": entry.before, "hash": entry.hash})
    text = io.StringIO(newline="")
    write_csv(text, pd.DataFrame(rows), bom=True)
    return text.getvalue().encode("utf-8")


def day_of_entry(entry: Entry) -> str:
    """Return the day of a line in the office's zone, ISO 8601; its text as it stands if it is no time."""
    return _time(entry)[:10]


def _time(entry: Entry) -> str:
    try:
        return local_text(entry.at)
    except ValueError:  # somebody altered it
        return entry.at


def _texts(entry: Entry, lang: Lang) -> tuple[object, ...]:
    role = t(f"access.role_{entry.role or 'none'}", lang) if has(f"access.role_{entry.role or 'none'}") else entry.role
    action = t(f"access.action_{entry.action}", lang) if has(f"access.action_{entry.action}") else entry.action
    return entry.number, _time(entry), entry.person, role, action, entry.subject, entry.detail
