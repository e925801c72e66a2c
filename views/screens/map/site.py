"""Box of the map page that checks the site of the session and shows the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from carto.markup import style
from geo.errors import RedlineError
from geo.sites import Sites
from siting.check import Run, run_check
from views.parts.findings import (
    CSS,
    KeyedRun,
    answer_html,
    ask_activity,
    facts_html,
    findings_html,
    kept_settings,
    site_result_of,
    verdict_html,
)
from views.parts.intake import (
    Source,
    ask_width_m,
    current_source,
    read_options_of,
    read_source,
    show_restart,
    upload_site,
)
from views.session import (
    Memo,
    current_layers,
    may,
    open_page,
    pressed,
    record,
    say,
    show_fault,
    show_html,
    stamp,
    who_may,
)

__all__ = ["checked_site", "choose_site", "read_site", "show_result"]

_RUN: Final[Memo[Run]] = Memo("map-check")


def choose_site() -> Source | None:
    """Show the uploader; return the site of the session, as it was entered on whichever page."""
    upload_site("site_upload", label_visible=True)
    show_restart()
    return current_source()


def read_site(source: Source | None) -> Sites | None:
    """Return the sites of a source, asking how to read it where unclear; None while unread."""
    return None if source is None else read_source(source)


def checked_site(source: Source | None, sites: Sites | None) -> KeyedRun | None:
    """Return the check of the current site; None while there is none or, with the fault shown, it cannot be checked.

    Shows the choice of activity: the same as on the Check page.
    """
    if source is None or sites is None:
        return None
    if not may("checker"):
        st.caption(who_may("checker"))
        return None
    reading = read_options_of(source)
    width_m = ask_width_m(sites)
    ask_activity()
    settings = replace(kept_settings(), corridor_m=width_m)
    settings = settings if reading is None else reading.apply_to(settings)

    def check() -> Run:
        record("check", settings.activity or "", f"sites: {len(sites)}")
        with st.spinner(say("views.checking")):
            return run_check(sites, current_layers(), settings)

    try:
        run = _RUN.once((source.token, settings), check)
    except RedlineError as fault:
        show_fault(fault)
        return None
    return KeyedRun(run, f"{source.token}-{settings}-{stamp()}")


def show_result(checked: KeyedRun) -> None:
    """Show the answer, measures and a row per layer of one site, chosen by the user where there are several."""
    result = checked.result
    ids = result.sites["site_id"].tolist()
    position = 0
    if len(ids) > 1:
        position = st.selectbox(
            say("views.which_site", count=len(ids)),
            range(len(ids)),
            format_func=lambda i: f"{ids[i]} · {say('siting.verdict_' + result.sites['verdict'].iloc[i])}",
        )
    site_result = site_result_of(result, position, {layer.id: layer.spec for layer in current_layers().values()})
    show_html(style(CSS), verdict_html(site_result), answer_html(site_result), facts_html(site_result))
    if pressed(say("views.go_on"), key="site-go-on", type="primary", width="stretch"):
        open_page("check")
    show_html(findings_html(site_result))
    st.caption(say("snapshot.disclaimer"))
