"""A user's GeoTIFF on the indicators page: what it is, what is asked of it, figures, and the picture on the map."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import folium
import streamlit as st

from carto.map import RasterImage, RasterLegend, image_group, paint_raster
from carto.markup import Markup
from geo.errors import CrsError, RedlineError
from geo.raster import RasterFacts, Statistic, raster_facts, raster_view
from geo.whole_file import whole_file
from layers.indicators import Level, RasterWish, raster_subject
from views.parts.indicators.choice import chosen
from views.parts.indicators.figures import regions_of
from views.parts.indicators.own_subjects import add_own, today
from views.server import FROM_COMPONENT, tiles_folder
from views.session import Slot, html_of, lang, markdown_text, say, set_widget, show_fault, widget_value

__all__ = ["RASTER_CLOSE", "as_picture", "choose_raster", "picture_group", "picture_legend", "show_as"]

_STATISTICS: Final[tuple[Statistic, ...]] = ("mean", "sum", "min", "max", "share")
_LEVELS: Final[tuple[Level, ...]] = ("county", "prefecture")
_SYSTEMS: Final = (
    "EPSG:4490",
    "EPSG:4326",
    "EPSG:4526",
    "EPSG:4527",
    "EPSG:4528",
    "EPSG:4547",
    "EPSG:4548",
    "EPSG:3857",
)
_FOLDER: Final = "own_raster"
_KEPT: Final = 40
_DAY_SECONDS: Final = 24 * 3600


@dataclass(frozen=True)
class _Shown:
    """The picture of a raster: what it is of, its address, bounds, and what its colours stand for.

    The unit is that of the cells, "" where it is not known; that of the figures may be another (a share of cells).
    """

    name: str
    band: int
    unit: str
    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    low: float
    high: float
    colours: tuple[str, ...]


_PICTURES: Final[Slot[dict[str, _Shown]]] = Slot("own-pictures", {})
_REQUESTED: Final[Slot[str]] = Slot("raster-asked", "")
_AS_PICTURE: Final[Slot[bool]] = Slot("raster-as-picture", default=False)
_OPACITY: Final[Slot[int]] = Slot("raster-opacity", 80)
_OPACITY_WIDGET: Final[Slot[int]] = Slot("raster-opacity-choice", 80)
_FILE: Final[Slot[tuple[str, tempfile.TemporaryDirectory[str]] | None]] = Slot("raster-kept", None)
"""The upload's id, and the folder that holds its bytes."""
RASTER_CLOSE: Final[Slot[bool]] = Slot("raster-close", default=False)
"""Whether the panel of rasters is to be closed: what it was opened for is done."""


def choose_raster() -> None:
    """Show the uploader and, once a file is there, what is asked of it."""
    st.caption(say("raster_own.lead"))
    uploaded = st.file_uploader(say("raster_own.file"), type=["tif", "tiff"], key="raster-file")
    if uploaded is None:
        _FILE.clear()
        return
    path = _kept(uploaded)
    try:
        facts = _facts(path, uploaded.name)
        if facts is not None:
            _ask(path, facts, uploaded.file_id)
    except RedlineError as fault:
        show_fault(fault)


def _kept(uploaded: Any) -> Path:
    """Return the upload as a file in a folder of its own, which goes with the session."""
    held = _FILE.get()
    if held is None or held[0] != uploaded.file_id:
        folder = tempfile.TemporaryDirectory(prefix="redline-raster-", ignore_cleanup_errors=True)
        (Path(folder.name) / "raster.tif").write_bytes(uploaded.getbuffer())
        held = (uploaded.file_id, folder)
        _FILE.set(held)
    return Path(held[1].name) / "raster.tif"


def _facts(path: Path, name: str) -> RasterFacts | None:
    """Look through the file; where it does not name its system, ask for it."""
    try:
        return raster_facts(path, name)
    except CrsError as fault:
        if fault.key != "raster_own.no_crs":
            raise
        st.warning(markdown_text(fault.text(lang())))
    crs = st.selectbox(say("raster_own.crs"), _SYSTEMS, index=None, key="raster-crs")
    return raster_facts(path, name, crs) if crs else None


def _scaling(facts: RasterFacts) -> str:
    """Write scale and offset of the bands that have one."""
    told = [f"{number}: × {scale:g} + {offset:g}" for number, (scale, offset) in enumerate(facts.scaling, start=1)]
    return "; ".join(text for text, pair in zip(told, facts.scaling, strict=True) if pair != (1.0, 0.0))


