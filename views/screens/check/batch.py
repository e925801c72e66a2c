"""Several sites at once: schemes side by side, the table of all with its filter, ground taken by layer and county."""

from __future__ import annotations

import logging
import math
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from siting.check import Run, compare, occupation, one_site, places_of, result_columns
from siting.records import VERDICTS
from snapshot.findings import labels_of, write_results
from views.parts.findings import COLOURS, RUN_NUMBER, layer_title, size_text, stands_for_title
from views.session import Memo, html_of, lang, say, show_html

__all__ = ["show_occupation", "show_schemes", "show_sites", "show_take"]

_COMPARISON: Final[Memo[pd.DataFrame]] = Memo("chk-compared")
_TABLE: Final[Memo[pd.DataFrame]] = Memo("chk-all-sites")
_LAND_TAKEN: Final[Memo[pd.DataFrame]] = Memo("chk-occupation")

_SCHEMES: Final = 5
_TABLE_HEIGHT: Final = 320
_FORMS: Final = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "json": ("JSON", "application/json"),
}


def show_schemes(run: Run) -> None:
    """Compare two to five sites in one table."""
    ids = labels_of(run)
    if len(ids) <= _SCHEMES:
        st.markdown(f"**{say('check_page.schemes')}**")
        _compared(run, ids, list(range(len(ids))))
        return
    with st.expander(say("check_page.schemes")):
        chosen = st.multiselect(
            say("check_page.schemes_pick"),
            range(len(ids)),
            default=list(range(2)),
            max_selections=_SCHEMES,
            format_func=lambda at: str(ids[at]),
            key=f"chk-schemes-{run.sites.sha256}-{len(ids)}",
        )
        _compared(run, ids, chosen)


def _compared(run: Run, ids: list[str], chosen: list[int]) -> None:
    """Show the comparison of the chosen, made once."""
    if len(chosen) < 2:
        return
    table = _COMPARISON.once(
        (RUN_NUMBER.get(), tuple(chosen)),
        lambda: compare({ids[at]: one_site(run.result, at) for at in chosen}),
    )
    show_html(style("views/screens/check/templates/schemes.css"), _schemes(run, table))


def _schemes(run: Run, table: pd.DataFrame) -> Markup:
    """Return the comparison, a column a scheme."""
    specs = {layer.id: layer.spec for layer in run.layers.values()}
    rows: list[tuple[str, list[str]]] = [
        ("scheme_size", [size_text(a, b) for a, b in zip(table["area_m2"], table["length_m"], strict=True)]),
        ("scheme_prohibited", [str(n) for n in table["prohibited"]]),
        ("scheme_review", [str(n) for n in table["review_required"]]),
        ("scheme_not_firm", [str(n) for n in table["not_firm"]]),
        ("scheme_way", [size_text(a, b) for a, b in zip(table["way_out_m2"], table["way_out_m"], strict=True)]),
        ("scheme_missing", [_words(text) for text in table["missing_required"]]),
    ]
    labelled = [(say(f"check_page.{key}"), values) for key, values in rows]
    for name in dict.fromkeys(column.split(":", 1)[1] for column in table.columns if ":" in column):
        values = [_takes(row, name) for _, row in table.iterrows()]
        labelled.append((say("check_page.scheme_takes", layer=layer_title(specs, name)), values))
    return html_of(
        "views/screens/check/templates/schemes.html",
        schemes=list(table["scheme"]),
        verdicts=list(table["verdict"]),
        colours=COLOURS,
        rows=labelled,
    )


def _words(text: str) -> str:
    return say("snapshot.and").join(stands_for_title(word) for word in filter(None, text.split(";"))) or "—"


def _takes(row: pd.Series, name: str) -> str:
    """Write what a scheme takes of a layer."""
    area, length = (row.get(f"{kind}:{name}", math.nan) for kind in ("overlap_m2", "overlap_m"))
    if pd.isna(area) and pd.isna(length):
        return say("check_page.scheme_unchecked")
    if not (area or 0) > 0 and not (length or 0) > 0:
        return "0"
    return size_text(area if area > 0 else None, length if length > 0 else None)


