"""Results of several sites: schemes compared, the filtered table of all sites, ground taken, downloads."""

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
from snapshot.selection import check_file_name
from views.parts.findings import COLOURS, RUN_NUMBER, layer_title, size_text, stands_for_title
from views.session import Memo, html_of, lang, say, show_html

__all__ = ["show_downloads", "show_occupation", "show_schemes", "show_sites"]

_COMPARISON: Final[Memo[pd.DataFrame]] = Memo("chk-compared")
_TABLE: Final[Memo[pd.DataFrame]] = Memo("chk-all-sites")
_LAND_TAKEN: Final[Memo[pd.DataFrame]] = Memo("chk-occupation")

_MAX_SCHEMES: Final = 5
_TABLE_HEIGHT_PX: Final = 320
_FORMS: Final = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "json": ("JSON", "application/json"),
}


def show_schemes(run: Run) -> None:
    """Show two to five sites side by side; of more than five sites, those that the user chooses."""
    ids = labels_of(run)
    if len(ids) <= _MAX_SCHEMES:
        st.markdown(f"**{say('check_page.schemes')}**")
        _show_comparison(run, ids, list(range(len(ids))))
        return
    with st.expander(say("check_page.schemes")):
        chosen = st.multiselect(
            say("check_page.schemes_pick"),
            range(len(ids)),
            default=list(range(2)),
            max_selections=_MAX_SCHEMES,
            format_func=lambda position: str(ids[position]),
            key=f"chk-schemes-{run.sites.sha256}-{len(ids)}",
        )
        _show_comparison(run, ids, chosen)


def _show_comparison(run: Run, ids: list[str], chosen: list[int]) -> None:
    """Show the comparison of the sites at these positions, computed once per run; nothing for fewer than two."""
    if len(chosen) < 2:
        return
    table = _COMPARISON.once(
        (RUN_NUMBER.get(), tuple(chosen)),
        lambda: compare({ids[position]: one_site(run.result, position) for position in chosen}),
    )
    show_html(style("views/screens/check/templates/schemes.css"), _schemes_html(run, table))


def _schemes_html(run: Run, table: pd.DataFrame) -> Markup:
    """Return the comparison as an HTML table, a column per scheme."""
    specs = {layer.id: layer.spec for layer in run.layers.values()}
    rows: list[tuple[str, list[str]]] = [
        ("scheme_size", [size_text(a, b) for a, b in zip(table["area_m2"], table["length_m"], strict=True)]),
        ("scheme_prohibited", [str(n) for n in table["prohibited"]]),
        ("scheme_review", [str(n) for n in table["review_required"]]),
        ("scheme_not_firm", [str(n) for n in table["not_firm"]]),
        ("scheme_way", [size_text(a, b) for a, b in zip(table["way_out_m2"], table["way_out_m"], strict=True)]),
        ("scheme_missing", [_missing_text(text) for text in table["missing_required"]]),
    ]
    labelled = [(say(f"check_page.{key}"), values) for key, values in rows]
    for layer in dict.fromkeys(column.split(":", 1)[1] for column in table.columns if ":" in column):
        values = [_overlap_text(row, layer) for _, row in table.iterrows()]
        labelled.append((say("check_page.scheme_takes", layer=layer_title(specs, layer)), values))
    return html_of(
        "views/screens/check/templates/schemes.html",
        schemes=list(table["scheme"]),
        verdicts=list(table["verdict"]),
        colours=COLOURS,
        rows=labelled,
    )


def _missing_text(text: str) -> str:
    """Return the titles of missing layers, given as ``;``-joined codes; a dash for none."""
    return say("snapshot.and").join(stands_for_title(code) for code in filter(None, text.split(";"))) or "—"


def _overlap_text(row: pd.Series, layer: str) -> str:
    """Return area or length of a scheme within a layer; 0 without overlap, a word where it was not checked."""
    area, length = (row.get(f"{kind}:{layer}", math.nan) for kind in ("overlap_m2", "overlap_m"))
    if pd.isna(area) and pd.isna(length):
        return say("check_page.scheme_unchecked")
    if not (area or 0) > 0 and not (length or 0) > 0:
        return "0"
    return size_text(area if area > 0 else None, length if length > 0 else None)


