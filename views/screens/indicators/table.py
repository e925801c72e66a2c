"""Table of the values of an indicator, ranked, with their class; its downloads as CSV and XLSX."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from layers.indicators import Subject
from layers.plans import clause_text, document_name
from snapshot.findings import Page, write_csv, write_workbook
from views.parts.indicators import MappedIndicator
from views.parts.takeaway import show_file_link
from views.session import lang, region_text, say

__all__ = ["downloads", "labelled", "moments_table", "ranking_table", "value_heading"]


def ranking_table(mapped: MappedIndicator, prefecture: str = "") -> pd.DataFrame:
    """Return the territories of an indicator, highest value first, those without a value last.

    Parameters
    ----------
    mapped : MappedIndicator
    prefecture : str
        Adcode; only its counties. "" for all.

    Returns
    -------
    DataFrame
        ``rank`` (ties share one; NA without a value, and where a model drew what is measured), ``name``,
        ``prefecture``, ``adcode``, ``value`` (float), ``class_`` (caption), ``colour``.
    """
    frame = mapped.choropleth.layer.frame
    assert frame is not None
    classes = mapped.choropleth.classes
    of_row = classes.of_row
    captions = np.array([*classes.captions(), say("carto.missing")], dtype=object)
    colours = np.array([*classes.colours, "#d9d9d9"], dtype=object)
    codes = frame["adcode"].astype(str)
    prefectures = (
        frame["prefecture_adcode"].astype(str) if "prefecture_adcode" in frame.columns else pd.Series("", codes.index)
    )
    table = pd.DataFrame(
        {
            "name": codes.map(region_text).to_numpy(),
            "prefecture": prefectures.map(lambda code: region_text(code) if code else "").to_numpy(),
            "prefecture_adcode": prefectures.to_numpy(),
            "adcode": codes.to_numpy(),
            "value": mapped.by_region.to_numpy(float),
            "class_": captions[of_row],
            "colour": colours[of_row],
        }
    )
    if mapped.subject.level != "county":
        table = table[table["value"].notna()]
    if prefecture:
        table = table[table["prefecture_adcode"] == prefecture]
    table = table.sort_values("value", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    rank = table["value"].rank(method="min", ascending=False)
    rank = rank * np.nan if mapped.indicator.modelled else rank
    table.insert(0, "rank", rank.astype("Int64"))
    return table


def labelled(table: pd.DataFrame, mapped: MappedIndicator) -> pd.DataFrame:
    """Return the columns of `ranking_table` to show, with translated headings."""
    columns = {
        "rank": say("indicator_page.col_rank"),
        "name": say(f"indicator_page.level_{mapped.subject.level}"),
        "prefecture": say("indicator_page.col_prefecture"),
        "value": value_heading(mapped),
        "class_": say("indicator_page.col_class"),
        "adcode": say("indicator_page.col_adcode"),
    }
    if mapped.subject.level != "county":
        del columns["prefecture"]
    return table[list(columns)].rename(columns=columns)


def value_heading(mapped: MappedIndicator) -> str:
    """Return the heading of the value column, with the unit where there is one."""
    unit = mapped.indicator.unit(lang())
    return say("indicator_page.col_plain") if unit == "—" else say("indicator_page.col_value", unit=unit)


def moments_table(subject: Subject) -> pd.DataFrame | None:
    """Return every published figure of a subject as printed, with document and clause; None for other subjects."""
    if subject.rows is None:
        return None
    language = lang()
    rows = subject.rows.sort_values("year", kind="stable", na_position="last")
    kinds = rows["kind"].where(rows["cell"] != "change", "change")
    clauses = [clause_text(*pair, language) for pair in zip(rows["document"], rows["clause"], strict=True)]
    return pd.DataFrame(
        {
            say("indicator_page.col_year"): [_years_text(row) for row in rows.to_dict("records")],
            say("indicator_page.col_kind"): [say(f"indicators.kind_{kind}") for kind in kinds],
            say("indicator_page.col_region"): rows["adcode"].map(region_text).to_numpy(),
            say("indicator_page.col_printed"): rows["value_text"].to_numpy(),
            say("indicator_page.col_unit"): subject.unit(language),
            say("indicator_page.col_document"): [document_name(code, language) for code in rows["document"]],
            say("indicator_page.col_clause"): clauses,
        }
    )


def _years_text(row: dict[Any, Any]) -> str:
    if pd.isna(row["year"]):
        return "—"
    prefix = "" if pd.isna(row["year_from"]) or row["year_from"] == row["year"] else f"{row['year_from']}–"
    return f"{prefix}{row['year']}"


def downloads(table: pd.DataFrame, mapped: MappedIndicator) -> None:
    """Show the download buttons of the table: CSV, and XLSX with a sheet on its source."""
    language = lang()
    name = re.sub(r"[^\w-]+", "_", mapped.indicator.title(language)).strip("_")[:60] or "indicator"
    facts = pd.DataFrame(
        {
            say("indicator_page.fact"): [
                say(f"indicator_page.fact_{key}") for key in ("title", "unit", "source", "note")
            ],
            say("indicator_page.told"): [
                mapped.indicator.title(language),
                mapped.indicator.unit(language),
                mapped.indicator.source(language),
                say(f"indicator_page.basis_{mapped.indicator.basis}"),
            ],
        }
    )
    left, right = st.columns(2)
    pages = [Page(say("indicator_page.title"), table), Page(say("indicator_page.fact_source"), facts)]
    with left:
        show_file_link("table-csv", say("indicator_page.take_csv"), f"{name}.csv", lambda: _csv(table))
    with right:
        show_file_link("table-xlsx", say("indicator_page.take_xlsx"), f"{name}.xlsx", lambda: _xlsx(pages))


def _csv(table: pd.DataFrame) -> bytes:
    stream = io.StringIO(newline="")
    write_csv(stream, table, bom=True)
    return stream.getvalue().encode()


def _xlsx(pages: list[Page]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / "table.xlsx"
        write_workbook(target, pages)
        return target.read_bytes()
