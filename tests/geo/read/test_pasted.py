"""Typed and pasted coordinates: every notation that people use, and what is asked or refused."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs.degrees_text import parse_number, parse_row
from geo.errors import BadInput, CrsError, RedlineError
from geo.read.formats import sites_from_text

LON, LAT = 116 + 20 / 60 + 30.5 / 3600, 28 + 10 / 60 + 11.2 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "116.3418055556, 28.1697777778", "28.1697777778 116.3418055556", "116.3418055556；28.1697777778",
        "东经116°20′30.5″，北纬28°10′11.2″", "北纬28度10分11.2秒 东经116度20分30.5秒", "28°10'11.2''N 116°20'30.5''E",
        "N28°10'11.2\" E116°20'30.5\"", "116d20m30.5s 28d10m11.2s", "116-20-30.5, 28-10-11.2", "116:20:30.5 28:10:11.2",
        "116 20 30.5 28 10 11.2", "经度：116.3418055556 纬度：28.1697777778", "1、116.3418055556，28.1697777778",
        "J1 116.3418055556 28.1697777778", "点1：116.3418055556，28.1697777778", "116.3418055556,28.1697777778,55.2",
        "(116.3418055556, 28.1697777778)", "１１６．３４１８０５５５５６，２８．１６９７７７７７７８",
        "28.1697777778N116.3418055556E",
    ],
)  # fmt: skip
def test_one_point_in_every_notation(text: str) -> None:
    sites = sites_from_text(text)
    assert shapely.get_coordinates(sites.frame.geometry[0])[0] == pytest.approx([LON, LAT], abs=1e-9)
    assert sites.crs[0].evidence == ("typed_degrees",)


@pytest.mark.parametrize(
    "text", ["3000000.5, 39400000.25", "39400000.25 3000000.5", "J1,1,3000000.5,39400000.25", "1 3000000.5 39400000.25"]
)
def test_metres_in_either_order(text: str) -> None:
    with pytest.raises(CrsError) as fault:
        sites_from_text(text)
    assert fault.value.key == "geo.text_crs_missing"
    assert [candidate.crs for candidate in fault.value.values["candidates"]] == ["EPSG:4527"]  # type: ignore[union-attr]
    point = sites_from_text(text, "EPSG:4527").frame.to_crs(4527).geometry[0]
    assert (point.x, point.y) == pytest.approx((39_400_000.25, 3_000_000.5), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "geo.text_empty"),
        ("你好", "geo.text_bad_row"),
        ("116.3", "geo.text_bad_row"),
        ("116°61′0″ 28°0′0″", "geo.text_bad_row"),
        ("116.3, 28.1\n116.4, 北", "geo.text_bad_row"),
        ("116.3E 28.1N\n28.1N 116.3E", "geo.text_axes_mixed"),
        ("POLYGON ((116 27, 117 27", "geo.bad_geometry"),
    ],
)
def test_what_cannot_be_read_names_the_row(text: str, key: str) -> None:
    with pytest.raises(BadInput) as fault:
        sites_from_text(text)
    assert fault.value.key == key
    if "\n" in text and key == "geo.text_bad_row":
        assert "第 2 行" in fault.value.text("zh")


def test_rows_become_a_shape_and_it_is_said() -> None:
    three = "116.1,27.1\n116.2,27.1\n116.2,27.2"
    sites = sites_from_text(three)
    assert sites.frame.geom_type.tolist() == ["Polygon"]
    assert [notice.code for notice in sites.notices] == ["text_as_polygon"]
    assert sites_from_text(three, shape="points").frame.geom_type.tolist() == ["Point"] * 3
    assert sites_from_text(three, shape="line").frame.geom_type.tolist() == ["LineString"]
    assert len(sites_from_text(f"{three}\n\n{three}")) == 2


def test_the_users_system_wins_over_the_default() -> None:
    assert sites_from_text("116.1,27.1", "GCJ-02").crs[0].family == "gcj02"
    assert sites_from_text("27.1,116.1", swap=True).frame.geometry[0].equals(shapely.Point(116.1, 27.1))
    with pytest.raises(BadInput):
        sites_from_text("27.1,116.1", swap=False)


@given(st.floats(0, 180), st.sampled_from(["°{m:02d}′{s:08.5f}″", "度{m}分{s:.5f}秒", "d{m}m{s:.5f}s"]))
@settings(max_examples=200, deadline=None)
def test_degrees_survive_being_written(value: float, form: str) -> None:
    units = round(value * 3600 * 1e5)
    degrees, rest = divmod(units, 3600 * 10**5)
    minutes, seconds = divmod(rest, 60 * 10**5)
    found = parse_number(f"{degrees}" + form.format(m=minutes, s=seconds / 1e5))
    assert found is not None
    assert found.value == pytest.approx(value, abs=1.5e-9 * 10)


@given(st.text(alphabet="0123456789.°′″'\"NSEW东经北纬度分秒,;: -+eEJ()\n{[POLYGON", max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_sites_or_one_sentence(text: str) -> None:
    parse_row(text.split("\n", maxsplit=1)[0])
    fault = None
    try:
        sites_from_text(text)
    except RedlineError as said:
        fault = said
    assert fault is None or (fault.text("zh") and fault.text("en"))
