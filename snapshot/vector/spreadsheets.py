"""Excel workbooks and CSV of an export: figures, projects, sites, findings and sources as typed tables."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely

from geo.errors import BadInput
from geo.sites import OUR_COLUMNS
from layers.catalogue import COMMON_COLUMNS, counties_of, may_export
from layers.clock import local_text
from snapshot.findings import Page, write_csv, write_workbook
from snapshot.form import Form, Reader
from snapshot.proof import (
    Reading,
    TableRecord,
    attributions,
    build_manifest,
    has_member,
    layers_out,
    manifest_text,
    stated_hashes,
)
from snapshot.selection import CLASS_COLUMN, Selection, Taken, about_table, beyond, findings_table, settled
from snapshot.vector.job import ARCHIVE, Job, write_archive
from snapshot.vector.readable import readable, significant
from words import Lang, has, t

__all__ = ["CSV", "XLSX"]

_MANIFEST_SHEET: Final = "manifest"
_CELL: Final = 30_000
"""Characters of the manifest in one cell; Excel holds 32,767."""
_EXACT: Final = 10**15
"""Excel keeps fifteen digits of a number: longer ones are codes and stay text."""
_LAYER_COLUMNS: Final = frozenset({*COMMON_COLUMNS, "notice", CLASS_COLUMN})
"""Columns of an imported layer's table that did not come with its file."""
_SITE_COLUMNS: Final = frozenset({*OUR_COLUMNS, "area_m2", "plane_area_m2", "length_m", "verdict", "verdict_text"})
"""Columns of the sites' table that did not come with the file."""
_UNIT: Final = {"_km2": "km²", "_m2": "m²", "_ha": "ha", "_m": "m", "lon": "°", "lat": "°"}


def _write_xlsx(draft: Path, job: Job) -> None:
    """Write the tables of a job as a workbook, its manifest on the last sheet."""
    pages = _pages(job)
    body = draft.with_name("body.xlsx")
    write_workbook(body, [page for _, _, page in pages])
    found = _sheet_digests(body)
    records = [
        TableRecord(title, layer, len(page.frame), digest)
        for (_, layer, page), (title, digest) in zip(pages, found.items(), strict=True)
    ]
    manifest = build_manifest(job.selection, job.form, None, records)
    text = manifest_text(manifest)
    cells = [text[start : start + _CELL] for start in range(0, len(text), _CELL)]
    last = Page(_MANIFEST_SHEET, pd.DataFrame({_MANIFEST_SHEET: cells}))
    write_workbook(draft, [*(page for _, _, page in pages), last])


def _csv_pages(job: Job) -> tuple[dict[str, Path | bytes], list[TableRecord]]:
    """Return the tables of a job as CSV, UTF-8 with a byte order mark, by file name."""
    files: dict[str, Path | bytes] = {}
    pages = _pages(job)
    for name, _, page in pages:
        text = io.StringIO(newline="")
        columns = page.headings if page.headings is not None else [str(column) for column in page.frame.columns]
        write_csv(text, page.frame.set_axis(list(columns), axis=1), bom=True)
        files[f"{name}.csv"] = text.getvalue().encode()
    return files, [TableRecord(f"{name}.csv", layer, len(page.frame)) for name, layer, page in pages]


