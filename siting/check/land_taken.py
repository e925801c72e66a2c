"""The 占压 table: area of the sites inside each layer, by county and by land class, in figures that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.measure import HA_M2, MU_M2, areas_of, feature_pairs, union_pieces
from layers.catalogue import Layer, counties_of, withheld_ids
from siting.check.run import Run
from siting.measures import prepared

__all__ = ["LAND_CLASS", "Places", "largest_remainder", "occupation", "places_of"]

LAND_CLASS: Final = "land_class"
"""``stands_for`` of a layer of land classes (地类); its ``zone_field`` names the class."""
ELSEWHERE: Final = ""
"""County or class of what lies in none that is loaded."""
_LEAST_M2: Final = 0.005
_OVERLAP: Final = 1e-9
_UNITS: Final = {"m2": 1.0, "ha": HA_M2, "mu": MU_M2}


@dataclass(frozen=True)
class Places:
    """Decimal places of an area in square metres, hectares and 亩."""

    m2: int = 2
    ha: int = 4
    mu: int = 2


def places_of(run: Run) -> Places:
    """Return the decimal places that a check was run with: those of the catalogue (``[check]`` of config.toml)."""
    settings = run.settings
    return Places(settings.places_m2, settings.places_ha, settings.places_mu)


def occupation(run: Run, places: Places | None = None) -> pd.DataFrame:
    """Return the area of the sites inside each layer, by county, and by land class if such a layer is loaded.

    Within a layer each place of a site counts once, whatever number of features lies over it. Rounded parts add up to
    the rounded sum above them, by the method of the largest remainder; what that moved stands beside.

    Parameters
    ----------
    run : Run
    places : Places, optional
        Default: those of the run (`places_of`).

    Returns
    -------
    DataFrame
        By layer (catalogue order), then county, then class: ``layer`` (id), ``level`` (layer, county, class),
        ``adcode`` and ``county`` ("" for ground outside our counties), ``land_class`` ("" for ground without),
        ``sites`` (how many), ``share`` (of the area of all sites), ``area_m2`` (not rounded), ``m2``, ``ha``, ``mu``
        (rounded), ``m2_moved``, ``ha_moved``, ``mu_moved`` (rounded figure less what rounding by itself would give).
        A row of level ``layer`` is the sum of its counties, one of level ``county`` of its classes.
    """
    counties, classes = counties_of(run.layers), _land_classes(run)
    tables = [_of_layer(layer, run, counties, classes) for layer in _measured_layers(run)]
    columns = ["layer", "level", "adcode", "county", "land_class", "sites", "area_m2"]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    table["share"] = table["area_m2"] / float(np.nansum(run.result.sites["area_m2"].to_numpy(float)))
    return _rounded(table[[*columns[:6], "share", "area_m2"]], places or places_of(run))


def largest_remainder(parts: NDArray[np.float64], total: float, places: int) -> NDArray[np.float64]:
    """Round parts so that they add up to the rounded total.

    Every part is rounded down or up; those with the largest remainders go up.

    Examples
    --------
    >>> largest_remainder(np.array([1 / 3, 1 / 3, 1 / 3]), 1.0, 2).tolist()
    [0.34, 0.33, 0.33]
    """
    scale = 10.0**places
    exact = np.asarray(parts, dtype=float) * scale
    whole = np.floor(exact + 1e-6)  # a figure that is whole but for rounding stays
    missing = int(np.rint(total * scale) - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: max(missing, 0)]] += 1
    if missing < 0:
        whole[order[missing:]] -= 1
    return np.asarray(whole / scale, dtype=float)


def _measured_layers(run: Run) -> list[Layer]:
    """Return the layers that overlap some site by an area and whose measures may be exported."""
    taken = run.result.findings[run.result.findings["overlap_m2"] > 0]["layer"].unique().tolist()
    exported = set(taken) - withheld_ids(layer.spec for layer in run.layers.values())
    return [layer for layer in run.layers.values() if layer.id in exported]


def _land_classes(run: Run) -> gpd.GeoDataFrame | None:
    """Return the polygons of the land-class layer, if one is loaded."""
    for layer in run.layers.values():
        if layer.spec.stands_for == LAND_CLASS and layer.frame is not None and not layer.frame.empty:
            return layer.frame
    return None


def _of_layer(layer: Layer, run: Run, counties: gpd.GeoDataFrame, classes: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return the overlap of one layer with the sites split by county and class, with sums."""
    pieces = _pieces(layer, run)
    by_county = _split(pieces, counties, counties["adcode"].astype(str), "adcode")
    if classes is not None:
        rows = _split(by_county, classes, classes["zone"].fillna(ELSEWHERE).astype(str), "land_class")
    else:
        rows = by_county.assign(land_class=ELSEWHERE)
    names = dict(zip(counties["adcode"].astype(str), counties["name_zh"], strict=True))
    levels = {"layer": [], "county": ["adcode"], **({"class": ["adcode", "land_class"]} if classes is not None else {})}
    tables = [_summed(rows, level, keys) for level, keys in levels.items()]
    table = pd.concat(tables, ignore_index=True)
    table["depth"] = table["level"].map({"layer": 0, "county": 1, "class": 2})
    table["top"] = table["level"] != "layer"
    table = table.sort_values(["top", "adcode", "depth", "land_class"], ignore_index=True)
    return table.assign(layer=layer.id, county=table["adcode"].map(names).fillna(ELSEWHERE))


