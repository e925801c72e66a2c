"""The map as one HTML file: no network, no server; layers, legend, pop-ups, 示意, as on the screen."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.badges import Anchor, anchors_json, anchors_of, badges_json, counted_within
from carto.map import bundle
from carto.markup import raw_text, render
from carto.scene import LayerDisplay
from carto.style import OUTLINE_SYMBOL, SITE_SYMBOL, Choropleth, Symbol, classes_of, label_of, layer_legend
from carto.tiles import drawn_as_points, drawn_as_shapes, marks_json
from geo.errors import BadInput
from geo.progress import Progress, no_progress
from geo.tiles import shared_edges
from geo.whole_file import whole_file
from layers.catalogue import Layer, may_export
from layers.paths import PRODUCT
from snapshot.page.ground import indicator_rows, look_of, relief_data
from snapshot.proof import seal
from snapshot.selection import Outlined
from snapshot.sheet import Relief, now_text, stacked
from words import Lang, t

__all__ = ["MOST_BYTES", "write_page"]

MOST_BYTES: Final = 5_000_000
"""A page that is larger is drawn coarser until it is not."""
_GROUPS: Final = ("boundaries", "control", "protection", "water", "projects", "indicators", "own")
_TOLERANCES: Final = (0.0003, 0.0006, 0.0012, 0.0025, 0.005, 0.01)
_OWN: Final = PRODUCT / "carto" / "js"
_SCRIPTS: Final = (
    "draw/paint.js",
    "draw/badges.js",
    "draw/marks.js",
    "panel/panel.js",
    "map/layered.js",
    "map/hits.js",
    "map/page.js",
)


def write_page(
    target: Path,
    layers: Sequence[Layer],
    bounds: tuple[float, float, float, float],
    *,
    lang: Lang,
    version: str,
    title: str,
    visible: Collection[str] | None = None,
    indicator: tuple[Choropleth, pd.Series] | None = None,
    sites: gpd.GeoDataFrame | None = None,
    outlined: Outlined | None = None,
    relief: Relief | None = None,
    panel: Sequence[LayerDisplay] = (),
    manifest: Mapping[str, Any] | None = None,
    user: str = "",
    progress: Progress = no_progress,
) -> None:
    """Write the map of an extent as one HTML file that needs nothing else, whole or not at all.

    Shapes are cut to the extent and simplified as far as `MOST_BYTES` needs: such a file is to look at, never to
    measure on.

    Parameters
    ----------
    target : Path
    layers : sequence of Layer
        The whole catalogue: those not loaded stand in the panel as absent. Only what is let out whole
        (``export = "full"``) is in the file.
    bounds : tuple of float
        West, south, east, north in degrees.
    lang : {"zh", "en"}
    version, title, user : str
    visible : collection of str, optional
        Ids of the layers that are on at first.
    indicator : tuple of Choropleth and Series, optional
        The indicator on the map with its value for each row of its layer.
    outlined : Outlined, optional
        Drawn in outline above the layers.
    sites : GeoDataFrame, optional
        EPSG:4490 with ``site_id``.
    relief : Relief, optional
        Below everything.
    panel : sequence of LayerDisplay
        How layers stand on the screen, top first: their order and opacity.
    manifest : mapping, optional
        Sealed into the page (``snapshot.proof.sealing``).
    progress : Progress

    Raises
    ------
    BadInput
        If the extent does not hold, or even the coarsest page is too large.
    """
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -89 <= south < north <= 89):
        raise BadInput("sheet.no_extent", bounds=bounds)
    for at, tolerance in enumerate(_TOLERANCES):
        progress(0.1 + 0.8 * at / len(_TOLERANCES))
        config = _config(layers, bounds, lang, visible, tolerance)
        _arrange(config, layers, panel)
        if indicator is not None and may_export(indicator[0].layer, {one.id: one for one in layers}):
            found = indicator_rows(indicator, bounds, lang, tolerance)
            config["groups"].insert(0, {"title": t("carto.indicator", lang), "layers": [found]})
        if relief is not None:
            config["relief"] = relief_data(relief)
        if outlined is not None:
            shapes = outlined.shapes.geometry.to_numpy()
            names = [outlined.title] * len(shapes)
            config["groups"].append(_own_group("outlined", outlined.title, (shapes, names), OUTLINE_SYMBOL, lang, z=98))
        if sites is not None:
            own = (sites.geometry.to_numpy(), sites["site_id"].astype(str).tolist())
            config["groups"].append(_own_group("site", t("sheet.site", lang), own, SITE_SYMBOL, lang, z=99))
        text = _html(config, title, lang, f"{user}　{now_text()}　Redline {version}")
        content = text.encode()
        if len(content) <= MOST_BYTES:
            with whole_file(target) as draft:
                draft.write_bytes(content)
                if manifest is not None:
                    seal(draft, manifest)
            progress(1.0)
            return
    raise BadInput("page.too_large", size=f"{len(content) / 1e6:.1f}", most=MOST_BYTES / 1e6)


def _config(
    layers: Sequence[Layer], bounds: tuple[float, float, float, float], lang: Lang, visible: Collection[str] | None,
    tolerance: float,
) -> dict[str, Any]:  # fmt: skip
    """Return what the page's script must know."""
    groups = []
    anchors = anchors_of(layers)
    out = {layer.id for layer in layers if may_export(layer, {one.id: one for one in layers})}
    for name in _GROUPS:
        chosen = [layer for layer in layers if layer.spec.group == name and layer.spec.role != "raster"]
        rows = [
            _layer(one, bounds, lang, visible, tolerance, anchors=anchors) if one.id in out else _absent(one, lang)
            for one in chosen
        ]
        if rows:
            groups.append({"title": t(f"carto.group_{name}", lang), "layers": rows})
    texts = {
        "panel": t("carto.panel", lang),
        "attribution": t("sheet.no_authority", lang),
        "absent": t("carto.absent", lang, count="{count}"),
    }
    west, south, east, north = bounds
    return {
        "lang": lang, "groups": groups, "texts": texts, "bounds": [[south, west], [north, east]],
        "watermark": t("carto.watermark", lang), "anchors": anchors_json(layers, lang),
    }  # fmt: skip


