"""Counties of sites, and the share of each site within the extent of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.measure import overlay

__all__ = ["ANYWHERE", "county_shares", "share_inside", "territory_codes"]

_LEVELS: Final = ("adcode", "prefecture_adcode", "province_adcode")
ANYWHERE: Final = ""
"""The code of a feature that may be anywhere, as it claims no territory."""
_LEAST_SHARE: Final = 1e-9
"""A county that takes less of a site shares only a boundary with it, to rounding."""


def county_shares(frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the share of each site in each county.

    Parameters
    ----------
    frame : GeoDataFrame
        Sites, EPSG:4490.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``name_zh``, ``prefecture_adcode``, ``province_adcode``.

    Returns
    -------
    DataFrame
        ``site`` (position), ``adcode``, ``name``, ``name_en``, ``share``, ``prefecture_adcode``, ``province_adcode``;
        by site, the largest share first. The shares of a site inside our territory sum to 1. A point in a county has
        share 1; a point on a boundary is listed with each neighbour and NaN.
    """
    pairs = overlay(frame, counties)
    point = pairs["share"].isna() & pairs["overlap_m"].isna()
    alone = point & (pairs.groupby("site")["site"].transform("size") == 1)
    pairs.loc[alone, "share"] = 1.0
    pairs = pairs[point | (pairs["share"] > _LEAST_SHARE)]
    pairs = pairs.sort_values(["site", "share", "feature"], ascending=[True, False, True])
    columns = ["adcode", "name_zh", *(["name_en"] if "name_en" in counties.columns else []), *_LEVELS[1:]]
    named = counties[columns].iloc[pairs["feature"].to_numpy()].reset_index(drop=True)
    shares = pd.DataFrame({"site": pairs["site"].to_numpy(), "share": pairs["share"].to_numpy()})
    found: pd.DataFrame = pd.concat([shares, named], axis=1).rename(columns={"name_zh": "name"})
    if "name_en" not in found.columns:
        found["name_en"] = None
    return found


def share_inside(shares: pd.DataFrame, extent: Sequence[str], count: int) -> NDArray[np.float64]:
    """Return the share of each site in the territories of `extent`; an empty extent is everywhere.

    Parameters
    ----------
    shares : DataFrame
        From `county_shares`.
    extent : sequence of str
        Adcodes of counties, prefectures or provinces.
    count : int
        Number of sites.
    """
    if not extent:
        return np.ones(count)
    inside = np.zeros(len(shares), dtype=bool)
    for level in _LEVELS:
        inside |= shares[level].astype(str).isin(list(extent)).to_numpy()
    part = np.where(inside, shares["share"].fillna(1.0).to_numpy(), 0.0)
    sums = np.bincount(shares["site"].to_numpy(), weights=part, minlength=count).astype(np.float64)
    return np.minimum(sums, 1.0)


def territory_codes(shares: pd.DataFrame, count: int) -> list[tuple[str, ...]]:
    """Return for each site the adcodes of its counties, then of their prefectures and provinces, last `ANYWHERE`."""
    codes: list[list[str]] = [[] for _ in range(count)]
    sites = shares["site"].tolist()
    for level in _LEVELS:
        for site, code in zip(sites, shares[level].astype(str).tolist(), strict=True):
            codes[site].append(code)
    return [(*dict.fromkeys(of_site), ANYWHERE) for of_site in codes]