def _sheet_digests(path: Path) -> dict[str, str]:
    """Return the hash of each sheet's cells (type and value), except the manifest's own."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return {name: _sheet_digest(book[name]) for name in book.sheetnames if name != _MANIFEST_SHEET}
    finally:
        book.close()


def _sheet_digest(sheet: Any) -> str:
    whole = hashlib.sha256()
    for row in sheet.iter_rows(values_only=True):
        cells = list(row)
        while cells and cells[-1] is None:
            cells.pop()
        whole.update(json.dumps([_cell(value) for value in cells], ensure_ascii=False).encode() + b"\n")
    return whole.hexdigest()


def _cell(value: Any) -> Any:
    """Return a cell as it is compared: Excel does not distinguish 1 from 1.0."""
    if isinstance(value, bool | str) or value is None:
        return value
    return float(value) if isinstance(value, int | float) else str(value)


def _pages(job: Job) -> list[tuple[str, str | None, Page]]:
    """Return the name, layer and page of each table."""
    selection, lang = job.selection, job.selection.lang
    pages: list[tuple[str, str | None, Page]] = []
    if selection.indicators:
        pages.append(("indicators", None, _page("indicators", _figures(selection), lang)))
        wide, heads = _county_figures(selection)
        if len(wide.columns) > 2:
            pages.append(("counties", None, Page(t("takeaway.page_counties", lang), wide, heads)))
    for table in job.tables:
        job.progress(len(pages) / (len(job.tables) + 4), table.sheet.title)
        name = table.sheet.name
        title = table.sheet.title
        ours = _our_columns(table)
        frame = readable(_flat(table), lang, ours)
        pages.append((name, table.layer_id, Page(title, frame, _headings(frame, lang, ours))))
    if selection.sites is not None and selection.result is not None:
        found = findings_table(selection.result, selection.layers.values(), lang)
        pages.append(("findings", None, _page("findings", found, lang)))
    if selection.taken_layers():
        pages.append(("sources", None, _page("sources", _sources(selection), lang)))
    return pages


def _page(name: str, frame: pd.DataFrame, lang: Lang) -> Page:
    plain = readable(_exact(settled(frame)), lang)
    return Page(t(f"takeaway.page_{name}", lang), plain, _headings(plain, lang))


def _our_columns(table: Taken) -> frozenset[str] | None:
    """Return which columns of a table this software made; None where it made them all."""
    degrees = {"lon", "lat"} - set(table.stored.columns)
    if table.kind == "site":
        return _SITE_COLUMNS | degrees
    if table.layer is not None and table.kind == "layer" and table.layer.spec.source.kind == "imported":
        return _LAYER_COLUMNS | degrees
    return None


def _headings(frame: pd.DataFrame, lang: Lang, ours: Collection[str] | None = None) -> list[str]:
    """Return the headings of columns, with units; those of a user's file, and twice the same, as the file has them."""
    heads: list[str] = []
    for column in frame.columns:
        head = _heading(str(column), lang) if ours is None or column in ours else str(column)
        heads.append(head if head not in heads else f"{head} [{column}]")
    return heads


def _heading(column: str, lang: Lang) -> str:
    name = t(f"takeaway.col_{column}", lang) if has(f"takeaway.col_{column}") else column
    unit = next((unit for end, unit in _UNIT.items() if column == end or column.endswith(end)), "")
    return f"{name} ({unit})" if unit else name


def _flat(table: Taken) -> pd.DataFrame:
    """Return a table without shapes; points as coordinates if they are located."""
    frame = table.stored
    plain = pd.DataFrame(settled(frame).drop(columns=[frame.geometry.name]))
    shapes = frame.geometry.to_numpy()
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    if "located" in frame:
        single &= frame["located"].to_numpy(bool)
    if single.any() and not {"lon", "lat"} & set(plain.columns):
        plain["lon"] = np.where(single, shapely.get_x(shapes), np.nan)
        plain["lat"] = np.where(single, shapely.get_y(shapes), np.nan)
    if table.unplaced is not None:
        plain = pd.concat([plain, settled(table.unplaced)], ignore_index=True)
    return _exact(plain)


def _exact(frame: pd.DataFrame) -> pd.DataFrame:
    """Return whole numbers that Excel would round as text, and times as ISO 8601."""
    plain = frame.copy()
    for column in frame.columns:
        values = frame[column]
        if pd.api.types.is_bool_dtype(values.dtype):
            continue
        if beyond(values, _EXACT - 1):
            plain[column] = values.map(str, na_action="ignore").astype("str")
        elif pd.api.types.is_datetime64_any_dtype(values.dtype):
            plain[column] = values.map(lambda moment: moment.isoformat(), na_action="ignore").astype("str")
    return plain