def _arrange(config: dict[str, Any], layers: Sequence[Layer], panel: Sequence[LayerDisplay]) -> None:
    """Give each layer its height and opacity as the screen has them."""
    height = {layer.id: at for at, layer in enumerate(stacked(layers, panel))}
    opacity = {one.id: one.opacity for one in panel}
    for group in config["groups"]:
        for row in group["layers"]:
            row |= {"z": height[row["id"]], "opacity": opacity.get(row["id"], 1.0)}


def _absent(layer: Layer, lang: Lang) -> dict[str, Any]:
    """Return a layer that is not in the page, and why."""
    there = layer.frame is not None and layer.state == "loaded"
    missing = {"failed": "carto.load_failed", "no_access": "carto.no_access"}
    why = "report.kept_in" if there else missing.get(layer.state, "carto.not_loaded")
    title = layer.spec.title(lang)
    return {"id": layer.id, "title": title, "on": False, "legend": [], "absent": t(why, lang)}


def _layer(
    layer: Layer,
    bounds: tuple[float, float, float, float],
    lang: Lang,
    visible: Collection[str] | None,
    tolerance: float,
    *,
    anchors: Mapping[str, Anchor],
) -> dict[str, Any]:
    """Return one layer: shapes, marks, texts of pop-ups, legend."""
    spec = layer.spec
    assert layer.frame is not None
    meets = shapely.intersects(layer.frame.geometry.to_numpy(), shapely.box(*bounds))
    near = np.flatnonzero(meets | counted_within(layer.frame, anchors, bounds))
    west, south, east, north = bounds
    cut = Layer(spec, layer.state, layer.frame.iloc[near].reset_index(drop=True), digest=layer.digest)
    assert cut.frame is not None
    classes, of_row = classes_of(cut) if len(cut.frame) else ([], np.array([], int))
    marks = _marks(cut) if len(cut.frame) else {"points": [], "labels": []}
    return {
        "id": spec.id,
        "title": spec.title(lang),
        "on": spec.id in visible if visible is not None else spec.on,
        "styles": [look_of(item.symbol) for item in classes],
        "label": label_of(spec),
        "legend": [
            {"label": e.label, "kind": e.kind, "style": look_of(e.symbol), "hollow": e.hollow}
            for e in layer_legend(cut, lang)
        ],
        "notice": t("carto.illustrative", lang) if spec.watermark else "",
        "about": spec.notice(lang) if spec.notice else "",
        "watermark": spec.drawn_by_model,
        "minZoom": spec.min_zoom,
        "maxZoom": 22,
        "shapes": _shapes(cut, of_row, bounds, tolerance),
        "marks": marks,
        "badges": [  # beyond the page's extent the numbers would not be whole
            badge
            for badge in badges_json(cut, cut.frame, anchors)
            if west <= badge[1] <= east and south <= badge[2] <= north
        ],
        "known": [
            [str(codes), row] for row, codes in enumerate(cut.frame.get("known_in", pd.Series(dtype=str))) if codes
        ],
        "rows": [] if spec.role == "boundary" else _rows(cut, lang),
    }


