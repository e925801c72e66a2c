"""Linear works: sections of a line inside or along layers and its crossings, by chainage (桩号) and structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import split_edges
from geo.errors import BadInput
from geo.measure import edge_pieces_of, lengths_of, shared_stretches
from geo.sites import Sites
from layers.catalogue import Layer
from siting.measures import Prepared, bands, prepared

__all__ = ["Structure", "chainage", "chainage_m", "corridor_sites", "linear_sections"]

Floats = NDArray[np.float64]
_PIECE_M: Final = 100.0
_CHAINAGE: Final = re.compile(r"\s*+[A-Za-z]*+\s*+(\d{1,7})\s*+\+\s*+(\d{1,3}(?:\.\d{1,9})?)\s*+")
_SAME_M: Final = 1e-3
_GAP_M: Final = 0.02
_LEAST_DEGREE_M: Final = 20_000.0
_WIDEST_M: Final = 20_000.0


@dataclass(frozen=True)
class Structure:
    """A stretch of a line that does not lie on the ground.

    Attributes
    ----------
    from_m, to_m : float
        Chainages, metres from the start of the line.
    kind : {"bridge", "tunnel"}
    """

    from_m: float
    to_m: float
    kind: Literal["bridge", "tunnel"]


def chainage(metres: float) -> str:
    """Return metres along a line as chainage text.

    Examples
    --------
    >>> chainage(12_345.678)
    'K12+345.678'
    >>> chainage(999.9996)
    'K1+000.000'
    """
    whole, rest = divmod(round(metres * 1000), 1_000_000)
    return f"K{whole}+{rest // 1000:03d}.{rest % 1000:03d}"


def chainage_m(text: str) -> float:
    """Return the metres of a chainage text.

    Raises
    ------
    BadInput
        If the text is none.

    Examples
    --------
    >>> chainage_m("K12+345.6")
    12345.6
    """
    found = _CHAINAGE.fullmatch(text)
    if found is None:
        raise BadInput("siting.no_chainage", value=text)
    return int(found[1]) * 1000 + float(found[2])


def corridor_sites(sites: Sites, width_m: float) -> Sites:
    """Return sites with each line replaced by a band around it: half the width on either side, flat ends.

    Parameters
    ----------
    sites : Sites
    width_m : float

    Raises
    ------
    BadInput
        If the width is not more than 0, or more than 20 km.
    """
    if not 0 < width_m <= _WIDEST_M:
        raise BadInput("siting.no_width", value=width_m)
    shapes = sites.frame.geometry.to_numpy().copy()
    lines = shapely.get_dimensions(shapes) == 1
    if lines.any():
        shapes[lines] = bands(shapes[lines], width_m / 2, flat=True)
    return replace(sites, frame=sites.frame.set_geometry(shapes, crs=sites.frame.crs))


def linear_sections(
    sites: gpd.GeoDataFrame, layers: Sequence[Layer], structures: Sequence[Structure] = ()
) -> pd.DataFrame:
    """Return the sections of lines inside or along layers, and their crossings.

    Parameters
    ----------
    sites : GeoDataFrame
        EPSG:4490; what is no line is passed over. The parts of a line of several parts follow one another.
    layers : sequence of Layer
        Those without shapes are passed over: a check says that they were not looked at.
    structures : sequence of Structure
        Bridges and tunnels, by chainage of every line; a section is cut at their ends.

    Returns
    -------
    DataFrame
        By site, chainage and layer: ``site`` (position), ``layer`` (id), ``kind`` (``inside`` an area, ``crossing`` of
        a line, ``along`` a line), ``from_m``, ``to_m`` (chainages, ellipsoidal metres; equal at a crossing),
        ``from_k``, ``to_k`` (as written, K0+000.000), ``length_m``, ``structure`` (``bridge``, ``tunnel`` or
        ``ground``), ``features`` (names, Chinese, separated by ``、``), ``indicative`` (whether the layer only warns).

    Raises
    ------
    BadInput
        If a structure ends before it begins or two overlap.
    """
    ordered = _ordered(structures)
    shapes = sites.geometry.to_numpy()
    rows: list[dict[str, Any]] = []
    for site in np.flatnonzero(shapely.get_dimensions(shapes) == 1).tolist():
        line = _Line(shapes[site])
        for layer in layers:
            if layer.frame is None or layer.frame.empty:
                continue
            found = _inside(line, prepared(layer.frame)) + _crossings(line, prepared(layer.frame))
            common = {"site": site, "layer": layer.id, "indicative": layer.spec.indicative}
            rows += [common | row for section in found for row in _by_structure(section, ordered)]
    columns = ["site", "layer", "kind", "from_m", "to_m", "from_k", "to_k", "length_m", "structure", "features"]
    frame = pd.DataFrame(rows, columns=[*columns, "indicative"])
    frame["from_k"], frame["to_k"] = frame["from_m"].map(chainage), frame["to_m"].map(chainage)
    return frame.sort_values(["site", "from_m", "to_m", "layer"], kind="stable", ignore_index=True)


class _Line:
    """A line as short straight pieces with the chainage of each start."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape
        parts = shapely.get_parts(split_edges(np.array([shape], dtype=object), edge_pieces_of(_PIECE_M)))
        points, part = shapely.get_coordinates(parts, return_index=True)
        joined = np.flatnonzero(part[1:] == part[:-1])
        self.pieces = shapely.linestrings(np.stack([points[joined], points[joined + 1]], axis=1))
        self.starts = points[joined]
        self.lengths = lengths_of(self.pieces)
        self.chainages = np.cumsum(self.lengths) - self.lengths

    def cut_at(self, edges: NDArray[Any]) -> tuple[Floats, NDArray[np.int64]]:
        """Return the chainages where the line meets edges or points, and the piece that each is on."""
        met = shapely.intersection(self.pieces[:, None], edges[None, :]).ravel()
        piece = np.repeat(np.arange(len(self.pieces)), len(edges))
        points, at = shapely.get_coordinates(met, return_index=True)
        piece = piece[at]
        ends = shapely.get_coordinates(shapely.get_point(self.pieces, 1))
        span, reached = ends[piece] - self.starts[piece], points - self.starts[piece]
        share = np.hypot(*reached.T) / np.maximum(np.hypot(*span.T), 1e-300)
        return self.chainages[piece] + np.clip(share, 0, 1) * self.lengths[piece], piece

    def along(self, theirs: NDArray[Any]) -> list[tuple[float, float]]:
        """Return the chainages between which the line runs along another."""
        ends: list[tuple[float, float]] = []
        for piece in self.pieces[shapely.dwithin(self.pieces, theirs[0], _SAME_M / _LEAST_DEGREE_M)]:
            at = int(np.flatnonzero(self.pieces == piece)[0])
            for part in shapely.get_parts(shared_stretches(self.pieces[[at]], theirs, _SAME_M)):
                points = shapely.points(shapely.get_coordinates(part)[[0, -1]]) if not part.is_empty else []
                for start, end in [shapely.line_locate_point(piece, points, normalized=True)] if len(points) else []:
                    span = self.chainages[at] + np.sort([start, end]) * self.lengths[at]
                    ends.append((float(span[0]), float(span[1])))
        return _joined(ends)

    def at(self, metres: Floats) -> NDArray[Any]:
        """Return the points at chainages."""
        piece = np.clip(np.searchsorted(self.chainages, metres, side="right") - 1, 0, len(self.pieces) - 1)
        share = (metres - self.chainages[piece]) / np.maximum(self.lengths[piece], 1e-300)
        ends = shapely.get_coordinates(shapely.get_point(self.pieces, 1))
        made: NDArray[Any] = shapely.points(self.starts[piece] + share[:, None] * (ends[piece] - self.starts[piece]))
        return made


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans with adjacent ones joined."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= _GAP_M:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _inside(line: _Line, ready: Prepared) -> list[dict[str, Any]]:
    """Return the sections of a line inside the polygons of a layer, each place once."""
    features = np.sort(ready.index.tree.query(line.shape, predicate="intersects"))
    features = features[shapely.get_dimensions(ready.index.geometries[features]) == 2]
    if not len(features):
        return []
    areas = ready.index.geometries[features]
    cuts, _ = line.cut_at(shapely.boundary(areas))
    whole = float(line.lengths.sum())
    marks = np.unique(np.concatenate([[0.0, whole], cuts]))
    marks = marks[np.concatenate([[True], np.diff(marks) > _SAME_M])]
    middles = line.at((marks[1:] + marks[:-1]) / 2)
    covered = shapely.covers(areas[:, None], middles[None, :])
    sections: list[dict[str, Any]] = []
    for at in np.flatnonzero(covered.any(axis=0)).tolist():
        names = [str(ready.features[f]["name_zh"] or ready.features[f]["feature_id"]) for f in features[covered[:, at]]]
        if sections and sections[-1]["to_m"] == marks[at]:
            last = sections[-1]
            last["to_m"], last["names"] = float(marks[at + 1]), [*last["names"], *names]
        else:
            sections.append({"from_m": float(marks[at]), "to_m": float(marks[at + 1]), "names": names})
    return [{"kind": "inside", **section} for section in sections]


