"""The waters that the plans name, drawn by ``data/water``; and the stretch of one inside the counties a work claims."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import STORE_CRS, to_store
from geo.measure import index_of, nearest

__all__ = ["stretches", "water_shapes"]

_LEVELS: Final = ("adcode", "prefecture_adcode", "province_adcode")


def water_shapes(waters: pd.DataFrame, folder: Path, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the rows of ``waters.csv`` that a file of ``data/water`` has a shape for.

    Parameters
    ----------
    waters : DataFrame
        ``waters.csv``: ``id``, ``adcodes`` and ``geometry`` (``file:water_id``, separated by ``;``).
    folder : Path
        ``data/water``. The files there may be taken out (each has a licence of its own): a water whose file is not
        there is left out, as one that never had a shape.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``. Parts of a shape that stand farther from
        the territories of the row than the shape may be off are another stretch of the water, and are left out.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, index ``id`` of the water; ``accuracy_m`` (metres, the worst of its parts), ``licence`` and
        ``drawn_by`` (the sources of its parts). Each shape is of one kind: a water without centrelines is drawn by its
        surface; one with centrelines by these and, where a surface stands that none of them crosses, by its banks.
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
    shapes = _claimed(shapes, waters.set_index("id")["adcodes"], counties)
    by_water = pd.concat([_of_one_kind(group) for _, group in shapes.groupby("id")]).groupby("id")
    drawn = gpd.GeoSeries({key: shapely.union_all(group.to_numpy()) for key, group in by_water.geometry}, crs=STORE_CRS)
    kept = pd.DataFrame(
        {
            "accuracy_m": by_water["accuracy_m"].max(),
            "licence": by_water["licence"].agg(_listed),
            "drawn_by": by_water["source"].agg(_listed),
        }
    )
    return gpd.GeoDataFrame(kept, geometry=drawn.reindex(kept.index), crs=STORE_CRS)


def _claimed(parts: gpd.GeoDataFrame, adcodes: pd.Series, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parts that stand in the territories of their water, or as near as they may be off."""
    keep = np.zeros(len(parts), dtype=bool)
    for water, places in parts.groupby("id").indices.items():
        mine = _territories(adcodes[water], counties)
        home = gpd.GeoDataFrame(geometry=[shapely.union_all(mine)], crs=STORE_CRS)
        some = parts.iloc[places]
        found = nearest(some, index_of(home))
        keep[places[found["site"].to_numpy()]] = found["distance_m"].to_numpy() <= some["accuracy_m"].to_numpy()
    return parts[keep]


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
    """Return the counties of some codes of any level."""
    codes = adcodes.split(";")
    mine = np.any([counties[level].isin(codes).to_numpy() for level in _LEVELS if level in counties.columns], axis=0)
    return np.asarray(counties.geometry.to_numpy()[mine], dtype=object)


def stretches(rows: pd.DataFrame, shapes: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the part of its water that lies in the counties each row claims; None where there is none.

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
    """Return the part of `shape` in the territories, of its own kind (a touched corner is no part)."""
    near = _territories(adcodes, counties)
    near = near[shapely.intersects(near, shape)]
    pieces = shapely.get_parts(shapely.intersection(near, shape))
    pieces = shapely.get_parts(pieces)
    pieces = pieces[shapely.get_dimensions(pieces) == shapely.get_dimensions(shape)]
    if len(pieces) == 0:
        return None
    whole = shapely.union_all(pieces)
    return shapely.line_merge(whole) if shapely.get_dimensions(whole) == 1 else whole


def _listed(values: pd.Series) -> str:
    return "; ".join(sorted(set(values.dropna().astype(str))))
