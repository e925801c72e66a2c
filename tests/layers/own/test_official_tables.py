"""Official tables are known by fields and YSDM together, never by name alone."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.catalogue.config import read_catalogue
from layers.own.intake import read_and_validate
from layers.own.official_tables import official_layers, recognise
from tests.helpers import ROOT
from tests.layers.bureau_files import CODE, gbk_shapefile_zip, red_line


def test_bureau_shapefile_is_recognised() -> None:
    intake = read_and_validate(gbk_shapefile_zip(red_line(), "STBHHX"), "upload.zip")
    assert intake.reading.epsg == 4527
    assert intake.faults == ()
    found = intake.recognition
    assert found.official is not None
    assert (found.official.table, found.official.stands_for, found.official.role) == ("STBHHX", "redline", "redline")
    assert found.ysdm == CODE
    assert intake.frame["HXMC"].iloc[0] == "武夷山水源涵养红线0", "GBK without a .cpg"


def test_its_name_does_not_matter_but_its_fields_do() -> None:
    assert recognise("anything", red_line().drop(columns="geometry"), 2).official is not None
    lower = red_line().drop(columns="geometry").rename(columns=str.lower)
    found = recognise("x", lower, 2)
    assert found.official is not None
    assert found.column(found.official.name_field, list(lower.columns)) == "hxmc"


@pytest.mark.parametrize("field", ["HXBM", "HXLX", "YSDM", "XZQDM"])
def test_right_name_wrong_fields_is_not_recognised(field: str) -> None:
    found = recognise("STBHHX", red_line().drop(columns=["geometry", field]), 2)
    assert found.official is None
    assert found.near_miss is not None
    assert found.near_miss.missing == (field,)
    assert field in found.near_miss.text("zh")
    assert field in found.near_miss.text("en")


@pytest.mark.parametrize(
    "codes",
    [
        "2090020227",
        "2090020233",
        "1000600100",
        "",
        None,
        "20900202112",
        [CODE] * 11 + ["2090020212"],
        [CODE] * 11 + [None],
    ],
)
def test_right_fields_wrong_code_is_not_recognised(codes: object) -> None:
    found = recognise("STBHHX", red_line(YSDM=codes).drop(columns="geometry"), 2)
    assert found.official is None
    assert found.near_miss is not None
    assert found.near_miss.reason == "ysdm"


def test_codes_kept_as_numbers_are_read() -> None:
    assert recognise("", red_line(YSDM=float(CODE)).drop(columns="geometry"), 2).official is not None
    assert recognise("", red_line(YSDM=int(CODE)).drop(columns="geometry"), 2).official is not None


def test_lines_are_no_red_line() -> None:
    found = recognise("STBHHX", red_line().drop(columns="geometry"), 1)
    assert found.official is None
    assert found.near_miss is not None
    assert found.near_miss.reason == "geometry"


def test_other_tables_are_told_apart() -> None:
    for official in official_layers():
        code = {"2090": CODE, "2005": "2005010100", "2001": "2001010100", "2006": "2006030100"}
        fitting = next(one for start, one in code.items() if start in official.ysdm.replace("\\d", ""))
        rows = pd.DataFrame({field: ["x"] for field in official.required} | {"YSDM": [fitting]})
        found = recognise("", rows, 2)
        assert found.official is official, (official.table, official.variant)


def test_what_they_stand_for_is_in_the_catalogue() -> None:
    words = {spec.stands_for: spec for spec in read_catalogue(ROOT / "config.toml").layer}
    for official in official_layers():
        if official.stands_for in words:
            assert words[official.stands_for].must_be_inside == official.must_be_inside
            assert words[official.stands_for].role == official.role
    assert {"redline", "permanent_farmland", "town_boundary"} <= {one.stands_for for one in official_layers()} & set(
        words
    )