def _crossings(line: _Line, ready: Prepared) -> list[dict[str, Any]]:
    """Return the crossings of a line with the lines of a layer, and the sections along them."""
    features = np.sort(ready.index.tree.query(line.shape, predicate="dwithin", distance=_SAME_M / _LEAST_DEGREE_M))
    features = features[ready.index.dimensions[features] == 1]
    found: list[dict[str, Any]] = []
    for feature in features.tolist():
        name = str(ready.features[feature]["name_zh"] or ready.features[feature]["feature_id"])
        theirs = ready.index.geometries[[feature]]
        along = line.along(theirs)
        cuts, _ = line.cut_at(theirs)
        cuts = np.unique(cuts)
        for start, end in along:
            cuts = cuts[(cuts < start - _GAP_M) | (cuts > end + _GAP_M)]
        apart = cuts[np.concatenate([[True], np.diff(cuts) > _SAME_M])] if len(cuts) else cuts
        found += [{"kind": "along", "from_m": start, "to_m": end, "names": [name]} for start, end in along]
        found += [{"kind": "crossing", "from_m": at, "to_m": at, "names": [name]} for at in apart.tolist()]
    return found


def _ordered(structures: Sequence[Structure]) -> list[Structure]:
    """Return structures by chainage; raise on reversed or overlapping ones."""
    ordered = sorted(structures, key=lambda structure: structure.from_m)
    reached = -1.0
    for structure in ordered:
        if structure.to_m <= structure.from_m or structure.from_m < reached:
            raise BadInput("siting.structure", start=chainage(structure.from_m), end=chainage(structure.to_m))
        reached = structure.to_m
    return ordered


def _by_structure(section: dict[str, Any], structures: Sequence[Structure]) -> list[dict[str, Any]]:
    """Return a section cut at the ends of bridges and tunnels."""
    start, end = section["from_m"], section["to_m"]
    common = {"kind": section["kind"], "features": "、".join(dict.fromkeys(section["names"]))}
    marks = [start, *(m for s in structures for m in (s.from_m, s.to_m) if start < m < end), end]
    rows = []
    for begins, ends in pairwise(marks):
        middle = (begins + ends) / 2
        kind = next((s.kind for s in structures if s.from_m <= middle <= s.to_m), "ground")
        rows.append(common | {"from_m": begins, "to_m": ends, "length_m": ends - begins, "structure": kind})
    return rows
