"""The map sheet: what the screen shows, on paper of a chosen size, as PDF of vectors or as PNG."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from carto.scene import LayerDisplay
from carto.style import OUTLINE_SYMBOL, SITE_SYMBOL, Choropleth
from geo.errors import BadInput
from geo.progress import Progress, no_progress
from geo.whole_file import whole_file
from layers.catalogue import Layer, may_export
from siting.check import CheckResult
from snapshot.proof import seal
from snapshot.selection import Outlined
from snapshot.sheet.draw import Relief, draw_layers, draw_relief, drawn_in
from snapshot.sheet.fonts import refuse_missing
from snapshot.sheet.furniture import draw_grid, draw_inset, draw_north, draw_scale, draw_watermark, furniture
from snapshot.sheet.layout import Frame, Layout, Rect, fit, lay_out
from snapshot.sheet.legend_box import draw_legend
from snapshot.sheet.margin_text import Content, Page, SheetSettings, legend_of, paper_axes, write_texts
from words import Lang, t

__all__ = ["MapPicture", "SheetSettings", "map_picture", "relief_of", "write_sheet"]

_MOST_PIXELS: Final = 90
_INSET_MM: Final = 30.0


def write_sheet(
    target: Path,
    layers: Sequence[Layer],
    settings: SheetSettings,
    *,
    lang: Lang,
    version: str,
    visible: Collection[str] | None = None,
    indicator: Choropleth | None = None,
    sites: gpd.GeoDataFrame | None = None,
    result: CheckResult | None = None,
    relief: Relief | None = None,
    panel: Sequence[LayerDisplay] = (),
    outlined: Outlined | None = None,
    manifest: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> None:
    """Write a map sheet, whole or not at all.

    Parameters
    ----------
    target : Path
        ``.pdf`` or ``.png``.
    layers : sequence of Layer
        The whole catalogue: what is not loaded is named in the legend.
    settings : SheetSettings
    lang : {"zh", "en"}
    version : str
        Of the software.
    visible : collection of str, optional
        Ids of the layers that are on; those of the catalogue by default. Of these only what the catalogue lets out
        (``export = "full"``) is drawn; the others are named.
    indicator : Choropleth, optional
    sites : GeoDataFrame, optional
        EPSG:4490 with ``site_id``.
    result : CheckResult, optional
        Of these sites: the legend says their verdicts.
    relief : Relief, optional
        Below everything: `relief_of` the catalogue's base.
    panel : sequence of LayerDisplay
        How layers stand on the screen, top first: their order and opacity.
    outlined : Outlined, optional
        Drawn in outline above the layers, and named in the legend.
    manifest : mapping, optional
        Sealed into the file (``snapshot.proof.sealing``).
    progress : Progress

    Raises
    ------
    BadInput
        On another suffix, paper, or extent, or a picture of too many pixels.
    RedlineError
        If the font lacks a character, which is named.
    """
    suffix = target.suffix.lower()
    if suffix not in {".pdf", ".png"}:
        raise BadInput("sheet.no_format", suffix=target.suffix)
    layout = _checked(settings, suffix)
    on = [layer for layer in layers if (layer.spec.on if visible is None else layer.id in visible)]
    out = {layer.id for layer in layers if may_export(layer, {one.id: one for one in layers})}
    frame = fit(settings.bounds, layout.map.w, layout.map.h, settings.scale)
    content = Content(
        drawn_in([layer for layer in on if layer.id in out], frame),
        [layer for layer in on if layer.frame is not None and not layer.frame.empty and layer.id not in out],
        [layer for layer in layers if layer.state != "loaded" and layer.spec.checked],
        [layer for layer in layers if layer.spec.stands_for in {"province", "prefecture"} and layer.id in out],
        indicator if indicator is not None and indicator.layer.id in out else None,
        sites,
        result,
        outlined,
        tuple(layer for layer in on if layer.id in out),
    )
    figure = Figure(figsize=(layout.width_mm / 25.4, layout.height_mm / 25.4), dpi=settings.dpi, facecolor="#ffffff")
    progress(0.05)
    page = Page(figure, layout, frame, content, settings, lang, version)
    _map(page, relief if settings.relief else None, panel)
    progress(0.5)
    write_texts(page)
    _save(figure, target, settings, version, manifest)
    progress(1.0)


def relief_of(base: Path) -> Relief | None:
    """Return the shaded relief of the catalogue (``map.base``), None where there is no such file."""
    beside = base.with_suffix(".json")
    if not base.is_file() or not beside.is_file():
        return None
    (south, west), (north, east) = json.loads(beside.read_text(encoding="utf-8"))["bounds"]
    return Relief(base, (west, south, east, north))


class MapPicture(NamedTuple):
    """A map as PNG, and the scale (denominator) at which it is drawn on paper."""

    png: bytes
    scale: float


def map_picture(
    layers: Sequence[Layer],
    bounds: tuple[float, float, float, float],
    width_mm: float,
    height_mm: float,
    *,
    catalogue: Sequence[Layer],
    lang: Lang,
    sites: gpd.GeoDataFrame | None = None,
    relief: Relief | None = None,
    dpi: int = 200,
    inset_mm: float = 0.0,
    legend_mm: float = 0.0,
) -> MapPicture:
    """Return a map without a margin as PNG, for a page of a report: layers, sites, grid, scale bar, north, 示意.

    Parameters are those of `write_sheet`; of `layers` those are drawn that may leave. No name stands in
    the square of `inset_mm` in the lower right corner; a legend of `legend_mm` stands at the right of the map.
    """
    known = {layer.id: layer for layer in catalogue}
    shown = [layer for layer in layers if may_export(layer, known)]
    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), dpi=dpi, facecolor="#ffffff")
    map_mm = width_mm - legend_mm
    frame = fit(bounds, map_mm, height_mm)
    axes = _map_axes(figure, (0.0, 0.0, map_mm / width_mm, 1.0), frame)
    if relief is not None:
        draw_relief(axes, relief, frame)
    kept = furniture(frame, 1.0, grid="graticule", inset_mm=inset_mm)
    draw_layers(axes, shown, frame, lang, sites=None if sites is None else (sites, SITE_SYMBOL), kept=kept)
    draw_grid(axes, frame, "graticule", 1.0)
    if any(layer.spec.drawn_by_model for layer in shown):
        draw_watermark(axes, t("carto.watermark", lang), 0.8)
    draw_scale(axes, frame, lang, 1.0)
    draw_north(axes, frame, lang, 0.8)
    if legend_mm:
        content = Content(drawn_in(shown, frame), [], [], [], None, sites, None)
        box = Rect(map_mm + 1, 0, legend_mm - 1, height_mm)
        strip = paper_axes(figure, box, width_mm, height_mm)
        draw_legend(strip, box, *legend_of(content, lang), lang, columns=1, unit=0.85)
    made = io.BytesIO()
    FigureCanvasAgg(figure).print_png(made)
    return MapPicture(made.getvalue(), frame.scale)


def _checked(settings: SheetSettings, suffix: str) -> Layout:
    """Return the layout; raise for settings that cannot be printed."""
    for text in (settings.title, settings.user, settings.approval):
        refuse_missing(text)
    layout = lay_out(settings.paper, landscape=settings.landscape)
    west, south, east, north = settings.bounds
    if not (-180 <= west < east <= 180 and -89 <= south < north <= 89):
        raise BadInput("sheet.no_extent", bounds=settings.bounds)
    pixels = layout.width_mm * layout.height_mm * (settings.dpi / 25.4) ** 2 / 1e6
    if suffix == ".png" and pixels > _MOST_PIXELS:
        raise BadInput(
            "sheet.too_fine", paper=settings.paper, dpi=settings.dpi, pixels=f"{pixels:.0f}", most=_MOST_PIXELS
        )
    return layout


def _map_axes(figure: Figure, place: tuple[float, float, float, float], frame: Frame) -> Axes:
    axes = figure.add_axes(place)
    axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north), xticks=[], yticks=[])
    axes.set_facecolor("#f3f4ef")
    axes.set_autoscale_on(False)
    return axes


def _map(page: Page, relief: Relief | None, panel: Sequence[LayerDisplay]) -> None:
    """Draw the map with its furniture."""
    layout, frame, content, lang = page.layout, page.frame, page.content, page.lang
    axes = _map_axes(page.figure, layout.map.of(layout.width_mm, layout.height_mm), frame)
    if relief is not None:
        draw_relief(axes, relief, frame)
    sites = None if content.sites is None else (content.sites, SITE_SYMBOL)
    outlined = None if content.outlined is None else (content.outlined.shapes, OUTLINE_SYMBOL)
    inset_mm = _INSET_MM * layout.unit if page.settings.inset and content.outlines else 0.0
    kept = furniture(frame, layout.unit, grid=page.settings.grid, inset_mm=inset_mm)
    draw_layers(
        axes,
        content.shown,
        frame,
        lang,
        unit=layout.unit,
        indicator=content.indicator,
        sites=sites,
        outlined=outlined,
        panel=panel,
        kept=kept,
        counted=content.whole,
    )
    draw_grid(axes, frame, page.settings.grid, layout.unit)
    if content.illustrative:
        draw_watermark(axes, t("carto.watermark", lang), layout.unit)
    draw_scale(axes, frame, lang, layout.unit)
    draw_north(axes, frame, lang, layout.unit)
    if page.settings.inset and content.outlines:
        _inset(page)


def _inset(page: Page) -> None:
    """Draw the inset into the lower right corner of the map."""
    layout, frame, outlines = page.layout, page.frame, page.content.outlines
    size = _INSET_MM * layout.unit
    box = Rect(layout.map.x + layout.map.w - size, layout.map.y, size, size)
    province = [layer for layer in outlines if layer.spec.stands_for == "province"] or outlines
    bounds = [float(edge) for layer in province if layer.frame is not None for edge in layer.frame.total_bounds]
    west, south, east, north = min(bounds[::4]), min(bounds[1::4]), max(bounds[2::4]), max(bounds[3::4])
    shown = frame.degrees()
    whole = (min(west, shown[0]), min(south, shown[1]), max(east, shown[2]), max(north, shown[3]))
    if whole == shown:
        return  # the sheet shows all of it
    axes = page.figure.add_axes(box.of(layout.width_mm, layout.height_mm))
    draw_inset(axes, outlines, frame, fit(whole, box.w, box.h), page.lang)


def _save(
    figure: Figure, target: Path, settings: SheetSettings, version: str, manifest: Mapping[str, Any] | None
) -> None:
    """Write the figure with its metadata."""
    software = f"Redline {version}"
    with whole_file(target) as draft:
        if target.suffix.lower() == ".pdf":
            about = {"Title": settings.title, "Author": settings.user, "Creator": software}
            figure.savefig(draft, format="pdf", metadata=about)
        else:
            texts = {"Title": settings.title, "Author": settings.user, "Software": software}
            figure.savefig(draft, format="png", metadata=texts)
        if manifest is not None:
            seal(draft, manifest)
