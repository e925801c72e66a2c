"""Script of the app: header, navigation and language switch around each page, and error handling."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

import streamlit as st

from carto.markup import Markup, raw_text, style
from carto.style import theme_css
from geo.errors import NO_ROOM, RedlineError
from layers.access import Role
from views.help import show_help
from views.own_words import put_own_words
from views.parts.intake import DRAWINGS_PART, OPTIONS_PART, WORK_FILE
from views.screens.check import CHOSEN_PART, STRUCTURES_PART
from views.screens.check import show as show_check
from views.screens.county import show as show_county
from views.screens.data import show as show_data
from views.screens.indicators import show as show_indicators
from views.screens.map import show as show_map
from views.screens.plans import show as show_plans
from views.session import (
    PAGE_SHOWN,
    PAGE_VISIT,
    PAGES,
    catalogue,
    finish_navigation,
    markdown_text,
    record,
    require,
    resume_navigation,
    say,
    show_fault,
    show_html,
    switch_language,
)
from views.sign_in import is_let_in, person_html, show_sign_in
from views.trouble import show_trouble
from views.work import open_work, save_work

_WORK: Final = {part.name: part for part in (DRAWINGS_PART, OPTIONS_PART, CHOSEN_PART, STRUCTURES_PART)}
_BRAND: Final = Markup(
    '<p><a class="rl-skip" href="#" data-to=".rl-batch, .rl-verdict">{}</a>'
    '<span class="redline-brand">{}<small>{}</small></span>{}</p>'
)
_CSS_TEXTS: Final = Markup("<style>:root {{ --rl-menu: {}; --rl-upload: {}; --rl-upload-limit: {}; }}</style>")
"""CSS custom properties with the texts that style sheets insert."""


def _page(show: Callable[[], None], name: str, path: str, role: Role = "viewer", *, default: bool = False) -> st.Page:
    """Return a page whose errors are shown as one sentence, never as a traceback."""

    def guarded() -> None:
        if PAGE_SHOWN.get() != path:
            PAGE_VISIT.set(PAGE_VISIT.get() + 1)
            PAGE_SHOWN.set(path)
            _record_open(path)
        try:
            require(role)
            show()
        except RedlineError as fault:
            show_fault(fault)
        except Exception as fault:
            if isinstance(fault, OSError) and fault.errno in NO_ROOM:
                st.error(markdown_text(say("views.no_room", fault=fault.strerror)))
                return
            logging.getLogger("redline").exception("page %s", path)
            st.error(say("views.broke"))

    return st.Page(guarded, title=say(name), url_path=path, default=default)


def _record_open(path: str) -> None:
    """Write into the audit log that the person opens a page; a log that cannot be written keeps nobody from reading."""
    try:
        record("open", path)
    except RedlineError as fault:
        show_fault(fault)


def _header() -> None:
    with st.container(key="rl_brand"):
        left, right, last = st.columns([5, 1.2, 0.3], vertical_alignment="center")
    with left:
        show_html(_BRAND.format(say("views.skip"), say("views.brand"), say("views.tagline"), person_html()))
    with right:
        switch_language()
    with last:
        show_help()
    with st.container(key="rl_own_words"):
        put_own_words()


st.set_page_config(page_title="Redline 红线一张图", page_icon="🗺️", layout="wide", initial_sidebar_state="collapsed")
_texts = (say("help.menu"), say("views.upload_button"), say("views.upload_limit", size=catalogue().limits.upload_mb))
show_html(_CSS_TEXTS.format(*(raw_text(json.dumps(text, ensure_ascii=False)) for text in _texts)))
show_html(Markup("<style>{}</style>").format(raw_text(theme_css())))
show_html(style("views/templates/frame.css"))
if not is_let_in():
    _header()
    show_sign_in()
    st.stop()
_pages = {
    "map": _page(show_map, "views.page_map", "map", default=True),
    "check": _page(show_check, "check_page.title", "check", "checker"),
    "county": _page(show_county, "county.page", "county"),
    "indicators": _page(show_indicators, "indicator_page.title", "indicators"),
    "plans": _page(show_plans, "views.page_plans", "plans"),
    "data": _page(show_data, "views.page_data", "data"),
}
PAGES.set(_pages)
_chosen = st.navigation(list(_pages.values()), position="top")
resume_navigation(_chosen)
open_work(_WORK, WORK_FILE)
_header()
show_trouble(_chosen.url_path or "map")
_chosen.run()
save_work(_WORK, WORK_FILE)
finish_navigation()
