"""The answer for many sites: whole numbers that anyone can add up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.catalogue.config import read_catalogue
from siting.answer.batch import batch_overlaps, batch_sentence
from tests.helpers import ROOT

SPECS = {spec.id: spec for spec in read_catalogue(ROOT / "config.toml").layer}
VERDICTS = ["notice", "notice", "not_checked"]


def findings() -> pd.DataFrame:
    """Three sites: two inside the red line with 2 and 3 ha, one of them across a river; the third on nothing."""
    rows = [
        (0, "redline_jiangxi", "within", False, 20_000.0, np.nan),
        (1, "redline_jiangxi", "overlaps", False, 30_000.0, np.nan),
        (2, "redline_jiangxi", "disjoint", False, np.nan, np.nan),
        (0, "rivers", "crosses", False, np.nan, 250.0),
        (1, "rivers", "disjoint", False, np.nan, np.nan),
        (2, "rivers", None, False, np.nan, np.nan),
        (2, "waters", "within", True, 10_000.0, np.nan),  # a site must lie inside this one: no overlap to tell
    ]
    return pd.DataFrame(rows, columns=["site", "layer", "relation", "must_be_inside", "overlap_m2", "overlap_m"])


def test_layers_that_most_sites_lie_on_come_first() -> None:
    told = batch_overlaps(findings())
    assert told.index.tolist() == ["redline_jiangxi", "rivers"]
    assert told.loc["redline_jiangxi"].to_dict() == {"sites": 2.0, "area_m2": 50_000.0, "length_m": 0.0}
    assert told.loc["rivers"].to_dict() == {"sites": 1.0, "area_m2": 0.0, "length_m": 250.0}


def test_the_sentence_says_how_many_lie_on_what_and_how_much() -> None:
    zh = batch_sentence(VERDICTS, findings(), SPECS, "zh")
    assert zh.startswith("2/3 个压占生态保护红线（示意），共 5.00 公顷；1/3 个压占")
    assert "250 米" in zh
    assert zh.endswith("注意 2 个、未核查 1 个。")
    en = batch_sentence(VERDICTS, findings(), SPECS, "en")
    assert en.startswith("2 of 3 sites lie on: Ecological red line (illustrative), 5.00 ha together")


def test_sites_on_nothing_are_told_as_such() -> None:
    nothing = findings()[lambda frame: frame["relation"] == "disjoint"]
    assert batch_overlaps(nothing).empty
    assert batch_sentence(VERDICTS, nothing, SPECS, "zh").startswith("3 个均未压占所查图层")
