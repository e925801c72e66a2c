"""What a click is told: rules that bind whatever is planned, and no more than is known."""

from __future__ import annotations

import pytest

from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from siting.check.check import check
from siting.check.point import rules_here
from siting.law.rules import rules_frame


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


def in_the_redline(layers: dict[str, Layer]) -> tuple[float, float]:
    frame = layers["redline_jiangxi"].frame
    assert frame is not None
    point = frame.geometry.iloc[0].representative_point()
    return point.x, point.y


def test_inside_the_red_line_the_clauses_for_everything_speak_and_only_warn(layers: dict[str, Layer]) -> None:
    lon, lat = in_the_redline(layers)
    result = rules_here(lon, lat, list(layers.values()), counties_of(layers))
    row = result.findings.set_index("layer").loc["redline_jiangxi"]
    assert row["state"] == "indicative"
    assert row["rules"]
    everything = set(rules_frame().loc[rules_frame()["activities"].map(lambda names: "any" in names), "id"])
    assert {rule["id"] for rule in row["rules"]} <= everything
    assert {rule["counts_as"] for rule in row["rules"]} <= {"notice", None}  # the layer is modelled: it can only warn


def test_what_is_not_loaded_decides_nothing(layers: dict[str, Layer]) -> None:
    lon, lat = in_the_redline(layers)
    result = rules_here(lon, lat, list(layers.values()), counties_of(layers))
    missing = result.findings[result.findings["state"] == "not_checked"]
    said = [rule for rules in missing["rules"] for rule in rules]
    assert said
    assert {rule["counts_as"] for rule in said} == {None}
    assert {rule["status"] for rule in said} == {"undecided"}


def test_with_an_activity_it_is_the_check_itself(layers: dict[str, Layer]) -> None:
    from geo.read.formats import sites_from_points  # noqa: PLC0415 -- only here

    lon, lat = in_the_redline(layers)
    listed, counties = list(layers.values()), counties_of(layers)
    here = rules_here(lon, lat, listed, counties, activity="livestock")
    same = check(sites_from_points([(lon, lat)]), listed, counties, activity="livestock")
    assert here.sites["verdict"].tolist() == same.sites["verdict"].tolist()
    assert here.findings["rules"].tolist() == same.findings["rules"].tolist()


def test_outside_our_counties_nothing_is_said(layers: dict[str, Layer]) -> None:
    result = rules_here(100.0, 30.0, list(layers.values()), counties_of(layers))
    assert result.counties.empty
    assert not [rule for rules in result.findings["rules"] for rule in rules if rule["counts_as"]]
