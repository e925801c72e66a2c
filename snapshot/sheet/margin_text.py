"""The content of a sheet and the texts around its map: title, legend, sources, author, date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carto.style import OUTLINE_SYMBOL, SITE_SYMBOL, THEME, Choropleth, LegendEntry, choropleth_legend, layer_legend
from geo.crs import describe
from layers.catalogue import Layer, licence_text
from layers.clock import now
from siting.check import CheckResult
from snapshot.selection import Outlined
from snapshot.sheet.layout import Frame, Layout, Rect
from snapshot.sheet.legend_box import draw_legend, wrap, write
from words import Lang, t

__all__ = ["Content", "Page", "SheetSettings", "legend_of", "now_text", "paper_axes", "write_texts"]

_GROUPS: Final = ("boundaries", "control", "protection", "water", "projects", "indicators", "own")
_MOST_SITES: Final = 6


@dataclass(frozen=True)
class SheetSettings:
    """Settings of a sheet.

    Attributes
    ----------
    title : str
    bounds : tuple of float
        West, south, east, north, degrees of EPSG:4490: all of it is on the map.
    paper : {"A4", "A3", "A2", "A1", "A0"}
    landscape : bool
    dpi : int
        Of a PNG, and of what is drawn as an image in a PDF.
    scale : float, optional
        Denominator; default: the largest round one at which the extent fits.
    grid : {"graticule", "gk", "none"}
    inset, relief : bool
    internal : bool
        内部用图.
    approval : str
        审图号; empty: not submitted.
    user : str
    """

    title: str
    bounds: tuple[float, float, float, float]
    paper: str = "A4"
    landscape: bool = True
    dpi: int = 300
    scale: float | None = None
    grid: Literal["graticule", "gk", "none"] = "graticule"
    inset: bool = True
    relief: bool = True
    internal: bool = False
    approval: str = ""
    user: str = ""


@dataclass(frozen=True)
class Content:
    """The content of a sheet: layers drawn, withheld and missing, an indicator, sites, what was searched for.

    `whole` are the layers drawn with all of their features, also those beyond the frame.
    """

    shown: list[Layer]
    withheld: list[Layer]
    absent: list[Layer]
    outlines: list[Layer]
    indicator: Choropleth | None
    sites: gpd.GeoDataFrame | None
    result: CheckResult | None
    outlined: Outlined | None = None
    whole: tuple[Layer, ...] = ()

    @property
    def illustrative(self) -> bool:
        """Whether a model drew one of the layers."""
        return any(layer.spec.drawn_by_model for layer in self.shown)


@dataclass(frozen=True)
class Page:
    """A sheet under construction: figure, layout, frame, content."""

    figure: Figure
    layout: Layout
    frame: Frame
    content: Content
    settings: SheetSettings
    lang: Lang
    version: str


def now_text() -> str:
    """Return the present time of the office as sheets and reports print it."""
    return f"{now():%Y-%m-%d %H:%M}"


def write_texts(page: Page) -> None:
    """Write title, legend and foot."""
    layout, settings, lang = page.layout, page.settings, page.lang
    unit = layout.unit
    head = paper_axes(page.figure, layout.title, layout.width_mm, layout.height_mm)
    size = 17 * unit
    while len(wrap(settings.title, layout.title.w - 62 * unit, size, bold=True)) > 1 and size > 8 * unit:
        size *= 0.94
    write(head, layout.title.w / 2, 7 * unit, settings.title, size, bold=True, ha="center", va="center")
    if settings.internal:
        text = t("sheet.internal", lang)
        write(
            head,
            layout.title.w,
            7 * unit,
            text,
            10 * unit,
            bold=True,
            colour=THEME["schematic"],
            ha="right",
            va="center",
        )
    groups, notes = legend_of(page.content, lang)
    axes = paper_axes(page.figure, layout.legend, layout.width_mm, layout.height_mm)
    draw_legend(axes, layout.legend, groups, notes, lang, columns=layout.columns, unit=unit)
    _foot(paper_axes(page.figure, layout.foot, layout.width_mm, layout.height_mm), page)


def paper_axes(figure: Figure, box: Rect, width_mm: float, height_mm: float) -> Axes:
    """Return axes in millimetres over a part of a paper of a width and height."""
    axes = figure.add_axes(box.of(width_mm, height_mm))
    axes.set(xlim=(0, box.w), ylim=(0, box.h))
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    return axes


def legend_of(content: Content, lang: Lang) -> tuple[list[tuple[str, list[LegendEntry]]], list[str]]:
    """Return the legend entries of all that is drawn, in the panel's order, and required remarks."""
    groups: list[tuple[str, list[LegendEntry]]] = []
    if content.indicator is not None:
        unit = content.indicator.unit(lang) if content.indicator.unit else ""
        title = content.indicator.title(lang) + (f" ({unit})" if unit else "")
        groups.append((title, choropleth_legend(content.indicator, lang)))
    badges: list[LegendEntry] = []  # one for all layers: their numbers stand together
    for name in _GROUPS:
        for layer in content.shown:
            if layer.spec.group == name:
                entries = layer_legend(layer, lang, on_paper=True)
                own = entries[0].label == layer.spec.title(lang)
                badges += [entry for entry in entries if entry.kind == "badge"]
                groups.append(("" if own else layer.spec.title(lang), [one for one in entries if one.kind != "badge"]))
    groups += [("", badges[-1:])] if badges else []
    if content.sites is not None:
        groups.append(("", _site_entries(content, lang)))
    if content.outlined is not None:
        groups.append(("", [LegendEntry(content.outlined.title, "area", OUTLINE_SYMBOL)]))
    notes = [layer.spec.notice(lang) for layer in content.shown if layer.spec.notice]
    if content.indicator is not None and content.indicator.note:
        notes.insert(0, content.indicator.note(lang))
    comma = t("snapshot.and", lang)
    for key, some in (("sheet.not_loaded", content.absent), ("sheet.kept_in", content.withheld)):
        if some:
            notes.append(t(key, lang, layers=comma.join(layer.spec.title(lang) for layer in some)))
    return groups, list(dict.fromkeys(notes))


