"""The charts of the indicators page, drawn by the Vega that Streamlit ships: ranking, and base against target."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from carto.style import THEME
from layers.indicators import Subject
from views.parts.indicators import MappedIndicator
from views.screens.indicators.table import value_head
from views.session import lang, region_text, say

__all__ = ["PICK", "moments_chart", "ranking", "relation", "show_ranking"]

PICK: Final = "pick"
_BAR_PX: Final = 19
_AXIS_PX: Final = 62
"""What the axis at the top takes of the height."""
_FONT: Final = '"Source Sans", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'
_TARGET: Final = THEME["bad"]
_KINDS: Final = {"actual": THEME["accent"], "cumulative": "#7a8f86", "limit": "#8c6d31", "target": "#ffffff"}


def ranking(table: pd.DataFrame, found: MappedIndicator, picked: str) -> alt.LayerChart:
    """Return one bar a territory in the colour of its class, highest first; the picked one has a dark rim.

    Parameters
    ----------
    table : DataFrame
        As `views.screens.indicators.table.ranked` makes it.
    found : Shown
    picked : str
        Adcode; "" for none.
    """
    told = table[table["value"].notna()].assign(picked=lambda rows: rows["adcode"] == picked)
    # two counties of one name (青原区 has none, but 鼓楼区 has) must not share a bar: the code orders and names them
    unit = found.indicator.unit(lang())
    value = alt.X("value:Q", title=None if unit == "—" else unit, axis=alt.Axis(orient="top", grid=True, tickCount=5))
    names = dict(zip(told["adcode"], told["name"], strict=True))
    shown = f"({_vega_map(names)})[datum.value]"
    place = alt.Y(
        "adcode:N", sort=list(told["adcode"]), title=None, axis=alt.Axis(labelExpr=shown, labelLimit=120, ticks=False)
    )
    bars = (
        alt.Chart(told)
        .mark_bar(stroke="#1b1b1b", cursor="pointer", fillOpacity=0.85)
        .encode(
            x=value,
            y=place,
            color=alt.Color("colour:N", scale=None, legend=None),
            strokeWidth=alt.condition(alt.datum.picked, alt.value(2.2), alt.value(0.25)),
            tooltip=[
                alt.Tooltip("name:N", title=say(f"indicator_page.level_{found.subject.level}")),
                alt.Tooltip("value:Q", title=value_head(found), format=",.6~g"),
                alt.Tooltip("class_:N", title=say("indicator_page.col_class")),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["adcode"], on="click"))
    )
    median = pd.DataFrame({"median": [told["value"].median()]})
    rule = (
        alt.Chart(median)
        .mark_rule(strokeDash=[5, 3], color=THEME["map-label"])
        .encode(x="median:Q", tooltip=alt.Tooltip("median:Q", title=say("indicator_page.median"), format=",.6~g"))
    )
    return _dressed(alt.layer(bars, rule), height=len(told) * _BAR_PX + _AXIS_PX)


def moments_chart(subject: Subject) -> alt.LayerChart | None:
    """Return base and target of a published subject side by side, region by region; None for fewer than two years."""
    if len(subject.moments) < 2:
        return None
    rows: list[dict[str, Any]] = []
    for at, moment in enumerate(subject.moments):
        if moment.kind == "change":
            continue
        figures = subject.figures[moment.key].figures
        rows += [
            {"region": region_text(str(code)), "moment": moment.title(lang()), "kind": moment.kind, "at": at,
             "value": float(value)}
            for code, value in figures.items()
        ]  # fmt: skip
    told = pd.DataFrame(rows)
    if len(told) < 2:
        return None
    told["label"] = told["moment"] + (" · " + told["region"] if len(set(told["region"])) > 1 else "")
    place = alt.Y("label:N", sort=list(told["label"]), title=None, axis=alt.Axis(labelLimit=220, ticks=False))
    value = alt.X("value:Q", title=subject.unit(lang()), axis=alt.Axis(orient="top", tickCount=5))
    is_target = alt.datum.kind == "target"
    bars = (
        alt.Chart(told)
        .mark_bar(size=18)
        .encode(
            x=value,
            y=place,
            color=alt.Color("kind:N", scale=alt.Scale(domain=list(_KINDS), range=list(_KINDS.values())), legend=None),
            stroke=alt.condition(is_target, alt.value(_TARGET), alt.value(None)),
            strokeDash=alt.condition(is_target, alt.value([4, 2]), alt.value([1, 0])),
            strokeWidth=alt.condition(is_target, alt.value(1.6), alt.value(0)),
            tooltip=[
                alt.Tooltip("region:N", title=say("indicator_page.col_region")),
                alt.Tooltip("moment:N", title=say("indicator_page.moment")),
                alt.Tooltip("value:Q", title=subject.unit(lang()), format=",.6~g"),
            ],
        )
    )
    text = (
        alt.Chart(told)
        .mark_text(align="left", dx=5)
        .encode(x="value:Q", y=place, text=alt.Text("value:Q", format=",.6~g"))
    )
    return _dressed(alt.layer(bars, text), height=len(told) * 34 + _AXIS_PX)


def relation(first: MappedIndicator, second: MappedIndicator, picked: str) -> alt.LayerChart | None:
    """Return one point a territory, the first figure across and the second up; None for fewer than two in common."""
    told = pd.DataFrame({"across": first.indicator.figures, "up": second.indicator.figures}).dropna()
    if len(told) < 2:
        return None
    told = told.rename_axis("adcode").reset_index()
    told["name"] = told["adcode"].map(region_text)
    told["picked"] = told["adcode"] == picked
    heads = {"across": _headed(first), "up": _headed(second)}
    points = (
        alt.Chart(told)
        .mark_circle(stroke="#1b1b1b")
        .encode(
            x=alt.X("across:Q", title=heads["across"], scale=alt.Scale(zero=False)),
            y=alt.Y("up:Q", title=heads["up"], scale=alt.Scale(zero=False)),
            color=alt.condition(alt.datum.picked, alt.value(_TARGET), alt.value(THEME["accent"])),
            size=alt.condition(alt.datum.picked, alt.value(130), alt.value(45)),
            strokeWidth=alt.condition(alt.datum.picked, alt.value(1.5), alt.value(0)),
            tooltip=[
                alt.Tooltip("name:N", title=say("indicator_page.col_region")),
                alt.Tooltip("across:Q", title=heads["across"], format=",.6~g"),
                alt.Tooltip("up:Q", title=heads["up"], format=",.6~g"),
            ],
        )
    )
    return _dressed(alt.layer(points), height=300)


def _headed(found: MappedIndicator) -> str:
    unit = found.indicator.unit(lang())
    title = found.indicator.title(lang())
    return title if unit == "—" else f"{title} ({unit})"


def _dressed(chart: Any, height: int) -> alt.LayerChart:
    dressed: alt.LayerChart = chart.properties(height=height, width="container").configure(
        font=_FONT, axis=alt.AxisConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
    )
    return dressed


def _vega_map(names: dict[str, str]) -> str:
    """Return names by code as an expression; names come from our own boundary file, quoted all the same."""
    quoted = (f"'{code}': '{_quoted(name)}'" for code, name in names.items())
    return "{" + ", ".join(quoted) + "}"


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace("'", "\\'").replace("\n", " ")


def show_ranking(chart: alt.LayerChart, key: str, on_pick: Any) -> None:
    """Show the ranking; a click on a bar calls `on_pick`."""
    st.altair_chart(chart, width="stretch", theme=None, key=key, on_select=on_pick, selection_mode=PICK)
