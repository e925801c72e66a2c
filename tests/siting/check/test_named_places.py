"""A place that a plan names is no protected site: it shows no approval path and settles nothing."""

from __future__ import annotations

import geopandas as gpd
import pytest

from geo.read.formats import sites_from_points
from layers.catalogue.model import Layer
from layers.plans.tables import read_table
from siting.check.check import check


@pytest.mark.parametrize("name", ["000-liukeng", "000-huwan", "000-jinzhu", "001-jizhouyao"])
@pytest.mark.parametrize("activity", ["tourism", "factory", "linear_road"])
def test_a_village_with_sights_is_no_nature_reserve(shipped: dict[str, Layer], name: str, activity: str) -> None:
    row = read_table("protected_sites").set_index("id").loc[name]
    counties = shipped["county"].frame
    assert isinstance(counties, gpd.GeoDataFrame)
    found = check(
        sites_from_points([(row["lon"], row["lat"])]), list(shipped.values()), counties,
        activity=activity, flags=["construction"], as_of="2026-11-20",
    )  # fmt: skip
    said = found.sites.iloc[0]
    assert "protected_site" not in {step["stands_for"] for step in said["approval_path"]}
    assert "protected_site" in said["missing_required"]  # an approximate list settles nothing
    by_layer = found.findings.set_index("layer")
    assert by_layer.loc["plan_places", "rules"] == []
    assert name not in {feature["feature_id"] for feature in by_layer.loc["protected_sites", "features"]}


def test_a_point_in_the_drawn_reserve_still_warns(shipped: dict[str, Layer]) -> None:
    """马头山, published box 117°09′11″—117°18′, 27°40′50″—27°53′52″: its middle is inside by any reading."""
    counties = shipped["county"].frame
    assert isinstance(counties, gpd.GeoDataFrame)
    found = check(
        sites_from_points([(117.2264, 27.7892)]), list(shipped.values()), counties,
        activity="mining_surface", flags=["construction"], as_of="2026-11-20",
    )  # fmt: skip
    hit = found.findings.set_index("layer").loc["protected_sites"]
    assert "000-matoushan" in {feature["feature_id"] for feature in hit["features"]}
    assert {"ps-reserve", "nr26-general-ban"} <= {
        *(step["id"] for step in found.sites.iloc[0]["approval_path"]), *(rule["id"] for rule in hit["rules"]),
    }  # fmt: skip
