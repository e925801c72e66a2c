"""Import of a user's table as an indicator: file, columns, join to territories by name, corrections, map."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from geo.errors import RedlineError
from geo.read import read_plain_tables
from geo.read.tables import PlainTable
from layers.gazetteer import ELSEWHERE, Gazetteer, JoinReport, Level
from layers.indicators import (
    ColumnGuess,
    Doubled,
    Subject,
    assigned_codes,
    guess_columns,
    join_table,
    own_subject,
    read_numbers,
)
from layers.paths import data_root
from views.parts.indicators import add_own_subject, today
from views.session import Memo, Slot, Stamp, catalogue, lang, markdown_text, region_text, say, show_fault, stamp

__all__ = ["OWN_TABLE_OPEN", "choose_table"]

OWN_TABLE_OPEN: Final[Slot[bool]] = Slot("own-open", default=False)
"""Whether the panel for a user's own table is open."""
_SHEETS: Final[Memo[list[PlainTable]]] = Memo("own-sheets")

_LEVELS: Final[tuple[Level, ...]] = ("county", "prefecture")
_DUPLICATE_RULES: Final[tuple[Doubled, ...]] = ("leave_out", "sum", "mean")
_STATUSES: Final = ("matched", "renamed", "corrected", "ambiguous", "unmatched")
_MAX_QUESTIONS: Final = 12
_MAX_DOUBLED: Final = 6


def choose_table() -> None:
    """Show the uploader and, once there is a file, the steps of its import."""
    st.caption(say("indicator_own.lead"))
    uploaded = st.file_uploader(say("indicator_own.file"), type=["csv", "txt", "tsv", "xlsx", "xls"], key="own-file")
    if uploaded is None:
        return
    try:
        sheets = _SHEETS.once(
            uploaded.file_id,
            lambda: read_plain_tables(uploaded.getvalue(), uploaded.name, limits=catalogue().limits),
        )
        _show_sheet(sheets, uploaded.file_id)
    except RedlineError as fault:
        show_fault(fault)


def _show_sheet(sheets: list[PlainTable], file_id: str) -> None:
    """Ask for sheet, header row, key column, level and number columns, guesses filled in; then show the join."""
    position = 0
    if len(sheets) > 1:
        position = st.selectbox(
            say("indicator_own.sheet"),
            range(len(sheets)),
            format_func=lambda i: sheets[i].name,
            key=f"own-sheet-{file_id}",
        )
    sheet = sheets[position]
    seed = f"{file_id}-{position}-{lang()}"
    first, second, third = st.columns([1, 1.6, 1.2])
    with first:
        header_row = int(
            st.number_input(say("indicator_own.head"), 1, len(sheet.rows), sheet.head + 1, key=f"own-head-{seed}")
        )
    table = sheet.under(header_row - 1)
    if table.empty:
        raise RedlineError("indicator_own.empty", name=sheet.name)
    guess = _guess_columns(table)
    columns = [str(column) for column in table.columns]
    seed = f"{seed}-{header_row}"
    with second:
        key = st.selectbox(
            say("indicator_own.key"),
            columns,
            index=columns.index(guess.key) if guess.key else None,
            key=f"own-key-{seed}",
        )
    with third:
        level = st.selectbox(
            say("indicator_own.level"),
            _LEVELS,
            index=_LEVELS.index(guess.level),
            format_func=lambda code: say(f"indicator_page.level_{code}"),
            key=f"own-level-{seed}",
        )
    numbers = st.multiselect(
        say("indicator_own.numbers"),
        [column for column in columns if column != key],
        default=[column for column in guess.numbers if column != key],
        key=f"own-numbers-{seed}-{key}",
    )
    st.dataframe(table.head(5), hide_index=True, height=213, width="stretch")
    if key is None:
        st.warning(say("indicator_own.no_key"))
    elif not numbers:
        st.warning(say("indicator_own.no_numbers"))
    else:
        _show_join(sheet.name, table, (key, level), numbers, f"{seed}-{key}-{level}")


def _show_join(name: str, table: pd.DataFrame, key_and_level: tuple[str, Level], numbers: list[str], seed: str) -> None:
    """Show how rows were joined, ask about those that were not, and show the button that adds the indicator."""
    key, level = key_and_level
    report = join_table(table, key, _gazetteer(str(data_root(catalogue().folder)), stamp()), level)
    _show_counts(report)
    codes = assigned_codes(report, _ask_assignments(report, seed))
    duplicates = _ask_duplicates(codes, report.frame[report.key], seed)
    for column in numbers:
        unread = read_numbers(table[column]).unread
        if unread:
            row, text = unread[0]
            st.caption(
                say(
                    "indicator_own.unread",
                    column=markdown_text(column),
                    count=len(unread),
                    row=row,
                    text=markdown_text(text[:40]),
                )
            )
    if not (codes != "").any():
        st.warning(say("indicator_own.none_placed", level=say(f"indicator_page.level_{level}")))
        return
    st.button(
        say("indicator_own.use"),
        type="primary",
        width="stretch",
        key=f"own-use-{seed}",
        on_click=lambda: _add_subject(
            own_subject(table, codes, numbers, level=level, name=name, read_on=today(), doubled=duplicates)
        ),
    )


