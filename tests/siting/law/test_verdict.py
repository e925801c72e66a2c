from __future__ import annotations

import pandas as pd
import pytest
import shapely

from geo.read.formats import read_sites
from siting.check.check import check
from siting.law.verdict import verdicts
from tests.helpers import geojson


def row(
    state: str, relation: str | None, reason: str | None = None, *, inside: bool = False, site: int = 0
) -> dict[str, object]:
    return {"site": site, "state": state, "relation": relation, "reason": reason, "must_be_inside": inside}


CLEAR = row("clear", "disjoint")
OFF = row("indicative", "disjoint", "modelled")
ON = row("indicative", "overlaps", "modelled")


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([CLEAR], "nothing_found"),
        ([CLEAR, row("clear", "touches")], "nothing_found"),
        ([CLEAR, row("hit", "within")], "notice"),
        ([CLEAR, row("hit", "crosses"), row("not_checked", None, "not_loaded")], "notice"),
        ([CLEAR, ON], "notice"),
        ([CLEAR, OFF], "not_checked"),
        ([CLEAR, row("not_checked", None, "not_loaded")], "not_checked"),
        ([row("clear", "disjoint", "partly_out_of_extent")], "not_checked"),
        ([row("hit", "within", inside=True)], "nothing_found"),
        ([row("hit", "overlaps", inside=True)], "notice"),
        ([row("clear", "disjoint", inside=True)], "notice"),
        ([row("not_checked", None, "not_loaded", inside=True)], "not_checked"),
    ],
)
def test_the_worst_counts(rows: list[dict[str, object]], verdict: str) -> None:
    assert verdicts(pd.DataFrame(rows), 1).tolist() == [verdict]


def test_site_by_site() -> None:
    rows = [row("hit", "within", site=1), row("clear", "disjoint", site=2), row("clear", "disjoint", site=1)]
    assert verdicts(pd.DataFrame(rows), 4).tolist() == ["not_checked", "notice", "nothing_found", "not_checked"]


def test_no_nothing_found_while_a_layer_is_missing(make_layer, counties) -> None:
    """The red line is declared but not loaded: however clear the rest, the answer is "not checked"."""
    site = read_sites(geojson(shapely.Point(116.5, 27.5)), "a.geojson")
    there, missing = make_layer(shapely.box(117, 27, 117.1, 27.1)), make_layer(id="redline", state="not_loaded")
    assert check(site, [there], counties).sites["verdict"].tolist() == ["nothing_found"]
    assert check(site, [there, missing], counties).sites["verdict"].tolist() == ["not_checked"]
