"""Rasters of strangers as everybody reads them: each in a confined process, by the readers of this package.

A file that kills, stalls or bloats its reader costs one sentence (docs/decisions/reading-outside.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.confined import DEFAULT_CEILINGS, Ceilings, confined, may_pack
from geo.files import plain_label
from geo.progress import Progress, no_progress
from geo.raster import open as opening
from geo.raster import view
from geo.raster import zones as zonal
from geo.raster.open import RasterFacts, RasterSystem
from geo.raster.view import MOST_PX, RasterView
from geo.raster.zones import Statistic, ZonalFigures

__all__ = ["raster_facts", "raster_view", "zonal_figures"]

may_pack(RasterFacts, RasterSystem, RasterView, ZonalFigures)


def raster_facts(
    path: Path, name: str, crs: str | None = None, *, ceilings: Ceilings = DEFAULT_CEILINGS
) -> RasterFacts:
    """Return the metadata of a GeoTIFF; parameters and faults are those of `geo.raster.open.raster_facts`."""
    return confined(opening.raster_facts, path, name, crs, ceilings=ceilings, file=plain_label(name))


def raster_view(
    path: Path,
    facts: RasterFacts,
    within: tuple[float, float, float, float],
    *,
    band: int = 1,
    most_px: int = MOST_PX,
    ceilings: Ceilings = DEFAULT_CEILINGS,
) -> RasterView:
    """Return a band for the screen; parameters and faults are those of `geo.raster.view.raster_view`."""
    options: dict[str, Any] = {"band": band, "most_px": most_px, "ceilings": ceilings, "file": facts.name}
    return confined(view.raster_view, path, facts, within, **options)


def zonal_figures(
    path: Path,
    facts: RasterFacts,
    zones: gpd.GeoDataFrame,
    statistic: Statistic,
    *,
    band: int = 1,
    of_class: float = 0.0,
    progress: Progress = no_progress,
    ceilings: Ceilings = DEFAULT_CEILINGS,
) -> ZonalFigures:
    """Return one statistic of each zone; parameters and faults are those of `geo.raster.zones.zonal_figures`."""
    options: dict[str, Any] = {"band": band, "of_class": of_class, "progress": progress}
    return confined(zonal.zonal_figures, path, facts, zones, statistic, **options, ceilings=ceilings, file=facts.name)
