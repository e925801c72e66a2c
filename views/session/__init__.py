"""What one session knows: its state, its memory, its language, where it stands."""

from views.session.crs_names import system_text
from views.session.language import lang, say, switch_language
from views.session.markup import colour_key, html_of, show_html, show_page
from views.session.memo import Memo
from views.session.navigation import PAGE_ENTERED, PAGE_SHOWN, PAGES, arrived, has_page, keep_going, open_page
from views.session.rows import Row, missing, row_of, rows_of
from views.session.state import KeptWidget, Slot, set_widget, widget_value
from views.session.sticky_buttons import press_handled, pressed, pressed_until_handled
from views.session.stored_checks import ledger, link_to
from views.session.territory_names import region_text, regions_text, territories, territory_text
from views.session.text import file_name_text, markdown_text, show_fault
from views.session.workspace import VERSION, Stamp, catalogue, current, current_layers, stamp

__all__ = [
    "PAGES",
    "PAGE_ENTERED",
    "PAGE_SHOWN",
    "VERSION",
    "KeptWidget",
    "Memo",
    "Row",
    "Slot",
    "Stamp",
    "arrived",
    "catalogue",
    "colour_key",
    "current",
    "current_layers",
    "file_name_text",
    "has_page",
    "html_of",
    "keep_going",
    "lang",
    "ledger",
    "link_to",
    "markdown_text",
    "missing",
    "open_page",
    "press_handled",
    "pressed",
    "pressed_until_handled",
    "region_text",
    "regions_text",
    "row_of",
    "rows_of",
    "say",
    "set_widget",
    "show_fault",
    "show_html",
    "show_page",
    "stamp",
    "switch_language",
    "system_text",
    "territories",
    "territory_text",
    "widget_value",
]
