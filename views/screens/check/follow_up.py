"""Sections of a result that follow its findings: approval path, rules that no layer decides, way out."""

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
from views.parts.takeaway import show_file_link
from views.session import html_of, lang, say, show_html

__all__ = ["show_path", "show_reminders", "show_way_out", "ways_out_frame"]

_CSS: Final = "views/screens/check/templates/follow_up.css"


def show_path(site_result: SiteResult) -> None:
    """Show the approval path as numbered steps, grouped by layer and condition."""
    steps = site_result.site["approval_path"]
    if not steps:
        return
    groups = []
    for (layer, condition), group in groupby(steps, key=lambda step: (step["layer"], step["condition"])):
        rows = list(group)
        head = f"{layer_title(site_result.specs, layer)} · {say(f'check_page.condition_{condition}')}"
        steps_of = [_step_context(step) for step in rows]
        groups.append({"head": head, "indicative": rows[0].get("indicative"), "steps": steps_of})
    show_html(style(_CSS), html_of("views/screens/check/templates/path.html", groups=groups))


def _step_context(step: StepRecord) -> dict[str, str]:
    """Return the template's context of a step of the approval path."""
    zh = lang() == "zh"
    actor = step["actor"] if zh else step.get("actor_en") or step["actor"]
    summary = step["summary"] if zh else step.get("summary_en") or step["summary"]
    facts = [str(step["clause"])]
    if step["verified"] != "yes":
        facts.append(say(f"check_page.verified_{step['verified']}"))
    if step.get("open"):
        questions = say("snapshot.and").join(rule_code_text(code) for code in step["open"])
        facts.append(say("check_page.open_line", what=questions))
    return {"stage": step["stage"], "actor": actor, "summary": summary, "facts": " · ".join(facts)}


def show_reminders(site_result: SiteResult) -> None:
    """Show the rules that no checked layer decides, in a folded section."""
    rules = site_result.site["reminders"]
    if rules:
        show_html(rules_html(rules, title=say("check_page.reminders", count=len(rules))))


def show_way_out(site_result: SiteResult) -> None:
    """Show size and share of the site off all layers that forbid the project, with a GeoJSON download."""
    way_out = site_result.site["way_out"]
    if way_out is None:
        return
    layers = say("snapshot.and").join(layer_title(site_result.specs, layer) for layer in way_out["layers"])
    size = way_out["area_m2"] if way_out["area_m2"] is not None else way_out["length_m"]
    head = Markup('<div class="rl-path"><h5>{}</h5></div>').format(say("check_page.way_out"))
    show_html(style(_CSS), head)
    if not size or way_out["geometry"] is None:
        st.caption(say("check_page.way_none", layers=layers))
        return
    measures = {"size": size_text(way_out["area_m2"], way_out["length_m"]), "share": f"{way_out['share']:.2%}"}
    st.caption(say("check_page.way_left", layers=layers, **measures))
    show_file_link(
        "way-out",
        say("check_page.way_take"),
        "redline-way-out.geojson",
        lambda: json.dumps(_way_out_geojson(site_result, way_out), ensure_ascii=False).encode(),
    )


def _way_out_geojson(site_result: SiteResult, way_out: WayOutRecord) -> dict[str, Any]:
    """Return a way out as a GeoJSON feature collection in EPSG:4490, declared in the ``crs`` member of GeoJSON 2008."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    properties = {key: value for key, value in way_out.items() if key not in {"crs", "geometry"}}
    geometry = _geojson_geometry(way_out["geometry"])
    feature = {"type": "Feature", "id": site_result.site["id"], "properties": properties, "geometry": geometry}
    return {"type": "FeatureCollection", "crs": crs, "features": [feature]}


def _geojson_geometry(geometry: Any) -> Any:
    return geometry if isinstance(geometry, dict) else shapely.geometry.mapping(geometry)


def ways_out_frame(run: Run) -> gpd.GeoDataFrame | None:
    """Return the ways out of the sites of a run, a row each, EPSG:4490; None where no site has one."""
    ways = [way["geometry"] for way in run.result.sites["way_out"] if way is not None and way["geometry"] is not None]
    if not ways:
        return None
    shapes = [shapely.geometry.shape(way) if isinstance(way, dict) else way for way in ways]
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4490")
