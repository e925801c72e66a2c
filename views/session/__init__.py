"""What one session knows: its state, its memory, its language, where it stands."""

from views.session.crs_names import system_text
from views.session.language import lang, say, switch_language
from views.session.markup import colour_key, html_of, show_html, show_page
from views.session.memo import once
from views.session.navigation import PAGES_KEY, arrived, has_page, keep_going, open_page
from views.session.rows import Row, missing, row_of, rows_of
from views.session.sticky_buttons import answered, asked, pressed
from views.session.stored_checks import ledger, link_to
from views.session.territory_names import region_text, regions_text, territories, territory_text
from views.session.text import file_name_text, markdown_text, show_fault
from views.session.widgets import keep, restore
from views.session.workspace import VERSION, Stamp, catalogue, current, current_layers, stamp

__all__ = [
    "PAGES_KEY",
    "VERSION",
    "Row",
    "Stamp",
    "answered",
    "arrived",
    "asked",
    "catalogue",
    "colour_key",
    "current",
    "current_layers",
    "file_name_text",
    "has_page",
    "html_of",
    "keep",
    "keep_going",
    "lang",
    "ledger",
    "link_to",
    "markdown_text",
    "missing",
    "once",
    "open_page",
    "pressed",
    "region_text",
    "regions_text",
    "restore",
    "row_of",
    "rows_of",
    "say",
    "show_fault",
    "show_html",
    "show_page",
    "stamp",
    "switch_language",
    "system_text",
    "territories",
    "territory_text",
]