def _summed(rows: pd.DataFrame, level: str, keys: list[str]) -> pd.DataFrame:
    """Return the areas of pieces summed by keys."""
    if keys:
        found = rows.groupby(keys, as_index=False).agg(sites=("site", "nunique"), area_m2=("area_m2", "sum"))
    else:
        found = pd.DataFrame({"sites": [rows["site"].nunique()], "area_m2": [rows["area_m2"].sum()]})
    missing = {name: ELSEWHERE for name in ("adcode", "land_class") if name not in keys}
    return found.assign(level=level, **missing)


def _pieces(layer: Layer, run: Run) -> pd.DataFrame:
    """Return the overlap of each site with the layer, each place once: ``site``, ``area_m2``, ``piece``."""
    findings = run.result.findings
    taken = findings[(findings["layer"] == layer.id) & (findings["overlap_m2"] > 0)]["site"].to_numpy()
    frame = run.sites.frame.iloc[taken].reset_index(drop=True)
    pairs = feature_pairs(frame, prepared(layer.frame).index, touch_tolerance_m=run.settings.touch_tolerance_m)
    pairs = pairs[pairs["overlap_m2"] > 0]
    sites, group = np.unique(pairs["site"].to_numpy(), return_inverse=True)
    united = _areal(union_pieces(pairs["piece"].to_numpy(), group, len(sites)))
    return pd.DataFrame({"site": taken[sites], "area_m2": areas_of(united), "piece": united})


def _split(rows: pd.DataFrame, by: gpd.GeoDataFrame, names: pd.Series, column: str) -> pd.DataFrame:
    """Return pieces cut by the polygons of a frame; the rest of a piece has a row with `ELSEWHERE`.

    The area of that rest is the difference, so that the parts of a piece always add up to it. Where polygons of the
    frame lie over one another, the ground counts for the first.
    """
    frame = gpd.GeoDataFrame(geometry=rows["piece"].to_numpy(), crs=STORE_CRS)
    pairs = feature_pairs(frame, by)
    pairs = pairs[pairs["overlap_m2"] > 0]
    at = pairs["site"].to_numpy()
    parts = rows.iloc[at].reset_index(drop=True)
    parts["piece"] = _first_come(_areal(pairs["piece"].to_numpy()), at)
    parts["area_m2"] = np.nan_to_num(areas_of(parts["piece"].to_numpy()))
    parts[column] = names.to_numpy()[pairs["feature"].to_numpy()]
    covered = np.bincount(at, weights=parts["area_m2"].to_numpy(), minlength=len(rows))
    rest = rows.assign(area_m2=rows["area_m2"].to_numpy() - covered)
    rest[column] = ELSEWHERE
    left = rest["area_m2"].to_numpy() > np.maximum(_LEAST_M2, 1e-9 * rows["area_m2"].to_numpy())
    rest = rest[left]
    rest["piece"] = [
        shapely.difference(piece, shapely.union_all(parts["piece"].to_numpy()[at == row]))
        for row, piece in zip(np.flatnonzero(left).tolist(), rest["piece"], strict=True)
    ]  # few: ground outside every county
    return pd.concat([parts, rest], ignore_index=True)


def _first_come(pieces: NDArray[Any], owner: NDArray[np.int64]) -> NDArray[Any]:
    """Subtract from each piece the earlier pieces of the same owner; `owner` is sorted."""
    made = pieces.copy()
    follows = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    several = np.unique(owner[follows])
    for one in several.tolist():
        rows = np.flatnonzero(owner == one)
        if shapely.area(pieces[rows]).sum() > (1 + _OVERLAP) * shapely.union_all(pieces[rows]).area:
            for place in range(1, len(rows)):
                before = shapely.union_all(pieces[rows[:place]])
                made[rows[place]] = shapely.difference(pieces[rows[place]], before)
    return _areal(made)


def _areal(pieces: NDArray[Any]) -> NDArray[Any]:
    """Return the polygonal part of each piece."""
    parts, owner = shapely.get_parts(pieces, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    made: NDArray[Any] = shapely.multipolygons(parts[areal], indices=owner[inner][areal])
    return made


def _rounded(table: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Round the sums, then the parts so that they add up to the rounded sums."""
    parent = _parents(table["level"].to_numpy(dtype=object))
    for unit, size in _UNITS.items():
        exact = table["area_m2"].to_numpy(float) / size
        digits = int(getattr(places, unit))
        plain = np.round(exact, digits)
        figures = plain.copy()
        for above in np.unique(parent[parent >= 0]).tolist():  # a sum stands before its parts
            below = np.flatnonzero(parent == above)
            figures[below] = largest_remainder(exact[below], float(figures[above]), digits)
        table[unit] = figures
        table[f"{unit}_moved"] = np.round(figures - plain, digits)
    return table


def _parents(level: NDArray[Any]) -> NDArray[np.int64]:
    """Return the row whose sum each row is a part of; -1 for rows of no sum."""
    rows = np.arange(len(level))
    last = {name: np.maximum.accumulate(np.where(level == name, rows, -1)) for name in ("layer", "county")}
    return np.select([level == "county", level == "class"], [last["layer"], last["county"]], -1).astype(np.int64)
