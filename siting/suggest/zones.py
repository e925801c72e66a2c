"""The land that is looked at, in a plane, and the zones of it in which rules forbid an activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS, from_store, gk3_epsg, split_edges, to_store
from geo.errors import BadInput
from geo.measure import areas_of, degrees_per_metre, edge_pieces_of
from layers.catalogue import Layer, lies_in
from siting.law import Ban, Legal, bans_of, open_bans_of
from siting.measures import bands, prepared
from siting.suggest.request import Request

__all__ = [
    "CLEARANCE_M",
    "Land",
    "Zone",
    "degrees_of",
    "land_of",
    "open_zone_of",
    "plane_of",
    "shares_of",
    "zones_of",
]

CLEARANCE_M: Final = 0.5
"""Candidates stay this far off what forbids, so that no rounding of a projection puts them on it."""
_THIN_M: Final = 1.0
"""Points and lines that forbid what is built on them are taken as this wide to either side."""
_EDGE_M: Final = 250.0
_RADIUS_M: Final = 6_371_000.0
_FALSE_EASTING_M: Final = 500_000.0


@dataclass(frozen=True)
class Land:
    """The land that is looked at.

    Attributes
    ----------
    shape : shapely geometry
        Degrees of EPSG:4490.
    plane : shapely geometry
        The same in metres of `epsg`, by `CLEARANCE_M` smaller.
    epsg : int
        3-degree Gauss-Krüger zone of CGCS2000.
    counties : GeoDataFrame
        Those that it meets.
    stretch : float
        How much longer than on the ground a length in the plane is at most.
    """

    shape: Any
    plane: Any
    epsg: int
    counties: gpd.GeoDataFrame
    stretch: float

    @property
    def area_m2(self) -> float:
        """Area on the ellipsoid."""
        return float(areas_of(np.array([self.shape], dtype=object))[0])


@dataclass(frozen=True)
class Zone:
    """Where rules on one layer forbid.

    Attributes
    ----------
    layer : Layer
    bans : tuple of Ban
        Those that take land here; none of a layer that the request stays off.
    plane : shapely geometry
        Metres of the land's plane; also what lies around the land.
    area_m2 : float
        How much of the land it takes, on the ellipsoid.
    """

    layer: Layer
    bans: tuple[Ban, ...]
    plane: Any
    area_m2: float


def land_of(request: Request, counties: gpd.GeoDataFrame) -> Land:
    """Return the land that a request looks at.

    Raises
    ------
    BadInput
        If there is no such territory, or a drawn frame meets no county.
    """
    if request.within is None:
        codes = counties["adcode"].astype(str)
        for code in request.adcodes:
            if not any(lies_in(one, code) for one in codes):
                raise BadInput("suggest.no_adcode", value=code)
        chosen = np.array([any(lies_in(one, code) for code in request.adcodes) for one in codes], dtype=bool)
        here = counties[chosen]
        shape = shapely.union_all(here.geometry.to_numpy())
    else:
        here = counties.iloc[np.sort(counties.sindex.query(request.within, predicate="intersects"))]
        if here.empty:
            raise BadInput("suggest.frame_outside")
        shape = request.within
    west, _south, east, _ = shapely.bounds(shape)
    epsg = gk3_epsg((west + east) / 2)
    plane = plane_of(np.array([shape], dtype=object), epsg)[0].buffer(-CLEARANCE_M)
    low, _, high, _ = shapely.bounds(plane) if not plane.is_empty else (_FALSE_EASTING_M,) * 4
    off_m = max(abs(low - _FALSE_EASTING_M), abs(high - _FALSE_EASTING_M))
    return Land(shape, plane, epsg, here, 1 + (off_m / _RADIUS_M) ** 2 / 2 + 1e-5)


def shares_of(land: Land) -> pd.DataFrame:
    """Return the counties of the land as `siting.law.legal_of` asks for them, the land being one site."""
    levels = land.counties[["adcode", "prefecture_adcode", "province_adcode"]].reset_index(drop=True)
    shares: pd.DataFrame = levels.assign(site=0)
    return shares


def plane_of(shapes: NDArray[Any], epsg: int) -> NDArray[Any]:
    """Return shapes of degrees in a plane, long edges cut first: they are straight in degrees."""
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(split_edges(shapes, edge_pieces_of(_EDGE_M)), crs=STORE_CRS))
    placed: NDArray[Any] = shapely.make_valid(from_store(frame, epsg).geometry.to_numpy())
    return placed


def degrees_of(shapes: NDArray[Any], epsg: int) -> NDArray[Any]:
    """Return shapes of a plane in degrees of EPSG:4490."""
    placed: NDArray[Any] = to_store(gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=epsg))).geometry.to_numpy()
    return placed


def zones_of(
    land: Land, layers: Mapping[str, Layer], legal: Legal, around_m: float, *, off: Sequence[Layer] = ()
) -> list[Zone]:
    """Return where rules forbid on the land and around it, one zone a layer, the greatest first.

    Parameters
    ----------
    land : Land
    layers : mapping of str to Layer
        The checked ones.
    legal : Legal
        The rules, in the territories of the land.
    around_m : float
        How far around the land zones are wanted too.
    off : sequence of Layer
        Layers whose features are taken off the land too, whatever the rules say.
    """
    per_m2 = land.area_m2 / max(land.plane.area, 1e-9)
    known = dict(layers) | {layer.id: layer for layer in off}
    kept_off = {layer.id for layer in off}
    zones = []
    for layer in known.values():
        bans = bans_of(legal, layer) if layer.id in layers and _is_complete_somewhere(layer, land) else []
        taken = [(ban, shape) for ban in bans if (shape := _zone(ban, layer, land, around_m)) is not None]
        shapes = [shape for _, shape in taken]
        if layer.id in kept_off and (own := _on_features(layer, land, around_m)) is not None:
            shapes.append(own)
        if shapes:
            united = shapely.union_all(shapes)
            area_m2 = shapely.area(shapely.intersection(united, land.plane)) * per_m2
            zones.append(Zone(layer, tuple(ban for ban, _ in taken), united, float(area_m2)))
    return sorted(zones, key=lambda zone: (-zone.area_m2, zone.layer.id))


def open_zone_of(land: Land, layers: Mapping[str, Layer], legal: Legal, around_m: float) -> Any:
    """Return where on the land and around it rules may forbid, once what they wait for is answered; in the plane.

    Parameters
    ----------
    land, layers, legal, around_m
        As for `zones_of`.
    """
    shapes = [
        _zone(ban, layer, land, around_m)
        for layer in layers.values()
        if _is_complete_somewhere(layer, land)
        for ban in open_bans_of(legal, layer)
    ]
    return shapely.union_all([shape for shape in shapes if shape is not None])


def _is_complete_somewhere(layer: Layer, land: Land) -> bool:
    """Return whether the land reaches into the extent of a layer: elsewhere a check does not ask it."""
    extent = layer.spec.extent
    codes = land.counties["adcode"].astype(str)
    return not extent or any(lies_in(code, one) for code in codes for one in extent)


def _zone(ban: Ban, layer: Layer, land: Land, around_m: float) -> Any | None:
    """Return where one rule forbids, in the plane; None if nowhere near the land."""
    region = _region(ban, land)
    if region is None:
        return None
    found = _near(layer, ban.places, land, around_m + ban.distance_m)
    if ban.outside:
        flat = plane_of(found[shapely.get_dimensions(found) == 2], land.epsg)
        inside = shapely.union_all(flat).buffer(-CLEARANCE_M)
        zone = shapely.difference(land.plane.buffer(around_m + 1), inside)
    else:
        if not len(found):
            return None
        zone = _widened(found, ban.distance_m, land)
    zone = zone if region is land else shapely.intersection(zone, region)
    return None if zone.is_empty else zone


def _on_features(layer: Layer, land: Land, around_m: float) -> Any | None:
    """Return the ground of all features of a layer, in the plane; None if none is near the land."""
    found = _near(layer, tuple(range(len(prepared(layer.frame).marks))), land, around_m)
    return _widened(found, 0.0, land) if len(found) else None


def _near(layer: Layer, places: tuple[int, ...], land: Land, reach_m: float) -> NDArray[Any]:
    """Return what lies near the land of the features of some marks, degrees."""
    window = _window(land, reach_m)
    index = prepared(layer.frame).subset(places)
    found = index.geometries[np.sort(index.tree.query(window, predicate="intersects"))]
    found = shapely.intersection(found, window)
    clipped: NDArray[Any] = found[~shapely.is_empty(found)]
    return clipped


def _widened(found: NDArray[Any], reach_m: float, land: Land) -> Any:
    """Return the union of features with all within a distance, and the clearance, in the plane."""
    return shapely.union_all(plane_of(_reached(found, reach_m), land.epsg)).buffer(CLEARANCE_M)


def _reached(found: NDArray[Any], reach_m: float) -> NDArray[Any]:
    """Return features with all within a distance of them; points and lines with a little at least."""
    if reach_m > 0:
        return bands(found, reach_m)
    thin = shapely.get_dimensions(found) < 2
    made = found.copy()
    if thin.any():
        made[thin] = bands(found[thin], _THIN_M)
    return made


def _region(ban: Ban, land: Land) -> Any | None:
    """Return where the rule holds: the land itself (all of it), a part in the plane, or None (nowhere on it)."""
    codes: Sequence[str] = ban.rule.row["adcodes"]
    if not codes:
        return land
    levels = land.counties[["adcode", "prefecture_adcode", "province_adcode"]].astype(str)
    holds = levels.isin(list(codes)).any(axis=1).to_numpy()
    if holds.all():
        return land
    if not holds.any():
        return None
    shape = shapely.union_all(plane_of(land.counties.geometry.to_numpy()[holds], land.epsg))
    return shape.buffer(CLEARANCE_M)


def _window(land: Land, reach_m: float) -> Any:
    """Return the box of degrees around the land, by a distance wider."""
    west, south, east, north = shapely.bounds(land.shape)
    per_east, per_north = degrees_per_metre(np.array([max(abs(south), abs(north))]))
    wide, high = float(np.ravel(per_east)[0]) * reach_m * 1.05, float(np.ravel(per_north)[0]) * reach_m * 1.05
    return shapely.box(west - wide, south - high, east + wide, north + high)
