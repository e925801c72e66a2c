"""Entries of the plans: filter, table, card, shapes."""

from views.parts.entries.card import show_document, show_entry
from views.parts.entries.filter import choose, choose_kind, clear, code_text, plan_set
from views.parts.entries.links import show_links
from views.parts.entries.shapes import (
    backdrop,
    drawn,
    feature_of,
    met,
    outline_of,
    pointed_at,
    view_of,
    view_of_territory,
)
from views.parts.entries.table import TABLE_21, listed, show_counts, show_table_21

__all__ = [
    "TABLE_21",
    "backdrop",
    "choose",
    "choose_kind",
    "clear",
    "code_text",
    "drawn",
    "feature_of",
    "listed",
    "met",
    "outline_of",
    "plan_set",
    "pointed_at",
    "show_counts",
    "show_document",
    "show_entry",
    "show_links",
    "show_table_21",
    "view_of",
    "view_of_territory",
]
