"""The Check page: a site, its project, the result by law and plans, and the ledger of stored checks."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import folium
import streamlit as st

from carto.map import highlight_group, site_group
from carto.markup import Markup, style
from carto.scene import Extent
from geo.errors import RedlineError
from geo.sites import Sites
from siting.check import GRAVE, Run, Settings, run_batch
from siting.law import day_of
from siting.records import VERDICTS
from snapshot.findings import labels_of
from views.parts.findings import (
    CHECK_MODE,
    COLOURS,
    RUN_NUMBER,
    choose_settings,
    facts_html,
    findings_html,
    show_answer,
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
    session_drawings,
    show_restart,
)
from views.parts.map import show_map
from views.screens.check import ledger as ledger_panel
from views.screens.check.batch import (
    PICKED,
    pick_on_map,
    show_batch,
    show_downloads,
    show_occupation,
    show_schemes,
    show_sites,
)
from views.screens.check.case import show_case
from views.screens.check.follow_up import show_path, show_reminders, show_way_out, ways_out_frame
from views.screens.check.linear import centrelines, show_sections, structures_of
from views.screens.check.reports import current_case, show_reports
from views.screens.check.sites import choose_sites, show_areas, show_repairs
from views.session import (
    Slot,
    catalogue,
    colour_key,
    current_layers,
    lang,
    markdown_text,
    open_page,
    press_handled,
    pressed,
    pressed_until_handled,
    record,
    say,
    show_fault,
    show_html,
    show_way_down,
    stamp,
)

__all__ = ["show"]

_RUN: Final[Slot[tuple[Hashable, Run] | None]] = Slot("chk-run", None)
"""The run that is shown, and the key of all that it was computed from."""
_MAP_MOVED_FOR: Final[Slot[tuple[str, float] | None]] = Slot("chk-looked", None)
"""Token of the source and distance (m) that the map was moved for."""
_VIEW: Final[Slot[Extent | None]] = Slot("chk-look", None)
_SELECTED: Final[Slot[tuple[int, int]]] = Slot("chk-selected", (-1, 0))
"""Number of the run, and position of the site of it that is selected."""

_MAP_HEIGHT_PX: Final = 400
_REACH_PX: Final = 8
"""A line or a point is clicked so far from it."""
_LEAST_MARGIN_DEG: Final = 0.002
_BATCH_MARGIN: Final = 0.2
"""Around many sites the map shows so much of their extent on each side."""
_MAX_IMMEDIATE: Final = 20
"""Up to so many sites are checked immediately; more wait for a button."""
_BATCH_SIZE: Final = 500
_WAY_OUT_COLOUR: Final = "#1b8a3a"
_METRES_PER_DEGREE: Final = 110_000.0
"""Of latitude, rounded down."""
_DISTANCE_STEP_M: Final = 100.0
_EXTENT_FACTOR: Final = 1.1
"""How much farther than a feature that is too near the map reaches."""


def show() -> None:
    """Show the stored check that the URL names, else the form of a new check or the search of the ledger."""
    check_id = st.query_params.get("check")
    if check_id:
        ledger_panel.show_record(check_id)
        return
    mode = st.segmented_control(
        say("check_page.mode"),
        ["check", "ledger"],
        required=True,
        format_func=lambda one: say(f"check_page.mode_{one}"),
        key=CHECK_MODE.restore(),
        label_visibility="collapsed",
    )
    CHECK_MODE.keep(mode or "check")
    if mode == "ledger":
        ledger_panel.show_search()
    else:
        _new_check()


def _new_check() -> None:
    """Show the form of a new check at the left, map and result at the right."""
    left, right = st.columns([1, 1.75], gap="small")
    show_html(style("views/screens/check/templates/page.css"))
    with right:
        verdict_box = st.container(key="chk_verdict")
        answer_box = st.container(key="chk_answer")
        map_box = st.container(key="chk_map")
        result_box = st.container(border=True, key="chk_result")
    with left:
        way_box = st.container()
        with st.container(border=True, key="chk_site"):
            st.markdown(f"**{say('check_page.step_site')}**")
            source = choose_source()
            show_restart()
            sites, site_settings = _sites_to_check(source)
        with st.container(border=True, key="chk_plan"):
            st.markdown(f"**{say('check_page.step_plan')}**")
            settings = choose_settings()
    with verdict_box:
        run = None if source is None or sites is None else _run(source, sites, replace(settings, **site_settings))
    with left, st.container(border=True, key="chk_case"):
        if run is None:
            st.markdown(f"**{say('check_page.step_case')}**")
            st.caption(say("check_page.first_a_site"))
        else:
            check_id = show_case(run, _source_bytes(source))
            show_downloads(run, current_case(check_id).name, check_id)
            show_reports(lambda: run, current_case(check_id), run.sites.name, check_id, "check")
    position = 0
    with result_box:
        st.markdown(f"**{say('check_page.step_result')}**")
        if run is None:
            st.caption(say("check_page.first_a_site"))
        else:
            position = _choose_site(run)
    if run is not None and source is not None and sites is not None:
        site_result = site_result_of(run.result, position, {layer.id: layer.spec for layer in run.layers.values()})
        with way_box:
            show_way_down(".st-key-chk_verdict", say("map.way_down_site"))
        with verdict_box:
            _show_verdict(run, site_result)
        with answer_box:
            _show_answer(run, site_result)
        with result_box:
            _show_site(run, site_result, sites, position, source)
    with map_box:
        _show_map(source, sites, run, position)


def _show_verdict(run: Run, site_result: Any) -> None:
    """Show the headline: of one site its verdict, of several that of the batch."""
    if len(run.result.sites) > 1:
        show_batch(run)
    else:
        show_verdict(site_result)


def _show_answer(run: Run, site_result: Any) -> None:
    """Show reasons and next steps of one site, and what is left out where no activity was chosen."""
    if len(run.result.sites) == 1:
        show_answer(site_result)
    if site_result.site["activity"] is None:
        show_html(Markup('<div class="rl-facts rl-hint">{}</div>').format(say("check_page.no_activity")))


def _source_bytes(source: Source | None) -> bytes | None:
    """Return the bytes to store with the check: of the file, or of the pasted text in UTF-8."""
    if source is None:
        return None
    return source.text.encode() if source.kind == "text" else source.content


def _sites_to_check(source: Source | None) -> tuple[Sites | None, dict[str, Any]]:
    """Return the sites to check, and the settings of the check that follow from source, selection and width."""
    all_sites = read_source(source) if source is not None else None
    if source is None or all_sites is None:
        return None, {}
    show_repairs(all_sites)
    token = _read_token(source)
    sites = choose_sites(all_sites, source, token)
    if len(sites) == 1:
        show_areas(sites, 0)
    width = ask_width_m(sites)
    chosen_ids = tuple(sites.frame["site_id"]) if len(sites) < len(all_sites) else ()
    text_settings = {"source_kind": "text", "source_shape": source.shape} if source.kind == "text" else {}
    structures = structures_of(source) if has_lines(sites) and len(sites) <= _MAX_IMMEDIATE else None
    linear = {} if structures is None else {"sections": True, "structures": structures}
    return sites, {"corridor_m": width, "source_sites": chosen_ids, **linear, **text_settings}


def _read_token(source: Source) -> str:
    """Return a token of a source and how it is read: the same file in another CRS has another."""
    return f"{source.token}|{read_options_of(source)}"


def _run(source: Source, sites: Sites, settings: Settings) -> Run | None:
    """Return the run of the sites, computed once per input; None until the button is pressed where there are many."""
    reading = read_options_of(source)
    if reading is not None:
        settings = reading.apply_to(settings)
    key = (source.token, reading, tuple(sites.frame["site_id"]), settings, stamp(), day_of(None))
    last = _RUN.get()
    if last is not None and last[0] == key:
        return last[1]
    count = len(sites)
    if count > _MAX_IMMEDIATE and not pressed_until_handled(
        say("check_page.run_many", count=count), key="chk-run-many", about=key, type="primary", width="stretch"
    ):
        return None
    try:
        run = _run_with_progress(sites, settings)
    except RedlineError as fault:
        press_handled("chk-run-many")
        show_fault(fault)
        return None
    _RUN.set((key, run))
    RUN_NUMBER.set(RUN_NUMBER.get() + 1)
    press_handled("chk-run-many")
    if count > _MAX_IMMEDIATE:
        st.rerun()  # so that the button disappears
    return run


def _run_with_progress(sites: Sites, settings: Settings) -> Run:
    """Return the run of the sites, with a spinner or progress bar shown while it is computed."""
    record("check", settings.activity or "", f"sites: {len(sites)}")
    if len(sites) <= _MAX_IMMEDIATE:
        with st.spinner(say("views.checking")):
            return run_batch(sites, current_layers(), settings)
    bar = st.progress(0.0)

    def show(share: float, done: str = "", /) -> None:
        bar.progress(share, text=say("check_page.running", done=done or 0, total=len(sites)))

    show(0.0)
    run = run_batch(sites, current_layers(), settings, progress=show, portion=_BATCH_SIZE)
    bar.empty()
    return run


def _choose_site(run: Run) -> int:
    """Show table, schemes and ground taken where there are several sites; return the position of the selected one."""
    count = len(run.result.sites)
    if count == 1:
        return 0
    position = show_sites(run)
    show_schemes(run)
    show_occupation(run)
    return position


def _show_site(run: Run, site_result: Any, sites: Sites, position: int, source: Source) -> None:
    """Show the result of one site: sections of a line, measures, approval path, way out, findings by layer."""
    if len(run.result.sites) > 1:
        st.markdown(f"##### {markdown_text(labels_of(run)[position])}")
        show_verdict(site_result)
        show_answer(site_result)
        show_areas(sites, position)
    show_sections(sites, position, source, _read_token(source))
    show_html(facts_html(site_result, areas=False))
    st.caption(say("check_page.law_day", day=site_result.site["as_of"]))
    show_required(site_result)
    show_path(site_result)
    show_way_out(site_result)
    st.markdown(f"**{say('check_page.by_layer')}**")
    show_html(findings_html(site_result))
    show_reminders(site_result)
    _show_way_to_load(site_result)
    st.caption(say("snapshot.disclaimer"))


def _show_way_to_load(site_result: Any) -> None:
    """Show the button to the page where layers are added, where one was not checked."""
    if any(row["state"] == "not_checked" for row in site_result.findings) and pressed(
        say("check_page.load_layers"), key="chk-load-layers"
    ):
        open_page("data")


def _show_map(source: Source | None, sites: Sites | None, run: Run | None, position: int) -> None:
    """Show the map for drawing, with the sites by verdict and their ways out; store what was drawn and clicked."""
    view = _map_view(source, sites, run, position)
    state = show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        groups=_groups(sites, run, position),
        go_to=view,
        height=_MAP_HEIGHT_PX,
        drawings=session_drawings(),
        key=CHECK_MAP.key,
    )
    if remember_drawings(state.drawings, CHECK_MAP.key):
        st.rerun()  # what was just drawn is the site now
    if run is not None and len(run.result.sites) > 1:
        show_html(_legend(run))
        zoom = state.scene.view.zoom if state.scene.view is not None else catalogue().map.zoom
        if pick_on_map(run, state.clicked, _REACH_PX * 360 / 256 / 2**zoom):
            st.rerun()  # so that the table and the card show the site that was clicked


def _groups(sites: Sites | None, run: Run | None, position: int) -> list[folium.FeatureGroup]:
    """Return map groups of the sites in the colours of their verdicts, the selected one, ways out and centrelines."""
    if sites is None:
        return []
    if run is None or len(run.sites) != len(sites):
        return [highlight_group(sites.frame[["geometry"]])]
    groups = []
    verdict = run.result.sites["verdict"].to_numpy()
    for code in reversed(VERDICTS):  # the gravest on top
        of_verdict = run.sites.frame[["geometry"]][verdict == code]
        if len(of_verdict):
            groups.append(site_group(of_verdict, COLOURS[code]))
    if len(run.sites) > 1:
        groups.append(highlight_group(run.sites.frame[["geometry"]].iloc[[position]]))
    ways_out = ways_out_frame(run)
    if ways_out is not None:
        groups.append(site_group(ways_out, _WAY_OUT_COLOUR, dashed=True))
    lines = centrelines(sites) if run.read_sites is not None else None
    return groups if lines is None else [*groups, lines]


def _map_view(source: Source | None, sites: Sites | None, run: Run | None, position: int) -> Extent | None:
    """Return what to move the map to: a new site with what it is too near to, or one ticked in the table.

    A drawing moves nothing: it is in view already.
    """
    if source is None or sites is None:
        _MAP_MOVED_FOR.clear()
        return _VIEW.get()
    distance_m = _violated_distance_m(run)
    if (source.token, distance_m) != _MAP_MOVED_FOR.get():
        _MAP_MOVED_FOR.set((source.token, distance_m))
        if source.kind != "drawing":
            west, south, east, north = sites.frame.total_bounds
            lat_margin_deg = _EXTENT_FACTOR * distance_m / _METRES_PER_DEGREE
            lon_margin_deg = lat_margin_deg / math.cos(math.radians(north))
            around = 0.5 if len(sites) == 1 else _BATCH_MARGIN
            lon_margin_deg = max(around * (east - west), lon_margin_deg)
            lat_margin_deg = max(around * (north - south), lat_margin_deg)
            _VIEW.set(
                Extent(west - lon_margin_deg, south - lat_margin_deg, east + lon_margin_deg, north + lat_margin_deg)
            )
    selected, before = (RUN_NUMBER.get(), position), _SELECTED.get()
    _SELECTED.set(selected)
    in_table = run is not None and selected != before and selected[0] == before[0] and selected != PICKED.get()
    if run is not None and in_table and len(run.sites) > 1:
        west, south, east, north = run.sites.frame.geometry.iloc[position].bounds
        margin_deg = max(east - west, north - south, _LEAST_MARGIN_DEG)
        _VIEW.set(Extent(west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg))
    return _VIEW.get()


def _violated_distance_m(run: Run | None) -> float:
    """Return the distance to the farthest feature that a site is too near to, up to the next 100 m; 0 for none."""
    if run is None or len(run.sites) > _MAX_IMMEDIATE:
        return 0.0
    distances_m = [
        row["distance_m"]
        for row in run.result.findings[["relation", "distance_m", "rules", "state"]].to_dict("records")
        if row["relation"] == "disjoint" and row["state"] == "clear" and row["rules"]
        if row["rules"][0]["counts_as"] in GRAVE
    ]
    return math.ceil(max(distances_m, default=0.0) / _DISTANCE_STEP_M) * _DISTANCE_STEP_M


def _legend(run: Run) -> Markup:
    """Return the legend of the colours of the sites."""
    present = set(run.result.sites["verdict"])
    signs = [(COLOURS[code], say(f"siting.verdict_{code}")) for code in VERDICTS if code in present]
    return colour_key(say("check_page.legend"), signs)
