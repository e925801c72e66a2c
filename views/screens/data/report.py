"""Report on a layer to import: counts and extent, picture, faults with their rows and remedy, first rows, columns."""

from __future__ import annotations

import csv
import io
from typing import Final

import pandas as pd
import shapely
import streamlit as st

from carto.markup import Markup, style
from layers.catalogue import counties_of
from layers.own import ROW, Fault, Intake, fault_rows
from snapshot.findings import exact_area_text, length_text
from views.parts.takeaway import show_file_link
from views.screens.data.preview import Picture, caption, draw_picture
from views.screens.data.table import CSS
from views.session import Memo, current_layers, html_of, lang, markdown_text, say, show_html
from words import Lang

__all__ = ["show_report"]

_PICTURE: Final[Memo[Picture]] = Memo("data-picture")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def show_report(intake: Intake, accept_repairs: bool) -> bool:
    """Show the report; return whether the user accepts repairs of shapes that can be repaired in several ways."""
    recognition = intake.recognition
    if recognition.official is not None:
        st.success(
            say(
                "data.recognised",
                table=recognition.official.table,
                title=recognition.official.title(lang()),
                standard=recognition.official.standard(lang()),
                ysdm=recognition.ysdm,
            )
        )
        if recognition.official.ysdm_verified == "family":
            st.caption(say("data.recognised_family"))
    elif recognition.near_miss is not None:
        st.warning(markdown_text(recognition.near_miss.text(lang())))
    left, right = st.columns([2, 3])
    with left:
        show_html(style(CSS), _figures_html(intake))
    with right:
        _show_picture(intake, accept_repairs)
    for notice in intake.notices:
        st.info(markdown_text(notice.text(lang())))
    accept = _show_faults(intake, accept_repairs)
    _show_preview(intake)
    return accept


def _figures_html(intake: Intake) -> Markup:
    """Return file, row counts, geometry type, size and bounds of the layer as an HTML list."""
    now = lang()
    size = exact_area_text(intake.area_m2, now) if intake.dimension == 2 else length_text(intake.length_m, now)
    bounds = "—"
    if len(intake.frame):
        west, south, east, north = intake.frame.total_bounds
        bounds = f"{west:.4f}–{east:.4f}°E, {south:.4f}–{north:.4f}°N"
    facts = [
        (
            say("data.figure_file"),
            f"{intake.name} / {intake.layer}" if intake.layer not in intake.name else intake.name,
        ),
        (say("data.figure_rows"), say("data.rows_kept", read=f"{intake.row_count:,}", kept=f"{len(intake.frame):,}")),
        (say("data.figure_kind"), say(f"data.kind_{intake.dimension}")),
        *([(say("data.figure_size"), size)] if intake.dimension else []),
        (say("data.bounds"), bounds),
    ]
    return html_of("views/screens/data/templates/facts.html", facts=facts, kept=len(intake.frame))


def _show_picture(intake: Intake, accept_repairs: bool) -> None:
    """Show the overview picture of the layer, drawn once per reading of the file."""
    language = lang()
    first = shapely.get_coordinates(intake.frame.geometry.array[:1]).tobytes()  # changes with an axis swap
    key = (intake.sha256, intake.layer, intake.reading.epsg, intake.reading.declared, accept_repairs, first, language)
    picture = _PICTURE.once(key, lambda: draw_picture(intake, counties_of(current_layers()), language))
    image = picture.image(say("data.lies_label", name=intake.layer))
    show_html(Markup('<div class="rl-lies-box">{}</div>').format(image))
    st.caption(markdown_text(caption(picture, language)))


def _show_faults(intake: Intake, accept_repairs: bool) -> bool:
    """Show the faults, stops first, with a CSV download of their rows; return whether repairs are accepted."""
    now = lang()
    if not intake.faults:
        st.success(say("data.no_faults"))
    for fault in intake.faults:
        text = f"**{markdown_text(fault.text(now))}** {markdown_text(fault.cure(now))}"
        (st.error if fault.level == "stop" else st.warning)(text)
        if fault.notes:
            with st.expander(say("data.rows_of", name=say(f"data.name_{fault.code}"), count=f"{fault.count:,}")):
                st.dataframe(pd.DataFrame(fault_rows([fault], now)), hide_index=True, width="stretch", height=220)
    if any(fault.rows for fault in intake.faults):
        faults = list(intake.faults)
        show_file_link(
            "data-faults", say("data.faults_csv"), f"{intake.layer}-faults.csv", lambda: _faults_csv(faults, now)
        )
    if accept_repairs or any(fault.code == "invalid" for fault in intake.faults):
        return st.checkbox(say("data.accept_repairs"), value=accept_repairs, key=f"data-accept-{intake.sha256}")
    return False


def _show_preview(intake: Intake) -> None:
    with st.expander(say("data.preview", count=len(intake.columns))):
        st.dataframe(intake.frame.head(5).drop(columns=["geometry", ROW]).astype(str), hide_index=True, width="stretch")
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        say("data.col_field"): column.name,
                        say("data.col_kind"): say(f"data.type_{column.kind}"),
                        say("data.col_filled"): column.filled,
                        say("data.col_distinct"): column.distinct,
                        say("data.col_examples"): say("data.comma").join(column.examples),
                    }
                    for column in intake.columns
                ]
            ),
            hide_index=True,
            width="stretch",
        )


def _faults_csv(faults: list[Fault], language: Lang) -> bytes:
    """Return the faulty rows as CSV (UTF-8 with BOM); cells that a spreadsheet would run as formulas are quoted."""
    rows = fault_rows(faults, language)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    for row in rows:
        cells = {key: str(value) for key, value in row.items()}
        writer.writerow({key: f"'{text}" if text.startswith(_FORMULA_STARTS) else text for key, text in cells.items()})
    return out.getvalue().encode("utf-8-sig")