def show_sites(run: Run) -> int:
    """Show the table of all sites with its filter; return the position of the one to look at."""
    sites = run.result.sites
    st.markdown(f"**{say('check_page.batch', count=len(sites))}**")
    counts = sites["verdict"].value_counts()
    codes = [code for code in VERDICTS if code in counts.index]
    wanted = st.pills(
        say("check_page.batch_filter"),
        codes,
        selection_mode="multi",
        format_func=lambda code: f"{say(f'siting.verdict_{code}')} {counts[code]}",
        key="chk-filter",
    )
    keep = sites["verdict"].isin(wanted or codes).to_numpy()
    positions = [at for at, kept in enumerate(keep) if kept]
    event = st.dataframe(
        _all_sites(run)[keep],
        hide_index=True,
        height=min(_TABLE_HEIGHT, 36 * (len(positions) + 1)),
        width="stretch",
        key=f"chk-batch-{RUN_NUMBER.get()}-{'-'.join(sorted(wanted or []))}",
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = event["selection"]["rows"]
    st.caption(say("check_page.batch_pick"))
    return positions[rows[0]] if rows and rows[0] < len(positions) else positions[0]


def _all_sites(run: Run) -> pd.DataFrame:
    """Return the table in words, made once for a run and language."""
    return _TABLE.once((RUN_NUMBER.get(), lang()), lambda: _in_words(run))


def _in_words(run: Run) -> pd.DataFrame:
    specs = {layer.id: layer.spec for layer in run.layers.values()}
    found, sites = result_columns(run), run.result.sites
    sizes = zip(found["rl_area_m2"], found["rl_length_m"], strict=True)
    return pd.DataFrame(
        {
            say("check_page.col_id"): found["rl_site"],
            say("check_page.col_verdict"): [say(f"siting.verdict_{code}") for code in found["rl_verdict"]],
            say("check_page.col_size"): [size_text(*size) for size in sizes],
            say("check_page.col_county"): _counties(run),
            say("check_page.col_layers"): [_titles(text, specs) for text in found["rl_layers"]],
            say("check_page.col_missing"): [_words(";".join(words)) for words in sites["missing_required"]],
        }
    )


def _titles(text: str, specs: dict[str, Any]) -> str:
    return say("snapshot.and").join(layer_title(specs, name) for name in filter(None, text.split(";")))


def _counties(run: Run) -> list[str]:
    """Return each site's counties, the largest share first."""
    rows = run.result.counties
    names = rows["name"] if lang() == "zh" else rows["name_en"].fillna(rows["name"])
    joined = names.groupby(rows["site"]).agg(say("snapshot.and").join)
    return [str(joined.get(at, "")) for at in range(len(run.result.sites))]


def show_occupation(run: Run) -> None:
    """Show how much ground of the sites each layer takes, by county and land class."""
    with st.expander(say("check_page.occupation")):
        table = _LAND_TAKEN.once(RUN_NUMBER.get(), lambda: occupation(run))
        if table.empty:
            st.caption(say("check_page.occupation_none"))
            return
        specs = {layer.id: layer.spec for layer in run.layers.values()}
        places = places_of(run)
        county = [
            say("check_page.occ_total") if level == "layer" else name or say("check_page.occ_outside")
            for level, name in zip(table["level"], table["county"], strict=True)
        ]
        shown = {
            "occ_layer": [layer_title(specs, name) for name in table["layer"]],
            "occ_county": county,
            **({"occ_class": table["land_class"]} if (table["level"] == "class").any() else {}),
            "occ_sites": table["sites"],
            "occ_m2": [f"{value:,.{places.m2}f}" for value in table["m2"]],
            "occ_ha": [f"{value:,.{places.ha}f}" for value in table["ha"]],
            "occ_mu": [f"{value:,.{places.mu}f}" for value in table["mu"]],
            "occ_moved": [f"{value:+,.{places.m2}f}" if value else "" for value in table["m2_moved"]],
        }
        frame = pd.DataFrame({say(f"check_page.{key}"): values for key, values in shown.items()})
        st.dataframe(frame, hide_index=True, width="stretch")


def show_take(run: Run, check_id: str | None = None) -> None:
    """Show the files that the results can be taken away in; each is written when it is asked for."""
    st.markdown(f"**{say('check_page.take')}**")
    if len(run.sites) > 1:
        st.caption(say("check_page.batch_take"))
    now = lang()
    columns = st.columns(len(_FORMS))
    for column, (form, (label, mime)) in zip(columns, _FORMS.items(), strict=True):
        with column:
            st.download_button(
                label,
                data=partial(_written, run, form, now, check_id),
                file_name=f"redline-{check_id or 'check'}.{form}",
                mime=mime,
                on_click="ignore",
                width="stretch",
                key=f"chk-take-{form}",
            )


def _written(run: Run, form: str, now: Any, check_id: str | None) -> bytes:
    """Write results in a private folder and return their bytes."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / f"check.{form}"
        try:
            write_results(target, form, run, now, check_id=check_id)  # type: ignore[arg-type]
        except Exception:
            logging.getLogger("redline").exception("results as %s", form)
            raise
        return target.read_bytes()
