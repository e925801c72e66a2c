"""A user's table on the indicators page: file, columns, what became of each row, cures, and onto the map."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from geo.errors import RedlineError
from geo.read.tables import PlainTable, read_plain_tables
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
from views.session import Slot, Stamp, catalogue, lang, markdown_text, region_text, say, show_fault, stamp

__all__ = ["OWN_TABLE_OPEN", "choose_table"]

OWN_TABLE_OPEN: Final[Slot[bool]] = Slot("own-open", default=False)
"""Whether the panel for a user's own table is open."""

_LEVELS: Final[tuple[Level, ...]] = ("county", "prefecture")
_DOUBLED: Final[tuple[Doubled, ...]] = ("leave_out", "sum", "mean")
_STATUSES: Final = ("matched", "renamed", "corrected", "ambiguous", "unmatched")
_MOST_CURES: Final = 12


def choose_table() -> None:
    """Show the uploader and, once a file is there, what is made of it."""
    st.caption(say("indicator_own.lead"))
    uploaded = st.file_uploader(say("indicator_own.file"), type=["csv", "txt", "tsv", "xlsx", "xls"], key="own-file")
    if uploaded is None:
        return
    try:
        sheets = read_plain_tables(uploaded.getvalue(), uploaded.name)
        _show_sheet(sheets, uploaded.file_id)
    except RedlineError as fault:
        show_fault(fault)


def _show_sheet(sheets: list[PlainTable], file_id: str) -> None:
    """Ask for what cannot be known, with what seems right filled in."""
    at = 0
    if len(sheets) > 1:
        at = st.selectbox(
            say("indicator_own.sheet"),
            range(len(sheets)),
            format_func=lambda i: sheets[i].name,
            key=f"own-sheet-{file_id}",
        )
    sheet = sheets[at]
    seed = f"{file_id}-{at}-{lang()}"
    first, second, third = st.columns([1, 1.6, 1.2])
    with first:
        head = int(
            st.number_input(say("indicator_own.head"), 1, len(sheet.rows), sheet.head + 1, key=f"own-head-{seed}")
        )
    table = sheet.under(head - 1)
    if table.empty:
        raise RedlineError("indicator_own.empty", name=sheet.name)
    guess = _guess(table)
    columns = [str(column) for column in table.columns]
    seed = f"{seed}-{head}"
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


def _show_join(name: str, table: pd.DataFrame, by: tuple[str, Level], numbers: list[str], seed: str) -> None:
    """Say what became of the rows, offer cures, and the button that takes the figures."""
    key, level = by
    report = join_table(table, key, _gazetteer(str(data_root(catalogue().folder)), stamp()), level)
    _show_counts(report)
    codes = assigned_codes(report, _cures(report, seed))
    doubled = _doubled(codes, seed)
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
        on_click=lambda: _use(
            own_subject(table, codes, numbers, level=level, name=name, read_on=today(), doubled=doubled)
        ),
    )


def _use(subject: Subject) -> None:
    """Show a subject and close the panel: the map is what is looked at next."""
    add_own_subject(subject)
    OWN_TABLE_OPEN.set(value=False)


def _show_counts(report: JoinReport) -> None:
    counts = report.counts()
    told = [(say(f"indicator_own.report_{status}"), int(counts[status])) for status in _STATUSES if counts[status]]
    told.append((say("indicator_own.report_absent"), len(report.absent)))
    for box, (label, count) in zip(st.columns(len(told)), told, strict=True):
        box.metric(label, count)
    reasons = report.reasons(lang())
    if len(reasons):
        with st.expander(say("indicator_own.what_became")):
            shown = reasons.assign(status=reasons["status"].map(lambda code: say(f"indicator_own.report_{code}")))
            heads = {name: say(f"indicator_own.col_{name}") for name in ("key", "rows", "status", "candidates", "why")}
            st.dataframe(shown[list(heads)].rename(columns=heads), hide_index=True, width="stretch")


def _cures(report: JoinReport, seed: str) -> dict[str, str]:
    """Let the user say what each name means that was left open."""
    frame = report.frame
    open_rows = (frame["unit_adcode"] == "") & (frame[report.key] != "") & (frame["join_how"] != ELSEWHERE)
    left = frame[open_rows]
    if left.empty:
        return {}
    groups = left.groupby(report.key, sort=False).agg(
        rows=("join_status", "size"), candidates=("unit_candidates", "first"), status=("join_status", "first")
    )
    groups = groups.sort_values(["status", "rows"], ascending=[True, False], kind="stable")
    cures: dict[str, str] = {}
    with st.expander(say("indicator_own.to_cure"), expanded=True):
        boxes = st.columns(2)
        every = report.gazetteer.units_of(report.level)
        for at, (key, row) in enumerate(groups.head(_MOST_CURES).iterrows()):
            likely = [code for code in str(row["candidates"]).split(";") if code in set(every)]
            options = ["", *likely, *(code for code in every if code not in set(likely))]
            with boxes[at % 2]:
                code = st.selectbox(
                    say("indicator_own.rows_of", key=markdown_text(str(key)[:40]), count=int(row["rows"])),
                    options,
                    format_func=lambda code: f"{region_text(code)} {code}" if code else say("indicator_own.leave"),
                    key=f"own-cure-{seed}-{key}",
                )
            if code:
                cures[str(key)] = code
        if len(groups) > _MOST_CURES:
            st.caption(say("indicator_own.more_open", count=len(groups) - _MOST_CURES))
    return cures


def _doubled(codes: pd.Series, seed: str) -> Doubled:
    """Ask what becomes of rows that fall on one territory; they are left out until it is said."""
    twice = codes[(codes != "") & codes.duplicated(keep=False)]
    if twice.empty:
        return "leave_out"
    way: Doubled = st.radio(
        say("indicator_own.doubled", count=len(twice)),
        _DOUBLED,
        format_func=lambda code: say(f"indicator_own.doubled_{code}"),
        horizontal=True,
        key=f"own-doubled-{seed}",
    )
    return way


def _guess(table: pd.DataFrame) -> ColumnGuess:
    return guess_columns(table, _gazetteer(str(data_root(catalogue().folder)), stamp()))


@st.cache_resource(show_spinner=False, max_entries=1)
def _gazetteer(folder: str, now: Stamp) -> Gazetteer:  # noqa: ARG001 -- the key
    return Gazetteer.from_data(Path(folder))