def _site_entries(content: Content, lang: Lang) -> list[LegendEntry]:
    """Return the site's entry, with its verdict where it was checked."""
    if content.result is None:
        return [LegendEntry(t("sheet.site", lang), "area", SITE_SYMBOL)]
    rows = content.result.sites[["site_id", "verdict"]].to_dict("records")
    labels = [
        t("sheet.site_verdict", lang, site=row["site_id"], verdict=t(f"siting.verdict_{row['verdict']}", lang))
        for row in rows[:_MOST_SITES]
    ]
    if len(rows) > _MOST_SITES:
        labels.append(t("sheet.more_sites", lang, count=len(rows) - _MOST_SITES))
    return [LegendEntry(label, "area", SITE_SYMBOL) for label in labels]


def _foot(axes: Axes, page: Page) -> None:
    """Draw the foot: sources at the left; disclaimer, author and date at the right."""
    lang, frame, settings = page.lang, page.frame, page.settings
    unit, box = page.layout.unit, page.layout.foot
    right = 88 * unit
    size = 6.2 * unit
    while True:
        lines = wrap(_sources(page.content, lang), box.w - right - 4 * unit, size)
        if len(lines) * size * 0.47 <= box.h - 2 * unit or size < 3 * unit:
            break
        size *= 0.95
    for at, line in enumerate(lines):
        write(axes, 0, box.h - (at + 1) * size * 0.47, line, size)
    reading = describe(frame.epsg)
    number = settings.approval.strip()
    lines = [
        t("sheet.no_authority", lang),
        t("sheet.approval", lang, number=number) if number else t("sheet.no_approval", lang),
        t("sheet.scale", lang, scale=f"{frame.scale:,.0f}", paper=settings.paper),
        t("sheet.crs", lang, meridian=f"{reading.central_meridian:.10g}", epsg=frame.epsg),
        t("sheet.made", lang, user=settings.user or t("sheet.nobody", lang), time=now_text(), version=page.version),
    ]
    for at, line in enumerate(lines):
        write(axes, box.w, box.h - (at + 1) * 3.5 * unit, line, 6.4 * unit, bold=at == 0, ha="right")


def _sources(content: Content, lang: Lang) -> str:
    """Return the sources as text, layers of one source together."""
    by_source: defaultdict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    used = [*content.shown, *([content.indicator.layer] if content.indicator else [])]
    for layer in used:
        spec = layer.spec
        date = t("sheet.unknown_date", lang) if spec.as_of == "unknown" else spec.as_of
        by_source[
            spec.publisher(lang), licence_text(spec.licence, lang), date, t(f"layers.basis_{spec.basis}", lang)
        ].append(spec.title(lang))
    comma, stop = t("snapshot.and", lang), t("snapshot.sentence_break", lang)
    parts = [
        t(
            "sheet.source",
            lang,
            titles=comma.join(dict.fromkeys(titles)),
            publisher=who,
            licence=under,
            date=date,
            basis=basis,
        )
        for (who, under, date, basis), titles in by_source.items()
    ]
    return t("sheet.sources", lang) + stop.join(parts)
