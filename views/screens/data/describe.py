"""Form that declares an imported layer: what it stands for, extent, placement, fields, publisher, basis and export."""

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

__all__ = ["ask_declaration", "is_date"]

_LIKELY_EXTENT: Final[Memo[list[str]]] = Memo("data-proposed")

_ROLES: Final = ("redline", "protected", "river", "project", "other")
_BASES: Final = ("statutory", "published", "derived", "modelled", "approximate")
_SECRECIES: Final[tuple[Secrecy, ...]] = ("public", "internal", "secret")
_EXPORTS: Final[tuple[Export, ...]] = ("none", "findings", "full")
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_OWN: Final = "own"


def ask_declaration(intake: Intake, token: str) -> LayerDeclaration | None:
    """Show the form, filled in as far as the file tells; return the declaration in the run in which it is submitted."""
    official = intake.recognition.official
    stands_for = official.stands_for if official else _ask_stands_for(token)
    extent = _ask_extent(intake, token)
    placement = _ask_placement(stands_for, extent, token)
    proposed = propose(
        intake,
        stands_for=stands_for,
        extent=tuple(extent),
        placement=placement,
        catalogue=catalogue(),
        format_territories=territory_text,
    )
    answers: dict[str, Any] = _ask_metadata(proposed, token, placement)
    answers |= _ask_fields(intake, proposed, token)
    answers |= _ask_accuracy_and_export(proposed, token, answers["basis"], expanded=official is None)
    for fault in field_faults(intake, answers["id_field"], answers["name_field"]):
        st.caption(markdown_text(f"⚠ {fault.text(lang())} {fault.cure(lang())}"))
    as_of = answers["as_of"]
    invalid = [key for key in ("title_zh", "publisher", "licence") if not answers[key].strip()]
    if as_of and as_of != "unknown" and not is_date(as_of):
        st.error(say("data.as_of_wrong"))
        invalid.append("as_of")
    label = "data.do_replace" if placement.kind != "new" else "data.do_add"
    if not st.button(say(label), type="primary", key="data-keep"):
        return None
    if invalid:
        st.error(say("data.still_missing", what=say("data.comma").join(say(f"data.{key}") for key in invalid)))
        return None
    return replace(proposed, **answers)


def _ask_stands_for(token: str) -> str:
    """Ask what the layer stands for; return its code (``redline``), ``own`` for none."""
    codes = sorted({spec.stands_for for spec in catalogue().layer if spec.role not in FIXED_ROLES} - {_OWN})
    target = TARGET.get()
    default = next((spec.stands_for for spec in catalogue().layer if spec.id == target), _OWN)
    options = [_OWN, *codes]
    chosen: str = st.selectbox(
        say("data.ask_word"),
        options,
        index=options.index(default) if default in options else 0,
        format_func=lambda code: say("data.word_own") if code == _OWN else stands_for_title(code),
        key=f"data-word-{token}",
        help=say("data.ask_word_help"),
    )
    return chosen


def _ask_extent(intake: Intake, token: str) -> list[str]:
    """Ask where the layer is complete; return adcodes. Those that its codes or shapes suggest are proposed."""
    names_by_adcode = territories()
    key = (token, intake.layer, intake.reading.epsg)
    proposed = _LIKELY_EXTENT.once(key, lambda: list(likely_extent(intake, counties_of(current_layers()))))
    return st.multiselect(
        say("data.ask_extent"),
        list(names_by_adcode),
        default=[one for one in proposed if one in names_by_adcode],
        format_func=lambda adcode: f"{names_by_adcode[adcode]} {adcode}",
        key=f"data-extent-{token}",
        help=say("data.ask_extent_help"),
    )


def _ask_placement(stands_for: str, extent: Sequence[str], token: str) -> Placement:
    """Ask whether the layer replaces an entry, joins it or is new; return that placement. The likeliest comes first."""
    counties = counties_of(current_layers())
    options: list[Placement] = []
    for spec in replaceable_entries(stands_for, extent, catalogue()):
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
        format_func=lambda position: _placement_text(options[position], extent),
        key=f"data-place-{token}-{stands_for}-{'.'.join(extent)}",
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


