"""Make an indicator of a user's raster: one zonal statistic for each territory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.confined import DEFAULT_CEILINGS, Ceilings
from geo.errors import RedlineError
from geo.progress import Progress, no_progress
from geo.raster import RasterFacts, Statistic, zonal_figures
from layers.catalogue import Bilingual
from layers.indicators.indicators import Indicator, Level
from layers.indicators.subjects import Moment, Subject
from words import LANGUAGES, Lang, t

__all__ = ["RasterWish", "raster_subject"]


@dataclass(frozen=True)
class RasterWish:
    """Options of a zonal statistic of a raster: band, statistic, class, unit, level, least coverage.

    Attributes
    ----------
    band : int
        From 1.
    statistic : Statistic
    of_class : float
        For ``share``.
    unit : str
        As the user calls it; "" for none.
    level : {"county", "prefecture"}
    least : int
        Percent of a territory that the raster must cover for it to have a figure.
    """

    band: int = 1
    statistic: Statistic = "mean"
    of_class: float = 0.0
    unit: str = ""
    level: Level = "county"
    least: int = 50


def raster_subject(
    path: Path,
    facts: RasterFacts,
    regions: gpd.GeoDataFrame,
    wish: RasterWish,
    *,
    read_on: str,
    progress: Progress = no_progress,
    ceilings: Ceilings = DEFAULT_CEILINGS,
) -> Subject:
    """Return a subject with one zonal statistic of a raster for each territory.

    Parameters
    ----------
    path : Path
    facts : RasterFacts
    regions : GeoDataFrame
        EPSG:4490 with ``adcode``.
    wish : RasterWish
    read_on : str
        Date.
    progress : Progress
    ceilings : Ceilings
        What reading it may use.

    Raises
    ------
    RedlineError
        If no territory is covered enough.
    """
    zonal = zonal_figures(
        path, facts, regions, wish.statistic,
        band=wish.band, of_class=wish.of_class, progress=progress, ceilings=ceilings,
    )  # fmt: skip
    # twelve digits: a grid of one value has one figure, whatever the order of adding up
    figures = zonal.figures.map(lambda value: float(f"{value:.12g}"))
    figures = figures.where(zonal.covered * 100 >= wish.least, np.nan)
    if not figures.notna().any():
        raise RedlineError("raster_own.nothing", least=wish.least)
    figures.index = pd.Index(regions["adcode"].astype(str), name="adcode")
    digest_input = f"{facts.name}|{facts.width}|{facts.bounds}|{wish}|{figures.to_json()}"
    name = f"raster-{hashlib.sha256(digest_input.encode()).hexdigest()[:10]}"
    title = Bilingual(**{lang: _title(facts, wish, lang) for lang in LANGUAGES})
    source = Bilingual(
        **{
            lang: t("raster_own.source", lang, name=facts.name, crs=facts.system.label, date=read_on, least=wish.least)
            for lang in LANGUAGES
        }
    )
    unit_text = "%" if wish.statistic == "share" else wish.unit or "—"
    unit = Bilingual(zh=unit_text, en=unit_text)
    moment = Moment("", title, "", unit)
    indicator = Indicator(name, title, unit, wish.level, "own", source, figures.astype(float))
    covered = tuple(figures.index[figures.notna()])
    return Subject(name, title, unit, wish.level, "own", "own", (), covered, (moment,), {"": indicator})


def _title(facts: RasterFacts, wish: RasterWish, lang: Lang) -> str:
    if wish.statistic == "share":
        return t("raster_own.title_class", lang, name=facts.name, band=wish.band, value=f"{wish.of_class:g}")
    statistic = t(f"raster_own.statistic_{wish.statistic}", lang)
    return t("raster_own.title", lang, name=facts.name, band=wish.band, statistic=statistic)
