"""County figures derived from the loaded layers: one recipe for each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
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

__all__ = ["DERIVED", "CountyLayers", "Recipe", "text_of"]

_KM2: Final = 1e6


@dataclass(frozen=True)
class CountyLayers:
    """The counties and the loaded layers that a county figure is computed from, by their `stands_for`.

    Attributes
    ----------
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    layers : Mapping of str to list of Layer
        Each list at least one long.
    """

    counties: gpd.GeoDataFrame
    layers: Mapping[str, list[Layer]]

    def frame(self, stands_for: str) -> gpd.GeoDataFrame:
        """Return the features of all layers with the given `stands_for`."""
        frames = [layer.frame for layer in self.layers[stands_for] if layer.frame is not None]
        return frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=STORE_CRS)

    def complete_in_counties(self, stands_for: str) -> pd.Series:
        """Return a mask of the counties in which one of the layers is complete; one without extent is so everywhere."""
        codes = self.counties[["adcode", "prefecture_adcode", "province_adcode"]].astype(str)
        complete = pd.Series(data=False, index=self.counties.index)
        for layer in self.layers[stands_for]:
            complete |= codes.isin(layer.spec.extent).any(axis=1) if layer.spec.extent else True
        return complete


Measure = Callable[[CountyLayers], pd.Series]
ColumnFilter = Mapping[str, tuple[str, ...]]
"""Column to the values that count; in a layer without the column all features count."""


@dataclass(frozen=True)
class Recipe:
    """How a county figure is derived: its texts, the layers it needs and the function that computes it.

    Attributes
    ----------
    title, unit, source : Bilingual
        ``source`` says how it is derived and what it leaves out.
    needs : tuple of str
        What the layers must stand for (``LayerSpec.stands_for``).
    measure : callable
        From `CountyLayers` to a Series on the counties' index; NaN where it is not known.
    left_out : callable or None
        Returns the number of features whose county is not known.
    """

    title: Bilingual
    unit: Bilingual
    source: Bilingual
    needs: tuple[str, ...]
    measure: Measure
    left_out: Callable[[CountyLayers], int] | None = None


def text_of(key: str, **values: object) -> Bilingual:
    """Return a text of `words` in both languages."""
    return Bilingual(zh=t(key, "zh", **values), en=t(key, "en", **values))


def _area_inside_m2(data: CountyLayers, stands_for: str) -> pd.Series:
    """Return the area of each county (m²) that polygons cover, overlaps counted once."""
    frame = data.frame(stands_for)
    areas = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & frame["located"]
    county, pieces = _pieces(data.counties, frame[areas].reset_index(drop=True))
    united = union_pieces(pieces, county, len(data.counties))
    return pd.Series(np.nan_to_num(areas_of(united)), index=data.counties.index)


def _unless_too_coarse(values: pd.Series, data: CountyLayers, stands_for: str) -> pd.Series:
    """Return figures without the zeros of layers that are approximate: a coarse map that shows none knows of none."""
    exact = all(layer.spec.basis in {"statutory", "published"} for layer in data.layers[stands_for])
    return values if exact else values.where(values > 0)


def _length_inside_m(data: CountyLayers, stands_for: str) -> pd.Series:
    """Return the ellipsoidal length of lines inside each county (m)."""
    frame = data.frame(stands_for)
    lines = frame[frame.geometry.geom_type.isin(["LineString", "MultiLineString"])].reset_index(drop=True)
    county, pieces = _pieces(data.counties, lines)
    lengths = np.nan_to_num(lengths_of(pieces))
    return pd.Series(np.bincount(county, lengths, len(data.counties)), index=data.counties.index)


def _pieces(counties: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return for each intersecting pair the county's position (sorted) and the intersection with the feature."""
    index = index_of(features)
    county, feature = index.tree.query(counties.geometry.to_numpy(), predicate="intersects")
    order = np.argsort(county, kind="stable")
    county, feature = county[order], feature[order]
    theirs = counties.geometry.to_numpy()[county]
    pieces = index.geometries[feature].copy()
    cut = np.flatnonzero(~shapely.covered_by(pieces, theirs))
    pieces[cut] = shapely.intersection(pieces[cut], theirs[cut])
    return county, pieces


def _count(data: CountyLayers, stands_for: str, where: ColumnFilter | None = None) -> pd.Series:
    """Return the number of features of each county: by their ``adcodes`` column, else by location."""
    frame = _filtered(data.frame(stands_for), where or {})
    if "adcodes" in frame.columns:
        codes = frame["adcodes"].str.split(";").explode()
        counts = codes.groupby(codes).size()
        per_county: pd.Series = data.counties["adcode"].astype(str).map(counts).fillna(0).astype(float)
        return per_county
    county, _ = index_of(frame.reset_index(drop=True)).tree.query(data.counties.geometry, predicate="intersects")
    return pd.Series(np.bincount(county, minlength=len(data.counties)), index=data.counties.index, dtype=float)


def _filtered(frame: gpd.GeoDataFrame, where: ColumnFilter) -> gpd.GeoDataFrame:
    for column, values in where.items():
        if column in frame.columns:
            frame = frame[frame[column].isin(values)]
    return frame


