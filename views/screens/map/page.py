"""The map page: the map, and beside it search, the check of a site, what is at a point, and export."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup, style
from views.parts.findings import KeyedRun
from views.parts.indicators import (
    MappedIndicator,
    ask_display,
    ask_second,
    choose_indicator,
    compared_pair,
    current_choice,
    mapped_indicator,
    outline_groups,
    picture_group,
    show_figure,
    shows_picture,
    use_choice_of,
)
from views.parts.intake import remember_drawings, session_drawings
from views.parts.map import MapState, choose_region, map_target, show_map
from views.parts.takeaway import ExportContext, show_export, view_bounds
from views.screens.map import search as search_box
from views.screens.map import site as check_panel
from views.screens.map.here import latest_lookup, show_lookup
from views.screens.map.link import scene_from_link, write_address
from views.session import Slot, catalogue, current_layers, lang, markdown_text, say, show_html, show_way_down

__all__ = ["show"]

_SIDE_FOLDED: Final[Slot[bool]] = Slot("side_folded", default=False)
"""Whether the column beside the map is folded."""
_PREVIOUS: Final[Slot[dict[str, Any]]] = Slot("answered", {"here": None, "site": None})
"""What the boxes of the column showed in the last run, to see which changed."""
_FIRST_BOX: Final[Slot[str]] = Slot("first_box", "site")

_CSS = "views/screens/map/templates/page.css"
_FOLDED_CSS = "views/screens/map/templates/folded.css"
_MAP_HEIGHT_PX = 640
"""Until the style sheet applies (``templates/page.css``)."""


def show() -> None:
    """Show the page: the map at the left, search, check, point and export boxes at the right."""
    use_choice_of("map")
    link_scene = scene_from_link()
    show_html(style(_CSS, *([_FOLDED_CSS] if _SIDE_FOLDED.get() else [])))
    wide, narrow = st.columns([2.35, 1], gap="small")
    left, right = wide.container(key="rl_map"), narrow.container(key="rl_side")
    with right:
        search_box.show_search()
        region_box, indicator_box = st.columns(2, gap="small", vertical_alignment="bottom")
        with region_box:
            choose_region()
        second_box = st.container()
        site_box = st.container(border=True, key="box_site")
        here_box = st.container(border=True, key="box_here")
        take_box = st.container(border=True, key="box_take")
    with site_box:
        st.markdown(f"**{say('views.check_title')}**")
        source = check_panel.choose_site()
        sites = check_panel.read_site(source)
        drawn = source is not None and source.kind == "drawing"
    # the map before the choice of an indicator, which takes longer: its values are in the session already
    indicator = mapped_indicator(current_choice()) if current_choice().id else None
    as_raster = indicator is not None and shows_picture()
    painted = indicator if indicator and not as_raster and not indicator.lone else None
    second = compared_pair(painted) if painted else None
    with left:
        state = show_map(
            list(current_layers().values()),
            catalogue().map,
            lang=lang(),
            choropleth=second[0] if second else painted.choropleth if painted else None,
            beside=second[1] if second else None,
            groups=[
                *([picture_group()] if as_raster else []),
                *(outline_groups(indicator) if indicator else []),
                *search_box.highlight_groups(),
                *([highlight_group(sites.frame[["geometry"]])] if sites is not None and not drawn else []),
            ],
            go_to=map_target(None if drawn else sites),
            drawings=session_drawings(),
            height=_MAP_HEIGHT_PX,
            scene=link_scene,
            linked=True,
            about=(source.token if source is not None else "", search_box.found_key()),
        )
        write_address(state.scene)
    with indicator_box:
        picked = choose_indicator()
    if indicator:
        with second_box:
            _show_indicator(indicator)
    with site_box:
        if remember_drawings(state.drawings, "map"):
            st.rerun()  # what was just drawn is the site now
        checked = check_panel.checked_site(source, sites)
        if checked is None:
            st.caption(say("views.check_hint"))
        else:
            check_panel.show_result(checked)
    with here_box:
        st.markdown(f"**{say('views.here_title')}**")
        show_lookup(state.clicked, state.view.zoom, {one.id for one in state.panel if one.on})
        _show_years_note(state, "map.years_here" if latest_lookup(state.clicked) is not None else "")
    with take_box:
        in_view = ExportContext(
            state.panel, state.bounds or view_bounds(state.view), checked, picked, search_box.outlined()
        )
        _show_export(state, in_view, as_raster=as_raster)
    with left:
        _show_fold_button()
        _show_way_down(_put_latest_first(state, checked), state, checked)


def _show_indicator(indicator: MappedIndicator) -> None:
    """Show the card of the figure of one territory; of a painted indicator the choice of a second."""
    if indicator.lone:
        show_figure(indicator)
    elif not ask_display():
        ask_second()


def _show_export(state: MapState, shown: ExportContext, *, as_raster: bool) -> None:
    """Show the export box, with notes where the export covers more than the map draws."""
    st.markdown(f"**{say('views.take_title')}**")
    show_export(shown)
    _show_years_note(state, "map.years_take")
    if as_raster:
        st.caption(say("map.picture_take"))


def _show_years_note(state: MapState, key: str) -> None:
    """Show a caption, text `key` ("" for none), that names the layers of which the map draws only some years."""
    layers = current_layers()
    titles = [
        layers[one.id].spec.title(lang()) for one in state.panel if one.on and one.hides_features and one.id in layers
    ]
    if key and titles:
        st.caption(markdown_text(say(key, layers=say("snapshot.and").join(titles))))


def _show_fold_button() -> None:
    """Show the button that folds or unfolds the column beside the map; its widgets keep their values."""
    folded = _SIDE_FOLDED.get()
    st.button(
        "‹" if folded else "›",
        help=say("map.unfold" if folded else "map.fold"),
        key="rl_fold",
        on_click=lambda: _SIDE_FOLDED.set(not folded),
    )


def _put_latest_first(state: MapState, checked: KeyedRun | None) -> str:
    """Put the box whose content changed last on top, by CSS, so that nothing is drawn again; return its name."""
    latest = {"here": latest_lookup(state.clicked), "site": checked.key if checked is not None else None}
    previous = _PREVIOUS.get()
    changed = [name for name, value in latest.items() if value is not None and value != previous[name]]
    if changed:
        _FIRST_BOX.set(changed[-1])
    _PREVIOUS.set(latest)
    show_html(Markup("<style>div:has(> .st-key-box_{}) {{ order: 1; }}</style>").format(_FIRST_BOX.get()))
    return _FIRST_BOX.get()


def _show_way_down(box: str, state: MapState, checked: KeyedRun | None) -> None:
    """Show on a phone, below the map, the link to the box that answers; its answer lies below the screen there."""
    filled = checked is not None if box == "site" else latest_lookup(state.clicked) is not None
    if filled:
        show_way_down(f".st-key-box_{box}", say(f"map.way_down_{box}"))
