"""Selections: which layers, where, filtered how, in which system; and the tables they give."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.style import Choropleth
from geo.crs import MAX_PIECE_M, STORE_CRS, describe, from_store, split_edges
from geo.errors import BadInput
from geo.measure import edge_pieces_of
from geo.sites import Sites
from layers.catalogue import Layer, counties_of, known_by_territory, may_export
from layers.indicators import Indicator
from siting.check import CheckResult
from snapshot.selection.geopackage_tables import Sheet
from snapshot.selection.layer_tables import indicator_sheet, layer_sheet, site_sheet
from snapshot.selection.survey_format import SurveyFormat
from words import Lang, t

__all__ = ["Filter", "Selection", "Taken", "kept_rows", "selected", "territory"]


@dataclass(frozen=True)
class Filter:
    """Keep only features of one layer whose column holds one of the values, compared as text."""

    layer: str
    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """What an export contains.

    Attributes
    ----------
    layers : mapping of str to Layer
        The whole catalogue as loaded, in its order.
    chosen : tuple of str
        Ids of the layers to take; none means every layer that is loaded.
    epsg : int or None
        System of the coordinates; None leaves it to the form (degrees of CGCS2000, or what the form prescribes).
    extent : tuple of float or None
        West, south, east, north in degrees: features that meet it are taken whole.
    adcodes : tuple of str
        Counties, prefectures or provinces: features that reach into them are taken whole.
    filters : tuple of Filter
        Those of one layer hold together.
    sites, result : optional
        Checked sites with their findings.
    indicators : tuple of Indicator
        Figures for the workbook.
    shown : tuple of Choropleth and Series, optional
        The indicator on the map with its value for each row of its layer: a table of its own, ``indicator``.
    lang : {"zh", "en"}
    version : str
        Of the software.
    written : str
        ISO 8601, UTC; now by default.
    only_sites : bool
        Take the sites with their findings and no layer.
    survey : SurveyFormat
        Of a 勘测定界 TXT.
    unplaced : {"table", "county"}
        What is known by a county, prefecture or province alone: a table without shapes, or, marked by the codes in
        ``known_in``, at the one point of its territory, which is no place.
    """

    layers: Mapping[str, Layer]
    chosen: tuple[str, ...] = ()
    epsg: int | None = None
    extent: tuple[float, float, float, float] | None = None
    adcodes: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sites: Sites | None = None
    result: CheckResult | None = None
    indicators: tuple[Indicator, ...] = ()
    shown: tuple[Choropleth, pd.Series] | None = None
    lang: Lang = "zh"
    version: str = "0"
    written: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    only_sites: bool = False
    survey: SurveyFormat = field(default_factory=SurveyFormat)
    unplaced: Literal["table", "county"] = "table"

    def taken_layers(self) -> list[Layer]:
        """Return the selected layers in the catalogue's order.

        Raises
        ------
        BadInput
            If there is no such layer.
        """
        unknown = set(self.chosen) - set(self.layers)
        if unknown:
            raise BadInput("takeaway.no_such_layer", layers=", ".join(sorted(unknown)), known=", ".join(self.layers))
        if self.only_sites:
            return []
        if self.chosen:
            return [layer for name, layer in self.layers.items() if name in self.chosen]
        return [layer for layer in self.layers.values() if layer.frame is not None]


@dataclass(frozen=True)
class Taken:
    """One table of an export.

    Attributes
    ----------
    layer : Layer or None
        None for the sites.
    sheet : Sheet
        Its frame holds the rows chosen, in the target system.
    stored : GeoDataFrame
        The same rows in EPSG:4490, as they are in store.
    kind : {"layer", "indicator", "site"}
        An indicator stands on the shapes of its layer.
    unplaced : DataFrame or None
        The rows chosen that are known by a territory alone, without shapes.
    """

    layer: Layer | None
    sheet: Sheet
    stored: gpd.GeoDataFrame
    kind: Literal["layer", "indicator", "site"] = "layer"
    unplaced: pd.DataFrame | None = None

    @property
    def layer_id(self) -> str | None:
        """The catalogue's id of a layer; None for what only stands on one, and for sites."""
        return self.layer.id if self.layer is not None and self.kind == "layer" else None

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows in the target system."""
        assert isinstance(self.sheet.frame, gpd.GeoDataFrame)
        return self.sheet.frame


def selected(selection: Selection, epsg: int) -> list[Taken]:
    """Return the tables of a selection in a system.

    What the catalogue does not let out is not among them; a layer of which no feature was chosen is.

    Parameters
    ----------
    selection : Selection
    epsg : int
        Degrees or metres that ``geo.crs.systems.describe`` understands. Edges longer than 250 m are cut before they are
        projected, so that they stay where they are.

    Raises
    ------
    BadInput
        On a layer or column that there is not, an area code that is none, or an extent without extent.
    """
    describe(epsg)
    unknown = {rule.layer for rule in selection.filters} - set(selection.layers)
    if unknown:
        known = ", ".join(selection.layers)
        raise BadInput("takeaway.no_such_layer", layers=", ".join(sorted(unknown)), known=known)
    area = _area(selection)
    tables = []
    for layer in selection.taken_layers():
        if may_export(layer, selection.layers):
            assert layer.frame is not None
            rows = kept_rows(layer, selection, area)
            tables.append(_layer_table(layer, rows, epsg, selection))
    if selection.shown is not None and may_export(selection.shown[0].layer, selection.layers):
        base = selection.shown[0].layer
        sheet = indicator_sheet(*selection.shown, selection.lang)
        taken = _taken(base, sheet, kept_rows(base, selection, area), epsg, selection.lang)
        tables.append(dataclasses.replace(taken, kind="indicator"))
    if selection.sites is not None and selection.result is not None:
        sheet = site_sheet(selection.sites, selection.result, selection.lang)
        taken = _taken(None, sheet, np.ones(len(sheet.frame), bool), epsg, selection.lang)
        tables.append(dataclasses.replace(taken, kind="site"))
    return tables


def _layer_table(layer: Layer, rows: NDArray[np.bool_], epsg: int, selection: Selection) -> Taken:
    """Return the rows of a layer: those with a place, and apart, unless asked otherwise, those without."""
    assert layer.frame is not None
    sheet, apart = layer_sheet(layer, selection.lang), rows & known_by_territory(layer.frame)
    if selection.unplaced == "county" or not apart.any():
        return _taken(layer, sheet, rows, epsg, selection.lang)
    placed = _taken(layer, sheet, rows & ~apart, epsg, selection.lang)
    listed = _taken(layer, sheet, apart, 4490, selection.lang).stored
    return dataclasses.replace(placed, unplaced=pd.DataFrame(listed.drop(columns=[listed.geometry.name])))


def _taken(layer: Layer | None, sheet: Sheet, rows: NDArray[np.bool_], epsg: int, lang: Lang) -> Taken:
    """Return the rows of a layer in the target system, illustrations marked in every feature."""
    assert isinstance(sheet.frame, gpd.GeoDataFrame)
    stored = sheet.frame[rows].reset_index(drop=True)
    if layer is not None and layer.spec.watermark and layer.spec.notice is None:
        stored["notice"] = t("takeaway.illustration", lang)
    kept = [c for c in sheet.categories if sheet.column is None or (stored[sheet.column] == c.value).any()]
    frame = stored
    if not describe(epsg).geographic:
        cut = split_edges(shapely.force_2d(stored.geometry.to_numpy()), edge_pieces_of(MAX_PIECE_M))
        frame = stored.set_geometry(gpd.GeoSeries(cut, index=stored.index, crs=STORE_CRS))
    if epsg != 4490:
        frame = from_store(frame, epsg)
    return Taken(layer, dataclasses.replace(sheet, frame=frame, categories=kept or sheet.categories), stored)


def kept_rows(layer: Layer, selection: Selection, area: Any = None) -> NDArray[np.bool_]:
    """Return which features of a layer pass the filters and lie in the area."""
    frame = layer.frame
    assert frame is not None
    keep = np.ones(len(frame), bool)
    for rule in selection.filters:
        if rule.layer != layer.id:
            continue
        if rule.column not in frame.columns or rule.column == frame.geometry.name:
            raise BadInput(
                "takeaway.no_such_column",
                layer=layer.id,
                column=rule.column,
                known=", ".join(c for c in frame.columns if c != frame.geometry.name),
            )
        keep &= frame[rule.column].map(_text).isin(rule.values).to_numpy(bool)
    if area is not None:
        keep &= _reaching(frame.geometry.to_numpy(), area)
    return keep


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value is pd.NaT or value != value else str(value)  # noqa: PLR0124


def _reaching(shapes: NDArray[Any], area: Any) -> NDArray[np.bool_]:
    """Return which shapes meet an area, other than by a common edge alone."""
    near = shapely.intersects(area, shapes)
    found = np.flatnonzero(near & (shapely.get_dimensions(shapes) > 0))
    near[found] = ~shapely.touches(area, shapes[found])
    return np.asarray(near, bool)


def _area(selection: Selection) -> Any:
    """Return the area that features must reach; None for everywhere."""
    areas = []
    if selection.extent is not None:
        west, south, east, north = selection.extent
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise BadInput("takeaway.extent_wrong", extent=", ".join(f"{value:g}" for value in selection.extent))
        areas.append(shapely.box(west, south, east, north))
    if selection.adcodes:
        areas.append(territory(selection.layers, selection.adcodes))
    if len(areas) < 2:
        return areas[0] if areas else None
    common = shapely.intersection(areas[0], areas[1])
    if shapely.is_empty(common):
        raise BadInput("takeaway.extent_outside", codes=", ".join(selection.adcodes))
    return common


def territory(layers: Mapping[str, Layer], adcodes: Sequence[str]) -> Any:
    """Return the union of the counties under some codes.

    Raises
    ------
    BadInput
        If a code is of nothing here.
    """
    counties = counties_of(layers)
    codes = counties["adcode"].astype(str)
    chosen = np.zeros(len(counties), bool)
    for code in adcodes:
        stem = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
        here = codes.str.startswith(stem).to_numpy(bool) if len(code) == 6 and code.isdigit() else np.zeros(0, bool)
        if not here.any():
            raise BadInput("takeaway.no_such_code", code=code)
        chosen |= here
    return shapely.union_all(counties.geometry.to_numpy()[chosen])