def _ask(path: Path, facts: RasterFacts, seed: str) -> None:
    """Ask what is wanted and reckon it."""
    st.caption(
        say(
            "raster_own.facts",
            width=f"{facts.width:,}",
            height=f"{facts.height:,}",
            bands=len(facts.bands),
            crs=markdown_text(facts.system.label),
            cell=f"{facts.cell[0]:.6g} × {facts.cell[1]:.6g}",
            nodata=say("raster_own.none") if facts.nodata is None else f"{facts.nodata:g}",
        )
    )
    if facts.scaled:
        st.caption(say("raster_own.scaled", scaling=_scaling(facts)))
    boxes = st.columns(4)
    with boxes[0]:
        band = st.selectbox(
            say("raster_own.band"),
            range(1, len(facts.bands) + 1),
            format_func=lambda number: f"{number} {facts.bands[number - 1]}".strip(),
            key=f"raster-band-{seed}",
        )
    with boxes[1]:
        statistic = st.selectbox(
            say("raster_own.statistic"),
            _STATISTICS,
            format_func=lambda code: say(f"raster_own.statistic_{code}"),
            key=f"raster-statistic-{seed}-{lang()}",
        )
    with boxes[2]:
        share = statistic == "share"
        of_class = st.number_input(say("raster_own.of_class"), value=1.0, key=f"raster-class-{seed}") if share else 0.0
        unit = "" if share else st.text_input(say("raster_own.unit"), max_chars=16, key=f"raster-unit-{seed}")
    with boxes[3]:
        written = st.text_input(say("raster_own.nodata"), max_chars=24, key=f"raster-nodata-{seed}")
    left, right = st.columns(2)
    with left:
        level = st.selectbox(
            say("raster_own.level"),
            _LEVELS,
            format_func=lambda code: say(f"indicator_page.level_{code}"),
            key=f"raster-level-{seed}-{lang()}",
        )
    with right:
        least = st.slider(say("raster_own.least"), 1, 100, 50, format="%d%%", key=f"raster-least-{seed}")
    st.button(
        say("raster_own.use"), type="primary", width="stretch", key=f"raster-use-{seed}",
        on_click=lambda: _REQUESTED.set(seed),
    )  # fmt: skip
    # a map that has just drawn itself starts the script anew and takes a press with it: what was asked for stays asked
    if _REQUESTED.get() != seed:
        return
    try:
        facts = _without(facts, written)
        wish = RasterWish(int(band), statistic, float(of_class), unit.strip(), level, least)
        _reckon(path, facts, wish)
    except RedlineError:
        _REQUESTED.clear()
        raise
    _REQUESTED.clear()
    st.rerun()


def _without(facts: RasterFacts, written: str) -> RasterFacts:
    """Return the facts with the no-data value that the user gives."""
    if not written.strip():
        return facts
    try:
        return replace(facts, nodata=float(written.replace(",", "")))
    except ValueError:
        raise RedlineError("raster_own.nodata_wrong") from None


def _reckon(path: Path, facts: RasterFacts, wish: RasterWish) -> None:
    """Reckon the figures and paint the picture, saying how far it is."""
    regions = regions_of(wish.level)
    if regions is None or regions.frame is None:
        raise RedlineError("layers.no_counties")
    bar = st.progress(0.0, say("raster_own.working", name=markdown_text(facts.name)))

    def show(share: float, _doing: str = "", /) -> None:
        bar.progress(share)

    subject = raster_subject(path, facts, regions.frame, wish, read_on=today(), progress=show)
    west, south, east, north = regions.frame.total_bounds
    view = raster_view(path, facts, (west - 0.3, south - 0.3, east + 0.3, north + 0.3), band=wish.band)
    picture = paint_raster(view.values)
    _PICTURES.set({**_PICTURES.get(), subject.id: _served(picture, view.bounds, facts.name, wish)})
    bar.empty()
    add_own(subject)
    RASTER_CLOSE.set(value=True)


def _served(
    picture: RasterImage, bounds: tuple[tuple[float, float], tuple[float, float]], raster: str, wish: RasterWish
) -> _Shown:
    """Keep a picture where sessions of ours may fetch it; they go after a day, or when there are many."""
    folder = tiles_folder() / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{hashlib.sha256(picture.webp).hexdigest()}.webp"
    with whole_file(folder / name) as draft:
        draft.write_bytes(picture.webp)
    newest = sorted(folder.glob("*.webp"), key=lambda path: path.stat().st_mtime, reverse=True)
    for place, old in enumerate(newest):
        if place >= _KEPT or time.time() - old.stat().st_mtime > _DAY_SECONDS:
            old.unlink(missing_ok=True)
    url = f"{FROM_COMPONENT}/tiles/{_FOLDER}/{name}"
    return _Shown(raster, wish.band, wish.unit, url, bounds, picture.low, picture.high, picture.colours)


def as_picture() -> bool:
    """Tell whether the map shows the raster that is chosen as it is, and not its figures."""
    return _has_picture() and _AS_PICTURE.get()


def _has_picture() -> bool:
    return chosen().id in _PICTURES.get()


def show_as() -> bool:
    """Ask, of a raster, whether maps show it or its figures; tell whether it is the raster (on every page)."""
    if not _has_picture():
        return False
    way = f"raster-show-{lang()}"
    set_widget(way, "picture" if as_picture() else "figures")
    _OPACITY_WIDGET.set(_OPACITY.get())
    left, right = st.columns([1, 1], vertical_alignment="center")
    with left:
        st.segmented_control(
            say("raster_own.show_as"),
            ["figures", "picture"],
            format_func=lambda code: say(f"raster_own.show_{code}"),
            key=way,
            label_visibility="collapsed",
            on_change=lambda: _AS_PICTURE.set(widget_value(way) == "picture"),
        )
    if as_picture():
        right.slider(
            say("raster_own.opacity"), 10, 100, step=5, key=_OPACITY_WIDGET.key,
            on_change=lambda: _OPACITY.set(_OPACITY_WIDGET.get()),
        )  # fmt: skip
    return as_picture()


def picture_group() -> folium.FeatureGroup:
    """Return the picture of the raster that is chosen, with what its colours stand for."""
    picture = _PICTURES.get()[chosen().id]
    high = f"{picture.high:,.6g} {picture.unit}".strip()
    legend = RasterLegend(picture.colours, f"{picture.low:,.6g}", high, say("raster_own.picture_legend"))
    title = f"{picture.name} · {say('raster_own.band')} {picture.band}"
    return image_group(picture.url, picture.bounds, title=title, legend=legend, opacity=_OPACITY.get() / 100)


def picture_legend() -> Markup:
    """Return what the colours of the picture stand for."""
    picture = _PICTURES.get()[chosen().id]
    ends = f"{picture.low:,.6g} – {picture.high:,.6g} {picture.unit}"
    return html_of("views/parts/indicators/templates/picture_legend.html", colours=picture.colours, ends=ends)
