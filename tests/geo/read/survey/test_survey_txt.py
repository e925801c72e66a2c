"""勘测定界 TXT: every fault that real files show is named, and the right reading follows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import BadInput, CrsError
from geo.measure.ellipsoid import area_m2
from geo.read.formats import read_sites, sites_from_text
from geo.read.survey.survey_txt import is_survey_txt, read_survey_txt
from snapshot.vector.survey_txt import write_survey_txt
from tests.geo.read.test_formats import refused
from words import t

HEADER = {
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "39",
    "精度": "0.001",
    "转换参数": "",
}
SQUARE = [
    (3_000_000.0, 39_400_000.0),
    (3_000_100.0, 39_400_000.0),
    (3_000_100.0, 39_400_100.0),
    (3_000_000.0, 39_400_100.0),
]
"""North, east: a hectare in zone 39."""


def text_of(points=SQUARE, parcel="5,1.0000,D1,地块一,面,,工业,0601,@", closed=True, **header: str | None) -> str:
    lines = ["[属性描述]", *[f"{k}={v}" for k, v in (HEADER | header).items() if v is not None], "[地块坐标]", parcel]
    ring = [*points, points[0]] if closed else list(points)
    lines += [f"J{n % len(points) + 1},1,{x:.3f},{y:.3f}" for n, (x, y) in enumerate(ring)]
    return "\r\n".join(lines)


def codes(text: str, name: str = "a.txt") -> list[str]:
    return [notice.code for notice in read_survey_txt(text.encode(), name).diagnoses]


def test_a_plain_file_has_nothing_to_say() -> None:
    read = read_survey_txt(text_of().encode(), "a.txt")
    assert read.diagnoses == ()
    assert read.crs is not None
    assert read.crs.to_epsg() == 4527
    assert read.frame[["地块编号", "地块名称", "用途", "地类编码"]].to_numpy().tolist() == [
        ["D1", "地块一", "工业", "0601"]
    ]
    assert read.declared_area_m2.tolist() == [10_000]
    sites = read_sites(text_of().encode(), "a.txt")
    assert sites.frame["site_id"].tolist() == ["D1"]
    assert sites.crs[0].evidence == ("txt",)
    assert area_m2(sites.frame)[0] == pytest.approx(10_000, rel=3e-4)


NO_PREFIX = [(x, y - 39e6) for x, y in SQUARE]
SWAPPED = [(y, x) for x, y in SQUARE]
SIX = [(x, y - 39e6 + 20e6) for x, y in SQUARE]
OTHER = [(x, y - 1e6) for x, y in SQUARE]

NOTICES = {
    "txt_extra_keys": (text_of(数据产生单位="测绘队", 数据产生日期="2026-05-01"), 4527),
    "txt_unknown_keys": (text_of(备注="无"), 4527),
    "txt_precision_digits": (text_of(精度="3"), 4527),
    "txt_precision_coarse": (text_of(精度="0.01"), 4527),
    "txt_precision_unreadable": (text_of(精度="厘米级"), 4527),
    "txt_shift_commas": (text_of(转换参数=",,,,,,"), 4527),
    "txt_shift_zeros": (text_of(转换参数="0,0,0,0,0,0,0"), 4527),
    "txt_area_unit": (text_of(parcel="5,1.0000公顷,D1,地块一,面,,,,@"), 4527),
    "txt_area_unreadable": (text_of(parcel="5,约一公顷,D1,地块一,面,,,,@"), 4527),
    "txt_area_mismatch": (text_of(parcel="5,1.2000,D1,地块一,面,,,,@"), 4527),
    "txt_more_fields": (text_of(parcel="5,1.0000,D1,地块一,面,,,0601,是,2026,甲,乙,@"), 4527),
    "txt_point_count": (text_of(parcel="7,1.0000,D1,地块一,面,,,,@"), 4527),
    "txt_open_rings": (text_of(closed=False), 4527),
    "txt_no_j": (text_of().replace("\nJ", "\n"), 4527),
    "txt_zone_from_prefix": (text_of(带号=""), 4527),
    "txt_no_prefix": (text_of(NO_PREFIX), 4548),
    "txt_zone_is_meridian": (text_of(带号="117"), 4527),
    "txt_axes_swapped": (text_of(SWAPPED), 4527),
}


@pytest.mark.parametrize("code", NOTICES)
def test_each_fault_is_named_and_the_file_is_read(code: str) -> None:
    text, epsg = NOTICES[code]
    assert code in codes(text)
    sites = read_sites(text.encode(), "a.txt")
    assert code in [notice.code for notice in sites.notices]
    assert sites.crs[0].epsg == epsg
    notice = next(notice for notice in sites.notices if notice.code == code)
    assert "a.txt" in notice.text("zh")
    assert "a.txt" in notice.text("en")
    assert shapely.get_coordinates(sites.frame.geometry[0])[0] == pytest.approx([115.99, 27.1], abs=0.02)


FATAL = {
    "txt_crs_xian80": (text_of(坐标系="1980西安坐标系"), "EPSG:4527"),
    "txt_crs_beijing54": (text_of(坐标系="1954北京坐标系"), "EPSG:4527"),
    "txt_crs_unknown": (text_of(坐标系="某市独立坐标系"), "EPSG:4527"),
    "txt_crs_datum_missing": (text_of(坐标系=None), "EPSG:4527"),
    "txt_crs_zone_missing": (text_of(NO_PREFIX, 带号=""), "EPSG:4548"),
    "txt_crs_zone_contradicted": (text_of(OTHER), "EPSG:4526"),
    "txt_crs_width_contradicted": (text_of(SIX, 带号="20"), "EPSG:4498"),
    "txt_crs_zone_impossible": (text_of(NO_PREFIX, 带号="50"), "EPSG:4548"),
    "txt_crs_projection": (text_of(投影类型="UTM"), "EPSG:4527"),
    "txt_crs_unit": (text_of(计量单位="英尺"), "EPSG:4527"),
    "txt_crs_shifted": (text_of(转换参数="12.5,-3.1,0,0,0,0,1"), "EPSG:4527"),
}


@pytest.mark.parametrize("code", FATAL)
def test_what_cannot_be_settled_stops_with_a_question_and_a_way_on(code: str) -> None:
    text, answer = FATAL[code]
    fault = refused(text.encode(), "a.txt", f"geo.notice_{code}")
    assert isinstance(fault, CrsError)
    assert code in [notice.code for notice in fault.values["diagnoses"] if notice.fatal]  # type: ignore[union-attr]
    assert answer in [candidate.crs for candidate in fault.values["candidates"]]  # type: ignore[union-attr]
    sites = read_sites(text.encode(), "a.txt", crs=answer)
    assert sites.crs[0].evidence[0] == "user"
    assert code in [notice.code for notice in sites.notices]  # what was overruled stays visible


def test_prefixes_that_differ_within_a_file_are_refused() -> None:
    mixed = [*SQUARE[:3], (3_000_000.0, 400_100.0)]
    refused(text_of(mixed).encode(), "a.txt", "geo.notice_txt_crs_zone_mixed")


def test_gbk_and_utf16_and_a_byte_order_mark() -> None:
    for coding in ("gb18030", "utf-16", "utf-8-sig"):
        content = text_of().encode(coding)
        assert is_survey_txt(content)
        read = read_survey_txt(content, "a.txt")
        assert read.frame["地块名称"].tolist() == ["地块一"]
        assert [notice.code for notice in read.diagnoses] == (["txt_gbk"] if coding == "gb18030" else [])


@pytest.mark.parametrize(
    ("area", "square_metres"),
    [("1.0000", 10_000), ("1.0公顷", 10_000), ("10000平方米", 10_000), ("10000㎡", 10_000), ("15亩", 10_000),
     ("10000.0", 10_000), ("0.7655公顷", 7655), ("", None)],
)  # fmt: skip
def test_declared_areas(area: str, square_metres: float | None) -> None:
    read = read_survey_txt(text_of(parcel=f"5,{area},D1,,面,,,,@").encode(), "a.txt")
    if square_metres is None:
        assert np.isnan(read.declared_area_m2[0])
    else:
        assert read.declared_area_m2[0] == pytest.approx(square_metres)


def test_holes_go_by_containment_not_by_ring_number() -> None:
    """The hole comes first and under number 1; an island in it is land again."""
    rings = {1: (20, 20, 80, 80), 2: (0, 0, 100, 100), 3: (40, 40, 60, 60), 4: (200, 0, 210, 10)}
    lines = [*text_of().split("\r\n")[:9], "20,,D1,,面,,,,@"]
    for number, (south, west, north, east) in rings.items():
        corners = [(south, west), (north, west), (north, east), (south, east), (south, west)]
        lines += [f"J1,{number},{3_000_000 + x},{39_400_000 + y}" for x, y in corners]
    read = read_survey_txt("\n".join(lines).encode(), "a.txt")
    assert read.frame.geometry[0].area == pytest.approx(10_000 - 3600 + 400 + 100)
    assert "txt_holes" in [notice.code for notice in read.diagnoses]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[地块坐标]\r\n", "geo.txt_no_parcels"),
        (text_of() + "\r\n这一行不是界址点", "geo.txt_bad_line"),
        (text_of() + "\r\nJ9,1,abc,39400000", "geo.txt_bad_line"),
        (text_of(SQUARE[:2]), "geo.too_few_in_ring"),
        (text_of(SQUARE[:2] + SQUARE[2:][::-1]), "geo.self_crossing"),
    ],
)
def test_what_is_no_parcel_is_refused_with_the_line(text: str, key: str) -> None:
    refused(text.encode(), "a.txt", key)


def test_every_diagnosis_has_both_languages() -> None:
    for code in [*NOTICES, *FATAL, "txt_gbk", "txt_holes", "txt_no_header", "txt_in_degrees", "txt_crs_zone_mixed"]:
        values = dict.fromkeys(
            ("name", "keys", "count", "said", "found", "row", "zone", "width", "metres", "unit", "likely"), "1"
        )
        assert t(f"geo.notice_{code}", "zh", **values) != t(f"geo.notice_{code}", "en", **values)


def test_written_and_read_again() -> None:
    frame = gpd.GeoDataFrame(
        {"site_id": ["甲,乙@", "丙"], "地块名称": ["一", "二"], "declared_area_m2": [np.nan, 1234.0]},
        geometry=[
            shapely.box(116, 27, 116.01, 27.01) - shapely.box(116.002, 27.002, 116.004, 27.004),
            shapely.MultiPolygon([shapely.box(116.02, 27, 116.021, 27.001), shapely.box(116.03, 27, 116.031, 27.001)]),
        ],
        crs=4490,
    )
    content = write_survey_txt(frame, agency="测绘院", date="2026-11-20")
    read = read_survey_txt(content, "a.txt")
    assert not read.fatal
    assert {notice.code for notice in read.diagnoses} <= {
        "txt_extra_keys",
        "txt_shift_commas",
        "txt_holes",
        "txt_area_mismatch",
        "txt_gbk",
    }
    sites = read_sites(content, "a.txt")
    perimeters = [3 * 2 * 1100 + 1000, 2 * 4 * 111]
    for found, wanted, rim in zip(area_m2(sites.frame), area_m2(frame), perimeters, strict=True):
        assert abs(found - wanted) <= rim * (0.0005 + 0.001)  # half a millimetre of writing, a millimetre of chords
    assert sites.frame["declared_area_m2"][1] == 1234
    assert sites.frame["地块名称"].tolist() == ["一", "二"]
    again = write_survey_txt(sites.frame, agency="测绘院", date="2026-11-20")
    assert write_survey_txt(read_sites(again, "a.txt").frame, agency="测绘院", date="2026-11-20") == again


def test_pasted() -> None:
    assert sites_from_text(text_of()).frame["site_id"].tolist() == ["D1"]
    with pytest.raises(BadInput) as fault:
        sites_from_text(text_of(NO_PREFIX, 带号=""))
    assert fault.value.key == "geo.notice_txt_crs_zone_missing"
    assert len(sites_from_text(text_of(NO_PREFIX, 带号=""), "EPSG:4548")) == 1
