"""Entries of the plans on the screen: filter, table, card, links, and their shapes on the map."""

from views.parts.entries.card import show_document, show_entry
from views.parts.entries.counted import counted_entries, counted_territory, show_counted
from views.parts.entries.filter import choose_filter, choose_kind, clear_filter, code_text, plan_set
from views.parts.entries.links import show_links
from views.parts.entries.shapes import (
    background_layers,
    entries_at,
    entry_groups,
    feature_of,
    highlight_of,
    territories_frame,
    view_of,
    view_of_territory,
)
from views.parts.entries.table import TABLE_21, entry_table, show_counts, show_table_21

__all__ = [
    "TABLE_21",
    "background_layers",
    "choose_filter",
    "choose_kind",
    "clear_filter",
    "code_text",
    "counted_entries",
    "counted_territory",
    "entries_at",
    "entry_groups",
    "entry_table",
    "feature_of",
    "highlight_of",
    "plan_set",
    "show_counted",
    "show_counts",
    "show_document",
    "show_entry",
    "show_links",
    "show_table_21",
    "territories_frame",
    "view_of",
    "view_of_territory",
]
