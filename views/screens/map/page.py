"""Browse, check and take away on one page: the map, and beside it what it answers."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup, style
from views.parts.findings import KeyedRun
from views.parts.indicators import (
    ask_display,
    ask_second,
    choose_indicator,
    compared_pair,
    current_choice,
    mapped_indicator,
    picture_group,
    shows_picture,
)
from views.parts.map import MapState, choose_region, show_map, where_to_look
from views.parts.takeaway import Shown, box_of, show_take
from views.screens.map import search as search_box
from views.screens.map import site as check_panel
from views.screens.map.here import answered, show_answer
from views.screens.map.link import opened_by_link, write_address
from views.session import Slot, catalogue, current_layers, lang, markdown_text, say, show_html

__all__ = ["show"]

_FOLDED_AWAY: Final[Slot[bool]] = Slot("side_folded", default=False)
"""Whether the column beside the map is put away."""
_ANSWERS: Final[Slot[dict[str, Any]]] = Slot("answered", {"here": None, "site": None})
"""What the boxes of the column showed in the last run: to see which changed."""
_FIRST_BOX: Final[Slot[str]] = Slot("first_box", "site")

_MAP_HEIGHT = 640
"""Pixels, until the sheet below is read."""


def show() -> None:
    """Draw the page."""
    asked = opened_by_link()
    folded = ["views/screens/map/templates/folded.css"] if _FOLDED_AWAY.get() else []
    show_html(style("views/screens/map/templates/page.css", *folded))
    wide, narrow = st.columns([2.35, 1], gap="small")
    left, right = wide.container(key="rl_map"), narrow.container(key="rl_side")
    with right:
        search_box.show_search()
        place, figure = st.columns(2, gap="small", vertical_alignment="bottom")
        with place:
            choose_region()
        beside_box = st.container()
        site_box = st.container(border=True, key="box_site")
        here_box = st.container(border=True, key="box_here")
        take_box = st.container(border=True, key="box_take")
    with site_box:
        st.markdown(f"**{say('views.check_title')}**")
        uploaded = check_panel.choose_upload()
        upload = check_panel.read_upload(uploaded)
    # the map first: what the choice of an indicator shows takes longer, and its answers stand in the session already
    found = mapped_indicator(current_choice()) if current_choice().id else None
    picture = found is not None and shows_picture()
    pair = compared_pair(found) if found and not picture else None
    with left:
        state = show_map(
            list(current_layers().values()),
            catalogue().map,
            lang=lang(),
            choropleth=pair[0] if pair else found.choropleth if found and not picture else None,
            beside=pair[1] if pair else None,
            groups=[
                *([picture_group()] if picture else []),
                *search_box.groups(),
                *([highlight_group(upload.frame[["geometry"]])] if upload is not None else []),
            ],
            go_to=where_to_look(upload),
            height=_MAP_HEIGHT,
            scene=asked,
            linked=True,
        )
        write_address(state.scene)
    with figure:
        picked = choose_indicator()
    if picked:
        with beside_box:
            if not ask_display():
                ask_second()
    with site_box:
        check_panel.note_drawing(state.drawings)
        checked = check_panel.checked_site(state.drawings, uploaded, upload)
        if checked is None:
            st.caption(say("views.check_hint"))
        else:
            check_panel.show_result(checked)
    with here_box:
        st.markdown(f"**{say('views.here_title')}**")
        show_answer(state.clicked)
        _note_years(state, "map.years_here" if answered(state.clicked) is not None else "")
    with take_box:
        _take(state, Shown(state.panel, state.bounds or box_of(state.view), checked, picked), picture=picture)
    with left:
        _fold()
    _answer_first(state, checked)


def _take(state: MapState, shown: Shown, *, picture: bool) -> None:
    """Offer what can be taken away, and say where that is more or other than the map draws."""
    st.markdown(f"**{say('views.take_title')}**")
    show_take(shown)
    _note_years(state, "map.years_take")
    if picture:
        st.caption(say("map.picture_take"))


def _note_years(state: MapState, key: str) -> None:
    """Say of the layers of which the map draws only some years that they are answered, or taken away, whole."""
    layers = current_layers()
    partly = [layers[one.id].spec.title(lang()) for one in state.panel if one.on and one.partly and one.id in layers]
    if key and partly:
        st.caption(markdown_text(say(key, layers=say("snapshot.and").join(partly))))


def _fold() -> None:
    """Offer to put the column beside the map away; nothing in it is lost."""
    folded = _FOLDED_AWAY.get()
    st.button(
        "‹" if folded else "›",
        help=say("map.unfold" if folded else "map.fold"),
        key="rl_fold",
        on_click=lambda: _FOLDED_AWAY.set(not folded),
    )


def _answer_first(state: MapState, checked: KeyedRun | None) -> None:
    """Put the answer to what was done last on top, without drawing anything again."""
    latest = {"here": answered(state.clicked), "site": checked.key if checked is not None else None}
    before = _ANSWERS.get()
    changed = [name for name, value in latest.items() if value is not None and value != before[name]]
    if changed:
        _FIRST_BOX.set(changed[-1])
    _ANSWERS.set(latest)
    show_html(Markup("<style>div:has(> .st-key-box_{}) {{ order: 1; }}</style>").format(_FIRST_BOX.get()))