def _counter_without_county(stands_for: str, where: ColumnFilter | None = None) -> Callable[[CountyLayers], int]:
    """Return a function that counts the features that name only a prefecture or province, no county."""

    def count(data: CountyLayers) -> int:
        frame = _filtered(data.frame(stands_for), where or {})
        if "adcodes" not in frame.columns:
            return 0
        codes = frame["adcodes"].str.split(";").explode()
        return int((~codes.isin(data.counties["adcode"].astype(str)).groupby(level=0).any()).sum())

    return count


def _protected_area_ha(data: CountyLayers) -> pd.Series:
    """Return the area of drawn extents by county (ha); NaN in a county that has sites of which none is drawn."""
    drawn = _area_inside_m2(data, "protected_site") / HA_M2
    sites = _count(data, "protected_site")
    return drawn.where((drawn > 0) | (sites == 0))


def _redline_share(data: CountyLayers) -> pd.Series:
    return 100 * _area_inside_m2(data, "redline") / area_m2(data.counties)


def _elevation(statistic: Literal["mean", "min", "max"]) -> Measure:
    def measure(data: CountyLayers) -> pd.Series:
        raster = data.layers["elevation"][0].raster
        assert raster is not None
        return zonal(raster, data.counties, statistic)

    return measure


def _relief(data: CountyLayers) -> pd.Series:
    return _elevation("max")(data) - _elevation("min")(data)


def _mean_slope(data: CountyLayers) -> pd.Series:
    """Return the mean slope by county (degrees); the slope grid is cached in ``REDLINE_HOME`` per elevation grid.

    Where nothing can be written there, it is computed each time.
    """
    layer = data.layers["elevation"][0]
    assert layer.raster is not None
    cached = home() / "derived" / f"slope-{(layer.digest or 'unknown')[:16]}.tif"
    try:
        if layer.digest is None or not cached.is_file():
            write_slope(layer.raster, cached)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="redline-") as folder:
            write_slope(layer.raster, Path(folder) / cached.name)
            return zonal(Path(folder) / cached.name, data.counties, "mean")
    return zonal(cached, data.counties, "mean")


def _recipe(
    name: str,
    unit: str,
    needs: tuple[str, ...],
    measure: Measure,
    left_out: Callable[[CountyLayers], int] | None = None,
) -> Recipe:
    return Recipe(
        text_of(f"indicators.{name}"), text_of(f"indicators.unit_{unit}"), text_of(f"indicators.{name}_source"),
        needs, measure, left_out,
    )  # fmt: skip


def _projects_by(column: Literal["category", "status"]) -> dict[str, Recipe]:
    """Return a recipe for each code of a column of projects.csv; blank cells get none."""
    codes = next(each.allowed for each in TABLES["projects"].columns if each.name == column)
    return {f"projects_{column}_{code}": _projects(column, code) for code in codes}


def _projects(column: str, code: str) -> Recipe:
    where = {column: (code,)}
    name = text_of(f"plans_page.{column}_{code}")
    return Recipe(
        Bilingual(
            zh=t("indicators.projects_of", "zh", name=name.zh), en=t("indicators.projects_of", "en", name=name.en)
        ),
        text_of("indicators.unit_count"),
        text_of("indicators.projects_source"),
        ("plan_project",),
        lambda data: _count(data, "plan_project", where),
        _counter_without_county("plan_project", where),
    )


DERIVED: Final[dict[str, Recipe]] = {
    "redline_share": _recipe("redline_share", "percent", ("redline",), _redline_share),
    "redline_area": _recipe(
        "redline_area", "km2", ("redline",), lambda ground: _area_inside_m2(ground, "redline") / _KM2
    ),
    "protected_sites": _recipe(
        "protected_sites", "count", ("protected_site",),
        lambda ground: _count(ground, "protected_site"), _counter_without_county("protected_site"),
    ),
    "protected_area": _recipe("protected_area", "ha", ("protected_site",), _protected_area_ha),
    "river_length": _recipe(
        "river_length", "km", ("river_line",),
        lambda ground: _unless_too_coarse(_length_inside_m(ground, "river_line") / 1e3, ground, "river_line"),
    ),
    "water_area": _recipe(
        "water_area", "km2", ("water_surface",),
        lambda ground: _unless_too_coarse(_area_inside_m2(ground, "water_surface") / _KM2, ground, "water_surface"),
    ),
    "mean_elevation": _recipe("mean_elevation", "m", ("elevation",), _elevation("mean")),
    "relief": _recipe("relief", "m", ("elevation",), _relief),
    "mean_slope": _recipe("mean_slope", "degree", ("elevation",), _mean_slope),
    "land_area": _recipe("land_area", "km2", (), lambda ground: area_m2(ground.counties) / _KM2),
    "projects": _recipe(
        "projects", "count", ("plan_project",),
        lambda ground: _count(ground, "plan_project"), _counter_without_county("plan_project"),
    ),
    **_projects_by("status"),
    **_projects_by("category"),
}  # fmt: skip
"""Recipes of county figures by id, in the order of the page."""
