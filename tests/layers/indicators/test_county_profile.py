"""One county: figures at their own level, sums that are sums, and nothing of a city shown as a county's."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.catalogue.model import Layer
from layers.indicators.county_profile import FIGURES, CountyFigures, county_of, derived_figures, published_figures
from layers.plans.entries import PlanSet, read_plan_set
from tests.helpers import ROOT

FUZHOU = "361000"


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


@pytest.fixture(scope="module")
def plans() -> PlanSet:
    return read_plan_set(ROOT / "data" / "plans")


@pytest.fixture(scope="module")
def figures(layers: dict[str, Layer], plans: PlanSet) -> CountyFigures:
    return derived_figures(layers)


def test_a_prefecture_is_the_sum_of_its_counties(figures: CountyFigures) -> None:
    assert figures.above.loc[FUZHOU, "land_area"] == pytest.approx(18_795, rel=1e-3)  # published 18,817
    assert figures.above.loc[FUZHOU, "redline_share"] == pytest.approx(27.12, abs=0.01)  # the plan's own
    mine = [figures.of(code) for code in figures.prefecture[figures.prefecture == FUZHOU].index]
    assert len(mine) == 11
    share, area = ({row.key: row.value for row in one} for one in (mine[0], mine[1]))
    assert set(share) == set(area) == set(FIGURES)
    ranks = sorted(row.rank for one in mine for row in one if row.key == "land_area")
    assert ranks == list(range(1, 12))


def test_what_counties_do_not_tell_of_a_prefecture_is_not_made_up(figures: CountyFigures) -> None:
    assert figures.above["relief"].isna().all()
    assert pd.isna(figures.above.loc["321000", "redline_share"])  # Yangzhou publishes no red line of its own
    gaoyou = {row.key: row for row in figures.of("321084")}
    assert pd.isna(gaoyou["redline_share"].value)
    assert gaoyou["redline_share"].rank == 0


def test_a_count_of_a_prefecture_counts_each_thing_once(figures: CountyFigures, plans: PlanSet) -> None:
    projects = plans.tables["projects"]["adcodes"]
    claimed = projects.map(lambda text: any(code.startswith("3610") for code in text.split(";")))
    assert figures.above.loc[FUZHOU, "projects"] == claimed.sum()


def test_published_figures_keep_the_level_they_were_published_for(plans: PlanSet) -> None:
    rows = published_figures(plans, ("361025", FUZHOU, "360000"))
    assert rows["level"].tolist() == sorted(rows["level"], key=["county", "prefecture", "province"].index)
    own = rows[rows["level"] == "county"]
    assert own["adcode"].tolist() == ["361025"]  # one figure of its own, every other is the city's or the province's
    share = rows[(rows["adcode"] == FUZHOU) & rows["name"].eq("生态保护红线占国土面积比例")].iloc[0]
    assert (share["base"], int(share["base_year"]), share["document"]) == ("27.12", 2020, "000")
    assert "森林积蓄量" not in set(rows["name"])  # a misprint of 森林蓄积量, corrected: not two figures
    assert not rows.duplicated(["adcode", "name", "unit"]).any()


def test_a_county_lists_what_names_it_and_counts_what_names_only_its_city(
    layers: dict[str, Layer], figures: CountyFigures, plans: PlanSet
) -> None:
    zixi = county_of("361028", layers, figures, plans)
    assert zixi.unit["name_zh"] == "资溪县"
    sites = zixi.entries["protected_sites"]
    assert "马头山自然保护区" in set(sites["name"])
    assert all("361028" in codes.split(";") for codes in sites["adcodes"])
    assert zixi.wider["projects"] > 0
    assert set(zixi.entries["county_facts"]["adcode"]) == {"361028"}


def test_no_such_county(layers: dict[str, Layer], figures: CountyFigures, plans: PlanSet) -> None:
    with pytest.raises(KeyError):
        county_of("999999", layers, figures, plans)


def test_nothing_that_a_model_drew_has_a_rank(figures: CountyFigures) -> None:
    """The red line that is shipped is a model: its area and share have no place among the counties."""
    zixi = {row.key: row for row in figures.of("361028")}
    assert {key for key, one in figures.indicators.items() if one.modelled} == {"redline_area", "redline_share"}
    assert zixi["redline_share"].value > 0
    assert (zixi["redline_share"].rank, zixi["redline_area"].rank) == (0, 0)
    assert zixi["land_area"].rank > 0


def test_a_coarse_map_that_shows_no_water_is_no_zero(figures: CountyFigures) -> None:
    """Lakes of 1:10m leave small waters out: a county without one has no figure, not 0 km² and the last place."""
    water = figures.indicators["water_area"].figures
    assert (water.dropna() > 0).all()
    dry = water.index[water.isna()]
    assert "361028" in dry
    row = next(row for row in figures.of("361028") if row.key == "water_area")
    assert pd.isna(row.value)
    assert row.rank == 0
