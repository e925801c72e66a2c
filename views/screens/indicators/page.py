"""The Indicators page: map, ranking and table of an indicator with one territory picked in all three; its sources."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, astuple
from typing import Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from views.parts.indicators import (
    OWN,
    OWN_ADDED,
    RASTER_CLOSE,
    MappedIndicator,
    ask_display,
    choice_slot,
    choose_classes,
    choose_raster,
    choose_subject,
    current_choice,
    mapped_indicator,
    picture_legend,
    remove_own_subjects,
    show_figure,
    subjects,
    update_choice,
    use_choice_of,
)
from views.screens.indicators.chart import PICK, moments_chart, ranking_chart, scatter_chart, show_ranking
from views.screens.indicators.maps import legend_html, second_indicator, show_indicator_map
from views.screens.indicators.own_table import OWN_TABLE_OPEN, choose_table
from views.screens.indicators.table import downloads, labelled, moments_table, ranking_table, value_heading
from views.session import (
    Slot,
    lang,
    markdown_text,
    open_page,
    pressed,
    region_text,
    say,
    show_html,
    widget_value,
)

__all__ = ["show"]

_DEFAULT_INDICATOR: Final = "projects"
_CHART_HEIGHT_PX: Final = 540
_PICKED: Final[Slot[str]] = Slot("indicator-territory", "")
"""Adcode of the picked territory, which map, chart and table highlight."""
_LISTS_NUMBER: Final[Slot[int]] = Slot("indicator-remade", 0)
"""Part of the keys of chart and table: incremented, so that both are recreated with another row selected."""
_RASTER_OPEN: Final[Slot[bool]] = Slot("raster-open", default=False)
_FACT: Final = Markup('<div class="rl-ind-fact" data-picked="{}"><b>{}</b> {} <small>{} · {}</small></div>')


def show() -> None:
    """Show the page: choice of an indicator and its classes, then map, ranking, table and sources."""
    show_html(style("views/screens/indicators/templates/page.css"))
    use_choice_of("indicators")
    if not choice_slot().is_set():
        update_choice(id=_DEFAULT_INDICATOR)
    choice_box, settings_box = st.columns([1.35, 1], gap="medium")
    class_box = settings_box.container(key="ind_how")
    with choice_box:
        choose_subject()
    with settings_box:
        _show_import_toggles()
    with st.container():  # always there: what follows it would be put up anew, the map too, where it opened or closed
        _show_import_panels()
    mapped = mapped_indicator(current_choice())
    if mapped is None:
        has_subject = current_choice().id in subjects()
        st.info(say(f"indicator_page.{'no_figures' if has_subject else 'gone' if current_choice().id else 'pick_one'}"))
        return
    with class_box:
        choose_classes(mapped)
        prefecture = _choose_prefecture(mapped) if mapped.subject.level == "county" else ""
        second = second_indicator()
    _show_indicator(mapped, second, prefecture)


def _show_indicator(mapped: MappedIndicator, second: MappedIndicator | None, prefecture: str) -> None:
    """Show the map beside its ranking or the map of a second indicator, and below them table and sources."""
    picked = _picked(mapped)
    table = ranking_table(mapped, prefecture)
    map_box, side_box = st.columns([1.25, 1] if second is None else 2, gap="small")
    with map_box:
        _show_title(mapped)
        with st.container():  # always there, so that the map below it stays
            as_picture = ask_display()
        clicked = show_indicator_map(mapped, picked, prefecture, key="indicator-map", as_picture=as_picture)
        if not mapped.lone:
            show_html(picture_legend() if as_picture else legend_html(mapped))
        if pressed(say("indicator_page.to_map"), key="indicator-to-map"):
            update_choice("map", **asdict(current_choice()))
            open_page("map")
    with side_box:
        if mapped.lone:
            show_figure(mapped)
        if second is None:
            if not mapped.lone:
                _show_picked(table, mapped, picked)
            _show_chart(table, mapped, picked)
        else:
            _show_title(second)
            clicked = show_indicator_map(second, picked, prefecture, key="indicator-map-2") or clicked
            if second.lone:
                show_figure(second)
            else:
                show_html(legend_html(second))
    if clicked:
        _pick(clicked)
        st.rerun()
    list_box, fact_box = st.columns([1.25, 1], gap="small")
    with list_box:
        _show_table(table, mapped, picked)
        downloads(labelled(table, mapped), mapped)
    with fact_box:
        if second is not None:
            _show_comparison(mapped, second, picked)
        _show_facts(table, mapped)


def _show_import_panels() -> None:
    """Show the panels that import a user's table or raster, as far as they are open."""
    if OWN_TABLE_OPEN.get():
        with st.container(border=True):
            choose_table()
    if _RASTER_OPEN.get():
        with st.container(border=True):
            choose_raster()


def _show_import_toggles() -> None:
    """Show the toggles of the import panels, and the button that removes the imported indicators."""
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


def _show_title(mapped: MappedIndicator) -> None:
    now = lang()
    unit = mapped.indicator.unit(now)
    basis = say(f"indicator_page.basis_{mapped.indicator.basis}")
    about = basis if unit == "—" else f"{unit} · {basis}"
    title = mapped.indicator.title(now)
    show_html(Markup('<div class="rl-ind-title">{} <small>{}</small></div>').format(title, about))


def _picked(mapped: MappedIndicator) -> str:
    """Return the adcode of the picked territory; "" where the layer of the indicator does not have it."""
    frame = mapped.choropleth.layer.frame
    code = _PICKED.get()
    return code if frame is not None and code in set(frame["adcode"].astype(str)) else ""


