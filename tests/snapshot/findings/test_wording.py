"""Findings as people read them."""

from __future__ import annotations

import math

import pytest

from snapshot.findings.wording import amount, details, exact_area_text, length_text

BLANK = {
    "state": "clear",
    "reason": None,
    "relation": None,
    "overlap_m2": math.nan,
    "overlap_m": math.nan,
    "share": math.nan,
    "distance_m": math.nan,
    "features": [],
    "nearest": None,
    "county_only": [],
}


def test_fifteen_mu_are_a_hectare() -> None:
    assert exact_area_text(10_000, "zh") == "1.0000 公顷（15.00 亩）"
    assert exact_area_text(10_000, "en") == "1.0000 ha (15.00 mu)"


@pytest.mark.parametrize(
    ("length_m", "text"), [(8.04, "8.0 m"), (99.96, "100.0 m"), (5_380.4, "5,380 m"), (27_149, "27.1 km")]
)
def test_lengths_are_as_fine_as_they_matter(length_m: float, text: str) -> None:
    assert length_text(length_m, "en") == text


def test_how_much_or_how_far() -> None:
    taken = BLANK | {"state": "hit", "relation": "overlaps", "overlap_m2": 2_500.0, "share": 0.25}
    assert amount(taken, "en") == "0.2500 ha (3.75 mu), 25.00% of the site"
    assert amount(BLANK | {"relation": "disjoint", "distance_m": 8.0}, "zh") == "相距 8.0 米"
    assert amount(BLANK | {"state": "not_checked"}, "zh") == ""


def test_what_has_no_name_is_called_so_and_long_lists_are_cut() -> None:
    hit = [{"feature_id": str(n), "name_zh": f"甲{n}", "name_en": ""} for n in range(6)]
    assert details(BLANK | {"state": "hit", "features": hit}, "zh") == "甲0、甲1、甲2、甲3等，另有 2 处"
    near = {"feature_id": "osm-1", "name_zh": "", "name_en": None}
    assert details(BLANK | {"nearest": near}, "zh") == "最近：未命名"
