"""What is sought: activity, area, width, territory and weighted wishes; and how a wish is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.errors import BadInput
from layers.catalogue import Layer

__all__ = ["DEFAULT_WEIGHT", "Request", "Wish", "request_of", "wishes_of"]

DEFAULT_WEIGHT: Final = 1.0
_PLAIN: Final = ("margin", "slope", "elevation")
_OF_A_LAYER: Final = ("near", "away")
_WATER: Final = "water_surface"
_MOST_HA: Final = 1_000_000.0
_MOST_CANDIDATES: Final = 50


@dataclass(frozen=True)
class Wish:
    """One criterion of the order of candidates, with its weight.

    Attributes
    ----------
    kind : {"margin", "slope", "elevation", "near", "away"}
        Far from what forbids; gentle; low; near a layer; away from a layer.
    layer : str
        Id of the layer of ``near`` and ``away``, of the elevation for ``slope`` and ``elevation``; else empty.
    weight : float
        More than 0.
    """

    kind: str
    layer: str
    weight: float

    @property
    def more_is_better(self) -> bool:
        """Whether a higher value is better."""
        return self.kind in ("margin", "away")


@dataclass(frozen=True)
class Request:
    """What is sought.

    Attributes
    ----------
    area_m2 : float
        The least area of a candidate, on the ellipsoid.
    min_width_m : float
        A candidate stays in one piece when its edge moves in by half of this.
    wishes : tuple of Wish
    adcodes : tuple of str
        Territories in which it is sought; none where `within` says where.
    within : shapely geometry, optional
        Polygon, degrees of EPSG:4490.
    cell_m : float, optional
        Cell of the raster that proposes; default by the area.
    limit : int
        At most so many candidates.
    off : tuple of str
        Ids of layers that candidates stay off, whatever the rules say of them.
    """

    area_m2: float
    min_width_m: float
    wishes: tuple[Wish, ...]
    adcodes: tuple[str, ...] = ()
    within: Any = None
    cell_m: float | None = None
    limit: int = 10
    off: tuple[str, ...] = ()


def request_of(
    layers: Mapping[str, Layer],
    *,
    area_ha: float,
    min_width_m: float | None = None,
    wishes: Sequence[str] = (),
    adcodes: Sequence[str] = (),
    within: Any = None,
    cell_m: float | None = None,
    limit: int = 10,
    off: Sequence[str] = (),
    on_water: bool = False,
) -> Request:
    """Return a request from what a person gives.

    Parameters
    ----------
    layers : mapping of str to Layer
        The catalogue as loaded.
    area_ha : float
        Hectares.
    min_width_m : float, optional
        Default: half the side of a square of that area.
    wishes : sequence of str
        As `wishes_of` reads them.
    adcodes, within, cell_m, limit
        As `Request`.
    off : sequence of str
        Layers to stay off, each by its id or by what it stands for.
    on_water : bool
        Whether candidates may lie on water surfaces: else these are among what they stay off.

    Raises
    ------
    BadInput
        On an area, width, cell or number that there cannot be, and where nothing says where to look.
    """
    if not (math.isfinite(area_ha) and 0 < area_ha <= _MOST_HA):
        raise BadInput("suggest.no_area", value=area_ha)
    side_m = math.sqrt(area_ha * 10_000)
    width_m = side_m / 2 if min_width_m is None else min_width_m
    if not (math.isfinite(width_m) and 0 <= width_m <= side_m):
        raise BadInput("suggest.no_width", value=width_m, side=f"{side_m:.0f}")
    if cell_m is not None and not (math.isfinite(cell_m) and 1 <= cell_m <= side_m):
        raise BadInput("suggest.no_cell", value=cell_m, side=f"{side_m:.0f}")
    if not 1 <= limit <= _MOST_CANDIDATES:
        raise BadInput("suggest.no_limit", value=limit, most=_MOST_CANDIDATES)
    if bool(adcodes) == (within is not None):
        raise BadInput("suggest.no_place")
    water = (
        [] if on_water else [one.id for one in layers.values() if one.spec.stands_for == _WATER and _has_places(one)]
    )
    kept_off = dict.fromkeys([*water, *(_layer(word, layers) for word in off)])
    area_m2, found = area_ha * 10_000, wishes_of(wishes, layers)
    return Request(area_m2, width_m, found, tuple(adcodes), within, cell_m, limit, tuple(kept_off))


def wishes_of(texts: Sequence[str], layers: Mapping[str, Layer]) -> tuple[Wish, ...]:
    """Return wishes from texts such as ``slope=2``, ``near:towns=1``, ``away:rivers``; each weighs 1 unless it says.

    Without any: far from what forbids, and gentle where an elevation is loaded.

    Raises
    ------
    BadInput
        On a wish, a weight or a layer that there is not, and on a layer that is not loaded.
    """
    if not texts:
        gentle = (Wish("slope", one, DEFAULT_WEIGHT) for one in [_elevation(layers)] if one)
        return (Wish("margin", "", DEFAULT_WEIGHT), *gentle)
    found = [_wish(text, layers) for text in texts]
    names = [(wish.kind, wish.layer) for wish in found]
    for text, name in zip(texts, names, strict=True):
        if names.count(name) > 1:
            raise BadInput("suggest.wish_twice", value=text[:60])
    return tuple(found)


def _wish(text: str, layers: Mapping[str, Layer]) -> Wish:
    name, sign, number = (part.strip() for part in text.partition("="))
    kind, _, word = (part.strip() for part in name.partition(":"))
    if not (kind in _PLAIN and not word) and not (kind in _OF_A_LAYER and word):
        raise BadInput("suggest.no_wish", value=text[:60])
    try:
        weight = float(number) if sign else DEFAULT_WEIGHT
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight > 0):
        raise BadInput("suggest.no_weight", value=text[:60])
    if kind == "margin":
        return Wish(kind, "", weight)
    if kind in _PLAIN:
        if not (raster := _elevation(layers)):
            raise BadInput("suggest.no_elevation", value=text[:60])
        return Wish(kind, raster, weight)
    return Wish(kind, _layer(word, layers), weight)


def _elevation(layers: Mapping[str, Layer]) -> str:
    """Return the id of the loaded elevation; empty where there is none."""
    return next((one.id for one in layers.values() if one.spec.stands_for == "elevation" and one.raster), "")


def _layer(word: str, layers: Mapping[str, Layer]) -> str:
    """Return the id of a loaded layer with places, named by its id or by what it stands for."""
    named = [one for one in layers.values() if word in (one.id, one.spec.stands_for)]
    if not named:
        raise BadInput("suggest.unknown_layer", value=word[:60])
    for one in named:
        if _has_places(one):
            return one.id
    raise BadInput("suggest.layer_not_loaded", value=word[:60])


def _has_places(layer: Layer) -> bool:
    """Return whether a layer is loaded with features that have a place."""
    return layer.frame is not None and "located" in layer.frame.columns and bool(layer.frame["located"].any())
