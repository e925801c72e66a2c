"""Badges: how many features are known by a county, prefecture or province alone, at one point of the territory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.style import classes_of
from geo.memo import per_frame
from layers.catalogue import Layer, known_by_territory
from layers.plans import territory_points
from words import Lang

__all__ = [
    "COUNTIES_FROM_ZOOM",
    "Anchor",
    "Badge",
    "anchors_json",
    "anchors_of",
    "badges_json",
    "counted_within",
    "merged_badges",
    "territory_at",
]

COUNTIES_FROM_ZOOM: Final = 9
"""Further out a prefecture carries one badge for itself and all its counties: theirs would cover one another."""
_CODES: Final = ("adcode", "prefecture_adcode", "province_adcode", "prefecture_zh", "province_zh")
_NEAR: Final = 1
_FAR: Final = 2


@dataclass(frozen=True)
class Anchor:
    """Where the badge of a prefecture or province stands (degrees), and its names."""

    lon: float
    lat: float
    zh: str
    en: str


@dataclass
class Badge:
    """A badge: the territory, its point (degrees), and the number of features by colour.

    Attributes
    ----------
    adcode : str
    lon, lat : float
    counts : Counter of str
        By the colour of their class.
    """

    adcode: str
    lon: float
    lat: float
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def level(self) -> str:
        """``county``, ``prefecture`` or ``province``."""
        return "province" if self.adcode.endswith("0000") else "prefecture" if self.adcode.endswith("00") else "county"


def badges_json(layer: Layer, frame: gpd.GeoDataFrame, anchors: Mapping[str, Anchor]) -> list[list[Any]]:
    """Return [adcode, lon, lat, [[class, number], …], when] of each territory by which alone features are known.

    Each feature counts once in a badge. `when` is 1 for a badge that is drawn from `COUNTIES_FROM_ZOOM` on, 2 for one
    that is drawn further out, where a prefecture stands for its counties too.

    Parameters
    ----------
    layer : Layer
    frame : GeoDataFrame
        The rows of the layer to be counted, with its index.
    anchors : mapping of str to Anchor
        Of `anchors_of`; without that of its prefecture a county keeps its own badge further out.
    """
    known = known_by_territory(frame)
    if layer.frame is None or not known.any():
        return []
    _, of_row = classes_of(layer)
    rows = frame[known]
    parts, owner = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
    near = pd.DataFrame(
        {
            "adcode": rows["known_in"].str.split(";").explode().to_numpy(),
            "lon": shapely.get_x(parts).round(5),
            "lat": shapely.get_y(parts).round(5),
            "cls": of_row[layer.frame.index.get_indexer(rows.index)][owner],
            "row": owner,
        }
    )
    above = near["adcode"].str[:4] + "00"
    joined = above.isin(anchors.keys()) & ~near["adcode"].str.endswith("00")
    far = near.assign(adcode=above.where(joined, near["adcode"])).drop_duplicates(["adcode", "row"])
    moved = far["adcode"].isin(anchors.keys())
    far.loc[moved, "lon"] = [anchors[code].lon for code in far.loc[moved, "adcode"]]
    far.loc[moved, "lat"] = [anchors[code].lat for code in far.loc[moved, "adcode"]]
    return [*_counted(near, _NEAR), *_counted(far, _FAR)]


def _counted(listed: pd.DataFrame, when: int) -> list[list[Any]]:
    """Return one row of `badges_json` for each territory of a list of features."""
    numbers = listed.groupby(["adcode", "cls"], sort=True).size()
    counts: dict[str, list[list[int]]] = {}
    for (adcode, cls), number in zip(numbers.index.tolist(), numbers.tolist(), strict=True):
        counts.setdefault(str(adcode), []).append([cls, number])
    first = listed.drop_duplicates("adcode")
    points = dict(zip(first["adcode"], zip(first["lon"].tolist(), first["lat"].tolist(), strict=True), strict=True))
    return [[adcode, *points[adcode], pairs, when] for adcode, pairs in counts.items()]


def merged_badges(badges: Iterable[tuple[Sequence[str], list[list[Any]]]], zoom: float) -> list[Badge]:
    """Return one badge a territory for several layers: what the browser draws at a zoom (``carto/js/draw/badges.js``).

    Parameters
    ----------
    badges : iterable of (colours of the classes, `badges_json`)
        One pair a layer.
    zoom : float
    """
    drawn = _FAR if zoom < COUNTIES_FROM_ZOOM else _NEAR
    found: dict[str, Badge] = {}
    for colours, rows in badges:
        for adcode, lon, lat, counts, when in rows:
            if when == drawn:
                badge = found.setdefault(adcode, Badge(adcode, lon, lat))
                for cls, number in counts:
                    badge.counts[colours[cls]] += number
    order = ("province", "prefecture", "county")
    return sorted(found.values(), key=lambda one: (order.index(one.level), one.adcode))


def anchors_of(layers: Mapping[str, Layer] | Sequence[Layer]) -> dict[str, Anchor]:
    """Return where the badges of prefectures and provinces stand, by adcode; none without the county layer."""
    every = list(layers.values()) if isinstance(layers, Mapping) else list(layers)
    counties = next((frame for one in every if (frame := _frame(one, ("county",), _CODES)) is not None), None)
    if counties is None:
        return {}
    english: dict[str, str] = {}
    for layer in every:
        if (frame := _frame(layer, ("prefecture", "province"), ("adcode", "name_en"))) is not None:
            english |= dict(zip(frame["adcode"].astype(str), frame["name_en"], strict=True))
    return {
        code: Anchor(lon, lat, zh, _short(str(english.get(code) or zh)))
        for code, (lon, lat, zh) in _points(counties).items()
    }


def counted_within(
    frame: gpd.GeoDataFrame, anchors: Mapping[str, Anchor], bounds: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    """Return a mask of the features that a badge inside `bounds` counts: west, south, east, north, degrees.

    All that a badge counts is there, also features of counties beyond the bounds whose prefecture's badge is inside.
    """
    rows = frame[known_by_territory(frame)]
    box = shapely.box(*bounds)
    parts, owner = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
    inside = {code for code, one in anchors.items() if shapely.intersects_xy(box, one.lon, one.lat)}
    above = rows["known_in"].str.split(";").explode().str[:4] + "00" if len(rows) else pd.Series(dtype=str)
    here = shapely.intersects(box, parts) | above.isin(inside).to_numpy(bool)
    mask = np.zeros(len(frame), bool)
    mask[np.flatnonzero(known_by_territory(frame))[np.unique(owner[here])]] = True
    return mask


def territory_at(layers: Mapping[str, Layer], lon: float, lat: float) -> str:
    """Return the adcode of the territory whose badge stands at a point (degrees, to five decimals); "" if none does."""
    here = (round(lon, 5), round(lat, 5))
    for layer in layers.values():
        if layer.frame is not None and (code := _codes(layer.frame).get(here)):
            return code
    return next((code for code, one in anchors_of(layers).items() if (one.lon, one.lat) == here), "")


@per_frame
def _codes(frame: gpd.GeoDataFrame) -> dict[tuple[float, float], str]:
    """Return the adcodes of the territories by which alone features are known, by their points."""
    rows = frame[known_by_territory(frame)]
    if rows.empty:
        return {}
    points = shapely.get_coordinates(rows.geometry.to_numpy()).round(5).tolist()
    codes = rows["known_in"].str.split(";").explode()
    return {(lon, lat): code for (lon, lat), code in zip(points, codes, strict=True)}


def _frame(layer: Layer, kinds: Sequence[str], columns: Sequence[str]) -> gpd.GeoDataFrame | None:
    """Return the frame of a layer that stands for one of `kinds` and has these columns: a user's own may lack them."""
    if layer.frame is None or layer.spec.stands_for not in kinds or not set(columns) <= set(layer.frame.columns):
        return None
    return layer.frame


def _short(name: str) -> str:
    """Return an English name without its level, which the place on the map tells."""
    return name.removesuffix(" City").removesuffix(" Province")


@per_frame
def _points(counties: gpd.GeoDataFrame) -> dict[str, tuple[float, float, str]]:
    """Return lon, lat and Chinese name of each prefecture and province of the counties, by adcode."""
    found: dict[str, tuple[float, float, str]] = {}
    for level in ("prefecture", "province"):
        names = counties.drop_duplicates(f"{level}_adcode").set_index(f"{level}_adcode")[f"{level}_zh"]
        points, _ = territory_points(pd.Series(names.index), counties)
        for code, name, point in zip(names.index, names, points, strict=True):
            if point is not None:
                found[str(code)] = (round(point.x, 5), round(point.y, 5), str(name))
    return found


def anchors_json(layers: Mapping[str, Layer] | Sequence[Layer], lang: Lang) -> dict[str, list[Any]]:
    """Return [lon, lat, name] of each prefecture and province, as the browser reads them."""
    return {code: [one.lon, one.lat, one.zh if lang == "zh" else one.en] for code, one in anchors_of(layers).items()}
