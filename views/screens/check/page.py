"""The Check page: a site, what is planned there, what law and plans say of it, and the record that is kept."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import folium
import streamlit as st

from carto.map import highlight_group, site_group
from carto.markup import Markup, style
from carto.scene import View
from geo.errors import RedlineError
from geo.sites import Sites
from siting.check import GRAVE, Run, Settings, run_batch
from siting.law import day_of
from siting.records import VERDICTS
from views.parts.findings import (
    CHECK_MODE,
    COLOURS,
    RUN_NUMBER,
    choose_settings,
    facts_html,
    findings_html,
    show_required,
    show_verdict,
    site_result_of,
)
from views.parts.intake import (
    CHECK_MAP,
    Source,
    ask_width_m,
    choose_source,
    has_lines,
    read_options_of,
    read_source,
    remember_drawings,
)
from views.parts.map import look_at, show_map
from views.screens.check import ledger as ledger_panel
from views.screens.check.batch import show_occupation, show_schemes, show_sites, show_take
from views.screens.check.case import show_case
from views.screens.check.follow_up import left_over, show_path, show_reminders, show_way_out
from views.screens.check.linear import STRUCTURES, centrelines, show_sections
from views.screens.check.reports import case_now, show_reports
from views.screens.check.sites import choose_sites, show_areas, show_repairs
from views.session import (
    Slot,
    catalogue,
    colour_key,
    current_layers,
    lang,
    markdown_text,
    press_handled,
    pressed_until_handled,
    say,
    show_fault,
    show_html,
    stamp,
)

__all__ = ["show"]

_RUN: Final[Slot[tuple[Hashable, Run] | None]] = Slot("chk-run", None)
"""The check that is shown, and what it was made from."""
_SHOWN: Final[Slot[tuple[str, float] | None]] = Slot("chk-looked", None)
"""Source and distance that the map was moved for."""
_VIEW: Final[Slot[View | None]] = Slot("chk-look", None)

_MAP_HEIGHT: Final = 400
_AT_ONCE: Final = 20
"""Up to so many sites are checked as soon as they are there; more wait for the button."""
_PORTION: Final = 500
_REMAINDER: Final = "#1b8a3a"
_DEGREE_M: Final = 110_000.0
"""Of latitude, a little less than it is."""
_STEP_M: Final = 100.0
_ROOM: Final = 1.7
"""The page's map is lower than the map that ``look_at`` reckons with."""

"""On a narrow screen the case comes after the result, as its number says."""


def show() -> None:
    """Draw the page."""
    asked = st.query_params.get("check")
    if asked:
        ledger_panel.show_record(asked)
        return
    key = CHECK_MODE.restored()
    mode = st.segmented_control(
        say("check_page.mode"),
        ["check", "ledger"],
        format_func=lambda one: say(f"check_page.mode_{one}"),
        key=key,
        label_visibility="collapsed",
    )
    CHECK_MODE.keep(mode or "check")
    if mode == "ledger":
        ledger_panel.show_search()
    else:
        _new_check()


