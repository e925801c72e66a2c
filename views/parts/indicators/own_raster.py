"""A user's GeoTIFF on the indicators page: its facts, the form of zonal statistics, and its picture on the map."""

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
from geo.read import ceilings_of
from geo.whole_file import whole_file
from layers.indicators import Level, RasterWish, raster_subject
from views.parts.indicators.choice import current_choice
from views.parts.indicators.figures import regions_layer
from views.parts.indicators.own_subjects import add_own_subject, today
from views.server import FROM_COMPONENT, tiles_folder
from views.session import Memo, Slot, catalogue, html_of, lang, markdown_text, say, set_widget, show_fault, widget_value

__all__ = ["RASTER_CLOSE", "ask_display", "choose_raster", "picture_group", "picture_legend", "shows_picture"]

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
_MAX_PICTURES: Final = 40
_DAY_SECONDS: Final = 24 * 3600


@dataclass(frozen=True)
class _RasterPicture:
    """The picture of a band: raster and band, URL, bounds (degrees), and the range of values of its colours.

    The unit is that of the cells, "" if unknown; that of the figures may differ (a share of cells).
    """

    name: str
    band: int
    unit: str
    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    low: float
    high: float
    colours: tuple[str, ...]


_PICTURES: Final[Slot[dict[str, _RasterPicture]]] = Slot("own-pictures", {})
_REQUESTED: Final[Slot[str]] = Slot("raster-asked", "")
_AS_PICTURE: Final[Slot[bool]] = Slot("raster-as-picture", default=False)
_OPACITY: Final[Slot[int]] = Slot("raster-opacity", 80)
_OPACITY_WIDGET: Final[Slot[int]] = Slot("raster-opacity-choice", 80)
_UPLOAD: Final[Slot[tuple[str, tempfile.TemporaryDirectory[str]] | None]] = Slot("raster-kept", None)
"""Id of the upload, and the temporary folder with its bytes."""
_FACTS: Final[Memo[RasterFacts]] = Memo("raster-facts")
_FACTS_AS_TOLD: Final[Memo[RasterFacts]] = Memo("raster-facts-as-told")
"""Of a raster that names no system, with the one that the user names."""
RASTER_CLOSE: Final[Slot[bool]] = Slot("raster-close", default=False)
"""Whether the panel of rasters is to be closed, as its figures are computed."""


def choose_raster() -> None:
    """Show the uploader and, for an uploaded file, the form of zonal statistics."""
    st.caption(say("raster_own.lead"))
    uploaded = st.file_uploader(say("raster_own.file"), type=["tif", "tiff"], key="raster-file")
    if uploaded is None:
        _UPLOAD.clear()
        return
    path = _uploaded_path(uploaded)
    try:
        facts = _facts_with_crs(path, uploaded.name)
        if facts is not None:
            _ask_statistic(path, facts, uploaded.file_id)
    except RedlineError as fault:
        show_fault(fault)


def _uploaded_path(uploaded: Any) -> Path:
    """Return the path of the upload in a temporary folder that is deleted with the session."""
    stored = _UPLOAD.get()
    if stored is None or stored[0] != uploaded.file_id:
        folder = tempfile.TemporaryDirectory(prefix="redline-raster-", ignore_cleanup_errors=True)
        (Path(folder.name) / "raster.tif").write_bytes(uploaded.getbuffer())
        stored = (uploaded.file_id, folder)
        _UPLOAD.set(stored)
    return Path(stored[1].name) / "raster.tif"


def _facts_with_crs(path: Path, name: str) -> RasterFacts | None:
    """Return the facts of a raster; where it names no CRS, show the choice of one, and return None until it is made."""
    ceilings = ceilings_of(catalogue().limits)
    try:
        return _FACTS.once((str(path), name, None), lambda: raster_facts(path, name, ceilings=ceilings))
    except CrsError as fault:
        if fault.key != "raster_own.no_crs":
            raise
        st.warning(markdown_text(fault.text(lang())))
    crs = st.selectbox(say("raster_own.crs"), _SYSTEMS, index=None, key="raster-crs")
    if crs is None:
        return None
    return _FACTS_AS_TOLD.once((str(path), name, crs), lambda: raster_facts(path, name, crs, ceilings=ceilings))


def _scaling(facts: RasterFacts) -> str:
    """Return scale and offset of the bands that have one, as text."""
    texts = [f"{number}: × {scale:g} + {offset:g}" for number, (scale, offset) in enumerate(facts.scaling, start=1)]
    return "; ".join(text for text, pair in zip(texts, facts.scaling, strict=True) if pair != (1.0, 0.0))


def _ask_statistic(path: Path, facts: RasterFacts, seed: str) -> None:
    """Show the facts of a raster and the form of zonal statistics; compute them once the button is pressed."""
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
    # a map that has just drawn itself reruns the script and loses a press: the request is kept until it is handled
    if _REQUESTED.get() != seed:
        return
    try:
        facts = _with_nodata(facts, written)
        wish = RasterWish(int(band), statistic, float(of_class), unit.strip(), level, least)
        _compute_figures(path, facts, wish)
    except RedlineError:
        _REQUESTED.clear()
        raise
    _REQUESTED.clear()
    st.rerun()


