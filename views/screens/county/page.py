"""The county page: figures and plan entries of one county, or of two side by side, laid out to print on A4."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from carto.markup import Markup, style
from layers.catalogue import Layer, counties_of
from layers.indicators import County, CountyFigures, county_of, derived_figures
from layers.paths import PRODUCT
from siting.law import day_of
from views.parts.entries import plan_set
from views.screens.county.markup import figures_html, head_html, lists_html, published_html, sources_html
from views.screens.county.pictures import county_picture, inset
from views.session import (
    VERSION,
    Stamp,
    current_layers,
    html_of,
    lang,
    markdown_text,
    open_page,
    pressed,
    region_text,
    say,
    set_widget,
    show_page,
    stamp,
    widget_value,
)

__all__ = ["show"]

_PRINT_HTML: Final = '<button type="button"></button>'


def show() -> None:
    """Show the choice of one or two counties and, once one is chosen, their page."""
    names = _county_options()
    with st.container(key="county_bar"):
        st.caption(say("county.lead"))
        first_box, second_box, map_box, print_box = st.columns([1.6, 1.6, 1, 0.8], vertical_alignment="bottom")
        with first_box:
            adcode = _choose("adcode", names, say("county.choose"), say("county.choose_hint"))
        with second_box:
            other = _choose("with", names, say("county.with"), say("county.with_none"), exclude=adcode)
    if adcode is None:
        requested = str(st.query_params.get("adcode", ""))[:12]
        exists = requested == "" or requested in names
        st.info(say("county.empty") if exists else say("county.unknown", code=markdown_text(requested)))
        _choose_by_prefecture(names)
        return
    with map_box:
        if pressed(say("county.on_map"), key="county-map", width="stretch"):
            open_page("map", find=f"county:{adcode}")
    with print_box:
        _print_button()(key="county-print", data={"label": say("county.print")})
    _show_counties([code for code in (adcode, other) if code is not None])


def _choose_by_prefecture(names: dict[str, str]) -> None:
    """Show the prefectures to choose from, then the counties of the chosen one."""
    prefectures = list(dict.fromkeys(f"{code[:4]}00" for code in names))
    now = lang()
    chosen = st.pills(say("county.level_prefecture"), prefectures, format_func=region_text, key=f"county-above-{now}")
    if chosen is None:
        return
    key = f"county-of-{chosen}-{now}"
    counties = [code for code in names if code.startswith(chosen[:4])]
    st.pills(
        say("county.choose"),
        counties,
        format_func=region_text,
        key=key,
        on_change=lambda: _set_query("adcode", widget_value(key)),
    )


def _show_counties(codes: list[str]) -> None:
    """Show the page of one or two counties, given by adcode."""
    layers, plans = current_layers(), plan_set()
    with st.spinner(say("county.making")):
        figures = _figures(stamp(), layers)
        counties = [county_of(code, layers, figures, plans) for code in codes]
        parts = [
            {"head": _county_head(one), "lists": published_html(one, plans) + lists_html(one, plans)}
            for one in counties
        ]
    page = html_of(
        "views/screens/county/templates/page.html",
        lang=lang(),
        counties=parts,
        figures=figures_html(counties),
        sources=sources_html(counties, plans, VERSION, day_of(None)),
    )
    show_page(style("views/js/county.css"), page)


def _county_head(county: County) -> Markup:
    adcode = str(county.unit["adcode"])
    name = str(county.unit["name_zh" if lang() == "zh" else "name_en"])
    label = say("county.inset_alt", name=name, above=region_text(str(county.unit["province_adcode"])))
    return head_html(county, county_picture(adcode, lang()), inset(adcode, label))


def _choose(parameter: str, names: dict[str, str], label: str, hint: str, *, exclude: str | None = None) -> str | None:
    """Show a select box of counties bound to a parameter of the URL; return the chosen adcode, None for none."""
    options = [code for code in names if code != exclude]
    requested = str(st.query_params.get(parameter, ""))
    key = f"county-{parameter}-{lang()}"
    current = requested if requested in options else None
    if widget_value(key) != current:
        set_widget(key, current)  # the URL was changed by a link, or by going back
    chosen: str | None = st.selectbox(
        label,
        options,
        index=None,
        placeholder=hint,
        format_func=lambda code: names[code],
        key=key,
        on_change=lambda: _set_query(parameter, widget_value(key)),
    )
    return chosen


def _set_query(parameter: str, code: str | None) -> None:
    """Set a parameter of the URL to an adcode; remove it for None."""
    if code is None:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = code


def _county_options() -> dict[str, str]:
    """Return name and prefecture of each county, by adcode, in the order of adcodes."""
    counties = counties_of(current_layers()).sort_values("adcode")
    column = "name_zh" if lang() == "zh" else "name_en"
    codes = counties[["adcode", column, "prefecture_adcode"]].astype(str).itertuples(index=False, name=None)
    return {code: say("county.option", name=name, above=region_text(above)) for code, name, above in codes}


@st.cache_resource(show_spinner=False, max_entries=4)
def _figures(state: Stamp, _layers: dict[str, Layer]) -> CountyFigures:  # noqa: ARG001 -- key
    return derived_figures(_layers)


@st.cache_resource(show_spinner=False, max_entries=1)
def _print_button() -> Any:
    return st.components.v2.component(
        "redline_print",
        html=_PRINT_HTML,
        css=(PRODUCT / "views/js/print.css").read_text(encoding="utf-8"),
        js=(PRODUCT / "views/js/print.js").read_text(encoding="utf-8"),
    )
