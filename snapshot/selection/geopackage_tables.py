"""Layers, a site and its findings as one GeoPackage that QGIS opens in the colours of the map."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from carto.style import Symbol
from geo.whole_file import whole_file
from snapshot.selection.geometry_kinds import by_kind, settled
from snapshot.selection.qml import Category, qml
from words import Lang, t

__all__ = ["Sheet", "close_geopackage", "fill_geopackage", "write_geopackage", "write_table"]

_FID = "fid"
_STYLE_COLUMNS = (
    "f_table_catalog",
    "f_table_schema",
    "f_table_name",
    "f_geometry_column",
    "styleName",
    "styleQML",
    "styleSLD",
    "useAsDefault",
    "description",
    "owner",
    "ui",
    "update_time",
)


@dataclass(frozen=True)
class Sheet:
    """One table to be written.

    Attributes
    ----------
    name : str
        Table name: lower-case letters, digits, underscores.
    title : str
        What QGIS shows.
    description : str
        Source, licence, date, what it is not.
    frame : GeoDataFrame or DataFrame
        With a geometry (any mixture of kinds; each kind becomes a table) or without.
    symbol : Symbol or None
        None for a table without a style.
    column, categories
        For a layer coloured by a column.
    label : str or None
        Column written beside each feature.
    """

    name: str
    title: str
    description: str
    frame: pd.DataFrame
    symbol: Symbol | None = None
    column: str | None = None
    categories: Sequence[Category] = ()
    label: str | None = None


def write_geopackage(target: Path, sheets: Sequence[Sheet], *, written: str, lang: Lang = "zh") -> None:
    """Write `sheets` as one GeoPackage, whole or not at all.

    Parameters
    ----------
    target : Path
        Replaced if it is there.
    sheets : sequence of Sheet
        Each becomes a table, or one for each kind of geometry with ``_point``, ``_line``, ``_polygon`` behind its name.
        Empty ones are left out.
    written : str
        Time stamp of the styles, ISO 8601 in UTC.
    lang : {"zh", "en"}
        Language of what is added to a title.

    Notes
    -----
    Styles go into ``layer_styles``, where QGIS looks for a default style on opening; the table is registered as
    ``attributes``, as QGIS itself does.
    """
    with whole_file(target) as draft:
        fill_geopackage(draft, sheets, written=written, lang=lang)
        close_geopackage(draft)


def fill_geopackage(draft: Path, sheets: Iterable[Sheet], *, written: str, lang: Lang = "zh") -> dict[str, list[str]]:
    """Write tables and styles into a GeoPackage; return the names of the tables of each sheet."""
    styles: list[dict[str, object]] = []
    tables: dict[str, list[str]] = {}
    for sheet in sheets:
        if isinstance(sheet.frame, gpd.GeoDataFrame):
            found = _write_spatial(draft, sheet, written, lang)
            styles += [style for _, style in found if style is not None]
            tables[sheet.name] = [name for name, _ in found]
        elif len(sheet.frame):
            write_table(draft, settled(sheet.frame), sheet.name, sheet.title, sheet.description)
            tables[sheet.name] = [sheet.name]
    if styles:
        frame = pd.DataFrame(styles, columns=list(_STYLE_COLUMNS))
        write_table(draft, frame, "layer_styles", "layer_styles", "QGIS")
    return tables


def _write_spatial(draft: Path, sheet: Sheet, written: str, lang: Lang) -> list[tuple[str, dict[str, object] | None]]:
    """Write the tables of one sheet; return their names, each with the row of its style."""
    frame = settled(sheet.frame)
    assert isinstance(frame, gpd.GeoDataFrame)
    kinds = by_kind(frame)
    tables: list[tuple[str, dict[str, object] | None]] = []
    for kind, part in kinds.items():
        alone = len(kinds) == 1
        name = sheet.name if alone else f"{sheet.name}_{kind}"
        title = sheet.title if alone else t(f"snapshot.kind_{kind}", lang, title=sheet.title)
        write_table(draft, part, name, title, sheet.description, multi=kind)
        style = None
        if sheet.symbol is not None:
            document = qml(sheet.symbol, kind, column=sheet.column, categories=sheet.categories, label=sheet.label)
            style = _style_row(name, sheet, document, written)
        tables.append((name, style))
    return tables


def _style_row(table: str, sheet: Sheet, document: str, written: str) -> dict[str, object]:
    values = ("", "", table, "geom", sheet.title, document, "", True, sheet.description, "", "", written)
    return dict(zip(_STYLE_COLUMNS, values, strict=True))


def write_table(
    draft: Path, frame: pd.DataFrame, name: str, title: str, description: str, *, multi: str | None = None
) -> None:
    """Append one table."""
    frame = frame.rename(columns=_names_for_sqlite([str(column) for column in frame.columns]))
    options: dict[str, object] = {"IDENTIFIER": title, "DESCRIPTION": description, "FID": _FID}
    if multi is not None:
        options |= {"GEOMETRY_NAME": "geom"}
    geometry_type = {"polygon": "MultiPolygon", "line": "MultiLineString", "point": "MultiPoint", None: None}[multi]
    if geometry_type is not None and isinstance(frame, gpd.GeoDataFrame) and frame.has_z.any():
        geometry_type += " Z"
    pyogrio.write_dataframe(
        frame,
        draft,
        layer=name,
        driver="GPKG",
        append=draft.exists(),
        promote_to_multi=multi is not None,
        geometry_type=geometry_type,
        layer_options=options,
        # 1.2 is what QGIS of the last years and WPS-era GDAL builds open without a warning
        dataset_options={} if draft.exists() else {"VERSION": "1.2"},
    )


def _names_for_sqlite(columns: Sequence[str]) -> dict[str, str]:
    """Return columns renamed where SQLite, which ignores case, takes two for one."""
    taken = {_FID, "geom"}
    renamed = {}
    for column in columns:
        name = column
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        if name != column:
            renamed[column] = name
    return renamed


def close_geopackage(draft: Path) -> None:
    """Turn a GeoPackage into one plain file without a write-ahead log beside it."""
    with sqlite3.connect(draft) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    database.close()
