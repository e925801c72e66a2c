"""County figures derived from our own layers: one recipe each, one measure each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.measure import HA_M2, area_m2, areas_of, index_of, lengths_of, union_pieces
from geo.raster import write_slope, zonal
from layers.catalogue import Bilingual, Layer
from layers.paths import home
from layers.plans import TABLES
from words import t

__all__ = ["DERIVED", "Ground", "Recipe", "text_of"]

_KM2: Final = 1e6


@dataclass(frozen=True)
class Ground:
    """The counties, and the loaded layers by what they stand for.

    Attributes
    ----------
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    layers : Mapping of str to list of Layer
        Each list at least one long.
    """

    counties: gpd.GeoDataFrame
    layers: Mapping[str, list[Layer]]

    def frame(self, word: str) -> gpd.GeoDataFrame:
        """Return the features of all layers that stand for `word`."""
        frames = [layer.frame for layer in self.layers[word] if layer.frame is not None]
        return frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=STORE_CRS)

    def covered(self, word: str) -> pd.Series:
        """Tell the counties for which one of the layers is complete; a layer without extent is so everywhere."""
        codes = self.counties[["adcode", "prefecture_adcode", "province_adcode"]].astype(str)
        held = pd.Series(data=False, index=self.counties.index)
        for layer in self.layers[word]:
            held |= codes.isin(layer.spec.extent).any(axis=1) if layer.spec.extent else True
        return held


Measure = Callable[[Ground], pd.Series]
Wanted = Mapping[str, tuple[str, ...]]
"""Column to the values that count; a layer without the column counts whole."""


@dataclass(frozen=True)
class Recipe:
    """How a county figure is derived.

    Attributes
    ----------
    title, unit, source : Bilingual
        ``source`` says how it is derived and what it leaves out.
    needs : tuple of str
        What the layers must stand for (``LayerSpec.stands_for``).
    measure : callable
        From `Ground` to a Series on the counties' index; NaN where it cannot be told.
    left_out : callable or None
        How many features no county can be told for.
    """

    title: Bilingual
    unit: Bilingual
    source: Bilingual
    needs: tuple[str, ...]
    measure: Measure
    left_out: Callable[[Ground], int] | None = None


def text_of(key: str, **values: object) -> Bilingual:
    """Return a text of the catalogue in both languages."""
    return Bilingual(zh=t(key, "zh", **values), en=t(key, "en", **values))


def _area_inside_m2(ground: Ground, word: str) -> pd.Series:
    """Square metres of each county that the features cover, what two of them cover once."""
    frame = ground.frame(word)
    areas = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & frame["located"]
    county, pieces = _pieces(ground.counties, frame[areas].reset_index(drop=True))
    united = union_pieces(pieces, county, len(ground.counties))
    return pd.Series(np.nan_to_num(areas_of(united)), index=ground.counties.index)


def _length_inside_m(ground: Ground, word: str) -> pd.Series:
    """Metres of line inside each county, on the ellipsoid."""
    frame = ground.frame(word)
    lines = frame[frame.geometry.geom_type.isin(["LineString", "MultiLineString"])].reset_index(drop=True)
    county, pieces = _pieces(ground.counties, lines)
    lengths = np.nan_to_num(lengths_of(pieces))
    return pd.Series(np.bincount(county, lengths, len(ground.counties)), index=ground.counties.index)


def _pieces(counties: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return what each county and each feature that meet have in common, and the county's position, sorted by it."""
    index = index_of(features)
    county, feature = index.tree.query(counties.geometry.to_numpy(), predicate="intersects")
    order = np.argsort(county, kind="stable")
    county, feature = county[order], feature[order]
    theirs = counties.geometry.to_numpy()[county]
    pieces = index.geometries[feature].copy()
    cut = np.flatnonzero(~shapely.covered_by(pieces, theirs))
    pieces[cut] = shapely.intersection(pieces[cut], theirs[cut])
    return county, pieces


def _count(ground: Ground, word: str, wanted: Wanted | None = None) -> pd.Series:
    """Count the features of each county: by the counties that they name, else by where they lie."""
    frame = _wanted(ground.frame(word), wanted or {})
    if "adcodes" in frame.columns:
        codes = frame["adcodes"].str.split(";").explode()
        found = codes.groupby(codes).size()
        named: pd.Series = ground.counties["adcode"].astype(str).map(found).fillna(0).astype(float)
        return named
    county, _ = index_of(frame.reset_index(drop=True)).tree.query(ground.counties.geometry, predicate="intersects")
    return pd.Series(np.bincount(county, minlength=len(ground.counties)), index=ground.counties.index, dtype=float)


def _wanted(frame: gpd.GeoDataFrame, wanted: Wanted) -> gpd.GeoDataFrame:
    for column, values in wanted.items():
        if column in frame.columns:
            frame = frame[frame[column].isin(values)]
    return frame