def _with_nodata(facts: RasterFacts, written: str) -> RasterFacts:
    """Return the facts with the no-data value that the user wrote; unchanged if it is blank."""
    if not written.strip():
        return facts
    try:
        return replace(facts, nodata=float(written.replace(",", "")))
    except ValueError:
        raise RedlineError("raster_own.nodata_wrong") from None


def _compute_figures(path: Path, facts: RasterFacts, wish: RasterWish) -> None:
    """Compute the zonal statistics and the picture with a progress bar; add both to the session."""
    regions = regions_layer(wish.level)
    if regions is None or regions.frame is None:
        raise RedlineError("layers.no_counties")
    bar = st.progress(0.0, say("raster_own.working", name=markdown_text(facts.name)))

    def show(share: float, _doing: str = "", /) -> None:
        bar.progress(share)

    ceilings = ceilings_of(catalogue().limits)
    subject = raster_subject(path, facts, regions.frame, wish, read_on=today(), progress=show, ceilings=ceilings)
    west, south, east, north = regions.frame.total_bounds
    within = (west - 0.3, south - 0.3, east + 0.3, north + 0.3)
    view = raster_view(path, facts, within, band=wish.band, ceilings=ceilings)
    picture = paint_raster(view.values)
    _PICTURES.set({**_PICTURES.get(), subject.id: _store_picture(picture, view.bounds, facts.name, wish)})
    bar.empty()
    add_own_subject(subject)
    RASTER_CLOSE.set(value=True)


def _store_picture(
    picture: RasterImage, bounds: tuple[tuple[float, float], tuple[float, float]], raster: str, wish: RasterWish
) -> _RasterPicture:
    """Write a picture into the served folder and return it with its URL; delete old and surplus pictures."""
    folder = tiles_folder() / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{hashlib.sha256(picture.webp).hexdigest()}.webp"
    with whole_file(folder / name) as draft:
        draft.write_bytes(picture.webp)
    newest = sorted(folder.glob("*.webp"), key=lambda path: path.stat().st_mtime, reverse=True)
    for place, old in enumerate(newest):
        if place >= _MAX_PICTURES or time.time() - old.stat().st_mtime > _DAY_SECONDS:
            old.unlink(missing_ok=True)
    url = f"{FROM_COMPONENT}/tiles/{_FOLDER}/{name}"
    return _RasterPicture(raster, wish.band, wish.unit, url, bounds, picture.low, picture.high, picture.colours)


def shows_picture() -> bool:
    """Return whether the map draws the chosen raster itself, not its figures by territory."""
    return _has_picture() and _AS_PICTURE.get()


def _has_picture() -> bool:
    return current_choice().id in _PICTURES.get()


def ask_display() -> bool:
    """Show, for a raster, the choice between picture and figures with its opacity; return whether it is the picture."""
    if not _has_picture():
        return False
    key = f"raster-show-{lang()}"
    set_widget(key, "picture" if shows_picture() else "figures")
    _OPACITY_WIDGET.set(_OPACITY.get())
    left, right = st.columns([1, 1], vertical_alignment="center")
    with left:
        st.segmented_control(
            say("raster_own.show_as"),
            ["figures", "picture"],
            required=True,
            format_func=lambda code: say(f"raster_own.show_{code}"),
            key=key,
            label_visibility="collapsed",
            on_change=lambda: _AS_PICTURE.set(widget_value(key) == "picture"),
        )
    if shows_picture():
        right.slider(
            say("raster_own.opacity"), 10, 100, step=5, key=_OPACITY_WIDGET.key,
            on_change=lambda: _OPACITY.set(_OPACITY_WIDGET.get()),
        )  # fmt: skip
    return shows_picture()


def picture_group() -> folium.FeatureGroup:
    """Return the picture of the chosen raster as a feature group with its colour ramp."""
    picture = _PICTURES.get()[current_choice().id]
    high = f"{picture.high:,.6g} {picture.unit}".strip()
    legend = RasterLegend(picture.colours, f"{picture.low:,.6g}", high, say("raster_own.picture_legend"))
    title = f"{picture.name} · {say('raster_own.band')} {picture.band}"
    return image_group(picture.url, picture.bounds, title=title, legend=legend, opacity=_OPACITY.get() / 100)


def picture_legend() -> Markup:
    """Return the legend of the picture as HTML: its colours and the range of values."""
    picture = _PICTURES.get()[current_choice().id]
    ends = f"{picture.low:,.6g} – {picture.high:,.6g} {picture.unit}"
    return html_of("views/parts/indicators/templates/picture_legend.html", colours=picture.colours, ends=ends)
