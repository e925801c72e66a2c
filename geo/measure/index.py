"""Spatial indexes of a layer, built once: trees over its shapes and over short stretches of their edges."""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import split_edges
from geo.measure.cells import CUT_COST, HEAVY_POINTS, Cells, Surroundings
from geo.measure.ellipsoid import degrees_per_metre, edge_pieces_of
from geo.memo import per_frame

__all__ = ["FeatureIndex", "Stretches", "index_of", "stretches_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PIECE_M: Final = 150.0
"""Edges are cut this short before distances are taken: their chords lie within 0.3 mm of them below 35° of latitude."""
_FEATURE_EDGES: Final = 32
_OFTEN: Final = 3
"""Preparing a feature pays off from this many questions on."""


class Stretches:
    """Short stretches of the edges of many shapes.

    Attributes
    ----------
    lines : array of LineString and Point
        Degrees.
    owner : array of int
        The shape that each is of.
    """

    def __init__(self, lines: NDArray[Any], owner: Ints) -> None:
        self.lines = lines
        self.owner = owner


class Meeting(NamedTuple):
    """Pairs of a shape and a feature that intersect: positions of both, and the feature.

    A feature that is asked about often is a copy, prepared: prepared geometries must not be shared by threads.
    """

    site: Ints
    feature: Ints
    shape: NDArray[Any]


class _Cut(NamedTuple):
    """Cells of the heavy polygons, and a tree over all other features."""

    cells: Cells
    light_tree: shapely.STRtree


class FeatureIndex:
    """Trees over shapes. Holds no prepared geometry, so threads may share it.

    Parameters
    ----------
    geometries : array of shapely geometries
        Degrees of EPSG:4490.
    plain : bool
        Never cut polygons: the reference that the cut ones are compared with.
    """

    def __init__(self, geometries: NDArray[Any], *, plain: bool = False) -> None:
        self.geometries = geometries
        self.tree = shapely.STRtree(self.geometries)
        self._cut: _Cut | None = None
        self._walks = 0.0
        self._plain = plain
        self._cutting = Lock()

    @cached_property
    def empty(self) -> bool:
        """Whether there is no shape at all."""
        return bool(shapely.is_empty(self.geometries).all())

    @cached_property
    def points(self) -> Ints:
        """Number of points of each shape."""
        return np.asarray(shapely.get_num_coordinates(self.geometries), np.int64)

    @cached_property
    def dimensions(self) -> Ints:
        """Dimension of each shape: 0 for points, 1 for lines, 2 for areas."""
        return np.asarray(shapely.get_dimensions(self.geometries), np.int64)

    @cached_property
    def dimensions_there(self) -> frozenset[int]:
        """The dimensions that occur."""
        return frozenset(np.unique(self.dimensions).tolist())

    @property
    def is_cut(self) -> bool:
        """Whether its heavy polygons are cut into cells."""
        return self._cut is not None

    @cached_property
    def heavy(self) -> Ints:
        """Positions of the polygons that are worth cutting."""
        return np.flatnonzero((self.points > HEAVY_POINTS) & np.isin(shapely.get_type_id(self.geometries), (3, 6)))

    def prepare_for(self, shapes: NDArray[Any]) -> None:
        """Cut the heavy polygons, once questions about them have cost as much as cutting does, this one included.

        A small question never waits for it, nor does one that comes while another thread cuts.

        Parameters
        ----------
        shapes : array of shapely geometries
            What is going to be asked about.
        """
        if self._plain or self._cut is not None or not self.heavy.size:
            return
        _, feature = self.tree.query(shapes)
        walks = self.points[feature[np.isin(feature, self.heavy)]].sum() / self.points[self.heavy].sum()
        self._walks += float(walks)
        if self._walks > CUT_COST and walks > 1 and self._cutting.acquire(blocking=False):
            try:
                self.cut_heavy()
            finally:
                self._cutting.release()

    def cut_heavy(self) -> None:
        """Cut the heavy polygons, unless they are."""
        if self._cut is None:
            light = self.geometries.copy()
            light[self.heavy] = None
            self._cut = _Cut(Cells(self.geometries[self.heavy]), shapely.STRtree(light))

    def query(self, shapes: NDArray[Any], reach_deg: Floats) -> tuple[Meeting, Surroundings]:
        """Return the features that shapes meet; for areas, cut polygons apart, as what they are like around the area.

        Parameters
        ----------
        shapes : array of shapely geometries
            Degrees.
        reach_deg : array of float, (n, 2)
            How far around each shape, east and north in degrees, cut polygons are looked at.

        Returns
        -------
        Meeting
            Pairs with whole features.
        Surroundings
            As of `Cells.around`, ``box`` the position of the shape; polygons near it, whether they meet or not.
        """
        cut = self._cut  # read once: another thread may cut meanwhile
        if cut is None:
            none = np.empty(0, np.int64)
            return _meeting(shapes, self.tree, self.geometries), Surroundings(none, none, self.geometries[:0])
        is_area = shapely.get_dimensions(shapes) == 2
        areas, others = np.flatnonzero(is_area), np.flatnonzero(~is_area)
        light = _meeting(shapes[areas], cut.light_tree, self.geometries)
        every = _meeting(shapes[others], self.tree, self.geometries)
        whole = Meeting(
            np.concatenate([areas[light.site], others[every.site]]),
            np.concatenate([light.feature, every.feature]),
            np.concatenate([light.shape, every.shape]),
        )
        reach = reach_deg[areas]
        around = cut.cells.around(shapely.bounds(shapes[areas]) + np.hstack([-reach, reach]))
        return whole, Surroundings(areas[around.box], self.heavy[around.polygon], around.shape)

    def intersecting(self, shapes: NDArray[Any]) -> tuple[Ints, Ints]:
        """Return the positions of the pairs of a shape and a feature that intersect, cut or not.

        Parameters
        ----------
        shapes : array of shapely geometries
            Degrees.
        """
        whole, around = self.query(shapes, np.zeros((len(shapes), 2)))
        meets = shapely.intersects(around.shape, shapes[around.box])
        site, feature = around.box[meets], around.polygon[meets]
        return np.concatenate([whole.site, site]), np.concatenate([whole.feature, feature])

    @property
    def has_stretches(self) -> bool:
        """Whether the stretches are computed already; for a million shapes that takes half a minute and gigabytes."""
        return "stretch_tree" in self.__dict__

    @cached_property
    def stretches(self) -> Stretches:
        """Stretches of at most 32 pieces of edges."""
        return stretches_of(self.geometries, _FEATURE_EDGES)

    @cached_property
    def metres_per_degree(self) -> tuple[float, float, float]:
        """Latitude in the middle of the layer, and the metres of a degree of longitude and latitude there."""
        bounds = shapely.total_bounds(self.geometries)
        lat = float((bounds[1] + bounds[3]) / 2) if np.isfinite(bounds).all() else 0.0
        lon_deg, lat_deg = degrees_per_metre(np.array([lat]))
        return lat, float(1 / lon_deg[0]), float(1 / lat_deg[0])

    @cached_property
    def stretch_tree(self) -> shapely.STRtree:
        """Tree over the stretches, in degrees scaled to metres at the middle latitude."""
        _, east, north = self.metres_per_degree
        return shapely.STRtree(shapely.transform(self.stretches.lines, lambda xy: xy * (east, north)))


def _meeting(shapes: NDArray[Any], tree: shapely.STRtree, geometries: NDArray[Any]) -> Meeting:
    """Return the pairs of a shape and a feature of a tree that intersect."""
    site, feature = tree.query(shapes)
    used, which, times = np.unique(feature, return_inverse=True, return_counts=True)
    own = geometries[used]
    often = times >= _OFTEN
    own[often] = shapely.force_2d(own[often])
    shapely.prepare(own[often])
    theirs = own[which]
    meets = shapely.intersects(theirs, shapes[site])
    return Meeting(site[meets], feature[meets], theirs[meets])


@per_frame
def _index(frame: gpd.GeoDataFrame) -> FeatureIndex:
    return FeatureIndex(frame.geometry.to_numpy())


def index_of(features: gpd.GeoDataFrame | FeatureIndex) -> FeatureIndex:
    """Return the index of a frame, built at its first use and kept as long as the frame lives.

    The frame must not be changed in place afterwards: loaded layers never are.
    """
    return features if isinstance(features, FeatureIndex) else _index(features)


def stretches_of(geometries: NDArray[Any], edges: int) -> Stretches:
    """Return lines and polygon boundaries cut into stretches of at most `edges` pieces of at most 150 m.

    Parameters
    ----------
    geometries : array of shapely geometries
        Degrees.
    edges : int
        The most pieces of a stretch.
    """
    cut = split_edges(geometries, edge_pieces_of(_PIECE_M))
    parts, owner = shapely.get_parts(cut, return_index=True)
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of_polygon = shapely.get_rings(parts[polygons], return_index=True)
    points = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    chains = np.concatenate([parts[~polygons & ~points], rings])
    owners = np.concatenate([owner[~polygons & ~points], owner[polygons][of_polygon]])
    lines, chain = _cut_chains(chains, edges)
    return Stretches(np.concatenate([lines, parts[points]]), np.concatenate([owners[chain], owner[points]]))


def _cut_chains(chains: NDArray[Any], edges: int) -> tuple[NDArray[Any], Ints]:
    """Return lines and rings cut into lines of at most `edges` edges, and the position of the chain each is of."""
    if not len(chains):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    points, chain = shapely.get_coordinates(chains, return_index=True)
    starts, lengths = _stretch_bounds(np.bincount(chain, minlength=len(chains)), edges)
    stretch = np.repeat(np.arange(len(starts)), lengths)
    within = np.arange(len(stretch)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    at = np.repeat(starts, lengths) + within
    return shapely.linestrings(points[at], indices=stretch), chain[starts]


def _stretch_bounds(vertices: Ints, edges: int) -> tuple[Ints, Ints]:
    """Return the first vertex and the number of vertices of each stretch, from the vertices of each chain."""
    pieces = vertices - 1
    stretches = -(-pieces // edges)
    chain = np.repeat(np.arange(len(vertices)), stretches)
    number = np.arange(len(chain)) - np.repeat(np.cumsum(stretches) - stretches, stretches)
    first = (np.cumsum(vertices) - vertices)[chain] + number * edges
    left = pieces[chain] - number * edges
    return first, np.minimum(left, edges) + 1
