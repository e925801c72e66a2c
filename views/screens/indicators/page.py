"""Indicators: a map beside its ranking and its table, each pointing at what is chosen in another; sources beside."""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from typing import Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from views.parts.indicators import (
    CHOICE,
    OWN,
    OWN_ADDED,
    RASTER_CLOSE,
    MappedIndicator,
    ask_display,
    choose_classes,
    choose_raster,
    choose_subject,
    current_choice,
    mapped_indicator,
    picture_legend,
    remove_own_subjects,
    subjects,
    update_choice,
)
from views.screens.indicators.chart import PICK, moments_chart, ranking, relation, show_ranking
from views.screens.indicators.maps import legend, second_indicator, show_figures
from views.screens.indicators.own_table import OWN_TABLE_OPEN, choose_table
from views.screens.indicators.table import downloads, headed, moments_table, ranked, value_head
from views.session import Slot, lang, markdown_text, region_text, say, show_html, widget_value

__all__ = ["show"]

_FIRST: Final = "redline_share"
_CHART_HEIGHT: Final = 540
_PICKED: Final[Slot[str]] = Slot("indicator-territory", "")
"""Adcode of the territory that is pointed at."""
_LISTS_NUMBER: Final[Slot[int]] = Slot("indicator-remade", 0)
"""Part of the keys of chart and table: counted up, both are made anew with another territory ticked."""
_RASTER_OPEN: Final[Slot[bool]] = Slot("raster-open", default=False)
_FACT: Final = Markup('<div class="rl-ind-fact" data-picked="{}"><b>{}</b> {} <small>{} · {}</small></div>')


def show() -> None:
    """Draw the page."""
    show_html(style("views/screens/indicators/templates/page.css"))
    if not CHOICE.is_set():
        update_choice(id=_FIRST)
    choice_box, how_box = st.columns([1.35, 1], gap="medium")
    class_box = how_box.container(key="ind_how")
    with choice_box:
        choose_subject()
    with how_box:
        _own_data()
    _own_panels()
    found = mapped_indicator(current_choice())
    if found is None:
        known = current_choice().id in subjects()
        st.info(say(f"indicator_page.{'no_figures' if known else 'gone' if current_choice().id else 'pick_one'}"))
        return
    with class_box:
        choose_classes(found)
        prefecture = _prefecture(found) if found.subject.level == "county" else ""
        beside = second_indicator()
    _show_found(found, beside, prefecture)


def _show_found(found: MappedIndicator, beside: MappedIndicator | None, prefecture: str) -> None:
    """Show the map with its ranking or with the map of another indicator, and the table with its sources below."""
    picked = _picked(found)
    table = ranked(found, prefecture)
    map_box, side_box = st.columns([1.25, 1] if beside is None else 2, gap="small")
    with map_box:
        _title(found)
        as_picture = ask_display()
        hit = show_figures(found, picked, prefecture, key="indicator-map", as_picture=as_picture)
        show_html(picture_legend() if as_picture else legend(found))
    with side_box:
        if beside is None:
            _show_picked(table, found, picked)
            _show_chart(table, found, picked)
        else:
            _title(beside)
            hit = show_figures(beside, picked, prefecture, key="indicator-map-2") or hit
            show_html(legend(beside))
    if hit:
        _point_at(hit)
        st.rerun()
    list_box, fact_box = st.columns([1.25, 1], gap="small")
    with list_box:
        _show_table(table, found, picked)
        downloads(headed(table, found), found)
    with fact_box:
        if beside is not None:
            _show_both(found, beside, picked)
        _show_facts(table, found)


def _own_panels() -> None:
    """Show what is open of the ways in for a user's own data."""
    if OWN_TABLE_OPEN.get():
        with st.container(border=True):
            choose_table()
    if _RASTER_OPEN.get():
        with st.container(border=True):
            choose_raster()


def _own_data() -> None:
    """Show the way in for a user's own table, and the way out."""
    added = OWN_ADDED.pop()
    if added is not None:
        st.toast(say("indicator_own.used", count=added))
    if RASTER_CLOSE.pop():
        _RASTER_OPEN.set(value=False)
    left, right = st.columns(2)
    left.toggle(say("indicator_own.open"), key=OWN_TABLE_OPEN.key)
    right.toggle(say("raster_own.open"), key=_RASTER_OPEN.key)
    if OWN.get():
        st.button(say("indicator_own.remove"), on_click=remove_own_subjects, width="stretch")


def _title(found: MappedIndicator) -> None:
    now = lang()
    unit = found.indicator.unit(now)
    basis = say(f"indicator_page.basis_{found.indicator.basis}")
    about = basis if unit == "—" else f"{unit} · {basis}"
    title = found.indicator.title(now)
    show_html(Markup('<div class="rl-ind-title">{} <small>{}</small></div>').format(title, about))


def _picked(found: MappedIndicator) -> str:
    """Return the territory that is pointed at, if the indicator has it."""
    frame = found.choropleth.layer.frame
    code = _PICKED.get()
    return code if frame is not None and code in set(frame["adcode"].astype(str)) else ""


