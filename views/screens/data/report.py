"""What the intake of a layer found: its figures, every fault with rows and cure, its first rows and fields."""

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
from snapshot.findings import area_text, length_text
from views.screens.data.preview import Picture, drawn, told
from views.screens.data.table import CSS
from views.session import Memo, current_layers, html_of, lang, markdown_text, say, show_html

__all__ = ["show_report"]

_PICTURE: Final[Memo[Picture]] = Memo("data-picture")

_TOLD = ("=", "+", "-", "@", "\t", "\r")


def show_report(intake: Intake, accept_repairs: bool) -> bool:
    """Draw the report; return whether shapes with several readings are to be mended too."""
    found = intake.recognition
    if found.official is not None:
        st.success(
            say(
                "data.recognised",
                table=found.official.table,
                title=found.official.title(lang()),
                standard=found.official.standard(lang()),
                ysdm=found.ysdm,
            )
        )
        if found.official.ysdm_verified == "family":
            st.caption(say("data.recognised_family"))
    elif found.near_miss is not None:
        st.warning(markdown_text(found.near_miss.text(lang())))
    left, right = st.columns([2, 3])
    with left:
        show_html(style(CSS), _figures(intake))
    with right:
        _picture(intake, accept_repairs)
    for notice in intake.notices:
        st.info(markdown_text(notice.text(lang())))
    wanted = _faults(intake, accept_repairs)
    _preview(intake)
    return wanted


def _figures(intake: Intake) -> Markup:
    """Return the layer in figures."""
    now = lang()
    size = area_text(intake.area_m2, now) if intake.dimension == 2 else length_text(intake.length_m, now)
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


def _picture(intake: Intake, accept_repairs: bool) -> None:
    """Show where it lies; drawn once for what was read."""
    now = lang()
    first = shapely.get_coordinates(intake.frame.geometry.array[:1]).tobytes()  # another after an axis swap
    key = (intake.sha256, intake.layer, intake.reading.epsg, intake.reading.declared, accept_repairs, first, now)
    picture = _PICTURE.once(key, lambda: drawn(intake, counties_of(current_layers()), now))
    image = picture.image(say("data.lies_label", name=intake.layer))
    show_html(Markup('<div class="rl-lies-box">{}</div>').format(image))
    st.caption(markdown_text(told(picture, now)))


def _faults(intake: Intake, accept_repairs: bool) -> bool:
    """List the faults, the grave ones first; a table of all rows can be taken away."""
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
        st.download_button(
            say("data.faults_csv"),
            _csv(list(intake.faults)),
            file_name=f"{intake.layer}-faults.csv",
            mime="text/csv",
            key="data-faults",
        )
    if accept_repairs or any(fault.code == "invalid" for fault in intake.faults):
        return st.checkbox(say("data.accept_repairs"), value=accept_repairs, key=f"data-accept-{intake.sha256}")
    return False


def _preview(intake: Intake) -> None:
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


def _csv(faults: list[Fault]) -> bytes:
    """Return the rows as a table that a spreadsheet opens; a cell that would be a formula there is text."""
    rows = fault_rows(faults, lang())
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    for row in rows:
        cells = {key: str(value) for key, value in row.items()}
        writer.writerow({key: f"'{text}" if text.startswith(_TOLD) else text for key, text in cells.items()})
    return out.getvalue().encode("utf-8-sig")
