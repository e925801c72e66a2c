"""The tables of the Plans page: one list for every kind, and table 2-1 with base, target and change side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from layers.indicators import unit_text
from layers.plans import PlanSet, clause_text, document_name
from views.parts.entries.filter import code_text
from views.session import html_of, is_missing, lang, region_text, regions_text, row_of, rows_of, say, show_html

__all__ = ["TABLE_21", "entry_table", "force_text", "show_counts", "show_table_21"]

TABLE_21: Final = "000-t2-1-"
_CELLS: Final = ("base", "target", "change")
_COLUMNS: Final = {
    "": ("kind", "name", "document", "clause", "region", "category", "status"),
    "projects": ("name", "category", "region", "status", "place", "document", "clause"),
    "protected_sites": ("name", "category", "level", "region", "place", "area_ha", "document", "clause"),
    "waters": ("name", "category", "aliases", "region", "place", "document", "clause"),
    "indicators": ("name", "value", "unit", "year", "status", "region", "flags", "document", "clause"),
    "limits": ("name", "value", "unit", "year", "status", "region", "flags", "document", "clause"),
    "rules": (
        "status",
        "effect",
        "name",
        "category",
        "force",
        "authority",
        "checkable",
        "region",
        "document",
        "clause",
    ),
    "county_facts": ("name", "region", "category", "rank", "status", "year", "document", "clause"),
    "corrections": ("name", "category", "status", "document", "clause"),
}
_MARKS: Final = {"status_in_force": "●", "status_expired": "✕", "status_reference": "○"}
"""Sign of the status of a rule, distinct without colour."""


def show_counts(plans: PlanSet, counts: pd.DataFrame) -> None:
    """Show the number of entries of each kind in each document."""
    heads = [say("plans_page.document"), *(say(f"plans_page.kind_{kind}") for kind in counts.columns)]
    heads.append(say("plans_page.total"))
    rows = []
    for document, numbers in zip(counts.index.astype(str), counts.to_numpy().tolist(), strict=True):
        status = say(f"plans_page.status_{row_of(plans.documents.loc[document])['status']}")
        name = f"{document} {say(f'plans_page.short_{document}')}"
        rows.append([Markup("{} <small>{}</small>").format(name, status), *numbers, sum(numbers)])
    rows.append([say("plans_page.total"), *counts.sum().tolist(), int(counts.to_numpy().sum())])
    table = html_of("views/parts/entries/templates/counts.html", heads=heads, rows=rows)
    show_html(style("views/parts/entries/templates/counts.css"), table)


def entry_table(plans: PlanSet, found: pd.DataFrame, kind: str, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return entries as a table of texts, with column titles in the session's language.

    Parameters
    ----------
    plans : PlanSet
    found : DataFrame
        Rows of ``plans.entries``.
    kind : str
        Their kind; blank for a list of several kinds.
    columns : sequence of str, optional
        Names of the columns; those of the kind by default.
    """
    own = plans.tables[kind].loc[found["id"]].reset_index(drop=True) if kind else pd.DataFrame(index=range(len(found)))
    found = found.reset_index(drop=True)
    return pd.DataFrame({_column_title(name): _column(name, found, own) for name in columns or _COLUMNS[kind]})


def _column_title(name: str) -> str:
    heads = {"region": "f_counties", "place": "place", "document": "document", "kind": "kind", "status": "status"}
    heads |= {"unit": "unit", "flags": "flags", "area_ha": "f_area"}
    return say(f"plans_page.{heads.get(name, 'f_' + name)}")


