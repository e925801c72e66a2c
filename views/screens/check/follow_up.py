"""What follows from a check: the approval path, rules that no layer decides, what is left of the site."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any, Final

import geopandas as gpd
import shapely
import streamlit as st

from carto.markup import Markup, style
from siting.check import Run
from siting.records import StepRecord, WayOutRecord
from views.parts.findings import SiteResult, layer_title, rule_code_text, rules_html, size_text
from views.session import html_of, lang, say, show_html

__all__ = ["left_over", "show_path", "show_reminders", "show_way_out"]

_CSS: Final = "views/screens/check/templates/follow_up.css"


def show_path(seen: SiteResult) -> None:
    """Show the approval path as numbered steps, by the layer and condition that lead to it."""
    steps = seen.site["approval_path"]
    if not steps:
        return
    groups = []
    for (layer, condition), group in groupby(steps, key=lambda step: (step["layer"], step["condition"])):
        rows = list(group)
        head = f"{layer_title(seen.specs, layer)} · {say(f'check_page.condition_{condition}')}"
        steps_of = [_step(step) for step in rows]
        groups.append({"head": head, "indicative": rows[0].get("indicative"), "steps": steps_of})
    show_html(style(_CSS), html_of("views/screens/check/templates/path.html", groups=groups))


def _step(step: StepRecord) -> dict[str, str]:
    """Return what the template writes of a step."""
    zh = lang() == "zh"
    actor = step["actor"] if zh else step.get("actor_en") or step["actor"]
    summary = step["summary"] if zh else step.get("summary_en") or step["summary"]
    facts = [str(step["clause"])]
    if step["verified"] != "yes":
        facts.append(say(f"check_page.verified_{step['verified']}"))
    if step.get("open"):
        what = say("snapshot.and").join(rule_code_text(code) for code in step["open"])
        facts.append(say("check_page.open_line", what=what))
    return {"stage": step["stage"], "actor": actor, "summary": summary, "facts": " · ".join(facts)}


def show_reminders(seen: SiteResult) -> None:
    """Show the rules that no checked layer decides, folded."""
    rules = seen.site["reminders"]
    if rules:
        show_html(rules_html(rules, title=say("check_page.reminders", count=len(rules))))


def show_way_out(seen: SiteResult) -> None:
    """Show what is left of the site, and give it to take."""
    way = seen.site["way_out"]
    if way is None:
        return
    layers = say("snapshot.and").join(layer_title(seen.specs, layer) for layer in way["layers"])
    size = way["area_m2"] if way["area_m2"] is not None else way["length_m"]
    head = Markup('<div class="rl-path"><h5>{}</h5></div>').format(say("check_page.way_out"))
    show_html(style(_CSS), head)
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


def _feature(seen: SiteResult, way: WayOutRecord) -> dict[str, Any]:
    """Return what is left as GeoJSON; degrees of CGCS2000, which the older crs member says."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    properties = {key: value for key, value in way.items() if key not in {"crs", "geometry"}}
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
