"""What a layer that comes in is: in whose place, what it stands for, which field is what, and where it is from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from layers.catalogue import Export, Secrecy, counties_of, export_limit
from layers.own import (
    FIXED_ROLES,
    Intake,
    LayerDeclaration,
    Placement,
    can_replace,
    field_faults,
    likely_extent,
    propose,
    replaceable_entries,
)
from views.parts.findings import stands_for_title
from views.screens.data.next_run import TARGET
from views.session import Memo, catalogue, current_layers, lang, markdown_text, say, territories, territory_text

__all__ = ["dated", "say_what_it_is"]

_PROPOSED: Final[Memo[list[str]]] = Memo("data-proposed")

_ROLES: Final = ("redline", "protected", "river", "project", "other")
_BASES: Final = ("statutory", "published", "derived", "modelled", "approximate")
_SECRECIES: Final[tuple[Secrecy, ...]] = ("public", "internal", "secret")
_EXPORTS: Final[tuple[Export, ...]] = ("none", "findings", "full")
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_OWN: Final = "own"


def say_what_it_is(intake: Intake, token: str) -> LayerDeclaration | None:
    """Ask what is not known yet; return the answer once the button is pressed."""
    official = intake.recognition.official
    word = official.stands_for if official else _word(token)
    extent = _extent(intake, token)
    place = _place(word, extent, token)
    proposed = propose(
        intake,
        stands_for=word,
        extent=tuple(extent),
        placement=place,
        catalogue=catalogue(),
        format_territories=territory_text,
    )
    told: dict[str, Any] = _about(proposed, token, place)
    told |= _fields(intake, proposed, token)
    told |= _rest(proposed, token, told["basis"], expanded=official is None)
    for fault in field_faults(intake, told["id_field"], told["name_field"]):
        st.caption(markdown_text(f"⚠ {fault.text(lang())} {fault.cure(lang())}"))
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
    return replace(proposed, **told)


def _word(token: str) -> str:
    """Ask what of the real world the layer is."""
    words = sorted({spec.stands_for for spec in catalogue().layer if spec.role not in FIXED_ROLES} - {_OWN})
    target = TARGET.get()
    wanted = next((spec.stands_for for spec in catalogue().layer if spec.id == target), _OWN)
    options = [_OWN, *words]
    chosen: str = st.selectbox(
        say("data.ask_word"),
        options,
        index=options.index(wanted) if wanted in options else 0,
        format_func=lambda word: say("data.word_own") if word == _OWN else stands_for_title(word),
        key=f"data-word-{token}",
        help=say("data.ask_word_help"),
    )
    return chosen


def _extent(intake: Intake, token: str) -> list[str]:
    """Ask where the layer is complete; what its own codes or its shapes suggest is proposed."""
    named = territories()
    key = (token, intake.layer, intake.reading.epsg)
    proposed = _PROPOSED.once(key, lambda: list(likely_extent(intake, counties_of(current_layers()))))
    return st.multiselect(
        say("data.ask_extent"),
        list(named),
        default=[one for one in proposed if one in named],
        format_func=lambda adcode: f"{named[adcode]} {adcode}",
        key=f"data-extent-{token}",
        help=say("data.ask_extent_help"),
    )


def _place(word: str, extent: Sequence[str], token: str) -> Placement:
    """Ask in whose place the layer goes; the likeliest answer first."""
    counties = counties_of(current_layers())
    options: list[Placement] = []
    for spec in replaceable_entries(word, extent, catalogue()):
        whole = can_replace(extent, spec, counties)
        options += [Placement("replace" if whole else "beside", spec)] + ([] if whole else [Placement("replace", spec)])
    target = TARGET.get()
    options.sort(key=lambda one: one.spec is None or one.spec.id != target)
    options.append(Placement("new"))
    if len(options) == 1:
        return options[0]
    at: int = st.radio(
        say("data.ask_place"),
        range(len(options)),
        format_func=lambda position: _place_text(options[position], extent),
        key=f"data-place-{token}-{word}-{'.'.join(extent)}",
    )
    chosen = options[at]
    if chosen.kind == "replace" and chosen.spec is not None and not can_replace(extent, chosen.spec, counties):
        st.warning(
            say(
                "data.replace_loses",
                title=markdown_text(chosen.spec.title(lang())),
                extent=territory_text(list(extent)),
            )
        )
    return chosen


def _place_text(place: Placement, extent: Sequence[str]) -> str:
    title = markdown_text(place.spec.title(lang())) if place.spec else ""
    return say(f"data.place_{place.kind}", title=title, extent=territory_text(list(extent)))


def _about(proposed: LayerDeclaration, token: str, place: Placement) -> dict[str, Any]:
    """Ask for title, publisher, date, terms and basis."""
    prior = proposed.id if proposed.publisher else ""  # a new version: what was said of it before is proposed
    key = f"{token}-{place.kind}-{place.spec.id if place.spec else ''}-{lang()}"
    left, right = st.columns(2)
    publisher = left.text_input(
        say("data.publisher"),
        value=proposed.publisher,
        key=f"data-publisher-{token}-{prior}",
        placeholder=say("data.publisher_hint"),
    )
    as_of = right.text_input(say("data.as_of"), key=f"data-as-of-{token}", placeholder=say("data.as_of_hint"))
    left, right = st.columns(2)
    title_zh = left.text_input(say("data.title_zh"), value=proposed.title_zh, key=f"data-title-zh-{key}")
    title_en = right.text_input(say("data.title_en"), value=proposed.title_en, key=f"data-title-en-{key}")
    left, right = st.columns(2)
    statutory = proposed.basis == "statutory"
    basis = left.selectbox(
        say("data.basis"),
        _BASES,
        index=_BASES.index(proposed.basis),
        format_func=lambda one: say(f"layers.basis_{one}"),
        key=f"data-basis-{token}-{proposed.basis}",
        help=say("data.basis_help"),
    )
    licence = right.text_input(
        say("data.licence"),
        value=proposed.licence or (say("data.licence_internal") if statutory else ""),
        key=f"data-licence-{token}-{statutory}-{prior}",
    )
    return {
        "title_zh": title_zh, "title_en": title_en, "publisher": publisher, "as_of": as_of.strip() or "unknown",
        "basis": basis, "licence": licence,
    }  # fmt: skip


def _fields(intake: Intake, proposed: LayerDeclaration, token: str) -> dict[str, Any]:
    """Ask which column is id, name, zone and date; an official table says the first three itself."""
    columns = [column.name for column in intake.columns]
    official = intake.recognition.official
    roles = ("id_field", "name_field", "zone_field", "time_field", "time_end_field")
    found: dict[str, Any] = {role: getattr(proposed, role) for role in roles}
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


def _rest(proposed: LayerDeclaration, token: str, basis: str, *, expanded: bool) -> dict[str, Any]:
    """Ask for accuracy, secrecy and what may leave."""
    with st.expander(say("data.more"), expanded=expanded):
        left, middle, right = st.columns(3)
        accuracy = left.number_input(
            say("data.accuracy"),
            min_value=0.0,
            value=None if basis == "modelled" else proposed.accuracy_m,
            step=1.0,
            format="%g",
            key=f"data-accuracy-{token}-{basis == 'modelled'}",
            disabled=basis == "modelled",  # what a model picked has none
        )
        secrecy = middle.selectbox(
            say("data.secrecy"),
            _SECRECIES,
            index=_SECRECIES.index(proposed.secrecy),
            format_func=lambda one: say(f"data.secrecy_{one}"),
            key=f"data-secrecy-{token}",
        )
        usual: Export = "none" if basis == "statutory" else "full"
        likely = export_limit((proposed.export or usual) if basis == proposed.basis else usual, secrecy)
        offered: tuple[Export, ...] = ("none",) if secrecy == "secret" else _EXPORTS
        export = right.selectbox(
            say("data.export"),
            offered,
            index=offered.index(likely),
            format_func=lambda one: say(f"data.export_{one}"),
            key=f"data-export-{token}-{likely}",
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