def _add_subject(subject: Subject) -> None:
    """Add a subject to the indicators, show it and close the panel."""
    add_own_subject(subject)
    OWN_TABLE_OPEN.set(value=False)


def _show_counts(report: JoinReport) -> None:
    counts = report.counts()
    metrics = [(say(f"indicator_own.report_{status}"), int(counts[status])) for status in _STATUSES if counts[status]]
    metrics.append((say("indicator_own.report_absent"), len(report.absent)))
    for box, (label, count) in zip(st.columns(len(metrics)), metrics, strict=True):
        box.metric(label, count)
    reasons = report.reasons(lang())
    if len(reasons):
        with st.expander(say("indicator_own.what_became")):
            table = reasons.assign(status=reasons["status"].map(lambda code: say(f"indicator_own.report_{code}")))
            heads = {name: say(f"indicator_own.col_{name}") for name in ("key", "rows", "status", "candidates", "why")}
            st.dataframe(table[list(heads)].rename(columns=heads), hide_index=True, width="stretch")


def _ask_assignments(report: JoinReport, seed: str) -> dict[str, str]:
    """Ask for the territory of each name that was not joined; return adcodes by name."""
    frame = report.frame
    open_rows = (frame["unit_adcode"] == "") & (frame[report.key] != "") & (frame["join_how"] != ELSEWHERE)
    unassigned = frame[open_rows]
    if unassigned.empty:
        return {}
    groups = unassigned.groupby(report.key, sort=False).agg(
        rows=("join_status", "size"), candidates=("unit_candidates", "first"), status=("join_status", "first")
    )
    groups = groups.sort_values(["status", "rows"], ascending=[True, False], kind="stable")
    assignments: dict[str, str] = {}
    with st.expander(say("indicator_own.to_cure"), expanded=True):
        boxes = st.columns(2)
        all_codes = report.gazetteer.units_of(report.level)
        for position, (key, row) in enumerate(groups.head(_MAX_QUESTIONS).iterrows()):
            likely = [code for code in str(row["candidates"]).split(";") if code in set(all_codes)]
            options = ["", *likely, *(code for code in all_codes if code not in set(likely))]
            with boxes[position % 2]:
                code = st.selectbox(
                    say("indicator_own.rows_of", key=markdown_text(str(key)[:40]), count=int(row["rows"])),
                    options,
                    format_func=lambda code: f"{region_text(code)} {code}" if code else say("indicator_own.leave"),
                    key=f"own-cure-{seed}-{key}",
                )
            if code:
                assignments[str(key)] = code
        if len(groups) > _MAX_QUESTIONS:
            st.caption(say("indicator_own.more_open", count=len(groups) - _MAX_QUESTIONS))
    return assignments


def _ask_duplicates(codes: pd.Series, names: pd.Series, seed: str) -> Doubled:
    """Ask how to combine rows of the same territory, named: left out (the default), summed or averaged."""
    repeated = codes[(codes != "") & codes.duplicated(keep=False)]
    if repeated.empty:
        return "leave_out"
    groups = names[repeated.index].astype(str).groupby(repeated).agg(list).head(_MAX_DOUBLED)
    told = [
        say("indicator_own.doubled_rows", territory=region_text(str(code)), rows=say("snapshot.and").join(rows))
        for code, rows in groups.items()
    ]
    st.warning(markdown_text(say("indicator_own.doubled_told", which=say("snapshot.sentence_break").join(told))))
    rule: Doubled = st.radio(
        say("indicator_own.doubled", count=len(repeated)),
        _DUPLICATE_RULES,
        format_func=lambda code: say(f"indicator_own.doubled_{code}"),
        horizontal=True,
        key=f"own-doubled-{seed}",
    )
    return rule


def _guess_columns(table: pd.DataFrame) -> ColumnGuess:
    return guess_columns(table, _gazetteer(str(data_root(catalogue().folder)), stamp()))


@st.cache_resource(show_spinner=False, max_entries=1)
def _gazetteer(folder: str, state: Stamp) -> Gazetteer:  # noqa: ARG001 -- the key
    return Gazetteer.from_data(Path(folder))