def _choose_prefecture(mapped: MappedIndicator) -> str:
    """Ask for the prefecture to which ranking and table are limited; return its adcode, "" for all."""
    frame = mapped.choropleth.layer.frame
    assert frame is not None
    codes = sorted(set(frame["prefecture_adcode"].astype(str)))
    key = f"indicator-prefecture-{lang()}"
    prefecture: str = st.selectbox(
        say("indicator_page.within"),
        ["", *codes],
        format_func=lambda code: region_text(code) if code else say("indicator_page.everywhere"),
        key=key,
    )
    return prefecture


def _pick(code: str) -> None:
    """Pick a territory; recreate chart and table, which have another one selected."""
    _PICKED.set(code)
    _LISTS_NUMBER.set(_LISTS_NUMBER.get() + 1)


def _show_picked(table: pd.DataFrame, mapped: MappedIndicator, picked: str) -> None:
    """Show value and rank of the picked territory."""
    rows = table[table["adcode"] == picked]
    if rows.empty:
        return
    row = rows.iloc[0]
    value = say("carto.missing") if pd.isna(row["value"]) else f"{row['value']:,.6g} {mapped.indicator.unit(lang())}"
    count = int(table["value"].notna().sum())
    rank = "" if pd.isna(row["rank"]) else say("indicator_page.placed", rank=int(row["rank"]), count=count)
    name = " · ".join(part for part in (str(row["prefecture"]), str(row["name"])) if part)
    show_html(_FACT.format(row["adcode"], name, value, rank, mapped.indicator.title(lang())))


def _show_chart(table: pd.DataFrame, mapped: MappedIndicator, picked: str) -> None:
    """Show the ranking; for fewer than two values, the years of the subject."""
    if table["value"].notna().sum() < 2:
        chart = moments_chart(mapped.subject)
        if chart is not None:
            st.altair_chart(chart, width="stretch", theme=None)
            st.caption(say("indicator_page.targets_dashed"))
        else:
            st.caption(say("indicator_page.one_figure"))
        return
    st.caption(say("indicator_page.chart_hint"))
    key = f"indicator-chart-{_lists_key(mapped)}"
    with st.container(height=_CHART_HEIGHT_PX, border=True):
        show_ranking(ranking_chart(table, mapped, picked), key, lambda: _pick_from_chart(key))


def _pick_from_chart(key: str) -> None:
    chosen_bars = widget_value(key)["selection"].get(PICK) or []
    _PICKED.set(str(chosen_bars[0].get("adcode", "")) if chosen_bars else "")
    _LISTS_NUMBER.set(_LISTS_NUMBER.get() + 1)


def _show_comparison(mapped: MappedIndicator, second: MappedIndicator, picked: str) -> None:
    """Show both values of the picked territory, and a scatter chart of the two indicators."""
    for one in (mapped, second):
        _show_picked(ranking_table(one), one, picked)
    chart = scatter_chart(mapped, second, picked) if mapped.subject.level == second.subject.level else None
    if chart is not None:
        st.altair_chart(chart, width="stretch", theme=None)


def _lists_key(mapped: MappedIndicator) -> str:
    """Return a key that changes with what chart and table show, so that their selection is not carried over."""
    state = repr((astuple(current_choice()), mapped.indicator.id, lang(), _LISTS_NUMBER.get()))
    return hashlib.sha256(state.encode()).hexdigest()[:12]


def _show_table(table: pd.DataFrame, mapped: MappedIndicator, picked: str) -> None:
    """Show the table, the picked territory first; selecting a row picks its territory."""
    is_picked = table["adcode"] == picked
    ordered = pd.concat([table[is_picked], table[~is_picked]])
    codes = ordered["adcode"].tolist()
    rows = [0] if is_picked.any() else []
    key = f"indicator-table-{_lists_key(mapped)}-{len(table)}"
    value = value_heading(mapped)
    st.dataframe(
        labelled(ordered, mapped),
        hide_index=True,
        height=min(38 + 35 * max(len(table), 1), 388),
        width="stretch",
        key=key,
        on_select=lambda: _pick_from_table(key, codes),
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
        column_config={
            say("indicator_page.col_rank"): st.column_config.NumberColumn(width=50),
            value: st.column_config.NumberColumn(format="localized"),
        },
    )


def _pick_from_table(key: str, codes: list[str]) -> None:
    rows = widget_value(key)["selection"]["rows"]
    _PICKED.set(codes[rows[0]] if rows else "")


def _show_facts(table: pd.DataFrame, mapped: MappedIndicator) -> None:
    """Show minimum, median and maximum of the values, their source and the published figures."""
    now = lang()
    unit = mapped.indicator.unit(now)
    values = table["value"].dropna()
    if len(values) > 1:
        statistics = {"low": values.min(), "median": values.median(), "high": values.max()}
        texts = {name: f"{figure:,.6g}" for name, figure in statistics.items()}
        st.caption(
            say(
                "indicator_page.spread",
                count=len(values),
                missing=len(table) - len(values),
                unit=markdown_text(unit),
                **texts,
            )
        )
    st.markdown(f"**{say('indicator_page.fact_source')}**")
    source = mapped.choropleth.note
    show_html(Markup('<div class="rl-ind-fact"><small>{}</small></div>').format(source(now) if source else ""))
    moments = moments_table(mapped.subject)
    if moments is not None:
        st.dataframe(moments, hide_index=True, width="stretch", height=38 + 35 * min(len(moments), 7))
