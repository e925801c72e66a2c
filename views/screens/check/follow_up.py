"""What follows from a check: the approval path, rules that no layer decides, what is left of the site."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import geopandas as gpd
import shapely
import streamlit as st

from siting.check import Run
from views.parts.findings import Seen, code_text, layer_title, rules_html, size_text
from views.session import lang, say

__all__ = ["left_over", "show_path", "show_reminders", "show_way_out"]

Row = Mapping[str, Any]


def show_path(seen: Seen) -> None:
    """Show the approval path as numbered steps, by the layer and condition that lead to it."""
    steps: Sequence[Row] = seen.site["approval_path"]
    if not steps:
        return
    parts = [f"{_CSS}<h5>{html.escape(say('check_page.path'))}</h5>"]
    for (layer, condition), group in groupby(steps, key=lambda step: (step["layer"], step["condition"])):
        rows = list(group)
        head = f"{layer_title(seen.specs, layer)} · {say(f'check_page.condition_{condition}')}"
        warn = f"<em>{html.escape(say('check_page.path_indicative'))}</em>" if rows[0].get("indicative") else ""
        items = "".join(f"<li>{_step(step)}</li>" for step in rows)
        parts.append(f"<p>{html.escape(head)} {warn}</p><ol>{items}</ol>")
    st.markdown(f'<div class="rl-path">{"".join(parts)}</div>', unsafe_allow_html=True)


def _step(step: Row) -> str:
    zh = lang() == "zh"
    actor = step["actor"] if zh else step.get("actor_en") or step["actor"]
    summary = step["summary"] if zh else step.get("summary_en") or step["summary"]
    facts = [str(step["clause"])]
    if step["verified"] != "yes":
        facts.append(say(f"check_page.verified_{step['verified']}"))
    if step.get("open"):
        what = say("snapshot.and").join(code_text(code) for code in step["open"])
        facts.append(say("check_page.open_line", what=what))
    return (
        f"<b>{html.escape(say('check_page.stage_' + step['stage']))}</b>　{html.escape(str(actor))}<br>"
        f"{html.escape(str(summary))}<br><small>{html.escape(' · '.join(facts))}</small>"
    )


def show_reminders(seen: Seen) -> None:
    """Show the rules that no checked layer decides, folded."""
    rules = seen.site["reminders"]
    if rules:
        folded = rules_html(rules, title=say("check_page.reminders", count=len(rules)))
        st.markdown(folded, unsafe_allow_html=True)


def show_way_out(seen: Seen) -> None:
    """Show what is left of the site, and give it to take."""
    way = seen.site["way_out"]
    if way is None:
        return
    layers = say("snapshot.and").join(layer_title(seen.specs, layer) for layer in way["layers"])
    size = way["area_m2"] if way["area_m2"] is not None else way["length_m"]
    head = f'{_CSS}<div class="rl-path"><h5>{html.escape(say("check_page.way_out"))}</h5></div>'
    st.markdown(head, unsafe_allow_html=True)
    if not size or way["geometry"] is None:
        st.caption(say("check_page.way_none", layers=layers))
        return
    told = {"size": size_text(way["area_m2"], way["length_m"]), "share": f"{way['share']:.2%}"}
    st.caption(say("check_page.way_left", layers=layers, **told))
    st.download_button(
        say("check_page.way_take"),
        data=json.dumps(_feature(seen, way), ensure_ascii=False),
        file_name="redline-way-out.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )


def _feature(seen: Seen, way: Row) -> Row:
    """Return what is left as GeoJSON; degrees of CGCS2000, which the older crs member says."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    properties = {key: way[key] for key in ("area_m2", "length_m", "share", "layers")}
    feature = {"type": "Feature", "id": seen.site["id"], "properties": properties, "geometry": _plain(way["geometry"])}
    return {"type": "FeatureCollection", "crs": crs, "features": [feature]}


def _plain(geometry: Any) -> Any:
    return geometry if isinstance(geometry, dict) else shapely.geometry.mapping(geometry)


def left_over(run: Run) -> gpd.GeoDataFrame | None:
    """Return what is left of the sites of a run, EPSG:4490; None where nothing is."""
    ways = [way["geometry"] for way in run.result.sites["way_out"] if way is not None and way["geometry"] is not None]
    if not ways:
        return None
    shapes = [shapely.geometry.shape(way) if isinstance(way, dict) else way for way in ways]
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4490")


_CSS = """
<style>
.rl-path h5 { font-size: .95rem; font-weight: 600; margin: .5rem 0 .2rem 0; padding: 0; }
.rl-path p { margin: .3rem 0 .1rem 0; font-size: .88rem; font-weight: 600; }
.rl-path em { color: #8a5a00; font-weight: 400; font-style: normal; }
.rl-path ol { margin: 0 0 .3rem 0; padding-left: 1.3rem; }
.rl-path li { font-size: .86rem; line-height: 1.5; margin: 0 0 .3rem 0; } .rl-path small { color: #55635b; }
</style>
"""