def _placement_text(placement: Placement, extent: Sequence[str]) -> str:
    title = markdown_text(placement.spec.title(lang())) if placement.spec else ""
    return say(f"data.place_{placement.kind}", title=title, extent=territory_text(list(extent)))


def _ask_metadata(proposed: LayerDeclaration, token: str, placement: Placement) -> dict[str, Any]:
    """Ask for titles, publisher, date, licence and basis; return them by field of `LayerDeclaration`."""
    previous_id = proposed.id if proposed.publisher else ""  # a new version: proposes the previous one's values
    key = f"{token}-{placement.kind}-{placement.spec.id if placement.spec else ''}-{lang()}"
    left, right = st.columns(2)
    publisher = left.text_input(
        say("data.publisher"),
        value=proposed.publisher,
        key=f"data-publisher-{token}-{previous_id}",
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
        key=f"data-licence-{token}-{statutory}-{previous_id}",
    )
    return {
        "title_zh": title_zh, "title_en": title_en, "publisher": publisher, "as_of": as_of.strip() or "unknown",
        "basis": basis, "licence": licence,
    }  # fmt: skip


def _ask_fields(intake: Intake, proposed: LayerDeclaration, token: str) -> dict[str, Any]:
    """Ask for the columns of id, name, zone and dates; return them by field. Official tables have the first three."""
    columns = [column.name for column in intake.columns]
    official = intake.recognition.official
    roles = ("id_field", "name_field", "zone_field", "time_field", "time_end_field")
    chosen: dict[str, Any] = {role: getattr(proposed, role) for role in roles}
    with st.expander(say("data.fields_done" if official else "data.fields_ask"), expanded=official is None):
        for box, (role, column) in zip(st.columns(len(chosen)), list(chosen.items()), strict=True):
            chosen[role] = box.selectbox(
                say(f"data.{role}"),
                [None, *columns],
                index=columns.index(column) + 1 if column in columns else 0,
                format_func=lambda name: say("data.none") if name is None else name,
                key=f"data-{role}-{token}",
            )
    return chosen


def _ask_accuracy_and_export(proposed: LayerDeclaration, token: str, basis: str, *, expanded: bool) -> dict[str, Any]:
    """Ask for positional accuracy (m), secrecy and export; return them by field of `LayerDeclaration`."""
    with st.expander(say("data.more"), expanded=expanded):
        left, middle, right = st.columns(3)
        accuracy = left.number_input(
            say("data.accuracy"),
            min_value=0.0,
            value=None if basis == "modelled" else proposed.accuracy_m,
            step=1.0,
            format="%g",
            key=f"data-accuracy-{token}-{basis == 'modelled'}",
            disabled=basis == "modelled",  # modelled features have no positional accuracy
        )
        secrecy = middle.selectbox(
            say("data.secrecy"),
            _SECRECIES,
            index=_SECRECIES.index(proposed.secrecy),
            format_func=lambda one: say(f"data.secrecy_{one}"),
            key=f"data-secrecy-{token}",
        )
        proposed_export = export_limit((proposed.export or "none") if basis == proposed.basis else "none", secrecy)
        options: tuple[Export, ...] = ("none",) if secrecy == "secret" else _EXPORTS
        export = right.selectbox(
            say("data.export"),
            options,
            index=options.index(proposed_export),
            format_func=lambda one: say(f"data.export_{one}"),
            key=f"data-export-{token}-{proposed_export}",
            help=say("data.export_help"),
        )
    return {"accuracy_m": accuracy, "secrecy": secrecy, "export": export}


def is_date(text: str) -> bool:
    """Return whether a text is a valid year, month or day: YYYY, YYYY-MM or YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True