def _shapes(
    layer: Layer, of_row: NDArray[np.int64], bounds: tuple[float, float, float, float], tolerance: float
) -> list[dict[str, Any]]:
    """Return the shapes as flat lists of degrees: box, class, dimension, row, paths."""
    assert layer.frame is not None
    if layer.frame.empty:
        return []
    if layer.spec.role == "boundary":
        shapes = shared_edges(layer.frame).geometry.to_numpy()
        rows, code = np.full(len(shapes), -1), np.zeros(len(shapes), int)
    else:
        rows = np.flatnonzero(drawn_as_shapes(layer.frame))
        shapes, code = layer.frame.geometry.to_numpy()[rows], of_row[rows]
    west, south, east, north = bounds
    pad = 0.02 * max(east - west, north - south)
    cut = shapely.clip_by_rect(shapes, west - pad, south - pad, east + pad, north + pad)
    parts, owner = shapely.get_parts(shapely.simplify(cut, tolerance, preserve_topology=True), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    made = []
    for part, at, dimension, box in zip(
        parts, owner.tolist(), shapely.get_dimensions(parts).tolist(), shapely.bounds(parts).tolist(), strict=True
    ):
        if dimension < 1 or shapely.is_empty(part):
            continue
        lines = shapely.get_rings(part) if dimension == 2 else [part]
        paths = [[round(value, 5) for value in shapely.get_coordinates(line).ravel().tolist()] for line in lines]
        made.append(
            {"b": [round(edge, 5) for edge in box], "c": int(code[at]), "d": dimension, "r": int(rows[at]), "p": paths}
        )
    return made


def _marks(layer: Layer) -> dict[str, list[list[Any]]]:
    """Return symbols and names; each symbol with its row, for the pop-up."""
    assert layer.frame is not None
    marks = marks_json(layer, layer.frame)
    dotted = np.flatnonzero(drawn_as_points(layer.frame))
    shapes = layer.frame.geometry.to_numpy()[dotted]
    counts = np.where(shapely.get_dimensions(shapes) > 0, 1, shapely.get_num_geometries(shapes))
    rows = np.repeat(dotted, counts)
    points = [[*point, int(row)] for point, row in zip(marks["points"], rows.tolist(), strict=True)]
    return {"points": points, "labels": marks["labels"]}


def _rows(layer: Layer, lang: Lang) -> list[list[list[str]]]:
    """Return what a pop-up says of each feature: name, zone, source, date, accuracy."""
    assert layer.frame is not None
    columns = (f"name_{lang}", "zone", "clause", "source", "as_of", "accuracy_m")
    heads = [t(f"page.{name.removesuffix(f'_{lang}')}", lang) for name in columns]
    table = layer.frame[list(columns)].astype(object)
    known = (table.notna() & table.astype(str).ne("")).to_numpy()
    return [
        [
            [head, f"{value:g}" if isinstance(value, float) else str(value)]
            for head, value, there in zip(heads, values, present, strict=True)
            if there
        ]
        for values, present in zip(table.to_numpy().tolist(), known.tolist(), strict=True)
    ]


def _own_group(
    name: str, title: str, own: tuple[NDArray[Any], Sequence[str]], symbol: Symbol, lang: Lang, *, z: int
) -> dict[str, Any]:
    """Return shapes with their names as a layer of its own, above all others, not simplified."""
    shapes, points = [], []
    for row, (shape, label) in enumerate(zip(*own, strict=True)):
        for part in shapely.get_parts(shape):
            dimension = int(shapely.get_dimensions(part))
            if dimension == 0:
                points.append([*shapely.get_coordinates(part)[0].tolist(), label, label, 0, 1, row])
                continue
            lines = shapely.get_rings(part) if dimension == 2 else [part]
            paths = [shapely.get_coordinates(line).ravel().tolist() for line in lines]
            shapes.append({"b": shapely.bounds(part).tolist(), "c": 0, "d": dimension, "r": row, "p": paths})
    look = look_of(symbol)
    return {
        "title": title,
        "layers": [{
            "id": name, "title": title, "on": True, "styles": [look], "label": None, "notice": "", "about": "",
            "legend": [{"label": title, "kind": "area", "style": look, "hollow": False}], "watermark": False,
            "minZoom": 0, "maxZoom": 22, "z": z, "shapes": shapes, "marks": {"points": points, "labels": []},
            "rows": [[[t("page.name", lang), label]] for label in own[1]],
        }],
    }  # fmt: skip


def _html(config: dict[str, Any], title: str, lang: Lang, made: str) -> str:
    """Put the page together; data cannot end its own script element."""
    files = bundle().files
    sheet = _without_links(files["map.css"].decode(), files)
    leaflet = (PRODUCT / "static/vendor/leaflet/dist/leaflet.js").read_text(encoding="utf-8")
    own = [(_OWN / name).read_text(encoding="utf-8") for name in _SCRIPTS]
    script = "\n;\n".join([leaflet, *own])
    page = render(
        "snapshot/page/templates/page.html",
        language="zh-CN" if lang == "zh" else "en",
        title=title,
        foot=" · ".join([made.strip("　"), t("sheet.no_authority", lang), t("snapshot.disclaimer", lang)]),
        sheet=raw_text(sheet),
        config=config,
        script=raw_text(re.sub(r"//# sourceMappingURL=\S+", "", script)),
    )
    return str(page)


def _without_links(sheet: str, files: Mapping[str, bytes]) -> str:
    """Put the pictures that a style sheet names into it; leave out those that it does not come with."""

    def inlined(found: re.Match[str]) -> str:
        name = found[1].strip("'\"")
        if name.startswith("data:"):
            return found[0]
        content = files.get(name) if name.endswith("marker-icon.png") else None
        if content is None:
            return "none"
        return f"url(data:image/png;base64,{base64.b64encode(content).decode()})"

    return re.sub(r"url\(([^)]+)\)", inlined, sheet)
