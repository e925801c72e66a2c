"""Export forms that show an extent: sheet (PDF, PNG), raster, HTML page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import shapely

from carto.scene import LayerDisplay
from geo.errors import BadInput
from geo.progress import Progress
from layers.catalogue import Layer, is_for_internal_use, may_export
from snapshot.form import Form, Reader
from snapshot.page import write_page
from snapshot.proof import (
    Reading,
    TableRecord,
    build_manifest,
    read_html,
    read_pdf,
    read_png,
    read_raster,
    refuse_long,
)
from snapshot.raster import RasterSettings, control_layers, raster_epsg, write_raster
from snapshot.selection import Outlined, Selection, place_name, territory
from snapshot.sheet import Relief, SheetSettings, map_epsg, write_sheet
from words import t

__all__ = ["PICTURES", "Picture", "PictureJob"]


@dataclass(frozen=True)
class Picture:
    """Settings of a sheet, raster or page; each form uses those that concern it.

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
    panel : tuple of LayerDisplay
        How the layers stand on the screen, top first: a sheet and a page draw them in that order and opacity.
    outlined : Outlined or None
        What was searched for on the screen.
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
    panel: tuple[LayerDisplay, ...] = ()
    outlined: Outlined | None = None


@dataclass(frozen=True)
class PictureJob:
    """One picture to be made: form, selection, settings, layers.

    Attributes
    ----------
    form : str
    selection : Selection
        Its extent is what is shown.
    picture : Picture
    layers : mapping of str to Layer
        The catalogue with the selection's filters applied; the extent is cut by who draws.
    progress : Progress
    """

    form: str
    selection: Selection
    picture: Picture
    layers: Mapping[str, Layer]
    progress: Progress

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """What is shown: west, south, east, north, degrees."""
        assert self.selection.extent is not None
        return self.selection.extent

    @property
    def visible(self) -> list[str]:
        """Ids of the layers that are on."""
        return [layer.id for layer in self.selection.taken_layers()]

    @property
    def title(self) -> str:
        """What it is called: as given, else by the place that it shows."""
        lang = self.selection.lang
        outlined = self.picture.outlined
        place = place_name(self.selection, lang) if outlined is None else outlined.title
        if place in {t("naming.everywhere", lang), t("naming.outside", lang)}:  # no place that a title could name
            return self.picture.title.strip() or t("snapshot.sheet_title", lang)
        return self.picture.title.strip() or t("snapshot.sheet_title_of", lang, place=place)

    @property
    def sites(self) -> gpd.GeoDataFrame | None:
        """The sites, where there are any."""
        sites = self.selection.sites
        return None if sites is None else gpd.GeoDataFrame(sites.frame[["site_id", "geometry"]])

    @property
    def common(self) -> dict[str, Any]:
        """Arguments that every writer takes."""
        return {"lang": self.selection.lang, "version": self.selection.version, "progress": self.progress}

    def drawn(self) -> list[Layer]:
        """Return the layers that are on and may be exported."""
        return [self.layers[name] for name in self.visible if may_export(self.layers[name], self.layers)]

    def manifest(self, epsg: int, drawn: Sequence[Layer]) -> dict[str, Any]:
        """Return the manifest: of each layer that is shown the features that meet the extent."""
        box = shapely.box(*self.bounds)
        records = [
            TableRecord(layer.id, layer.id, int(shapely.intersects(layer.frame.geometry.to_numpy(), box).sum()))
            for layer in drawn
            if layer.frame is not None
        ]
        return build_manifest(self.selection, self.form, epsg, records)


def _sheet(path: Path, job: PictureJob) -> None:
    selection, picture = job.selection, job.picture
    sheet = SheetSettings(
        job.title, job.bounds, picture.paper, picture.landscape, picture.dpi, picture.scale, picture.grid,
        internal=picture.internal or is_for_internal_use(job.layers[name] for name in job.visible),
        approval=picture.approval, user=picture.user,
    )  # fmt: skip
    write_sheet(
        path, list(job.layers.values()), sheet, visible=job.visible, sites=job.sites, result=selection.result,
        relief=picture.relief, indicator=selection.shown[0] if selection.shown else None, panel=picture.panel,
        outlined=picture.outlined,
        manifest=job.manifest(map_epsg(job.bounds), job.drawn()), **job.common,
    )  # fmt: skip


def _raster(path: Path, job: PictureJob) -> None:
    selection, picture, layers = job.selection, job.picture, list(job.layers.values())
    within = territory(selection.layers, selection.adcodes) if selection.adcodes else None
    settings = RasterSettings(picture.raster, job.bounds, picture.cell_m, selection.epsg, within)
    manifest = job.manifest(raster_epsg(settings), control_layers(layers, job.visible))
    write_raster(path, layers, settings, visible=job.visible, manifest=manifest, **job.common)


def _page(path: Path, job: PictureJob) -> None:
    picture = job.picture
    write_page(
        path, list(job.layers.values()), job.bounds, title=job.title, visible=job.visible, sites=job.sites,
        indicator=job.selection.shown, user=picture.user, relief=picture.relief, panel=picture.panel,
        outlined=picture.outlined,
        manifest=job.manifest(4490, job.drawn()), **job.common,
    )  # fmt: skip


def _reader(start: bytes, read: Callable[[Path], Reading | None]) -> Reader:
    """Return the reader of a sealed file (``snapshot.proof``) that begins with `start`."""

    def checked(path: Path) -> Reading:
        found = read(path)
        if found is None:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        return found

    return Reader(lambda head, _: head.startswith(start), checked)


def _whole(read: Callable[[bytes], Reading | None]) -> Callable[[Path], Reading | None]:
    """Return a reader of files made of a reader of bytes."""

    def from_file(path: Path) -> Reading | None:
        refuse_long(path)
        return read(path.read_bytes())

    return from_file


PICTURES: Final[dict[str, Form[PictureJob]]] = {
    form.name: form
    for form in (
        Form("pdf", ".pdf", "sheet", "application/pdf", _sheet, (_reader(b"%PDF", _whole(read_pdf)),)),
        Form("png", ".png", "sheet", "image/png", _sheet, (_reader(b"\x89PNG", _whole(read_png)),)),
        Form("tif", ".tif", "raster", "image/tiff", _raster,
             (_reader(b"II*\0", read_raster), _reader(b"II+\0", read_raster)), "zone", None),
        Form("html", ".html", "page", "text/html", _page, (_reader(b"<!doctype html>", _whole(read_html)),)),
    )
}  # fmt: skip
"""The forms that show an extent, in the order in which they are offered."""