def _new_check() -> None:
    """Draw the form at the left, map and result at the right."""
    left, right = st.columns([1, 1.75], gap="small")
    show_html(style("views/screens/check/templates/page.css"))
    with right:
        verdict_box = st.container(key="chk_verdict")
        map_box = st.container(key="chk_map")
        result_box = st.container(border=True, key="chk_result")
    with left:
        with st.container(border=True, key="chk_site"):
            st.markdown(f"**{say('check_page.step_site')}**")
            source = choose_source()
            sites, asked = _sites(source)
        with st.container(border=True, key="chk_plan"):
            st.markdown(f"**{say('check_page.step_plan')}**")
            settings = choose_settings()
    with verdict_box:
        run = None if source is None or sites is None else _run(source, sites, replace(settings, **asked))
    with left, st.container(border=True, key="chk_case"):
        if run is None:
            st.markdown(f"**{say('check_page.step_case')}**")
            st.caption(say("check_page.first_a_site"))
        else:
            check_id = show_case(run, _content(source))
    position = 0
    with result_box:
        st.markdown(f"**{say('check_page.step_result')}**")
        if run is None:
            st.caption(say("check_page.first_a_site"))
        else:
            position = _choose_site(run)
    if run is not None and source is not None and sites is not None:
        seen = site_result_of(run.result, position, {layer.id: layer.spec for layer in run.layers.values()})
        with verdict_box:
            show_verdict(seen)
            if seen.site["activity"] is None:
                show_html(Markup('<div class="rl-facts rl-hint">{}</div>').format(say("check_page.no_activity")))
        with result_box:
            _show_site(run, seen, sites, position, _read_token(source))
            show_take(run, check_id)
            show_reports(lambda: run, case_now(check_id), run.sites.name, check_id, "check")
    with map_box:
        _show_map(source, sites, run)


def _content(source: Source | None) -> bytes | None:
    """Return the bytes that the record keeps: the file, or the text as pasted."""
    if source is None:
        return None
    return source.text.encode() if source.kind == "text" else source.content


def _sites(source: Source | None) -> tuple[Sites | None, dict[str, Any]]:
    """Return the sites to check, as read, and the settings that follow from source, choice and width."""
    read = read_source(source) if source is not None else None
    if source is None or read is None:
        return None, {}
    show_repairs(read)
    token = _read_token(source)
    sites = choose_sites(read, token)
    if len(sites) == 1:
        show_areas(sites, 0)
    width = ask_width_m(sites)
    chosen = tuple(sites.frame["site_id"]) if len(sites) < len(read) else ()
    kind = {"source_kind": "text", "source_shape": source.shape} if source.kind == "text" else {}
    works = STRUCTURES.get() if has_lines(sites) and len(sites) <= _AT_ONCE else None
    linear = {} if works is None else {"sections": True, "structures": works}
    return sites, {"corridor_m": width, "source_sites": chosen, **linear, **kind}


def _read_token(source: Source) -> str:
    """Return the token of a source as it is read: the same file in another system is another site."""
    return f"{source.token}|{read_options_of(source)}"


def _run(source: Source, sites: Sites, settings: Settings) -> Run | None:
    """Check the sites, once for each question; more than a few wait for the button."""
    reading = read_options_of(source)
    if reading is not None:
        settings = reading.apply_to(settings)
    key = (source.token, reading, tuple(sites.frame["site_id"]), settings, stamp(), day_of(None))
    last = _RUN.get()
    if last is not None and last[0] == key:
        return last[1]
    count = len(sites)
    if count > _AT_ONCE and not pressed_until_handled(
        say("check_page.run_many", count=count), key="chk-run-many", about=key, type="primary", width="stretch"
    ):
        return None
    try:
        run = _checked(sites, settings)
    except RedlineError as fault:
        press_handled("chk-run-many")
        show_fault(fault)
        return None
    _RUN.set((key, run))
    RUN_NUMBER.set(RUN_NUMBER.get() + 1)
    press_handled("chk-run-many")
    if count > _AT_ONCE:
        st.rerun()  # without the button
    return run


def _checked(sites: Sites, settings: Settings) -> Run:
    """Run the check with its progress shown."""
    if len(sites) <= _AT_ONCE:
        with st.spinner(say("views.checking")):
            return run_batch(sites, current_layers(), settings)
    bar = st.progress(0.0)

    def show(share: float, done: str = "", /) -> None:
        bar.progress(share, text=say("check_page.running", done=done or 0, total=len(sites)))

    show(0.0)
    run = run_batch(sites, current_layers(), settings, progress=show, portion=_PORTION)
    bar.empty()
    return run


