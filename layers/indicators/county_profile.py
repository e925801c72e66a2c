"""Profile of one county: its figures and those of its prefecture, published figures, and entries of the plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.catalogue import Bilingual, Layer, counties_of
from layers.indicators.indicators import Indicator, derived_values
from layers.plans import PlanSet, corrected_names, in_territory

__all__ = ["FIGURES", "County", "CountyFigures", "Figure", "county_of", "derived_figures", "published_figures"]

FIGURES: Final = (
    "land_area", "redline_area", "redline_share", "protected_sites", "protected_area", "water_area", "river_length",
    "mean_elevation", "relief", "mean_slope", "projects",
)  # fmt: skip
"""Derived figures of the page, in its order."""

_SUMMED: Final = frozenset({"land_area", "redline_area", "water_area", "river_length"})
_BY_AREA: Final = frozenset({"mean_elevation", "mean_slope"})
_COUNTED: Final = {"protected_sites": "protected_site", "projects": "plan_project"}
"""Figures that are counts, and the `stands_for` of the layers that they count."""
_LISTED: Final = ("protected_sites", "waters", "projects", "county_facts", "rules")
_TARGETS: Final = ("target", "limit")
_TOPICS: Final = (
    "redline", "protected", "forest", "wetland", "land", "water", "air", "soil", "biodiversity", "mining", "waste",
    "sewage", "agriculture", "carbon", "energy",
)  # fmt: skip
"""Topics of the published figures in the order of the page; the rest follow."""


@dataclass(frozen=True)
class Figure:
    """One derived figure of one county.

    Attributes
    ----------
    key : str
    title, unit, source : Bilingual
    value : float
        NaN where it is not known.
    above : float
        The prefecture's, derived the same way; NaN where it does not follow from its counties'.
    rank, of : int
        Place among the counties of the prefecture for which it is known, the largest first; 0 where it is not known,
        or a model drew what it measures.
    """

    key: str
    title: Bilingual
    unit: Bilingual
    source: Bilingual
    value: float
    above: float
    rank: int
    of: int


@dataclass(frozen=True)
class CountyFigures:
    """Derived figures of all counties, and of their prefectures.

    Attributes
    ----------
    indicators : dict of Indicator
        By key of `FIGURES`; one whose layers are not loaded is absent.
    above : DataFrame
        Index prefecture adcode, columns as `indicators`.
    prefecture : Series
        Prefecture by county adcode.
    """

    indicators: dict[str, Indicator]
    above: pd.DataFrame
    prefecture: pd.Series

    def of(self, adcode: str) -> list[Figure]:
        """Return the figures of a county, in the order of the page."""
        siblings = self.prefecture[self.prefecture == self.prefecture[adcode]].index
        figures = []
        for key, one in self.indicators.items():
            known = one.figures.reindex(siblings).dropna()
            value = float(one.figures.get(adcode, np.nan))
            rank = int((known > value).sum()) + 1 if adcode in known.index and not one.modelled else 0
            above = float(self.above.loc[self.prefecture[adcode], key])
            figures.append(Figure(key, one.title, one.unit, one.source, value, above, rank, len(known)))
        return figures


@dataclass(frozen=True)
class County:
    """The profile of one county: figures, published figures and entries of the plans.

    Attributes
    ----------
    unit : dict
        Its row of the county layer, without geometry.
    figures : list of Figure
    published : DataFrame
        From `published_figures`.
    entries : dict of DataFrame
        By kind (protected_sites, waters, projects, county_facts, rules): the rows of the plan table that name the
        county itself, in the order of the documents.
    wider : dict of int
        By kind: how many rows name only its prefecture or province: they may lie in it or not.
    """

    unit: dict[str, Any]
    figures: list[Figure]
    published: pd.DataFrame
    entries: dict[str, pd.DataFrame]
    wider: dict[str, int]


def derived_figures(layers: Mapping[str, Layer]) -> CountyFigures:
    """Return the derived figures of all counties.

    A prefecture's sum is the sum of its counties'; its shares and means are weighted by area; its counts include each
    feature once, with those that name the prefecture only. Any other figure is NaN.
    """
    counties = counties_of(layers)
    values = {key: derived_values(key, layers) for key in FIGURES}
    indicators = {key: one for key, one in values.items() if one is not None}
    prefecture = pd.Series(counties["prefecture_adcode"].astype(str).to_numpy(), index=counties["adcode"].astype(str))
    area = indicators["land_area"].figures
    above = {key: _prefecture_values(key, one.figures, area, prefecture, layers) for key, one in indicators.items()}
    if {"redline_share", "redline_area"} <= above.keys():
        above["redline_share"] = 100 * above["redline_area"] / above["land_area"]
    return CountyFigures(indicators, pd.DataFrame(above), prefecture)


def _prefecture_values(
    key: str, values: pd.Series, area: pd.Series, prefecture: pd.Series, layers: Mapping[str, Layer]
) -> pd.Series:
    """Return a figure for each prefecture; NaN where it does not follow from the counties'."""
    groups = prefecture.reindex(values.index)
    whole = values.notna().groupby(groups).all()
    if key in _SUMMED:
        return values.groupby(groups).sum().where(whole)
    if key in _BY_AREA:
        return ((values * area).groupby(groups).sum() / area.groupby(groups).sum()).where(whole)
    if key in _COUNTED:
        frames = [one.frame for one in layers.values() if one.spec.stands_for == _COUNTED[key]]
        named = [frame["adcodes"] for frame in frames if frame is not None and "adcodes" in frame.columns]
        if len(named) == sum(frame is not None for frame in frames):
            rows, codes = pd.concat(named, ignore_index=True), whole.index.to_series()
            return codes.map(lambda code: float(in_territory(rows, str(code)).sum()))
    return pd.Series(np.nan, index=whole.index)