def _figures(selection: Selection) -> pd.DataFrame:
    """Return every figure as a row: territory, indicator, value, unit, level, basis, source."""
    names = _names(selection)
    lang = selection.lang
    parts = [
        pd.DataFrame(
            {
                "adcode": one.figures.index.astype(str),
                "name": [names.get(str(code), "") for code in one.figures.index],
                "indicator": one.title(lang),
                "value": significant(one.figures).to_numpy(),
                "unit": one.unit(lang),
                "level": t(f"takeaway.level_{one.level}", lang),
                "basis": t(f"layers.basis_{one.basis}", lang),
                "source": one.source(lang),
                "indicator_id": one.id,
            }
        )
        for one in selection.indicators
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"adcode": pd.Series(dtype="str")})
    return table[_chosen(table["adcode"], selection)].reset_index(drop=True)


def _county_figures(selection: Selection) -> tuple[pd.DataFrame, list[str]]:
    """Return the counties with a column for each derived figure, and the headings with its unit."""
    lang = selection.lang
    counties = counties_of(selection.layers)
    table = pd.DataFrame(
        {"adcode": counties["adcode"].astype(str), "name": counties[f"name_{lang}"].fillna(counties["name_zh"])}
    )
    heads = [_heading("adcode", lang), _heading("name", lang)]
    for one in selection.indicators:
        if one.level == "county" and one.basis == "derived":
            table[one.id] = table["adcode"].map(significant(one.figures))
            heads.append(f"{one.title(lang)} ({one.unit(lang)})")
    return table[_chosen(table["adcode"], selection)].reset_index(drop=True), heads


def _chosen(codes: pd.Series, selection: Selection) -> pd.Series:
    """Return which territories lie in the selected areas."""
    if not selection.adcodes:
        return codes.notna()
    stems = tuple(c[:2] if c.endswith("0000") else c[:4] if c.endswith("00") else c for c in selection.adcodes)
    return codes.map(lambda code: code.startswith(stems)).astype(bool)


def _names(selection: Selection) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in selection.layers.values():
        if layer.spec.role == "boundary" and isinstance(layer.frame, gpd.GeoDataFrame):
            names = layer.frame[f"name_{selection.lang}"].fillna(layer.frame["name_zh"])
            found |= dict(zip(layer.frame["adcode"].astype(str), names.astype(str), strict=True))
    return found


def _sources(selection: Selection) -> pd.DataFrame:
    """Return source and required attribution of each layer."""
    lang = selection.lang
    table = about_table(selection.taken_layers(), selection.version, selection.written, lang)
    table["included"] = [may_export(layer, selection.layers) for layer in selection.taken_layers()]
    out = {layer.id: layer for layer in layers_out(selection)}
    table["attribution"] = [
        "\n".join(attributions([out[name]], lang)) if name in out else None for name in table["layer"]
    ]
    table["written"] = local_text(selection.written)
    return table.rename(columns={"features": "feature_count"})


def _write_csv(draft: Path, job: Job) -> None:
    pages, records = _csv_pages(job)
    write_archive(draft, job, pages, records, epsg=None)


def _read_xlsx(path: Path) -> Reading:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        if _MANIFEST_SHEET not in book.sheetnames:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        cells = [row[0] for row in book[_MANIFEST_SHEET].iter_rows(min_row=2, max_col=1, values_only=True)]
    finally:
        book.close()
    manifest = json.loads("".join(str(cell) for cell in cells if cell is not None))
    return manifest, stated_hashes(manifest, path.name), _sheet_digests(path)


XLSX: Final = Form(
    "xlsx", ".xlsx", "table", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _write_xlsx,
    (Reader(lambda head, path: has_member(head, path, "xl/workbook.xml"), _read_xlsx),),
)  # fmt: skip
CSV: Final = Form("csv", ".zip", "table", "application/zip", _write_csv, (ARCHIVE,))