def _choose_site(run: Run) -> int:
    """Show the sites of a run where there are several; return the one to look at."""
    count = len(run.result.sites)
    if count == 1:
        return 0
    position = show_sites(run)
    show_schemes(run)
    show_occupation(run)
    return position


def _show_site(run: Run, seen: Any, sites: Sites, position: int, token: str) -> None:
    """Show all that was found of one site."""
    if len(run.result.sites) > 1:
        st.markdown(f"##### {markdown_text(seen.site['id'])}")
        show_areas(sites, position)
    show_html(facts_html(seen, areas=False))
    st.caption(say("check_page.law_day", day=seen.site["as_of"]))
    show_required(seen)
    show_path(seen)
    show_way_out(seen)
    st.markdown(f"**{say('check_page.by_layer')}**")
    show_html(findings_html(seen))
    show_reminders(seen)
    show_sections(sites, position, token)
    st.caption(say("snapshot.disclaimer"))


def _show_map(source: Source | None, sites: Sites | None, run: Run | None) -> None:
    """Show the page's map: what is drawn on it, the sites by verdict, what is left of them."""
    look = _look(source, sites, run)
    state = show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        groups=_groups(sites, run),
        go_to=look,
        height=_MAP_HEIGHT,
        key=CHECK_MAP.key,
    )
    remember_drawings(state.drawings)
    if run is not None and len(run.result.sites) > 1:
        show_html(_legend(run))


def _groups(sites: Sites | None, run: Run | None) -> list[folium.FeatureGroup]:
    """Return the sites in the colours of their verdicts, what is left of them, and the lines of corridors."""
    if sites is None:
        return []
    if run is None or len(run.sites) != len(sites):
        return [highlight_group(sites.frame[["geometry"]])]
    groups = []
    verdict = run.result.sites["verdict"].to_numpy()
    for code in reversed(VERDICTS):  # the gravest on top
        mine = run.sites.frame[["geometry"]][verdict == code]
        if len(mine):
            groups.append(site_group(mine, COLOURS[code]))
    left = left_over(run)
    if left is not None:
        groups.append(site_group(left, _REMAINDER, dashed=True))
    middle = centrelines(sites) if run.read_sites is not None else None
    return groups if middle is None else [*groups, middle]


def _look(source: Source | None, sites: Sites | None, run: Run | None) -> View | None:
    """Return where the map is to move: to a site that is new, or with what it is too near to.

    What is drawn on the map is in sight already.
    """
    if source is None or sites is None:
        _SHOWN.clear()
        return _VIEW.get()
    near_m = _too_near_m(run)
    if (source.token, near_m) != _SHOWN.get():
        _SHOWN.set((source.token, near_m))
        if source.kind != "drawing":
            west, south, east, north = sites.frame.total_bounds
            up = _ROOM * near_m / _DEGREE_M
            aside = up / math.cos(math.radians(north))
            _VIEW.set(look_at(
                west - max(east - west, aside), south - max(north - south, up),
                east + max(east - west, aside), north + max(north - south, up),
            ))  # fmt: skip
    return _VIEW.get()


def _too_near_m(run: Run | None) -> float:
    """Return how far the farthest thing is that a site may not be so near to; 0 where there is none."""
    if run is None or len(run.sites) > _AT_ONCE:
        return 0.0
    far = [
        row["distance_m"]
        for row in run.result.findings[["relation", "distance_m", "rules", "state"]].to_dict("records")
        if row["relation"] == "disjoint" and row["state"] == "clear" and row["rules"]
        if row["rules"][0]["counts_as"] in GRAVE
    ]
    return math.ceil(max(far, default=0.0) / _STEP_M) * _STEP_M


def _legend(run: Run) -> Markup:
    """Return what the colours of the sites mean."""
    seen = set(run.result.sites["verdict"])
    signs = [(COLOURS[code], say(f"siting.verdict_{code}")) for code in VERDICTS if code in seen]
    return colour_key(say("check_page.legend"), signs)
