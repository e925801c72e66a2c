"""One door for everything that is taken away: tables and shapes, sheets, rasters, stand-alone pages; each sealed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import shapely

from carto.scene import LayerShow
from geo.errors import BadInput
from layers.catalogue import Layer, may_export, withheld_ids
from layers.indicators import DERIVED, derived_values
from snapshot.page import write_page
from snapshot.proof import TableRecord, build_manifest
from snapshot.raster import RasterSettings, control_layers, raster_epsg, write_raster
from snapshot.selection import Selection, kept_rows, safe_name, territory
from snapshot.sheet import Relief, SheetSettings, map_epsg, write_sheet
from snapshot.vector import FORMS, Progress, form_epsg, write
from words import t

__all__ = ["ALL_FORMS", "PICTURES", "Order", "Picture", "check_order", "deliver"]

PICTURES: Final = {"pdf": ".pdf", "png": ".png", "tif": ".tif", "html": ".html"}
"""Forms that show an extent, and their suffix."""
ALL_FORMS: Final = (*FORMS, *PICTURES)
_PAD: Final = 0.02


@dataclass(frozen=True)
class Picture:
    """What a person chooses of a sheet, a raster or a page; each takes what concerns it.

    Attributes
    ----------
    title : str
        Of a sheet or a page; empty: what the software calls it.
    paper, landscape, dpi, scale, grid, internal, approval
        As in ``snapshot.sheet.sheet.SheetSettings``.
    user : str
        Who makes it.
    raster : {"distance", "constraint"}
    cell_m : float
        Size of a cell.
    relief : Relief or None
        The shaded relief of the screen, below a sheet or a page.
    panel : tuple of LayerShow
        How the layers stand on the screen, top first: a sheet and a page draw them in that order and opacity.
    """

    title: str = ""
    paper: str = "A4"
    landscape: bool = True
    dpi: int = 300
    scale: float | None = None
    grid: Literal["graticule", "gk", "none"] = "graticule"
    internal: bool = False
    approval: str = ""
    user: str = ""
    raster: Literal["distance", "constraint"] = "distance"
    cell_m: float = 100.0
    relief: Relief | None = None
    panel: tuple[LayerShow, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be taken away, and as what.

    Attributes
    ----------
    form : str
        One of `ALL_FORMS`.
    selection : Selection
        Of a picture, `chosen` are the layers that are on; its extent is the selection's: the smallest box round the
        counties, the extent and, where there is neither, the sites or all that is taken.
    picture : Picture
    """

    form: str
    selection: Selection
    picture: Picture = field(default_factory=Picture)


def check_order(order: Order) -> None:
    """Refuse at once what would be refused later.

    Raises
    ------
    BadInput
        One sentence: what is wrong, and what may be given.
    """
    if order.form not in ALL_FORMS:
        raise BadInput("takeaway.no_such_form", form=order.form, known=", ".join(ALL_FORMS))
    if order.form in FORMS:
        form_epsg(order.selection, order.form)
    order.selection.taken_layers()


def deliver(order: Order, target: Path, progress: Progress | None = None) -> Path:
    """Write what was ordered, whole or not at all, with its manifest; return the file that was written.

    Parameters
    ----------
    order : Order
    target : Path
        Its folder and stem are used, made safe for Windows; the suffix is the form's.
    progress : callable, optional
        Called with the share done and what is being written; what it raises ends the export, which leaves nothing.

    Raises
    ------
    BadInput
        If the order cannot be met, in one sentence.
    """
    check_order(order)
    order = dataclasses.replace(order, selection=_let_out_figures(order.selection))
    if order.form in FORMS:
        return write(_with_figures(order.selection, order.form), order.form, target, progress)
    suffix = PICTURES[order.form]
    stem = target.name.removesuffix(target.suffix) if target.suffix.lower() in PICTURES.values() else target.name
    path = target.with_name(safe_name(stem.rstrip(" .") + suffix))

    def step(share: float) -> None:
        if progress is not None:
            progress(share, path.name)

    selection = dataclasses.replace(order.selection, extent=_bounds(order.selection))
    _write_picture(dataclasses.replace(order, selection=selection), path, step)
    return path


def _let_out_figures(selection: Selection) -> Selection:
    """Leave out the indicator that is shown where it measures a layer whose measures must not leave."""
    kept_in = withheld_ids(layer.spec for layer in selection.layers.values())
    if selection.shown is None or kept_in.isdisjoint(selection.shown[0].made_of):
        return selection
    return dataclasses.replace(selection, shown=None)


