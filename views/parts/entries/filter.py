"""The plan tables of the Plans page, the bar that filters their entries, and the texts of their codes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from carto.markup import style
from layers.paths import data_root
from layers.plans import KINDS, EntryFilter, PlanSet, document_name, filter_entries, read_plan_set
from siting.law import FilesStamp, stamp_of
from views.session import Slot, catalogue, lang, region_text, say, show_html, territories
from words import LANGUAGES

__all__ = ["choose_filter", "choose_kind", "clear_filter", "code_text", "plan_set"]

_FILTER: Final[Slot[str]] = Slot("plans", "")
"""Of each filter its code, and of each filter and language the value of its widget."""

_LEVELS = ("province", "prefecture", "county")
_KEYS = ("document", "kind", "category", "county", "wider", "status", "place", "text")


def plan_set() -> PlanSet:
    """Return the plan tables, read again when one of their files changes."""
    folder = data_root(catalogue().folder) / "plans"
    return _read(str(folder), stamp_of(folder))


@st.cache_resource(show_spinner=False, max_entries=1)
def _read(folder: str, now: FilesStamp) -> PlanSet:  # noqa: ARG001 -- part of the cache key
    return read_plan_set(Path(folder))


def choose_kind(plans: PlanSet) -> str:
    """Show the kinds of entries with their counts; return the chosen one, "" for all."""
    sizes = plans.entries["kind"].value_counts()
    kind = st.pills(
        say("plans_page.kind"),
        ["", *KINDS],
        required=True,
        default="",
        format_func=lambda code: f"{say('plans_page.kind_' + (code or 'all'))} {sizes.get(code, len(plans.entries))}",
        key="plans-kind",
        on_change=_clear_code_filters,
        label_visibility="collapsed",
    )
    return kind or ""


def choose_filter(plans: PlanSet, kind: str) -> EntryFilter:
    """Show the filters for entries of a kind ("": of all kinds); return the chosen filter."""
    entries = plans.entries
    of_kind = filter_entries(entries, EntryFilter(kind=kind))
    show_html(style("views/parts/entries/templates/filter.css"))
    with st.container(key="plans_filters"):
        first = st.columns([1.2, 1.2, 1.2, 1.6], vertical_alignment="bottom")
        second = st.columns([1.2, 1.2, 2.8], vertical_alignment="bottom")
    with first[0]:
        document = _filter_box("document", list(plans.documents.index))
    with first[1]:
        adcode = _filter_box("county", _territory_codes(entries))
    with first[2]:
        category = _filter_box("category", _codes(of_kind["category"]) if kind else [])
    with first[3]:
        text = st.text_input(say("plans_page.text"), key="plans-text", placeholder=say("plans_page.text_hint"))
    with second[0]:
        status = _filter_box("status", _codes(of_kind["status"]))
    with second[1]:
        place = _filter_box("place", _codes(of_kind["place"]))
    with second[2]:
        wider = st.checkbox(say("plans_page.wider"), key="plans-wider", help=say("plans_page.wider_help"))
    return EntryFilter(document, kind, category, adcode, wider, status, place, text.strip())


def clear_filter() -> None:
    """Reset every filter."""
    _clear_filters(*_KEYS)


def _clear_filters(*names: str) -> None:
    for name in names:
        _FILTER.of(name).clear()
        for code in LANGUAGES:
            _FILTER.of(name, code).clear()


def _clear_code_filters() -> None:
    """Reset the filters whose codes differ from kind to kind."""
    _clear_filters("category", "status", "place")


def _filter_box(name: str, options: list[str]) -> str:
    """Show the drop-down of one filter; return the chosen code, "" (the first option) for all.

    One widget for each language: the browser keeps the text of the chosen option, not its code.
    """
    texts = {"document": _document_text, "county": region_text}.get(name, code_text)
    first = name == "category" and not options
    choices = ["", *options]
    before, widget = _FILTER.of(name).get(), _FILTER.of(name, lang())
    chosen = st.selectbox(
        say(f"plans_page.{name}"),
        choices,
        index=choices.index(before) if before in choices and not widget.is_set() else 0,
        format_func=lambda code: texts(code) if code else say("plans_page.every"),
        key=widget.key,
        disabled=first,
        help=say("plans_page.category_first") if first else None,
    )
    _FILTER.of(name).set(chosen)
    for other in LANGUAGES:
        if other != lang():
            _FILTER.of(name, other).clear()
    return chosen


def _document_text(code: str) -> str:
    return document_name(code, lang())


def code_text(code: str) -> str:
    """Return the text of a code of the entries in the session's language; "" for ""."""
    return say(f"plans_page.{code}") if code else ""


def _territory_codes(entries: pd.DataFrame) -> list[str]:
    """Return the adcodes of territories with entries: provinces, then each prefecture followed by its counties."""
    codes = set(entries["adcodes"].str.split(";").explode())
    codes |= {code[:4] + "00" for code in codes if code} | {code[:2] + "0000" for code in codes if code}
    return sorted((codes & set(territories())) - {""}, key=lambda code: (not code.endswith("0000"), code))


def _codes(column: pd.Series) -> list[str]:
    """Return the codes of a column, the most frequent first, without blanks."""
    return [str(code) for code in column[column != ""].value_counts().index]