def _column(name: str, found: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Return one column of the table as texts."""
    if name == "status" and "effect" in own.columns:
        return found["status"].map(lambda code: f"{_MARKS.get(code, '')} {code_text(code)}".strip())
    if name in _COMMON_COLUMNS:
        return _COMMON_COLUMNS[name](found)
    if name in _KIND_COLUMNS:
        return _KIND_COLUMNS[name](own)
    if name in _CODE_COLUMNS:
        return own[name].map(lambda code: code_text(f"{_CODE_COLUMNS[name]}_{code}" if code else ""))
    return own["value_text" if name == "value" else name].astype("string").fillna("")


def force_text(row: dict[str, Any]) -> str:
    """Return the days on which a rule is in force, as text; "" if the first is not known."""
    if not row["in_force_from"]:
        return ""
    key = "plans_page.until" if row["in_force_to"] else "plans_page.since"
    return say(key, start=row["in_force_from"], end=row["in_force_to"])


def _clauses(found: pd.DataFrame) -> pd.Series:
    now = lang()
    pairs = zip(found["document"], found["clause"], strict=True)
    return pd.Series([clause_text(document, clause, now) for document, clause in pairs])


_COMMON_COLUMNS: Final[dict[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "kind": lambda found: found["kind"].map(lambda code: say(f"plans_page.kind_{code}")),
    "name": lambda found: found["name_zh" if lang() == "zh" else "name_en"],
    "document": lambda found: found["document"].map(lambda code: document_name(code, lang())),
    "clause": _clauses,
    "region": lambda found: found["adcodes"].map({codes: regions_text(codes) for codes in found["adcodes"].unique()}),
    "category": lambda found: found["category"].map(code_text),
    "status": lambda found: found["status"].map(code_text),
    "place": lambda found: found["place"].map(code_text),
}
"""Columns that entries of every kind have, by name."""
_KIND_COLUMNS: Final[dict[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "flags": lambda own: own["flag"].map(_flags),
    "force": lambda own: pd.Series([force_text(row) for row in rows_of(own)], dtype=object),
    "unit": lambda own: own["unit"].map(lambda unit: unit_text(unit)(lang()) if unit else ""),
}
"""Columns that only some kinds have, by name."""
_CODE_COLUMNS: Final = {
    "level": "level",
    "rank": "level",
    "effect": "effect",
    "checkable": "checkable",
    "authority": "authority",
}
"""Columns of codes that only some kinds have, with the prefix of the keys of their texts."""


def _flags(codes: str) -> str:
    return say("snapshot.sentence_break").join(code_text(f"flag_{code}") for code in codes.split(";") if code)


def show_table_21(plans: PlanSet, found: pd.DataFrame) -> None:
    """Show table 2-1: an indicator on each row, with base, target and change as printed and as numbers.

    Parameters
    ----------
    plans : PlanSet
    found : DataFrame
        Rows of ``plans.entries``; an indicator is shown if one of its three cells is among them.
    """
    rows = plans.tables["indicators"]
    rows = rows[rows["id"].str.startswith(TABLE_21)]
    rows = rows[rows["series"].isin(set(rows.loc[rows["id"].isin(set(found["id"])), "series"]))]
    st.caption(say("plans_page.table_21_lead"))
    cells = {cell: rows[rows["cell"] == cell].set_index("series") for cell in _CELLS}
    base = cells["base"]
    by_series = rows.groupby("series", sort=False)
    shown = pd.DataFrame(
        {
            say("plans_page.row_number"): [int(series.removeprefix(TABLE_21)) for series in base.index],
            say("plans_page.class_"): base["category"],
            say("plans_page.indicator"): base["name" if lang() == "zh" else "name_en"],
            say("plans_page.unit"): by_series["unit"].agg(
                lambda units: next((unit_text(unit)(lang()) for unit in units if unit), "")
            ),
            say("plans_page.binding"): base["binding"].map(lambda code: say(f"plans_page.binding_{code}")),
        }
    )
    shown[say("plans_page.way")] = _progress_percent(cells)
    for cell in _CELLS:
        shown[say(f"plans_page.{cell}_printed")] = cells[cell]["value_text"]
        shown[say(f"plans_page.{cell}_value")] = _value_texts(cells[cell])
    shown[say("plans_page.flags")] = pd.Series({code: _flag_texts(rows) for code, rows in by_series})
    shown[say("plans_page.notes")] = by_series["note"].agg(lambda notes: "；".join(dict.fromkeys(filter(None, notes))))
    st.dataframe(
        shown,
        hide_index=True,
        height=38 + 35 * min(len(shown), 16),
        width="stretch",
        key="plans-table-21",
        column_config={
            say("plans_page.indicator"): st.column_config.TextColumn(width="medium", pinned=True),
            say("plans_page.row_number"): st.column_config.NumberColumn(width=44, pinned=True),
            say("plans_page.way"): st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%.0f%%", width=120, help=say("plans_page.way_help")
            ),
            **{say(f"plans_page.{cell}_value"): st.column_config.TextColumn(width=140) for cell in _CELLS},
            say("plans_page.flags"): st.column_config.TextColumn(width="large"),
            say("plans_page.notes"): st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(region_text(str(rows["adcode"].iloc[0])) + " · " + clause_text("000", "2/4/表2-1", lang()))


def _progress_percent(cells: dict[str, pd.DataFrame]) -> pd.Series:
    """Return the share of the target that the base value had reached, percent; NaN if they are not comparable.

    The documents give no figure between base and target. What is to fall is computed from the target up to the base;
    what is to rise and was above its target already has reached it. Sums over years have no base.
    """
    base, target = cells["base"], cells["target"].reindex(cells["base"].index)
    before, after = base["value"], target["value"]
    sound = base["year_from"].isna() & target["year_from"].isna() & (before > 0) & (after > 0)
    reached = target["flag"].str.contains("target_below_base", na=False) | base["flag"].str.contains(
        "target_below_base"
    )
    falls = target["comparator"].isin(["<=", "<"]) | ((after < before) & ~reached)
    share = (after / before).where(falls, before / after)
    return (100 * share.clip(upper=1)).where(sound)


def _value_texts(cells: pd.DataFrame) -> pd.Series:
    """Return the numbers read from printed cells as texts, with comparator, range, and the years of a sum."""
    texts = []
    for row in rows_of(cells):
        text = "" if is_missing(row["value"]) else f"{row['value']:g}"
        if not is_missing(row["value_high"]):
            text += f"–{row['value_high']:g}"
        if text and row["comparator"] in {">=", "<=", ">", "<", "~"}:
            sign = str(row["comparator"])
            text = {">=": "≥", "<=": "≤"}.get(sign, sign) + text
        if text and not is_missing(row["year_from"]):
            text += f" ({row['year_from']}–{row['year']})"
        texts.append(text)
    return pd.Series(texts, index=cells.index)


def _flag_texts(rows: pd.DataFrame) -> str:
    """Return the flags of an indicator as one text, each with the title of its column."""
    texts = [
        f"{say(f'plans_page.{cell}_value')}: {_flags(flag)}" if lang() == "en" else _flag_text_zh(cell, flag)
        for cell, flag in zip(rows["cell"].astype(str), rows["flag"].astype(str), strict=True)
        if flag
    ]
    return "；".join(texts) if lang() == "zh" else "; ".join(texts)


def _flag_text_zh(cell: str, flags: str) -> str:
    return f"{say(f'plans_page.{cell}_value').removesuffix('值')}：{_flags(flags)}"
