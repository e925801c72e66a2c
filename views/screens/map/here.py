"""Panel on a clicked point or a search result: the features there with their sources, the rules that would apply."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from geo.measure import MEETING
from geo.raster import value_at
from layers.catalogue import Layer, counties_of
from layers.plans import clause_text
from siting.check import CheckResult, rules_here
from siting.law import activities
from snapshot.findings import amount, county_text
from views.parts.entries import counted_territory, entries_at, feature_of, plan_set, show_counted, show_entry
from views.parts.findings import CHECK_ACTIVITY, CHECK_MODE, activity_title, rules_html
from views.parts.findings import CSS as RULES_CSS
from views.parts.intake import SOURCE_KIND, SOURCE_SHAPE, SOURCE_TEXT
from views.screens.map import search as search_box
from views.session import (
    Slot,
    catalogue,
    current_layers,
    has_page,
    html_of,
    is_missing,
    lang,
    open_page,
    pressed,
    row_of,
    rows_of,
    say,
    show_html,
)

__all__ = ["latest_lookup", "show_lookup", "show_point"]

_PREVIOUS: Final[Slot[dict[str, Any]]] = Slot("here-asked", {"click": None, "find": None})
"""Click and search result of the last run, to see which changed."""
_LATEST: Final[Slot[str | None]] = Slot("here-last", None)
"""Which of them changed last: ``click`` or ``find``."""
_ACTIVITY: Final[Slot[str]] = Slot("here-activity", "")
"""Code of the activity planned at the clicked point; "" for any."""

_FACTS: Final = (
    ("clause", "views.here_clause"),
    ("source", "views.here_source"),
    ("as_of", "views.here_as_of"),
    ("accuracy_m", "views.here_accuracy"),
)
_ANY_ACTIVITY: Final = ""
_UNFOLDED_RULES: Final = 3
"""Up to so many rules of a layer are shown unfolded."""
_UNCHECKED: Final = Markup('<details class="rl-none"><summary>{}</summary><p>{}</p></details>')
_LAYER_RULES: Final = Markup('<div class="rl-by"><b>{}</b>{}</div>')


def latest_lookup(clicked: tuple[float, float] | None) -> Any:
    """Return ``("click", (lon, lat))`` or ``("find", key)``, whichever changed last; None for neither."""
    result = search_box.search_result()
    now = {"click": clicked, "find": result.key if result is not None else None}
    previous = _PREVIOUS.get()
    changed = [name for name, value in now.items() if value is not None and value != previous[name]]
    if changed:
        _LATEST.set(changed[-1])
    _PREVIOUS.set(now)
    latest = _LATEST.get()
    if latest is None or now[latest] is None:
        latest = next((name for name, value in now.items() if value is not None), None)
    return None if latest is None else (latest, now[latest])


def show_lookup(clicked: tuple[float, float] | None, zoom: int, shown: Collection[str]) -> None:
    """Show what is at the click or the search result, whichever changed last; without either, a hint.

    A click on a badge shows what it counts; one on what a plan names, its card before what else is there.

    Parameters
    ----------
    clicked : tuple of float or None
        Longitude and latitude, degrees.
    zoom : int
        Of the map: a click reaches a few pixels.
    shown : collection of str
        Ids of the layers that are on.
    """
    lookup = latest_lookup(clicked)
    if lookup is None:
        unresolved = search_box.unresolved_key()
        st.caption(say("search.gone", key=unresolved) if unresolved else say("search.here_hint"))
        return
    result = search_box.search_result()
    if lookup[0] == "find" and result is not None:
        _show_result(result)
    elif clicked is not None:
        territory = counted_territory(*clicked)
        if territory:
            show_counted(territory, shown)
            return
        _show_entries(entries_at(plan_set().entries, *clicked, zoom, shown))
        show_point(*clicked)


def _show_entries(keys: list[str]) -> None:
    """Show the card of the first of some entries of the plans, those of the others folded."""
    plans = plan_set()
    by_key = plans.entries.set_index("key", drop=False)
    for key in keys[:1]:
        entry = row_of(by_key.loc[key])
        show_entry(plans, entry, feature_of(entry))
    if keys[1:]:
        with st.expander(say("views.here_also", count=len(keys) - 1)):
            for key in keys[1:]:
                entry = row_of(by_key.loc[key])
                show_entry(plans, entry, feature_of(entry))


def _show_result(result: search_box.SearchResult) -> None:
    """Show a search result with a link to its county page; coordinates are shown as a click there is."""
    if result.point is not None:
        show_point(*result.point)
        return
    card = Markup()
    if result.feature is not None and result.entry is None:
        layer, feature_id = result.feature
        card = _rows_html([_feature_row(current_layers()[layer], feature_id)])
    search_box.show_result(result, card)
    if result.entry is not None:
        show_entry(plan_set(), result.entry, feature_of(result.entry))
    if result.adcode:
        _county_button(result.adcode, "found")


def show_point(lon: float, lat: float) -> None:
    """Show county, elevation, features and rules at a point (degrees)."""
    layers = current_layers()
    activity = _ACTIVITY.get() or None
    result = rules_here(
        lon,
        lat,
        list(layers.values()),
        counties_of(layers),
        activity=activity,
        touch_tolerance_m=catalogue().check.touch_tolerance_m,
    )
    heading = [f"{lon:.5f}°E, {lat:.5f}°N", county_text(result, 0, lang())]
    elevation_m = _elevation_m(layers, lon, lat)
    if elevation_m is not None:
        heading.append(say("views.here_elevation", metres=f"{elevation_m:,.0f}"))
    show_html(Markup('<div class="rl-facts rl-where"><b>{}</b></div>').format(" · ".join(heading)))
    _next_steps(lon, lat, result)
    rows, unchecked = [], []
    for finding in rows_of(result.findings):
        layer = layers[str(finding["layer"])]
        if finding["state"] == "not_checked":
            unchecked.append(layer.spec.title(lang()))
        elif finding["relation"] in MEETING or finding["relation"] == "touches":
            rows += [_feature_row(layer, feature["feature_id"]) for feature in finding["features"]]
        else:
            rows.append(_distance_row(layer, amount(finding, lang())))
    show_html(_rows_html(rows))
    if unchecked:
        head = say("views.here_unchecked_head", count=len(unchecked))
        show_html(_UNCHECKED.format(head, say("views.here_unchecked", layers=say("snapshot.and").join(unchecked))))
    _show_rules(result, layers)


def _next_steps(lon: float, lat: float, result: CheckResult) -> None:
    """Show the buttons that open the Check page with the point, and the page of its county."""
    check, county = st.columns(2, gap="small")
    with check:
        if pressed(say("search.check_here"), key="here-check", type="primary", width="stretch"):
            open_check_page(lon, lat)
    with county:
        if len(result.counties):
            _county_button(str(result.counties["adcode"].iloc[0]), "here")


def open_check_page(lon: float, lat: float) -> None:
    """Open the Check page with the point (degrees) as its site and the activity chosen in the panel."""
    SOURCE_KIND.set_next("text")
    SOURCE_TEXT.set_next(f"{lon:.6f}°E {lat:.6f}°N")
    SOURCE_SHAPE.set_next("points")
    CHECK_MODE.set_next("check")
    if _ACTIVITY.get():
        CHECK_ACTIVITY.set_next(_ACTIVITY.get())
    open_page("check")


def _county_button(adcode: str, key_prefix: str) -> None:
    names = counties_of(current_layers()).set_index("adcode")
    if adcode not in names.index or not has_page("county"):
        return
    name = str(names.loc[adcode, "name_zh" if lang() == "zh" else "name_en"])
    if pressed(say("search.county_page", name=name), key=f"{key_prefix}-county", width="stretch"):
        open_page("county", adcode=adcode)


def _show_rules(result: CheckResult, layers: dict[str, Layer]) -> None:
    """Show the rules that would apply: by layer, then those of layers that could not be checked, then reminders."""
    st.markdown(f"**{say('search.rules')}**")
    known_activities = activities()
    chosen = _ACTIVITY.get()
    options = [_ANY_ACTIVITY, *known_activities.index]
    st.selectbox(
        say("check_page.activity"),
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda code: activity_title(code) if code else say("search.any_activity"),
        key=_ACTIVITY.of(lang()).key,
        on_change=_remember_activity,
    )
    by_layer, waiting = [], []
    for finding in rows_of(result.findings):
        if not finding["rules"]:
            continue
        title = layers[str(finding["layer"])].spec.title(lang())
        if finding["state"] == "not_checked":
            waiting += finding["rules"]
        else:
            by_layer.append(_LAYER_RULES.format(title, rules_html(finding["rules"], few=_UNFOLDED_RULES)))
    reminders = [rule for rule in result.sites["reminders"].iloc[0] if rule["status"] != "reference"]
    parts = by_layer or [Markup('<p class="rl-none">{}</p>').format(say("search.no_rule"))]
    parts.append(rules_html(waiting, title=say("search.waiting", count=len(waiting))))
    parts.append(rules_html(reminders, title=say("search.everywhere", count=len(reminders))))
    show_html(style(RULES_CSS), Markup('<div class="rl-law">{}</div>').format(Markup().join(parts)))
    st.caption(say("search.rules_note", day=str(result.sites["as_of"].iloc[0])))


def _remember_activity() -> None:
    _ACTIVITY.set(_ACTIVITY.of(lang()).get())


def _rows_html(rows: list[dict[str, Any]]) -> Markup:
    """Return the table of features at a point, with its style sheet."""
    return html_of("views/screens/map/templates/here.html", rows=rows) + style("views/screens/map/templates/here.css")


def _feature_row(layer: Layer, feature_id: str) -> dict[str, Any]:
    """Return the template's context of a feature: name, layer, basis, clause, source, date and accuracy."""
    assert layer.frame is not None
    row = layer.frame[layer.frame["feature_id"] == feature_id].iloc[0]
    name = _name_text(row, feature_id)
    facts = [say(f"layers.basis_{row['basis']}")]
    values = {column: row[column] for column, _ in _FACTS}
    if lang() == "en" and _has_value(row.get("clause_path")):
        values["clause"] = clause_text(str(row["document"]), str(row["clause_path"]), "en")
    if layer.spec.source.kind != "plans":  # rows of a file have its name as source; show the publisher
        values["source"] = layer.spec.publisher(lang())
    facts += [say(key, value=_value_text(values[column])) for column, key in _FACTS if _has_value(values[column])]
    notice = [layer.spec.notice(lang())] if layer.spec.notice else []
    return {"layer": layer.id, "name": name, "title": layer.spec.title(lang()), "small": [" · ".join(facts), *notice]}


def _name_text(row: pd.Series, feature_id: str) -> str:
    """Return the name of a feature, its id without one; in English "" where only a Chinese name is known."""
    name, chinese = row[f"name_{lang()}"], row["name_zh"]
    if lang() == "en" and _has_value(chinese) and name == chinese:
        return ""
    return str(next(text for text in (name, chinese, feature_id) if _has_value(text)))


def _distance_row(layer: Layer, distance: str) -> dict[str, Any]:
    """Return the template's context of a layer that has no feature at the point, with the distance to its nearest."""
    return {"layer": layer.id, "name": "", "title": layer.spec.title(lang()), "small": [distance]}


def _elevation_m(layers: dict[str, Layer], lon: float, lat: float) -> float | None:
    """Return the elevation at a point in metres; None where no terrain layer has one."""
    for layer in layers.values():
        if layer.spec.stands_for == "elevation" and layer.raster is not None:
            return value_at(layer.raster, lon, lat)
    return None


def _has_value(value: object) -> bool:
    """Return whether a cell holds a value: not missing, empty or ``unknown``."""
    return value is not None and not is_missing(value) and value not in {"", "unknown"}


def _value_text(value: object) -> str:
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
