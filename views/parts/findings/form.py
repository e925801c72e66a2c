"""The form of a check: activity and its flags, the day of the law, survey accuracy; required layers with their data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from carto.markup import style
from carto.style import THEME
from layers.law import DECLARED_FLAGS
from siting.check import Settings, settings_of
from siting.law import NOT, WORKS, activities, day_of, questions, required_layers
from views.parts.findings.site_view import SiteResult, stands_for_title
from views.session import PersistentWidget, Row, catalogue, html_of, lang, row_of, say, show_html

__all__ = [
    "CHECK_ACTIVITY", "CHECK_MODE", "activity_title", "ask_activity", "choose_settings", "kept_settings",
    "show_required",
]  # fmt: skip

CHECK_MODE: Final[PersistentWidget[str]] = PersistentWidget("chk-mode", "check")
"""Whether the Check page shows a new check or the ledger."""
CHECK_ACTIVITY: Final[PersistentWidget[str | None]] = PersistentWidget("chk-activity", None)
_AS_OF: Final[PersistentWidget[Any]] = PersistentWidget("chk-as-of", None)
_ACCURACY: Final[PersistentWidget[float | None]] = PersistentWidget("chk-accuracy", None)
_WORKS: Final[PersistentWidget[str]] = PersistentWidget("chk-works", WORKS[0])
_ANSWER: Final[PersistentWidget[str | None]] = PersistentWidget("chk-flag", None)
"""Of each activity and flag: yes, no or nothing."""
_DECLARED: Final[PersistentWidget[bool]] = PersistentWidget("chk-declared", default=False)
"""Of each flag that only the user can declare."""


_FAMILIES: Final = ("industry", "mining", "transport", "energy", "water", "town", "rural", "nature", "waste")
_UNLOADED: Final = frozenset({"not_loaded", "load_failed", "not_chosen", "no_features", "no_shapes"})
_MARKS: Final = {"ready": "✓", "illustrative": "▲", "partial": "◐", "missing": "✗"}
_COLOURS: Final = {
    "ready": THEME["good"],
    "illustrative": THEME["warn"],
    "partial": THEME["warn"],
    "missing": THEME["bad"],
}


def kept_settings() -> Settings:
    """Return the settings of the check as the form holds them, on whichever page it was filled in."""
    activity = CHECK_ACTIVITY.kept()
    table = activities()
    if activity not in table.index:
        activity = None
    day = _AS_OF.kept()
    flags: list[str] = []
    if activity is not None:
        for flag in _open_flags(activity, row_of(table.loc[activity])):
            answer = _ANSWER.of(activity, flag).kept()
            flags += [flag if answer == "yes" else f"{NOT}{flag}"] if answer else []
        flags += [flag for flag in DECLARED_FLAGS if _DECLARED.of(flag).kept()]
    return settings_of(
        catalogue(),
        activity=activity,
        flags=tuple(flags),
        works=_WORKS.kept() if activity is not None else "new",
        as_of=day.isoformat() if isinstance(day, dt.date) else day_of(None),
        survey_accuracy_m=_ACCURACY.kept(),
    )


def _open_flags(activity: str, row: Row) -> list[str]:
    """Return the flags of an activity that only the user can answer."""
    return [flag for flag in questions(activity) if flag not in row["flags"] and flag not in DECLARED_FLAGS]


def choose_settings() -> Settings:
    """Show the form; return the settings of the check."""
    activity = ask_activity()
    table = activities()
    left, right = st.columns(2)
    with left:
        key = _AS_OF.restore(dt.date.fromisoformat(day_of(None)))
        day = _AS_OF.keep(st.date_input(say("check_page.as_of"), key=key, format="YYYY-MM-DD"))
    with right:
        key = _ACCURACY.restore()
        accuracy = _ACCURACY.keep(
            st.number_input(
                say("check_page.accuracy"),
                min_value=0.0,
                max_value=10_000.0,
                step=1.0,
                format="%g",
                key=key,
                help=say("check_page.accuracy_help"),
            ),
        )
    works: str = "new"
    flags: tuple[str, ...] = ()
    if activity is not None:
        works = _ask_works()
        flags = _ask_flags(activity, row_of(table.loc[activity]))
    return settings_of(
        catalogue(),
        activity=activity,
        flags=flags,
        works=works,
        as_of=day.isoformat() if isinstance(day, dt.date) else "",
        survey_accuracy_m=accuracy,
    )


def ask_activity() -> str | None:
    """Show the drop-down of activities, sorted by family; return the code of the chosen one, None if none is."""
    table = activities()
    order = {family: place for place, family in enumerate(_FAMILIES)}
    codes = sorted(table.index, key=lambda code: order.get(str(table.loc[code, "family"]), len(order)))
    key = CHECK_ACTIVITY.restore()
    if CHECK_ACTIVITY.get() not in {None, *codes}:
        CHECK_ACTIVITY.set(None)
    chosen: str | None = st.selectbox(
        say("check_page.activity"),
        codes,
        index=None,
        format_func=lambda code: _activity_option(row_of(table.loc[code])),
        placeholder=say("check_page.activity_none"),
        key=key,
    )
    CHECK_ACTIVITY.keep(chosen)
    if chosen is not None:
        row = table.loc[chosen]
        st.caption(str(row["description"] if lang() == "zh" else row["description_en"]))
    return chosen


def _activity_option(row: Row) -> str:
    family = say(f"check_page.family_{row['family']}")
    names = (row["name"], row["name_en"]) if lang() == "zh" else (row["name_en"], row["name"])
    aliases = str(row["aliases"]).replace(";", "、")
    return f"{family} | {names[0]} {names[1]}" + (f" · {aliases}" if aliases else "")


def activity_title(code: str | None) -> str:
    """Return the name of an activity in the session's language; the code itself if the table no longer has it."""
    if code is None:
        return say("check_page.activity_none")
    table = activities()
    if code not in table.index:
        return code
    return str(table.loc[code, "name" if lang() == "zh" else "name_en"])


