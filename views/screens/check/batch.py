"""Results of several sites: schemes compared, the filtered table of all sites, ground taken, downloads."""

from __future__ import annotations

import math
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from carto.markup import Markup, style
from siting.answer import batch_overlaps, batch_sentence, layer_name
from siting.check import Run, compare, occupation, one_site, places_of
from siting.records import VERDICTS
from snapshot.findings import labels_of, write_results
from snapshot.selection import check_file_name
from views.parts.findings import COLOURS, CSS, RUN_NUMBER, layer_title, size_text, stands_for_title
from views.parts.takeaway import show_file_link
from views.session import Memo, Slot, html_of, lang, say, show_html

__all__ = ["PICKED", "pick_on_map", "show_batch", "show_downloads", "show_occupation", "show_schemes", "show_sites"]

_COMPARISON: Final[Memo[pd.DataFrame]] = Memo("chk-compared")
_TABLE: Final[Memo[pd.DataFrame]] = Memo("chk-all-sites")
_LAND_TAKEN: Final[Memo[pd.DataFrame]] = Memo("chk-occupation")

PICKED: Final[Slot[tuple[int, int]]] = Slot("chk-picked", (-1, 0))
"""Number of the run, and position of the site of it that was clicked on the map last."""
_CLICK: Final[Slot[tuple[float, float] | None]] = Slot("chk-clicked", None)
"""Where the map was clicked last (longitude, latitude)."""

_MAX_SCHEMES: Final = 5
_MAX_OVERLAPS: Final = 4
"""Columns of the table of sites: the layers that most sites lie on."""
_TABLE_HEIGHT_PX: Final = 320
_FORMS: Final = {"csv": "CSV", "xlsx": "XLSX", "gpkg": "GeoPackage", "json": "JSON"}


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
        ("scheme_prohibited_if", [str(n) for n in table["prohibited_if_official"]]),
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
        return say("check_page.scheme_met") if row.get(f"met:{layer}", 0) > 0 else "0"
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
    number, picked = PICKED.get()
    first = positions.index(picked) if number == RUN_NUMBER.get() and picked in positions else None
    event = st.dataframe(
        _sites_table(run)[is_shown],
        hide_index=True,
        height=min(_TABLE_HEIGHT_PX, 36 * (len(positions) + 1)),
        width="stretch",
        key=f"chk-batch-{RUN_NUMBER.get()}-{'-'.join(sorted(chosen_codes or []))}-{first}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default=None if first is None else {"selection": {"rows": [first], "columns": [], "cells": []}},
        column_config=_overlap_columns(run),
    )
    rows = event["selection"]["rows"]
    st.caption(say("check_page.batch_pick"))
    return positions[rows[0]] if rows and rows[0] < len(positions) else positions[0]


def pick_on_map(run: Run, clicked: tuple[float, float] | None, reach_deg: float) -> bool:
    """Pick the site at which the map was clicked; return whether that is another one, so that the table is shown anew.

    Parameters
    ----------
    run : Run
    clicked : tuple of float or None
        Longitude and latitude of the last click.
    reach_deg : float
        A line or a point is picked so far from it.
    """
    if clicked is None or clicked == _CLICK.get():
        return False
    _CLICK.set(clicked)
    at = shapely.Point(clicked)
    near = run.sites.frame.sindex.nearest(at, return_all=False, max_distance=reach_deg)[1]
    if not len(near):
        return False
    PICKED.set((RUN_NUMBER.get(), int(near[0])))
    return True


def _sites_table(run: Run) -> pd.DataFrame:
    """Return the table of all sites with translated labels, made once per run and language."""
    return _TABLE.once((RUN_NUMBER.get(), lang()), lambda: _label_sites(run))


def _label_sites(run: Run) -> pd.DataFrame:
    """Return id, name, verdict, size (ha, km), overlaps (ha, else km), counties and missing layers of each site."""
    sites = run.result.sites
    ids = sites["site_id"].astype(str)
    names = [label.removeprefix(site_id).strip() for label, site_id in zip(labels_of(run), ids, strict=True)]
    columns: dict[str, Any] = {say("check_page.col_id"): ids.to_numpy()}
    if any(names):
        columns[say("check_page.col_name")] = names
    columns[say("check_page.col_verdict")] = [say(f"siting.verdict_{code}") for code in sites["verdict"]]
    for name, measure, unit in (("col_ha", "area_m2", 1e4), ("col_km", "length_m", 1e3)):
        if sites[measure].notna().any():
            columns[say(f"check_page.{name}")] = sites[measure].to_numpy(float) / unit
    for layer, title in _overlap_titles(run).items():
        columns[title] = _overlaps(run, layer)
    columns[say("check_page.col_county")] = _county_names(run)
    columns[say("check_page.col_missing")] = [_missing_text(";".join(codes)) for codes in sites["missing_required"]]
    return pd.DataFrame(columns)


def _overlap_titles(run: Run) -> dict[str, str]:
    """Return the titles of the overlap columns by layer id: of the layers that most sites lie on."""
    overlaps = batch_overlaps(run.result.findings).head(_MAX_OVERLAPS)
    keys = {str(row.Index): "col_overlap_ha" if row.area_m2 else "col_overlap_km" for row in overlaps.itertuples()}
    specs = {layer: run.layers[layer].spec for layer in keys}
    words = [spec.stands_for for spec in specs.values()]
    short = {
        layer: layer_name(spec, lang()) if words.count(spec.stands_for) == 1 else layer_title(specs, layer)
        for layer, spec in specs.items()
    }
    return {layer: say(f"check_page.{key}", layer=short[layer]) for layer, key in keys.items()}


def _overlaps(run: Run, layer: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the overlap of each site with a layer in hectares, of lines in kilometres; NaN where not checked."""
    rows = run.result.findings[run.result.findings["layer"] == layer].set_index("site")
    area, length = (pd.to_numeric(rows[measure]) for measure in ("overlap_m2", "overlap_m"))
    amount = (area / 1e4).where(area.notna(), length / 1e3)
    amount = amount.where(amount.notna() | (rows["state"] == "not_checked"), 0.0)
    return amount.reindex(range(len(run.result.sites))).to_numpy(float)


def _overlap_columns(run: Run) -> dict[str, Any]:
    """Return how the columns of figures are shown: two decimals."""
    titles = [say("check_page.col_ha"), say("check_page.col_km"), *_overlap_titles(run).values()]
    return {title: st.column_config.NumberColumn(format="%.2f") for title in titles}


def show_batch(run: Run) -> None:
    """Show the answer for all sites in one sentence."""
    specs = {layer.id: layer.spec for layer in run.layers.values()}
    verdicts = list(run.result.sites["verdict"])
    sentence = batch_sentence(verdicts, run.result.findings, specs, lang())
    show_html(style(CSS), html_of("views/screens/check/templates/batch.html", count=len(verdicts), sentence=sentence))


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
    columns = [*st.columns(2), *st.columns(2)]
    for column, (form, label) in zip(columns, _FORMS.items(), strict=True):
        with column:
            show_file_link(
                f"results-{form}",
                label,
                f"{check_file_name(project, 'results', form, language, check_id or '')}.{form}",
                partial(_results_bytes, run, form, language, check_id),
            )


def _results_bytes(run: Run, form: str, language: Any, check_id: str | None) -> bytes:
    """Return the results as the bytes of a file of `form`."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / f"check.{form}"
        write_results(target, form, run, language, check_id=check_id)  # type: ignore[arg-type]
        return target.read_bytes()
