"""What is planned: activity, what the law asks about it, the day of the law, the accuracy of the survey."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import style
from carto.style import THEME
from layers.law import DECLARED_FLAGS
from siting.check import Settings, settings_of
from siting.law import NOT, WORKS, activities, day_of, questions, required_layers
from views.parts.findings.site_view import Seen, word_title
from views.session import PersistentWidget, Row, catalogue, html_of, lang, row_of, say, show_html

__all__ = ["CHECK_ACTIVITY", "CHECK_MODE", "activity_title", "choose_settings", "show_required"]

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


def choose_settings() -> Settings:
    """Show the form; return what is asked of the check."""
    known = activities()
    activity = _activity(known)
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
        works = _works()
        flags = _flags(activity, row_of(known.loc[activity]))
    return settings_of(
        catalogue(),
        activity=activity,
        flags=flags,
        works=works,
        as_of=day.isoformat() if isinstance(day, dt.date) else "",
        survey_accuracy_m=accuracy,
    )


def _activity(known: pd.DataFrame) -> str | None:
    """Ask for the activity: grouped by family, found by its Chinese or English name."""
    order = {family: place for place, family in enumerate(_FAMILIES)}
    codes = sorted(known.index, key=lambda code: order.get(str(known.loc[code, "family"]), len(order)))
    key = CHECK_ACTIVITY.restore()
    if CHECK_ACTIVITY.get() not in {None, *codes}:
        CHECK_ACTIVITY.set(None)
    chosen: str | None = st.selectbox(
        say("check_page.activity"),
        codes,
        format_func=lambda code: _option(row_of(known.loc[code])),
        placeholder=say("check_page.activity_none"),
        key=key,
    )
    CHECK_ACTIVITY.keep(chosen)
    if chosen is not None:
        row = known.loc[chosen]
        st.caption(str(row["description"] if lang() == "zh" else row["description_en"]))
    return chosen


def _option(row: Row) -> str:
    family = say(f"check_page.family_{row['family']}")
    names = (row["name"], row["name_en"]) if lang() == "zh" else (row["name_en"], row["name"])
    return f"{family} | {names[0]} {names[1]}"


def activity_title(code: str | None) -> str:
    """Return the name of an activity in the session's language; one that has gone is its own name."""
    if code is None:
        return say("check_page.activity_none")
    known = activities()
    if code not in known.index:
        return code
    return str(known.loc[code, "name" if lang() == "zh" else "name_en"])


def _works() -> str:
    key = _WORKS.restore()
    chosen = st.segmented_control(
        say("check_page.works"), WORKS, format_func=lambda one: say(f"check_page.works_{one}"), key=key
    )
    return _WORKS.keep(chosen or WORKS[0])


def _flags(activity: str, row: Row) -> tuple[str, ...]:
    """Ask what the law asks; return the answers, a no with ``no-`` in front. What was not answered is left open."""
    open_flags = [flag for flag in questions(activity) if flag not in row["flags"]]
    answers = []
    st.markdown(f"**{say('check_page.questions')}**", help=say("check_page.questions_help"))
    for flag in [flag for flag in open_flags if flag not in DECLARED_FLAGS]:
        label, answer = st.columns([1.5, 1], vertical_alignment="center")
        label.markdown(say(f"check_page.flag_{flag}"))
        widget = _ANSWER.of(activity, flag)
        key = widget.restore()
        with answer:
            said = st.segmented_control(
                say(f"check_page.flag_{flag}"),
                ["yes", "no"],
                format_func=lambda one: say(f"check_page.{one}"),
                key=key,
                label_visibility="collapsed",
            )
        if widget.keep(said) is not None:
            answers.append(flag if said == "yes" else f"{NOT}{flag}")
    st.caption(say("check_page.declared"))
    for flag in DECLARED_FLAGS:
        declared = _DECLARED.of(flag)
        if declared.keep(st.checkbox(say(f"check_page.flag_{flag}"), key=declared.restore())):
            answers.append(flag)
    return tuple(answers)


def show_required(seen: Seen) -> None:
    """Show what the activity must be checked against, and what of it can settle anything at this site."""
    activity = seen.site["activity"]
    if activity is None or activity not in activities().index:
        return
    codes = {str(row["adcode"]) for row in seen.site["counties"]}
    codes |= {f"{code[:4]}00" for code in codes} | {f"{code[:2]}0000" for code in codes}
    rows = required_layers(activity, frozenset(codes)).to_dict("records")
    marks = {row["stands_for"]: _mark(row["stands_for"], seen) for row in rows}
    for level, key in (("required", "required"), ("advised", "advised")):
        mine = [row for row in rows if row["level"] == level]
        if not mine:
            continue
        ready = sum(marks[row["stands_for"]] == "ready" for row in mine)
        head = say(f"check_page.{key}", ready=ready, total=len(mine))
        listed = html_of(
            "views/parts/findings/templates/required.html",
            open=level == "required",
            head=head,
            rows=[{**_texts(row), "mark": marks[row["stands_for"]]} for row in mine],
            signs=_MARKS,
            colours=_COLOURS,
        )
        show_html(style("views/parts/findings/templates/required.css"), listed)


def _texts(row: Mapping[Any, Any]) -> dict[str, str]:
    word, why = str(row["stands_for"]), row["why"] if lang() == "zh" else row["why_en"]
    return {"word": word, "title": word_title(word), "why": str(why)}


def _mark(word: str, seen: Seen) -> str:
    """Tell whether the layers that stand for a word settle anything at the site."""
    if word not in {*seen.site["missing_required"], *seen.site["missing_advised"]}:
        return "ready"
    own = {name for name, spec in seen.specs.items() if spec.stands_for == word}
    mine = [row for row in seen.site["findings"] if row["layer"] in own]
    there = [row for row in mine if row["reason"] not in _UNLOADED]
    if not there:
        return "missing"
    return "illustrative" if any(row["state"] == "indicative" for row in there) else "partial"