def county_of(adcode: str, layers: Mapping[str, Layer], figures: CountyFigures, plans: PlanSet) -> County:
    """Return the profile of a county.

    Parameters
    ----------
    adcode : str
        Of a county of ours.
    layers : mapping of Layer
    figures : CountyFigures
        From `derived_figures` of the same layers.
    plans : PlanSet

    Raises
    ------
    KeyError
        If there is no such county.
    """
    counties: gpd.GeoDataFrame = counties_of(layers)
    rows_of_county = counties[counties["adcode"].astype(str) == adcode]
    if rows_of_county.empty:
        raise KeyError(adcode)
    unit = {str(key): value for key, value in rows_of_county.drop(columns="geometry").iloc[0].items()}
    above = (f"{adcode[:4]}00", f"{adcode[:2]}0000")
    entries, wider = {}, {}
    for kind in _LISTED:
        rows = plans.tables[kind]
        codes = rows["adcodes" if "adcodes" in rows.columns else "adcode"]
        entries[kind] = rows[in_territory(codes, adcode)]
        wider[kind] = int(codes.str.split(";").explode().isin(above).groupby(level=0).any().sum())
    return County(unit, figures.of(adcode), published_figures(plans, (adcode, *above)), entries, wider)


def published_figures(plans: PlanSet, adcodes: Sequence[str]) -> pd.DataFrame:
    """Return the figures that documents publish for territories, each at the level it was published for.

    Parameters
    ----------
    plans : PlanSet
    adcodes : sequence of str
        A county, its prefecture, its province.

    Returns
    -------
    DataFrame
        A row per territory and figure: ``adcode``, ``level`` (county, prefecture, province), ``topic``, ``name``,
        ``name_en``, ``unit``, ``base``, ``base_year``, ``target``, ``target_year`` (texts as printed, "" where
        none), ``base_value`` and ``target_value`` (numbers, NaN where words are printed) with ``base_comparator`` and
        ``comparator``, ``binding``, ``document``, ``clause``, ``limit`` (a control figure). The
        county's come first, then by topic; of several targets the latest.
    """
    parts = [plans.tables[kind].assign(limit=kind == "limits") for kind in ("limits", "indicators")]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["adcode"].isin(list(adcodes)) & (rows["cell"] != "change") & (rows["kind"] != "cumulative")]
    rows = rows.assign(
        name=corrected_names(rows, plans.tables["corrections"]),
        year=pd.to_numeric(rows["year"], errors="coerce"),
        is_target=rows["kind"].isin(_TARGETS),
    )
    rows = rows.sort_values(["limit", "year"], ascending=[False, True], kind="stable")
    keys = ["adcode", "name", "unit"]
    last = rows.groupby([*keys, "is_target"], sort=False).tail(1)
    base, target = (last[last["is_target"] == wanted].set_index(keys) for wanted in (False, True))
    one = rows.drop_duplicates(keys, keep="first").set_index(keys)
    figures = one[["level", "topic", "name_en", "limit"]].assign(
        base=base["value_text"], base_year=base["year"], target=target["value_text"], target_year=target["year"],
        base_value=base["value"], target_value=target["value"], base_comparator=base["comparator"],
        comparator=target["comparator"], binding=target["binding"].where(target["binding"] != ""),
        document=target["document"].combine_first(base["document"]),
        clause=target["clause"].combine_first(base["clause"]),
    )  # fmt: skip
    texts = ["base", "target", "base_comparator", "comparator", "binding"]
    figures[texts] = figures[texts].fillna("")
    figures = figures.reset_index()
    order = {code: place for place, code in enumerate(adcodes)}
    topics = {topic: place for place, topic in enumerate(_TOPICS)}
    figures = figures.assign(
        _level=figures["adcode"].map(order),
        _topic=figures["topic"].map(topics).fillna(len(topics)),
        _goal=figures["target"] == "",
    )
    figures = figures.sort_values(["_level", "_topic", "_goal"], kind="stable")
    return figures.drop(columns=["_level", "_topic", "_goal"]).reset_index(drop=True)
