"""What is here: a click or a find, answered layer by layer with source, the rules that would apply, and where next."""

from __future__ import annotations

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
from views.parts.entries import feature_of, plan_set, show_entry
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
    rows_of,
    say,
    show_html,
)

__all__ = ["answered", "show_answer", "show_here"]

_ASKED_BEFORE: Final[Slot[dict[str, Any]]] = Slot("here-asked", {"click": None, "find": None})
"""Click and find of the last run: to see which changed."""
_LAST: Final[Slot[str | None]] = Slot("here-last", None)
"""Which of them changed last."""
_ACTIVITY: Final[Slot[str]] = Slot("here-activity", "")
"""What is planned at the clicked point; "" for anything."""

_SHOWN: Final = (
    ("clause", "views.here_clause"),
    ("source", "views.here_source"),
    ("as_of", "views.here_as_of"),
    ("accuracy_m", "views.here_accuracy"),
)
_ANY: Final = ""
_FEW_RULES: Final = 3
"""Of a layer that is met: so few are unfolded."""
_MET: Final = Markup('<div class="rl-by"><b>{}</b>{}</div>')


def answered(clicked: tuple[float, float] | None) -> Any:
    """Return what the panel answers: the click or the find, whichever came last; None for neither."""
    chosen = search_box.found()
    now = {"click": clicked, "find": chosen.key if chosen is not None else None}
    before = _ASKED_BEFORE.get()
    changed = [name for name, value in now.items() if value is not None and value != before[name]]
    if changed:
        _LAST.set(changed[-1])
    _ASKED_BEFORE.set(now)
    last = _LAST.get()
    if last is None or now[last] is None:
        last = next((name for name, value in now.items() if value is not None), None)
    return None if last is None else (last, now[last])


def show_answer(clicked: tuple[float, float] | None) -> None:
    """Answer the click or the find; without either say what to do."""
    asked = answered(clicked)
    if asked is None:
        gone = search_box.gone()
        st.caption(say("search.gone", key=gone) if gone else say("search.here_hint"))
        return
    chosen = search_box.found()
    if asked[0] == "find" and chosen is not None:
        _show_found(chosen)
    elif clicked is not None:
        show_here(*clicked)


def _show_found(chosen: search_box.Found) -> None:
    """Show what was found: its card, its county page; coordinates are answered as a click."""
    if chosen.point is not None:
        show_here(*chosen.point)
        return
    card = Markup()
    if chosen.feature is not None and chosen.entry is None:
        layer, feature_id = chosen.feature
        card = _table([_card(current_layers()[layer], feature_id)])
    search_box.show_found(chosen, card)
    if chosen.entry is not None:
        show_entry(plan_set(), chosen.entry, feature_of(chosen.entry))
    if chosen.adcode:
        _county_button(chosen.adcode, "found")


def show_here(lon: float, lat: float) -> None:
    """Answer one click (degrees)."""
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
    height = _elevation(layers, lon, lat)
    if height is not None:
        heading.append(say("views.here_elevation", metres=f"{height:,.0f}"))
    show_html(Markup('<div class="rl-facts rl-where"><b>{}</b></div>').format(" · ".join(heading)))
    _next_steps(lon, lat, result)
    rows, unchecked = [], []
    for finding in rows_of(result.findings):
        layer = layers[str(finding["layer"])]
        if finding["state"] == "not_checked":
            unchecked.append(layer.spec.title(lang()))
        elif finding["relation"] in MEETING or finding["relation"] == "touches":
            rows += [_card(layer, feature["feature_id"]) for feature in finding["features"]]
        else:
            rows.append(_apart(layer, amount(finding, lang())))
    show_html(_table(rows))
    if unchecked:
        st.caption(say("views.here_unchecked", layers=say("snapshot.and").join(unchecked)))
    _show_rules(result, layers)


def _next_steps(lon: float, lat: float, result: CheckResult) -> None:
    """Offer to check the spot, and to read about its county."""
    check, county = st.columns(2, gap="small")
    with check:
        if pressed(say("search.check_here"), key="here-check", type="primary", width="stretch"):
            hand_over(lon, lat)
    with county:
        if len(result.counties):
            _county_button(str(result.counties["adcode"].iloc[0]), "here")


