"""What a layer that comes in is: in whose place, what it stands for, which field is what, and where it is from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from layers.boundaries import counties_of
from layers.intake import Intake, field_faults
from layers.model import LayerSpec
from layers.own_layers import FIXED_ROLES, Given, given_beside, given_for, new_id, rivals, takes_place
from layers.own_many import likely_extent
from views.check_data import word_title
from views.data_places import plain, territories, territory_text
from views.once import once
from views.state import catalogue, current_layers, lang, say
from words import LANGUAGES

__all__ = ["dated", "say_what_it_is"]

_ROLES: Final = ("redline", "protected", "river", "project", "other")
_BASES: Final = ("statutory", "published", "derived", "modelled", "approximate")
_SECRECIES: Final = ("public", "internal", "secret")
_EXPORTS: Final = ("none", "findings", "full")
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_OWN: Final = "own"


@dataclass(frozen=True)
class _Place:
    """Where a layer goes: anew, in another's place, or beside it."""

    kind: str
    spec: LayerSpec | None = None


def say_what_it_is(intake: Intake, token: str) -> Given | None:
    """Ask what is not known yet; return the answer once the button is pressed."""
    official = intake.recognition.official
    word = official.stands_for if official else _word(token)
    extent = _extent(intake, token)
    place = _place(word, extent, token)
    told: dict[str, Any] = _about(intake, extent, token, place)
    told |= _fields(intake, token)
    told |= _rest(token, told["basis"], expanded=official is None)
    for fault in field_faults(intake, told["id_field"], told["name_field"]):
        st.caption(plain(f"⚠ {fault.text(lang())} {fault.cure(lang())}"))
    as_of = told["as_of"]
    missing = [key for key in ("title_zh", "publisher", "licence") if not told[key].strip()]
    if as_of and as_of != "unknown" and not dated(as_of):
        st.error(say("data.as_of_wrong"))
        missing.append("as_of")
    label = "data.do_replace" if place.kind != "new" else "data.do_add"
    if not st.button(say(label), type="primary", key="data-keep"):
        return None
    if missing:
        st.error(say("data.still_missing", what=say("data.comma").join(say(f"data.{key}") for key in missing)))
        return None
    return _given(intake, word, tuple(extent), place, told)


def _word(token: str) -> str:
    """Ask what of the real world the layer is."""
    words = sorted({spec.stands_for for spec in catalogue().layer if spec.role not in FIXED_ROLES} - {_OWN})
    target = st.session_state.get("data-target")
    wanted = next((spec.stands_for for spec in catalogue().layer if spec.id == target), _OWN)
    options = [_OWN, *words]
    chosen: str = st.selectbox(
        say("data.ask_word"),
        options,
        index=options.index(wanted) if wanted in options else 0,
        format_func=lambda word: say("data.word_own") if word == _OWN else word_title(word),
        key=f"data-word-{token}",
        help=say("data.ask_word_help"),
    )
    return chosen


def _extent(intake: Intake, token: str) -> list[str]:
    """Ask where the layer is complete; what its own codes or its shapes suggest is proposed."""
    named = territories()
    key = (token, intake.layer, intake.reading.epsg)
    proposed: list[str] = once("data-proposed", key, lambda: list(likely_extent(intake, counties_of(current_layers()))))
    return st.multiselect(
        say("data.ask_extent"),
        list(named),
        default=[one for one in proposed if one in named],
        format_func=lambda adcode: f"{named[adcode]} {adcode}",
        key=f"data-extent-{token}",
        help=say("data.ask_extent_help"),
    )


def _place(word: str, extent: Sequence[str], token: str) -> _Place:
    """Ask in whose place the layer goes; the likeliest answer first."""
    counties = counties_of(current_layers())
    options: list[_Place] = []
    for spec in rivals(word, extent, catalogue()):
        whole = takes_place(extent, spec, counties)
        options += [_Place("replace" if whole else "beside", spec)] + ([] if whole else [_Place("replace", spec)])
    target = st.session_state.get("data-target")
    options.sort(key=lambda one: one.spec is None or one.spec.id != target)
    options.append(_Place("new"))
    if len(options) == 1:
        return options[0]
    at: int = st.radio(
        say("data.ask_place"),
        range(len(options)),
        format_func=lambda position: _place_text(options[position], extent),
        key=f"data-place-{token}-{word}-{'.'.join(extent)}",
    )
    chosen = options[at]
    if chosen.kind == "replace" and chosen.spec is not None and not takes_place(extent, chosen.spec, counties):
        st.warning(
            say("data.replace_loses", title=plain(chosen.spec.title(lang())), extent=territory_text(list(extent)))
        )
    return chosen


def _place_text(place: _Place, extent: Sequence[str]) -> str:
    title = plain(place.spec.title(lang())) if place.spec else ""
    return say(f"data.place_{place.kind}", title=title, extent=territory_text(list(extent)))