def _with_figures(selection: Selection, form: str) -> Selection:
    """Give a workbook the county figures that can be derived, where none were chosen.

    A figure derived from a layer whose measures must not leave does not leave either.
    """
    if form not in {"xlsx", "csv"} or selection.indicators:
        return selection
    kept_in = withheld_ids(layer.spec for layer in selection.layers.values())
    closed = {selection.layers[name].spec.stands_for for name in kept_in}
    able = [name for name, recipe in DERIVED.items() if not closed & set(recipe.needs)]
    found = [derived_values(name, selection.layers) for name in able]
    return dataclasses.replace(selection, indicators=tuple(one for one in found if one is not None))


def _write_picture(order: Order, path: Path, step: Any) -> None:
    """Write a sheet, a raster or a page of the selection's extent."""
    selection, picture = order.selection, order.picture
    assert selection.extent is not None
    bounds = selection.extent
    filtered = _filtered(selection)
    layers = list(filtered.values())
    visible = [layer.id for layer in selection.taken_layers()]
    lang, version = selection.lang, selection.version
    sites = None if selection.sites is None else gpd.GeoDataFrame(selection.sites.frame[["site_id", "geometry"]])
    title = picture.title.strip() or t("snapshot.sheet_title", lang)
    common: dict[str, Any] = {"lang": lang, "version": version, "step": step}
    if order.form == "tif":
        within = territory(selection.layers, selection.adcodes) if selection.adcodes else None
        settings = RasterSettings(picture.raster, bounds, picture.cell_m, selection.epsg, within)
        manifest = _manifest(order, raster_epsg(settings), control_layers(layers, visible))
        write_raster(path, layers, settings, visible=visible, manifest=manifest, **common)
        return
    drawn = [filtered[name] for name in visible if may_export(filtered[name], filtered)]
    if order.form == "html":
        manifest = _manifest(order, 4490, drawn)
        write_page(
            path, layers, bounds, title=title, visible=visible, sites=sites, indicator=selection.shown,
            user=picture.user, relief=picture.relief, panel=picture.panel, manifest=manifest, **common,
        )  # fmt: skip
        return
    sheet = SheetSettings(
        title, bounds, picture.paper, picture.landscape, picture.dpi, picture.scale, picture.grid,
        internal=picture.internal, approval=picture.approval, user=picture.user,
    )  # fmt: skip
    write_sheet(
        path, layers, sheet, visible=visible, sites=sites, result=selection.result, relief=picture.relief,
        indicator=selection.shown[0] if selection.shown else None, panel=picture.panel,
        manifest=_manifest(order, map_epsg(bounds), drawn), **common,
    )  # fmt: skip


def _manifest(order: Order, epsg: int, drawn: list[Layer]) -> dict[str, Any]:
    """Return the manifest of a picture: of each layer that it shows the features that meet its extent."""
    assert order.selection.extent is not None
    box = shapely.box(*order.selection.extent)
    records = [
        TableRecord(layer.id, layer.id, int(shapely.intersects(layer.frame.geometry.to_numpy(), box).sum()))
        for layer in drawn
        if layer.frame is not None
    ]
    return build_manifest(order.selection, order.form, epsg, records)


def _filtered(selection: Selection) -> Mapping[str, Layer]:
    """Return the catalogue with the filters applied; the extent is cut by who draws."""
    ruled = {rule.layer for rule in selection.filters}
    return {
        name: dataclasses.replace(layer, frame=layer.frame[kept_rows(layer, selection)].reset_index(drop=True))
        if name in ruled and layer.frame is not None
        else layer
        for name, layer in selection.layers.items()
    }


def _bounds(selection: Selection) -> tuple[float, float, float, float]:
    """Return the box that a picture shows."""
    if selection.extent is not None:
        return selection.extent
    if selection.adcodes:
        shapes = [territory(selection.layers, selection.adcodes)]
    elif selection.sites is not None:
        shapes = list(selection.sites.frame.geometry)
    else:
        shapes = [
            shapely.box(*layer.frame.total_bounds)
            for layer in selection.taken_layers()
            if layer.frame is not None and len(layer.frame)
        ]
    boxes = shapely.bounds(np.array(shapes, dtype=object))
    if not len(boxes):
        raise BadInput("takeaway.nothing_to_take", kept="—")
    west, south = (float(edge) for edge in boxes[:, :2].min(axis=0))
    east, north = (float(edge) for edge in boxes[:, 2:].max(axis=0))
    pad = max(_PAD * max(east - west, north - south), 0.002)
    return west - pad, south - pad, east + pad, north + pad
