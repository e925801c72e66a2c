"""Shapes of the waters that the plans name, from ``data/water``, and the reaches of them inside given counties."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import STORE_CRS, to_store
from geo.measure import degrees_per_metre, index_of, nearest

__all__ = ["reaches_in_counties", "water_shapes"]

_LEVELS: Final = ("adcode", "prefecture_adcode", "province_adcode")


def water_shapes(waters: pd.DataFrame, folder: Path, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes of the rows of ``waters.csv`` for which ``data/water`` has one.

    Parameters
    ----------
    waters : DataFrame
        ``waters.csv``: ``id``, ``adcodes`` and ``geometry`` (``file:water_id``, separated by ``;``).
    folder : Path
        ``data/water``. Files may be removed from it (each has a licence of its own): a water whose file is not
        there is left out, as one that never had a shape.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``. Parts of a shape that lie farther from
        the territories of the row than the shape's accuracy are another reach of the water, and are left out.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, index ``id`` of the water; ``accuracy_m`` (metres, the worst of its parts), ``licence`` and
        ``drawn_by`` (the sources of its parts). Each shape is of one kind: a water without centrelines is drawn by its
        surface; one with centrelines by these and, where none of them crosses a surface, by its banks.
    """
    parts = waters.loc[waters["geometry"] != "", ["id", "geometry"]].copy()
    parts = parts.assign(key=parts["geometry"].str.split(";")).explode("key")
    parts[["file", "water_id"]] = parts["key"].str.split(":", expand=True).reindex(columns=[0, 1])
    found = [
        to_store(gpd.read_file(path, columns=["water_id", "source", "licence", "accuracy_m"])).assign(file=path.stem)
        for path in sorted(folder.glob("*.fgb"))
        if path.stem in set(parts["file"])
    ]
    if not found:
        empty = pd.DataFrame({"accuracy_m": [], "licence": [], "drawn_by": []}, index=pd.Index([], name="id"))
        return gpd.GeoDataFrame(empty, geometry=[], crs=STORE_CRS)
    pieces = parts[["id", "file", "water_id"]].merge(pd.concat(found), on=["file", "water_id"])
    shapes = gpd.GeoDataFrame(pieces, geometry="geometry", crs=STORE_CRS).explode(ignore_index=True)
    shapes = _parts_in_territories(shapes, waters.set_index("id")["adcodes"], counties)
    by_water = pd.concat([_of_one_kind(group) for _, group in shapes.groupby("id")]).groupby("id")
    united = gpd.GeoSeries(
        {key: shapely.union_all(group.to_numpy()) for key, group in by_water.geometry}, crs=STORE_CRS
    )
    columns = pd.DataFrame(
        {
            "accuracy_m": by_water["accuracy_m"].max(),
            "licence": by_water["licence"].agg(_distinct_joined),
            "drawn_by": by_water["source"].agg(_distinct_joined),
        }
    )
    return gpd.GeoDataFrame(columns, geometry=united.reindex(columns.index), crs=STORE_CRS)


def _parts_in_territories(parts: gpd.GeoDataFrame, adcodes: pd.Series, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parts that lie in the territories of their water, or within their accuracy of them."""
    keep = np.zeros(len(parts), dtype=bool)
    for water, places in parts.groupby("id").indices.items():
        claimed = _territories(adcodes[water], counties)
        home = gpd.GeoDataFrame(geometry=claimed, crs=STORE_CRS)
        near = places[_may_lie_within(parts, places, claimed)]
        candidates = parts.iloc[near]
        found = nearest(candidates, index_of(home))
        keep[near[found["site"].to_numpy()]] = found["distance_m"].to_numpy() <= candidates["accuracy_m"].to_numpy()
    return parts[keep]


def _may_lie_within(
    parts: gpd.GeoDataFrame, places: npt.NDArray[np.int64], homes: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Return a mask of the parts that may lie within their accuracy of a territory, by distances in degrees."""
    shapes = parts.geometry.to_numpy()[places]
    reach_m = parts["accuracy_m"].to_numpy(float)[places]
    east, _ = degrees_per_metre(np.abs(shapely.bounds(shapes)[:, [1, 3]]).max(axis=1) + 1.0)
    at, _ = shapely.STRtree(homes).query(shapes, predicate="dwithin", distance=reach_m * east)
    return np.isin(np.arange(len(places)), at)


def _of_one_kind(parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parts of one water as lines, or as areas where it has no line."""
    shapes = parts.geometry.to_numpy()
    flat = shapely.get_dimensions(shapes) == 2
    if flat.all() or not flat.any():
        return parts
    lines = shapely.union_all(shapes[~flat])
    bare = flat & ~shapely.intersects(shapes, lines)
    shapes[bare] = shapely.boundary(shapes[bare])
    return parts.set_geometry(gpd.GeoSeries(shapes, index=parts.index, crs=STORE_CRS))[~flat | bare]


def _territories(adcodes: str, counties: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the county polygons of adcodes of any level, separated by ``;``."""
    codes = adcodes.split(";")
    mine = np.any([counties[level].isin(codes).to_numpy() for level in _LEVELS if level in counties.columns], axis=0)
    return np.asarray(counties.geometry.to_numpy()[mine], dtype=object)


def reaches_in_counties(
    rows: pd.DataFrame, shapes: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> npt.NDArray[np.object_]:
    """Return for each row the reach of its water inside the counties that it names; None where there is none.

    Parameters
    ----------
    rows : DataFrame
        ``water`` (id of ``waters.csv``) and ``adcodes`` (counties, a prefecture or a province, separated by ``;``).
    shapes : GeoDataFrame
        As `water_shapes` returns.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    """
    cut = np.full(len(rows), None, dtype=object)
    known: dict[tuple[str, str], shapely.Geometry | None] = {}
    for place, key in enumerate(zip(rows["water"], rows["adcodes"], strict=True)):
        if key[0] in shapes.index and key not in known:
            known[key] = _inside(shapes.geometry[key[0]], key[1], counties)
        cut[place] = known.get(key)
    return cut


def _inside(shape: shapely.Geometry, adcodes: str, counties: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the part of `shape` in the territories, of the same dimension (without touched points); None if empty."""
    near = _territories(adcodes, counties)
    near = near[shapely.intersects(near, shape)]
    pieces = shapely.get_parts(shapely.intersection(near, shape))
    pieces = shapely.get_parts(pieces)
    pieces = pieces[shapely.get_dimensions(pieces) == shapely.get_dimensions(shape)]
    if len(pieces) == 0:
        return None
    whole = shapely.union_all(pieces)
    return shapely.line_merge(whole) if shapely.get_dimensions(whole) == 1 else whole


def _distinct_joined(values: pd.Series) -> str:
    return "; ".join(sorted(set(values.dropna().astype(str))))