def _about(intake: Intake, extent: Sequence[str], token: str, place: _Place) -> dict[str, Any]:
    """Ask for title, publisher, date, terms and basis."""
    official = intake.recognition.official
    part = bool(extent) and place.kind != "replace"
    titles = {"zh": intake.layer, "en": intake.layer}
    if official is not None:
        titles = {"zh": official.title.zh, "en": official.title.en}
    elif place.spec is not None and not place.spec.indicative:
        titles = {"zh": place.spec.title.zh, "en": place.spec.title.en}
    prior = place.spec if place.kind == "replace" and place.spec and place.spec.source.kind == "imported" else None
    if prior is not None:  # a new version of one's own layer: what was said of it before holds until it is changed
        titles = {"zh": prior.title.zh, "en": prior.title.en}
    elif part and official is not None:
        there = {now: territory_text(extent, now) for now in LANGUAGES}
        titles = {"zh": f"{titles['zh']}（{there['zh']}）", "en": f"{titles['en']} ({there['en']})"}
    key = f"{token}-{place.kind}-{place.spec.id if place.spec else ''}-{lang()}"
    left, right = st.columns(2)
    publisher = left.text_input(
        say("data.publisher"),
        value=prior.publisher.zh if prior else "",
        key=f"data-publisher-{token}-{prior.id if prior else ''}",
        placeholder=say("data.publisher_hint"),
    )
    as_of = right.text_input(say("data.as_of"), key=f"data-as-of-{token}", placeholder=say("data.as_of_hint"))
    left, right = st.columns(2)
    title_zh = left.text_input(say("data.title_zh"), value=titles["zh"], key=f"data-title-zh-{key}")
    title_en = right.text_input(say("data.title_en"), value=titles["en"], key=f"data-title-en-{key}")
    left, right = st.columns(2)
    statutory = official is not None or (place.spec is not None and place.spec.basis == "statutory")
    basis = left.selectbox(
        say("data.basis"),
        _BASES,
        index=0 if statutory else 1,
        format_func=lambda one: say(f"layers.basis_{one}"),
        key=f"data-basis-{token}-{statutory}",
        help=say("data.basis_help"),
    )
    licence = right.text_input(
        say("data.licence"),
        value=prior.licence if prior else say("data.licence_internal") if statutory else "",
        key=f"data-licence-{token}-{statutory}-{prior.id if prior else ''}",
    )
    return {
        "title_zh": title_zh, "title_en": title_en, "publisher": publisher, "as_of": as_of.strip() or "unknown",
        "basis": basis, "licence": licence,
    }  # fmt: skip


def _fields(intake: Intake, token: str) -> dict[str, Any]:
    """Ask which column is id, name, zone and date; an official table says the first three itself."""
    columns = [column.name for column in intake.columns]
    official = intake.recognition.official
    found = {
        "id_field": intake.recognition.column(official.id_field, columns) if official else None,
        "name_field": intake.recognition.column(official.name_field, columns) if official else None,
        "zone_field": intake.recognition.column(official.zone_field, columns) if official else None,
        "time_field": None,
        "time_end_field": None,
    }
    with st.expander(say("data.fields_done" if official else "data.fields_ask"), expanded=official is None):
        for place, (role, column) in zip(st.columns(len(found)), list(found.items()), strict=True):
            found[role] = place.selectbox(
                say(f"data.{role}"),
                [None, *columns],
                index=columns.index(column) + 1 if column in columns else 0,
                format_func=lambda name: say("data.none") if name is None else name,
                key=f"data-{role}-{token}",
            )
    return found


def _rest(token: str, basis: str, *, expanded: bool) -> dict[str, Any]:
    """Ask for accuracy, secrecy and what may leave."""
    with st.expander(say("data.more"), expanded=expanded):
        left, middle, right = st.columns(3)
        accuracy = left.number_input(
            say("data.accuracy"), min_value=0.0, value=None, step=1.0, format="%g", key=f"data-accuracy-{token}"
        )
        secrecy = middle.selectbox(
            say("data.secrecy"),
            _SECRECIES,
            index=1,
            format_func=lambda one: say(f"data.secrecy_{one}"),
            key=f"data-secrecy-{token}",
        )
        export = right.selectbox(
            say("data.export"),
            _EXPORTS,
            index=0 if basis == "statutory" else 2,
            format_func=lambda one: say(f"data.export_{one}"),
            key=f"data-export-{token}-{basis == 'statutory'}",
            help=say("data.export_help"),
        )
    return {"accuracy_m": accuracy, "secrecy": secrecy, "export": export}


def dated(text: str) -> bool:
    """Tell whether a text is a year, a month or a day that there is."""
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _given(intake: Intake, word: str, extent: tuple[str, ...], place: _Place, told: dict[str, Any]) -> Given:
    """Put the answers together."""
    official = intake.recognition.official
    taken = [spec.id for spec in catalogue().layer]
    if place.kind == "replace" and place.spec is not None:
        held = given_for(place.spec)
    elif place.spec is not None:
        held = given_beside(place.spec, extent, taken)
    else:
        group, role = (official.group, official.role) if official else ("own", "other")
        same = next((spec for spec in catalogue().layer if spec.stands_for == word and word != _OWN), None)
        if same is not None and official is None:
            group, role = same.group, same.role
        held = {"id": new_id(intake.layer, taken), "group": group, "role": role, "stands_for": word}
    if official is not None:
        held["must_be_inside"] = official.must_be_inside
    return Given(**{**held, **told, "extent": extent})