def show_sites(run: Run) -> int:
    """Show the table of all sites with its filter; return the position of the selected one, else of the first."""
    sites = run.result.sites
    st.markdown(f"**{say('check_page.batch', count=len(sites))}**")
    counts = sites["verdict"].value_counts()
    codes = [code for code in VERDICTS if code in counts.index]
    chosen_codes = st.pills(
        say("check_page.batch_filter"),
        codes,
        selection_mode="multi",
        format_func=lambda code: f"{say(f'siting.verdict_{code}')} {counts[code]}",
        key="chk-filter",
    )
    is_shown = sites["verdict"].isin(chosen_codes or codes).to_numpy()
    positions = [position for position, shown in enumerate(is_shown) if shown]
    event = st.dataframe(
        _sites_table(run)[is_shown],
        hide_index=True,
        height=min(_TABLE_HEIGHT_PX, 36 * (len(positions) + 1)),
        width="stretch",
        key=f"chk-batch-{RUN_NUMBER.get()}-{'-'.join(sorted(chosen_codes or []))}",
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = event["selection"]["rows"]
    st.caption(say("check_page.batch_pick"))
    return positions[rows[0]] if rows and rows[0] < len(positions) else positions[0]


def _sites_table(run: Run) -> pd.DataFrame:
    """Return the table of all sites with translated labels, made once per run and language."""
    return _TABLE.once((RUN_NUMBER.get(), lang()), lambda: _label_sites(run))


def _label_sites(run: Run) -> pd.DataFrame:
    """Return id, verdict, size, counties, layers and missing layers of each site, as texts."""
    specs = {layer.id: layer.spec for layer in run.layers.values()}
    columns, sites = result_columns(run), run.result.sites
    sizes = zip(columns["rl_area_m2"], columns["rl_length_m"], strict=True)
    return pd.DataFrame(
        {
            say("check_page.col_id"): columns["rl_site"],
            say("check_page.col_verdict"): [say(f"siting.verdict_{code}") for code in columns["rl_verdict"]],
            say("check_page.col_size"): [size_text(*size) for size in sizes],
            say("check_page.col_county"): _county_names(run),
            say("check_page.col_layers"): [_layer_titles(text, specs) for text in columns["rl_layers"]],
            say("check_page.col_missing"): [_missing_text(";".join(codes)) for codes in sites["missing_required"]],
        }
    )


def _layer_titles(text: str, specs: dict[str, Any]) -> str:
    """Return the titles of layers, given as ``;``-joined ids."""
    return say("snapshot.and").join(layer_title(specs, name) for name in filter(None, text.split(";")))


def _county_names(run: Run) -> list[str]:
    """Return the names of the counties of each site, joined, the largest share first."""
    rows = run.result.counties
    names = rows["name"] if lang() == "zh" else rows["name_en"].fillna(rows["name"])
    joined = names.groupby(rows["site"]).agg(say("snapshot.and").join)
    return [str(joined.get(position, "")) for position in range(len(run.result.sites))]


def show_occupation(run: Run) -> None:
    """Show the area of the sites that lies in each layer, by county and land class."""
    with st.expander(say("check_page.occupation")):
        table = _LAND_TAKEN.once(RUN_NUMBER.get(), lambda: occupation(run))
        if table.empty:
            st.caption(say("check_page.occupation_none"))
            return
        specs = {layer.id: layer.spec for layer in run.layers.values()}
        decimals = places_of(run)
        counties = [
            say("check_page.occ_total") if level == "layer" else name or say("check_page.occ_outside")
            for level, name in zip(table["level"], table["county"], strict=True)
        ]
        columns = {
            "occ_layer": [layer_title(specs, name) for name in table["layer"]],
            "occ_county": counties,
            **({"occ_class": table["land_class"]} if (table["level"] == "class").any() else {}),
            "occ_sites": table["sites"],
            "occ_m2": [f"{value:,.{decimals.m2}f}" for value in table["m2"]],
            "occ_ha": [f"{value:,.{decimals.ha}f}" for value in table["ha"]],
            "occ_mu": [f"{value:,.{decimals.mu}f}" for value in table["mu"]],
            "occ_moved": [f"{value:+,.{decimals.m2}f}" if value else "" for value in table["m2_moved"]],
        }
        frame = pd.DataFrame({say(f"check_page.{key}"): values for key, values in columns.items()})
        st.dataframe(frame, hide_index=True, width="stretch")


def show_downloads(run: Run, project: str, check_id: str | None = None) -> None:
    """Show a download button per form of the results; a file is written when its button is pressed."""
    st.markdown(f"**{say('check_page.take')}**")
    if len(run.sites) > 1:
        st.caption(say("check_page.batch_take"))
    language = lang()
    project = project or Path(run.sites.name).stem
    columns = st.columns(len(_FORMS))
    for column, (form, (label, mime)) in zip(columns, _FORMS.items(), strict=True):
        with column:
            st.download_button(
                label,
                data=partial(_results_bytes, run, form, language, check_id),
                file_name=f"{check_file_name(project, 'results', form, language, check_id or '')}.{form}",
                mime=mime,
                on_click="ignore",
                width="stretch",
                key=f"chk-take-{form}",
            )


def _results_bytes(run: Run, form: str, language: Any, check_id: str | None) -> bytes:
    """Return the results as the bytes of a file of `form`."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / f"check.{form}"
        try:
            write_results(target, form, run, language, check_id=check_id)  # type: ignore[arg-type]
        except Exception:
            logging.getLogger("redline").exception("results as %s", form)
            raise
        return target.read_bytes()
