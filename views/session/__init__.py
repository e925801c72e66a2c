"""State of one session: typed values, cached results, language, navigation, catalogue and loaded layers."""

from views.session.crs_names import system_text
from views.session.language import lang, say, switch_language
from views.session.markup import colour_key, html_of, show_html, show_page, show_way_down
from views.session.memo import Memo
from views.session.mounted import at_mount
from views.session.navigation import (
    PAGE_SHOWN,
    PAGE_VISIT,
    PAGES,
    finish_navigation,
    has_page,
    open_page,
    resume_navigation,
)
from views.session.permissions import audit_log, may, record, require, role_title, who_may
from views.session.rows import Row, is_missing, row_of, rows_of
from views.session.state import (
    PersistentWidget,
    Slot,
    persistent_values,
    set_persistent_values,
    set_widget,
    widget_value,
)
from views.session.sticky_buttons import press_handled, pressed, pressed_until_handled
from views.session.stored_checks import ledger, link_to
from views.session.territory_names import region_text, regions_text, territories, territory_text
from views.session.text import file_name_text, markdown_text, show_fault
from views.session.workspace import VERSION, Stamp, catalogue, catalogue_in_use, current_layers, person, stamp

__all__ = [
    "PAGES",
    "PAGE_SHOWN",
    "PAGE_VISIT",
    "VERSION",
    "Memo",
    "PersistentWidget",
    "Row",
    "Slot",
    "Stamp",
    "at_mount",
    "audit_log",
    "catalogue",
    "catalogue_in_use",
    "colour_key",
    "current_layers",
    "file_name_text",
    "finish_navigation",
    "has_page",
    "html_of",
    "is_missing",
    "lang",
    "ledger",
    "link_to",
    "markdown_text",
    "may",
    "open_page",
    "persistent_values",
    "person",
    "press_handled",
    "pressed",
    "pressed_until_handled",
    "record",
    "region_text",
    "regions_text",
    "require",
    "resume_navigation",
    "role_title",
    "row_of",
    "rows_of",
    "say",
    "set_persistent_values",
    "set_widget",
    "show_fault",
    "show_html",
    "show_page",
    "show_way_down",
    "stamp",
    "switch_language",
    "system_text",
    "territories",
    "territory_text",
    "who_may",
    "widget_value",
]