def hand_over(lon: float, lat: float) -> None:
    """Open the Check page with the point as its site and the activity that was asked about."""
    SOURCE_KIND.set_next("text")
    SOURCE_TEXT.set_next(f"{lon:.6f}°E {lat:.6f}°N")
    SOURCE_SHAPE.set_next("points")
    CHECK_MODE.set_next("check")
    if _ACTIVITY.get():
        CHECK_ACTIVITY.set_next(_ACTIVITY.get())
    open_page("check")


def _county_button(adcode: str, place: str) -> None:
    names = counties_of(current_layers()).set_index("adcode")
    if adcode not in names.index or not has_page("county"):
        return
    name = str(names.loc[adcode, "name_zh" if lang() == "zh" else "name_en"])
    if pressed(say("search.county_page", name=name), key=f"{place}-county", width="stretch"):
        open_page("county", adcode=adcode)


def _show_rules(result: CheckResult, layers: dict[str, Layer]) -> None:
    """Show the rules that would apply, by layer: what is met first, then what waits for a layer, then reminders."""
    st.markdown(f"**{say('search.rules')}**")
    known = activities()
    chosen = _ACTIVITY.get()
    options = [_ANY, *known.index]
    st.selectbox(
        say("check_page.activity"),
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda code: activity_title(code) if code else say("search.any_activity"),
        key=_ACTIVITY.of(lang()).key,
        on_change=_asked,
    )
    met, waiting = [], []
    for finding in rows_of(result.findings):
        if not finding["rules"]:
            continue
        title = layers[str(finding["layer"])].spec.title(lang())
        if finding["state"] == "not_checked":
            waiting += finding["rules"]
        else:
            met.append(_MET.format(title, rules_html(finding["rules"], few=_FEW_RULES)))
    everywhere = [rule for rule in result.sites["reminders"].iloc[0] if rule["status"] != "reference"]
    parts = met or [Markup('<p class="rl-none">{}</p>').format(say("search.no_rule"))]
    parts.append(rules_html(waiting, title=say("search.waiting", count=len(waiting))))
    parts.append(rules_html(everywhere, title=say("search.everywhere", count=len(everywhere))))
    show_html(style(RULES_CSS), Markup('<div class="rl-law">{}</div>').format(Markup().join(parts)))
    st.caption(say("search.rules_note", day=str(result.sites["as_of"].iloc[0])))


def _asked() -> None:
    _ACTIVITY.set(_ACTIVITY.of(lang()).get())


def _table(rows: list[dict[str, Any]]) -> Markup:
    """Return what is here, a row each, with its style."""
    return html_of("views/screens/map/templates/here.html", rows=rows) + style("views/screens/map/templates/here.css")


def _card(layer: Layer, feature_id: str) -> dict[str, Any]:
    """One feature that lies here: name, layer, and where the knowledge is from."""
    assert layer.frame is not None
    row = layer.frame[layer.frame["feature_id"] == feature_id].iloc[0]
    name = _name(row, feature_id)
    facts = [say(f"layers.basis_{row['basis']}")]
    told = {column: row[column] for column, _ in _SHOWN}
    if lang() == "en" and _given(row.get("clause_path")):
        told["clause"] = clause_text(str(row["document"]), str(row["clause_path"]), "en")
    if layer.spec.source.kind != "plans":  # rows of a file name the file; people know it by who publishes it
        told["source"] = layer.spec.publisher(lang())
    facts += [say(key, value=_value_text(told[column])) for column, key in _SHOWN if _given(told[column])]
    notice = [layer.spec.notice(lang())] if layer.spec.notice else []
    return {"layer": layer.id, "name": name, "title": layer.spec.title(lang()), "small": [" · ".join(facts), *notice]}


def _name(row: pd.Series, feature_id: str) -> str:
    """Return the name of a feature ; in English nothing where only a Chinese name stands in for one."""
    name, chinese = row[f"name_{lang()}"], row["name_zh"]
    if lang() == "en" and _given(chinese) and name == chinese:
        return ""
    return str(next(text for text in (name, chinese, feature_id) if _given(text)))


def _apart(layer: Layer, distance: str) -> dict[str, Any]:
    return {"layer": layer.id, "name": "", "title": layer.spec.title(lang()), "small": [distance]}


def _elevation(layers: dict[str, Layer], lon: float, lat: float) -> float | None:
    for layer in layers.values():
        if layer.spec.stands_for == "elevation" and layer.raster is not None:
            return value_at(layer.raster, lon, lat)
    return None


def _given(value: object) -> bool:
    return value is not None and not is_missing(value) and value not in {"", "unknown"}


def _value_text(value: object) -> str:
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
