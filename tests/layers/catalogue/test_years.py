"""Years of features, as bureaus write them."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geo.errors import BadInput, DataFault
from layers.catalogue.load import load_layer
from layers.catalogue.model import Layer, LayerSpec
from layers.catalogue.years import NO_YEAR, years_of
from layers.own.versions import LayerDeclaration, _refuse_invalid_declaration


def spec(**more) -> LayerSpec:
    told = {
        "id": "lots", "title": {"zh": "批次", "en": "Lots"}, "group": "own", "role": "other", "stands_for": "own",
        "source": {"kind": "none"}, "publisher": {"zh": "甲", "en": "A"}, "licence": "x", "as_of": "2024",
        "basis": "published",
    }  # fmt: skip
    return LayerSpec.model_validate(told | more)


def spans(columns: dict, **keys) -> list[tuple[int, int]]:
    count = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.Point(116, 28)] * count, crs=4490)
    years = years_of(Layer(spec(**keys), "loaded", frame))
    assert years is not None
    assert years.undated == sum(first == NO_YEAR for first in years.first)
    return list(zip(years.first.tolist(), years.last.tolist(), strict=True))


NONE = (NO_YEAR, NO_YEAR)


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ([2019, 2021], [(2019, 2019), (2021, 2021)]),
        ([2019.0, float("nan")], [(2019, 2019), NONE]),
        ([20210630, 202106], [(2021, 2021)] * 2),
        ([dt.date(2020, 2, 29), None], [(2020, 2020), NONE]),
        (pd.to_datetime(["2020-02-29 08:00", None]), [(2020, 2020), NONE]),
        (["2021年6月", " 2021.06.30"], [(2021, 2021)] * 2),
        (["2021—2025年", "2021年至2025年"], [(2021, 2025)] * 2),
        (["2025-2021", "十四五"], [NONE] * 2),
        (["361002", "1"], [NONE] * 2),
        (["", " " * 100_000 + "2021"], [NONE] * 2),
    ],
)
def test_a_year_is_read_or_there_is_none(cells, wanted):
    assert spans({"at": cells}, time_field="at") == wanted


def test_two_columns_are_a_span():
    begin, end = [2015, 2015, None, 2020, None], ["2019-12", None, "2018", "2011", None]
    wanted = [(2015, 2019), (2015, 2015), (2018, 2018), NONE, NONE]
    assert spans({"a": begin, "b": end}, time_field="a", time_end_field="b") == wanted


def test_a_layer_without_the_key_has_no_years():
    frame = gpd.GeoDataFrame({"at": [2020]}, geometry=[shapely.Point(116, 28)], crs=4490)
    assert years_of(Layer(spec(), "loaded", frame)) is None


def test_a_wrong_entry_is_one_sentence(tmp_path):
    with pytest.raises(ValidationError, match="time_end_field needs time_field"):
        spec(time_end_field="b")
    frame = gpd.GeoDataFrame({"at": [2020]}, geometry=[shapely.box(116, 28, 116.1, 28.1)], crs=4490)
    frame.to_file(tmp_path / "lots.fgb")

    class Catalogue:
        folder = tmp_path

    source = {"kind": "file", "files": ["lots.fgb"]}
    assert load_layer(spec(source=source, time_field="at"), Catalogue(), {}).fault is None  # type: ignore[arg-type]
    fault = load_layer(spec(source=source, time_field="year"), Catalogue(), {}).fault  # type: ignore[arg-type]
    assert isinstance(fault, DataFault)
    assert "time_field" in fault.text("en")


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"time_end_field": "b"}, "none of both"), ({"time_field": "year"}, 'no column "year"')],
)
def test_an_own_layer_is_refused_before_anything_is_written(fields, said):
    intake = SimpleNamespace(frame=pd.DataFrame({"a": [1], "b": [2]}), name="lots.gpkg")
    given = LayerDeclaration(id="own_lots", title_zh="批次", publisher="甲", licence="x", **fields)
    with pytest.raises(BadInput) as fault:
        _refuse_invalid_declaration(intake, given, SimpleNamespace(layer=[], closed=frozenset()))  # type: ignore[arg-type]
    assert said in fault.value.text("en")
