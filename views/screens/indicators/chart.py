"""Charts of the Indicators page in Vega-Lite: ranking, base year against target, scatter of two indicators."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from carto.style import THEME
from layers.indicators import Subject
from views.parts.indicators import MappedIndicator
from views.screens.indicators.table import value_heading
from views.session import lang, region_text, say

__all__ = ["PICK", "moments_chart", "ranking_chart", "scatter_chart", "show_ranking"]

PICK: Final = "pick"
_BAR_PX: Final = 19
_AXIS_PX: Final = 62
"""Height of the axis at the top."""
_FONT: Final = '"Source Sans", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'
_TARGET: Final = THEME["bad"]
_KINDS: Final = {"actual": THEME["accent"], "cumulative": "#7a8f86", "limit": "#8c6d31", "target": "#ffffff"}


def ranking_chart(table: pd.DataFrame, mapped: MappedIndicator, picked: str) -> alt.LayerChart:
    """Return a bar per territory in the colour of its class, highest first; the picked one is outlined.

    Parameters
    ----------
    table : DataFrame
        As `views.screens.indicators.table.ranking_table` makes it.
    mapped : MappedIndicator
    picked : str
        Adcode; "" for none.
    """
    rows = table[table["value"].notna()].assign(picked=lambda frame: frame["adcode"] == picked)
    # bars are keyed by adcode, since two counties may have the same name (鼓楼区)
    unit = mapped.indicator.unit(lang())
    x = alt.X("value:Q", title=None if unit == "—" else unit, axis=alt.Axis(orient="top", grid=True, tickCount=5))
    names = dict(zip(rows["adcode"], rows["name"], strict=True))
    name_of_code = f"({_vega_object(names)})[datum.value]"
    axis = alt.Axis(labelExpr=name_of_code, labelLimit=120, ticks=False)
    y = alt.Y("adcode:N", sort=list(rows["adcode"]), title=None, axis=axis)
    bars = (
        alt.Chart(rows)
        .mark_bar(stroke="#1b1b1b", cursor="pointer", fillOpacity=0.85)
        .encode(
            x=x,
            y=y,
            color=alt.Color("colour:N", scale=None, legend=None),
            strokeWidth=alt.condition(alt.datum.picked, alt.value(2.2), alt.value(0.25)),
            tooltip=[
                alt.Tooltip("name:N", title=say(f"indicator_page.level_{mapped.subject.level}")),
                alt.Tooltip("value:Q", title=value_heading(mapped), format=",.6~g"),
                alt.Tooltip("class_:N", title=say("indicator_page.col_class")),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["adcode"], on="click"))
    )
    median = pd.DataFrame({"median": [rows["value"].median()]})
    rule = (
        alt.Chart(median)
        .mark_rule(strokeDash=[5, 3], color=THEME["map-label"])
        .encode(x="median:Q", tooltip=alt.Tooltip("median:Q", title=say("indicator_page.median"), format=",.6~g"))
    )
    return _with_theme(alt.layer(bars, rule), height=len(rows) * _BAR_PX + _AXIS_PX)


def moments_chart(subject: Subject) -> alt.LayerChart | None:
    """Return a bar per year and region of a published subject, targets dashed; None for fewer than two values."""
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
    frame = pd.DataFrame(rows)
    if len(frame) < 2:
        return None
    frame["label"] = frame["moment"] + (" · " + frame["region"] if len(set(frame["region"])) > 1 else "")
    y = alt.Y("label:N", sort=list(frame["label"]), title=None, axis=alt.Axis(labelLimit=220, ticks=False))
    x = alt.X("value:Q", title=subject.unit(lang()), axis=alt.Axis(orient="top", tickCount=5))
    is_target = alt.datum.kind == "target"
    bars = (
        alt.Chart(frame)
        .mark_bar(size=18)
        .encode(
            x=x,
            y=y,
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
        alt.Chart(frame)
        .mark_text(align="left", dx=5)
        .encode(x="value:Q", y=y, text=alt.Text("value:Q", format=",.6~g"))
    )
    return _with_theme(alt.layer(bars, text), height=len(frame) * 34 + _AXIS_PX)


def scatter_chart(first: MappedIndicator, second: MappedIndicator, picked: str) -> alt.LayerChart | None:
    """Return a point per territory, `first` on x and `second` on y; None for fewer than two territories with both."""
    frame = pd.DataFrame({"across": first.indicator.figures, "up": second.indicator.figures}).dropna()
    if len(frame) < 2:
        return None
    frame = frame.rename_axis("adcode").reset_index()
    frame["name"] = frame["adcode"].map(region_text)
    frame["picked"] = frame["adcode"] == picked
    titles = {"across": _axis_title(first), "up": _axis_title(second)}
    points = (
        alt.Chart(frame)
        .mark_circle(stroke="#1b1b1b")
        .encode(
            x=alt.X("across:Q", title=titles["across"], scale=alt.Scale(zero=False)),
            y=alt.Y("up:Q", title=titles["up"], scale=alt.Scale(zero=False)),
            color=alt.condition(alt.datum.picked, alt.value(_TARGET), alt.value(THEME["accent"])),
            size=alt.condition(alt.datum.picked, alt.value(130), alt.value(45)),
            strokeWidth=alt.condition(alt.datum.picked, alt.value(1.5), alt.value(0)),
            tooltip=[
                alt.Tooltip("name:N", title=say("indicator_page.col_region")),
                alt.Tooltip("across:Q", title=titles["across"], format=",.6~g"),
                alt.Tooltip("up:Q", title=titles["up"], format=",.6~g"),
            ],
        )
    )
    return _with_theme(alt.layer(points), height=300)


def _axis_title(mapped: MappedIndicator) -> str:
    unit = mapped.indicator.unit(lang())
    title = mapped.indicator.title(lang())
    return title if unit == "—" else f"{title} ({unit})"


def _with_theme(chart: Any, height: int) -> alt.LayerChart:
    themed: alt.LayerChart = chart.properties(height=height, width="container").configure(
        font=_FONT, axis=alt.AxisConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
    )
    return themed


def _vega_object(names: dict[str, str]) -> str:
    """Return names by adcode as an object literal of the Vega expression language, escaped."""
    quoted = (f"'{code}': '{_escaped(name)}'" for code, name in names.items())
    return "{" + ", ".join(quoted) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "").replace("'", "\\'").replace("\n", " ")


def show_ranking(chart: alt.LayerChart, key: str, on_pick: Any) -> None:
    """Show a ranking chart; a click on a bar calls `on_pick`."""
    st.altair_chart(chart, width="stretch", theme=None, key=key, on_select=on_pick, selection_mode=PICK)