def _ask_works() -> str:
    key = _WORKS.restore()
    chosen = st.segmented_control(
        say("check_page.works"),
        WORKS,
        required=True,
        format_func=lambda one: say(f"check_page.works_{one}"),
        key=key,
    )
    return _WORKS.keep(chosen or WORKS[0])


def _ask_flags(activity: str, row: Row) -> tuple[str, ...]:
    """Show the questions of the law on an activity; return the flags answered: ``flag`` for yes, ``no-flag`` for no."""
    answers = []
    st.markdown(f"**{say('check_page.questions')}**", help=say("check_page.questions_help"))
    for flag in _open_flags(activity, row):
        question_box, answer_box = st.columns([1.5, 1], vertical_alignment="center")
        question_box.markdown(say(f"check_page.flag_{flag}"))
        widget = _ANSWER.of(activity, flag)
        key = widget.restore()
        with answer_box:
            answer = st.segmented_control(
                say(f"check_page.flag_{flag}"),
                ["yes", "no"],
                format_func=lambda one: say(f"check_page.{one}"),
                key=key,
                label_visibility="collapsed",
            )
        if widget.keep(answer) is not None:
            answers.append(flag if answer == "yes" else f"{NOT}{flag}")
    st.caption(say("check_page.declared"))
    for flag in DECLARED_FLAGS:
        declared = _DECLARED.of(flag)
        if declared.keep(st.checkbox(say(f"check_page.flag_{flag}"), key=declared.restore())):
            answers.append(flag)
    return tuple(answers)


def show_required(site_result: SiteResult) -> None:
    """Show the required and advised layers of the activity, each with the status of its data at this site."""
    activity = site_result.site["activity"]
    if activity is None or activity not in activities().index:
        return
    codes = {str(row["adcode"]) for row in site_result.site["counties"]}
    codes |= {f"{code[:4]}00" for code in codes} | {f"{code[:2]}0000" for code in codes}
    rows = required_layers(activity, frozenset(codes)).to_dict("records")
    marks = {row["stands_for"]: _data_status(row["stands_for"], site_result) for row in rows}
    for level, key in (("required", "required"), ("advised", "advised")):
        layers = [row for row in rows if row["level"] == level]
        if not layers:
            continue
        ready = sum(marks[row["stands_for"]] == "ready" for row in layers)
        head = say(f"check_page.{key}", ready=ready, total=len(layers))
        listed = html_of(
            "views/parts/findings/templates/required.html",
            head=head,
            rows=[{**_layer_texts(row), "mark": marks[row["stands_for"]]} for row in layers],
            signs=_MARKS,
            colours=_COLOURS,
        )
        show_html(style("views/parts/findings/templates/required.css"), listed)


def _layer_texts(row: Mapping[Any, Any]) -> dict[str, str]:
    stands_for, why = str(row["stands_for"]), row["why"] if lang() == "zh" else row["why_en"]
    return {"word": stands_for, "title": stands_for_title(stands_for), "why": str(why)}


def _data_status(stands_for: str, site_result: SiteResult) -> str:
    """Return the status of the data that stand for something at the site, a key of `_MARKS`.

    Ready: they decide it; illustrative: they only warn; partial: loaded, but open at this site; missing: not loaded.
    """
    if stands_for not in {*site_result.site["missing_required"], *site_result.site["missing_advised"]}:
        return "ready"
    own = {name for name, spec in site_result.specs.items() if spec.stands_for == stands_for}
    findings = [row for row in site_result.site["findings"] if row["layer"] in own]
    loaded = [row for row in findings if row["reason"] not in _UNLOADED]
    if not loaded:
        return "missing"
    return "illustrative" if any(row["state"] == "indicative" for row in loaded) else "partial"
