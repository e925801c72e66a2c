"""The frame round every page: title, navigation, language switch, and what happens when something breaks."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from geo.errors import RedlineError
from views.help import show_help
from views.screens.check import show as show_check
from views.screens.county import show as show_county
from views.screens.data import show as show_data
from views.screens.indicators import show as show_indicators
from views.screens.map import show as show_map
from views.screens.plans import show as show_plans
from views.session import (
    PAGE_ENTERED,
    PAGE_SHOWN,
    PAGES,
    arrived,
    catalogue,
    keep_going,
    say,
    show_fault,
    switch_language,
)

# Streamlit writes its uploader in English only.
_UPLOADER = """
<style>
  [data-testid="stFileUploaderDropzone"] button[data-testid="stBaseButton-secondary"] p,
  [data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
  [data-testid="stFileUploaderDropzone"] button[data-testid="stBaseButton-secondary"] p::after {
    content: "%(button)s"; font-size: 1rem;
  }
  [data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%(limit)s"; font-size: .86rem; }
</style>
"""
_TIGHT = """
<style>
  .stMainBlockContainer { padding: 4.1rem 1rem 1rem 1rem; max-width: none; }
  div[data-testid="stVerticalBlock"] { gap: .6rem; }
  [data-testid="stElementContainer"]:has([data-testid="stMarkdownContainer"] > style:only-child) { display: none; }
  /* Streamlit greys small print and the names of what cannot be used below the contrast that everybody can read. */
  [data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: #4b5a52; opacity: 1; }
  [data-testid="stWidgetLabel"] [data-testid="stMarkdownContainer"] p { color: #33423a; opacity: 1; }
  .stAppHeader { background: #ffffffee; border-bottom: 1px solid #e3e8e4; }
  .redline-brand { font-weight: 700; font-size: 1.05rem; color: #1f6f50; white-space: nowrap; }
  .redline-brand small { font-weight: 400; color: #5b6b62; margin-left: .5rem; }
  /* Name and language stand in the bar of the pages where there is room, else in one row below it. */
  .st-key-rl_brand [data-testid="stHorizontalBlock"] { flex-wrap: nowrap; }
  .st-key-rl_brand [data-testid="stColumn"] { width: auto; min-width: 0; flex: 0 1 auto; }
  .st-key-rl_brand [data-testid="stColumn"]:first-child { flex: 1 1 auto; }
  .st-key-rl_brand [data-testid="stButtonGroup"] { flex-wrap: nowrap; }
  @media (max-width: 1099px) { .redline-brand small { display: none; } }
  @media (max-width: 480px) {
    .redline-brand { font-size: .95rem; }
    .st-key-rl_brand [data-testid="stHorizontalBlock"] { gap: .45rem; }
    .st-key-rl_brand [data-testid="stButtonGroup"] button { padding: .25rem .6rem; }
  }
  [data-testid="stExpandSidebarButton"] { width: auto; }
  [data-testid="stExpandSidebarButton"]::after { content: "%(menu)s"; padding: 0 .5rem 0 .3rem; color: #17352a; }
  @media (min-width: 1100px) {
    .stLayoutWrapper:has(> .st-key-rl_brand), [data-testid="stLayoutWrapper"]:has(> .st-key-rl_brand) {
      position: fixed; top: .55rem; right: 1rem; width: auto; z-index: 999991;
    }
    .st-key-rl_brand [data-testid="stHorizontalBlock"] { align-items: center; }
    .stAppHeader [data-testid="stToolbar"] { padding-right: 28rem; }
    .stMainBlockContainer { padding-top: 4rem; }
  }
</style>
"""


def _page(show: Callable[[], None], name: str, path: str, *, default: bool = False) -> st.Page:
    """Wrap a page so that a fault shows as its one sentence, never as a traceback."""

    def guarded() -> None:
        PAGE_ENTERED.set(PAGE_SHOWN.get() != path)
        PAGE_SHOWN.set(path)
        try:
            show()
        except RedlineError as fault:
            show_fault(fault)
        except Exception:
            logging.getLogger("redline").exception("page %s", path)
            st.error(say("views.broke"))

    return st.Page(guarded, title=say(name), url_path=path, default=default)


def _header() -> None:
    with st.container(key="rl_brand"):
        left, right, last = st.columns([5, 1.2, 0.3], vertical_alignment="center")
    left.markdown(
        f'<span class="redline-brand">{say("views.brand")}<small>{say("views.tagline")}</small></span>',
        unsafe_allow_html=True,
    )
    with right:
        switch_language()
    with last:
        show_help()


st.set_page_config(page_title="Redline 红线一张图", page_icon="🗺️", layout="wide", initial_sidebar_state="collapsed")
st.markdown(_TIGHT.replace("%(menu)s", say("help.menu")), unsafe_allow_html=True)
st.markdown(
    _UPLOADER
    % {"button": say("views.upload_button"), "limit": say("views.upload_limit", size=catalogue().limits.upload_mb)},
    unsafe_allow_html=True,
)
_pages = {
    "map": _page(show_map, "views.page_map", "map", default=True),
    "check": _page(show_check, "check_page.title", "check"),
    "county": _page(show_county, "county.page", "county"),
    "indicators": _page(show_indicators, "indicator_page.title", "indicators"),
    "plans": _page(show_plans, "views.page_plans", "plans"),
    "data": _page(show_data, "views.page_data", "data"),
}
PAGES.set(_pages)
_chosen = st.navigation(list(_pages.values()), position="top")
keep_going(_chosen)
_header()
_chosen.run()
arrived()
