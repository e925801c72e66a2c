"""What lies under the layers of a stand-alone page: the shaded relief, and the indicator on its regions."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from carto.style import MISSING, Choropleth, Symbol, choropleth_legend
from snapshot.sheet import Relief
from words import Lang, t

__all__ = ["indicator_rows", "look_of", "relief_data"]

_TYPES: Final = {".webp": "image/webp", ".png": "image/png"}


def look_of(symbol: Symbol) -> dict[str, Any]:
    """Return a symbol as the page's script reads it."""
    return {key: value for key, value in symbol.items() if value not in (None, [], False)}


def relief_data(relief: Relief) -> dict[str, Any]:
    """Return the relief with the picture in its own address, and its bounds as Leaflet has them."""
    west, south, east, north = relief.bounds
    picture = base64.b64encode(relief.path.read_bytes()).decode()
    address = f"data:{_TYPES[relief.path.suffix]};base64,{picture}"
    return {"url": address, "bounds": [[south, west], [north, east]]}


def indicator_rows(
    shown: tuple[Choropleth, pd.Series],
    bounds: tuple[float, float, float, float],
    lang: Lang,
    tolerance: float,
) -> dict[str, Any]:
    """Return an indicator as a layer of the page, below all others; regions stay without gaps when simplified."""
    chosen, values = shown
    assert chosen.layer.frame is not None
    frame = chosen.layer.frame
    rows = np.flatnonzero(shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bounds)))
    simple = shapely.coverage_simplify(frame.geometry.to_numpy()[rows], tolerance)
    unit = chosen.unit(lang) if chosen.unit else ""
    title = chosen.title(lang) + (f" ({unit})" if unit else "")
    last = len(chosen.classes.colours)
    shapes = []
    for at, part in zip(*_parts(simple), strict=True):
        place = int(chosen.classes.of_row[rows[at]])
        paths = [
            [round(value, 5) for value in shapely.get_coordinates(ring).ravel().tolist()]
            for ring in shapely.get_rings(part)
        ]
        box = [round(edge, 5) for edge in shapely.bounds(part).tolist()]
        shapes.append({"b": box, "c": place if place >= 0 else last, "d": 2, "r": int(at), "p": paths})
    names = frame[f"name_{lang}"].fillna(frame["name_zh"]).to_numpy()[rows]
    figures = values.to_numpy(float)[rows]
    missing = t("carto.missing", lang)
    told = [f"{figure:,.2f}" if figure == figure else missing for figure in figures]  # noqa: PLR0124 -- not NaN
    return {
        "id": "indicator",
        "title": title,
        "on": True,
        "styles": [*(look_of(symbol) for symbol in chosen.classes.symbols()), look_of(MISSING)],
        "label": None,
        "legend": [
            {"label": entry.label, "kind": entry.kind, "style": look_of(entry.symbol), "hollow": False}
            for entry in choropleth_legend(chosen, lang)
        ],
        "notice": "",
        "about": chosen.note(lang) if chosen.note else "",
        "watermark": False,
        "minZoom": 0,
        "maxZoom": 22,
        "z": -1,
        "shapes": shapes,
        "marks": {"points": [], "labels": []},
        "rows": [[[t("page.name", lang), str(name)], [title, value]] for name, value in zip(names, told, strict=True)],
    }


def _parts(shapes: Any) -> tuple[list[int], list[Any]]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return owner.tolist(), list(parts)