def _prefecture(found: MappedIndicator) -> str:
    """Show the prefectures; ranking and table keep to the one that is chosen."""
    frame = found.choropleth.layer.frame
    assert frame is not None
    codes = sorted(set(frame["prefecture_adcode"].astype(str)))
    key = f"indicator-prefecture-{lang()}"
    within: str = st.selectbox(
        say("indicator_page.within"),
        ["", *codes],
        format_func=lambda code: region_text(code) if code else say("indicator_page.everywhere"),
        key=key,
    )
    return within


def _point_at(code: str) -> None:
    """Point at a territory; chart and table that have another ticked are made anew."""
    _PICKED.set(code)
    _LISTS_NUMBER.set(_LISTS_NUMBER.get() + 1)


def _show_picked(table: pd.DataFrame, found: MappedIndicator, picked: str) -> None:
    """Show the figure and the rank of the territory that is pointed at."""
    mine = table[table["adcode"] == picked]
    if mine.empty:
        return
    row = mine.iloc[0]
    value = say("carto.missing") if pd.isna(row["value"]) else f"{row['value']:,.6g} {found.indicator.unit(lang())}"
    count = int(table["value"].notna().sum())
    place = "" if pd.isna(row["rank"]) else say("indicator_page.placed", rank=int(row["rank"]), count=count)
    head = " · ".join(part for part in (str(row["prefecture"]), str(row["name"])) if part)
    show_html(_FACT.format(row["adcode"], head, value, place, found.indicator.title(lang())))


def _show_chart(table: pd.DataFrame, found: MappedIndicator, picked: str) -> None:
    """Show the ranking; of a figure told for one territory its years."""
    if table["value"].notna().sum() < 2:
        chart = moments_chart(found.subject)
        if chart is not None:
            st.altair_chart(chart, width="stretch", theme=None)
            st.caption(say("indicator_page.targets_dashed"))
        else:
            st.caption(say("indicator_page.one_figure"))
        return
    st.caption(say("indicator_page.chart_hint"))
    key = f"indicator-chart-{_state_key(found)}"
    with st.container(height=_CHART_HEIGHT, border=True):
        show_ranking(ranking(table, found, picked), key, lambda: _from_chart(key))


def _from_chart(key: str) -> None:
    chosen_bars = widget_value(key)["selection"].get(PICK) or []
    _PICKED.set(str(chosen_bars[0].get("adcode", "")) if chosen_bars else "")
    _LISTS_NUMBER.set(_LISTS_NUMBER.get() + 1)


def _show_both(found: MappedIndicator, beside: MappedIndicator, picked: str) -> None:
    """Show the picked territory's figures of both, and how the two go together."""
    for one in (found, beside):
        _show_picked(ranked(one), one, picked)
    chart = relation(found, beside, picked) if found.subject.level == beside.subject.level else None
    if chart is not None:
        st.altair_chart(chart, width="stretch", theme=None)


def _state_key(found: MappedIndicator) -> str:
    """Return what tells apart the lists that one widget may show."""
    said = repr((astuple(current_choice()), found.indicator.id, lang(), _LISTS_NUMBER.get()))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _show_table(table: pd.DataFrame, found: MappedIndicator, picked: str) -> None:
    """Show the table; ticking a row points at its territory, which comes first."""
    first = table["adcode"] == picked
    ordered = pd.concat([table[first], table[~first]])
    codes = ordered["adcode"].tolist()
    rows = [0] if first.any() else []
    key = f"indicator-table-{_state_key(found)}-{len(table)}"
    value = value_head(found)
    st.dataframe(
        headed(ordered, found),
        hide_index=True,
        height=min(38 + 35 * max(len(table), 1), 388),
        width="stretch",
        key=key,
        on_select=lambda: _from_table(key, codes),
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
        column_config={
            say("indicator_page.col_rank"): st.column_config.NumberColumn(width=50),
            value: st.column_config.NumberColumn(format="localized"),
        },
    )


def _from_table(key: str, codes: list[str]) -> None:
    rows = widget_value(key)["selection"]["rows"]
    _PICKED.set(codes[rows[0]] if rows else "")


def _show_facts(table: pd.DataFrame, found: MappedIndicator) -> None:
    """Show the spread of the figures, and where they are from."""
    now = lang()
    unit = found.indicator.unit(now)
    told = table["value"].dropna()
    if len(told) > 1:
        facts = {"low": told.min(), "median": told.median(), "high": told.max()}
        written = {name: f"{figure:,.6g}" for name, figure in facts.items()}
        st.caption(
            say(
                "indicator_page.spread",
                count=len(told),
                missing=len(table) - len(told),
                unit=markdown_text(unit),
                **written,
            )
        )
    st.markdown(f"**{say('indicator_page.fact_source')}**")
    source = found.choropleth.note
    show_html(Markup('<div class="rl-ind-fact"><small>{}</small></div>').format(source(now) if source else ""))
    moments = moments_table(found.subject)
    if moments is not None:
        st.dataframe(moments, hide_index=True, width="stretch", height=38 + 35 * min(len(moments), 7))