def _without_county(word: str, wanted: Wanted | None = None) -> Callable[[Ground], int]:
    """Return what counts the features that name no county of ours, only a prefecture or a province."""

    def count(ground: Ground) -> int:
        frame = _wanted(ground.frame(word), wanted or {})
        if "adcodes" not in frame.columns:
            return 0
        codes = frame["adcodes"].str.split(";").explode()
        return int((~codes.isin(ground.counties["adcode"].astype(str)).groupby(level=0).any()).sum())

    return count


def _protected_area_ha(ground: Ground) -> pd.Series:
    """Hectares of drawn extents; NaN in a county that has sites of which none is drawn."""
    drawn = _area_inside_m2(ground, "protected_site") / HA_M2
    sites = _count(ground, "protected_site")
    return drawn.where((drawn > 0) | (sites == 0))


def _redline_share(ground: Ground) -> pd.Series:
    return 100 * _area_inside_m2(ground, "redline") / area_m2(ground.counties)


def _elevation(statistic: Literal["mean", "min", "max"]) -> Measure:
    def measure(ground: Ground) -> pd.Series:
        raster = ground.layers["elevation"][0].raster
        assert raster is not None
        return zonal(raster, ground.counties, statistic)

    return measure


def _relief(ground: Ground) -> pd.Series:
    return _elevation("max")(ground) - _elevation("min")(ground)


def _mean_slope(ground: Ground) -> pd.Series:
    """Mean slope; the slope grid is made once per elevation grid and kept in ``REDLINE_HOME``."""
    layer = ground.layers["elevation"][0]
    assert layer.raster is not None
    kept = home() / "derived" / f"slope-{(layer.digest or 'unknown')[:16]}.tif"
    if layer.digest is None or not kept.is_file():
        write_slope(layer.raster, kept)
    return zonal(kept, ground.counties, "mean")


def _recipe(
    name: str, unit: str, needs: tuple[str, ...], measure: Measure, left_out: Callable[[Ground], int] | None = None
) -> Recipe:
    return Recipe(
        text_of(f"indicators.{name}"), text_of(f"indicators.unit_{unit}"), text_of(f"indicators.{name}_source"),
        needs, measure, left_out,
    )  # fmt: skip


def _projects_by(column: Literal["category", "status"]) -> dict[str, Recipe]:
    """Return a recipe for each code of a column of projects.csv; a blank status has none."""
    codes = next(each.allowed for each in TABLES["projects"].columns if each.name == column)
    return {f"projects_{column}_{code}": _projects(column, code) for code in codes}


def _projects(column: str, code: str) -> Recipe:
    wanted = {column: (code,)}
    name = text_of(f"plans_page.{column}_{code}")
    return Recipe(
        Bilingual(
            zh=t("indicators.projects_of", "zh", name=name.zh), en=t("indicators.projects_of", "en", name=name.en)
        ),
        text_of("indicators.unit_count"),
        text_of("indicators.projects_source"),
        ("plan_project",),
        lambda ground: _count(ground, "plan_project", wanted),
        _without_county("plan_project", wanted),
    )


DERIVED: Final[dict[str, Recipe]] = {
    "redline_share": _recipe("redline_share", "percent", ("redline",), _redline_share),
    "redline_area": _recipe(
        "redline_area", "km2", ("redline",), lambda ground: _area_inside_m2(ground, "redline") / _KM2
    ),
    "protected_sites": _recipe(
        "protected_sites", "count", ("protected_site",),
        lambda ground: _count(ground, "protected_site"), _without_county("protected_site"),
    ),
    "protected_area": _recipe("protected_area", "ha", ("protected_site",), _protected_area_ha),
    "river_length": _recipe(
        "river_length", "km", ("river_line",), lambda ground: _length_inside_m(ground, "river_line") / 1e3
    ),
    "water_area": _recipe(
        "water_area", "km2", ("water_surface",), lambda ground: _area_inside_m2(ground, "water_surface") / _KM2
    ),
    "mean_elevation": _recipe("mean_elevation", "m", ("elevation",), _elevation("mean")),
    "relief": _recipe("relief", "m", ("elevation",), _relief),
    "mean_slope": _recipe("mean_slope", "degree", ("elevation",), _mean_slope),
    "land_area": _recipe("land_area", "km2", (), lambda ground: area_m2(ground.counties) / _KM2),
    "projects": _recipe(
        "projects", "count", ("plan_project",),
        lambda ground: _count(ground, "plan_project"), _without_county("plan_project"),
    ),
    **_projects_by("status"),
    **_projects_by("category"),
}  # fmt: skip
"""County figures by id, in the order they are offered in."""
