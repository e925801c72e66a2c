"""Survey files, CASS points and pasted rows as they come, with right values; datums by their whole names.

The parcel is a rectangle of 100 m by 80 m in EPSG:4527; 7,999.194 m² is Karney's area on edges cut to a metre.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.crs.datum_names import datum_named
from geo.crs.degrees_text import packed_dms
from geo.crs.systems import describe
from geo.errors import BadInput, CrsError
from geo.measure.ellipsoid import area_m2
from geo.read.formats import read_sites, sites_from_text
from geo.read.survey.cass import is_cass
from tests.helpers import ROOT

CASES = ROOT / "tests" / "fixtures" / "cases"
PARCEL_M2 = 7999.194
HEAD = (
    "[属性描述]\n坐标系={datum}\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号={zone}\n精度=0.001\n"
    "[地块坐标]\n5,0.8,1,甲,面,,,,@\n"
)
POINTS = [(3093071, 39436035), (3093071, 39436135), (3093151, 39436135), (3093151, 39436035), (3093071, 39436035)]
CASS = (CASES / "cass.txt").read_text(encoding="utf-8")


def survey(datum: str = "2000国家大地坐标系", zone: int = 39, points: str | None = None) -> bytes:
    rows = points or "\n".join(f"J{n},1,{x}.000,{y}.000" for n, (x, y) in enumerate(POINTS, start=1))
    return (HEAD.format(datum=datum, zone=zone) + rows + "\n").encode()


def areas(content: bytes | Path, name: str = "a.txt", **how: object) -> list[float]:
    sites = read_sites(content, name, **how) if isinstance(content, bytes) else read_sites(content, **how)
    return area_m2(sites.frame).tolist()


@pytest.mark.parametrize(
    "datum",
    ["2000国家大地坐标系", "CGCS2000", "国家2000", "2000坐标系", "国家大地2000坐标系", "2000国家大地坐标系（CGCS2000）",
     "CGCS2000 / 3-degree Gauss-Kruger zone 39", "China Geodetic Coordinate System 2000", "EPSG:4527",
     "2000国家大地坐标系，1985国家高程基准", "２０００国家大地坐标系", "CGCS2000_3_Degree_GK_CM_117E", "2000"],
)  # fmt: skip
def test_the_national_system_by_its_usual_names(datum: str) -> None:
    assert areas(survey(datum)) == pytest.approx([PARCEL_M2], abs=1e-3)


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ("1980西安坐标系（2000年测量）", "xian80"),
        ("国家80坐标系", "xian80"),
        ("北京54（2000）", "beijing54"),
        ("南昌2000坐标系", "unknown"),
        ("抚州市2000独立坐标系", "unknown"),
        ("江西2000", "unknown"),
        ("CGCS2000（抚州独立）", "unknown"),
        ("2000独立坐标系", "unknown"),
        ("WGS84", "unknown"),
    ],
)
def test_a_year_in_the_name_decides_no_datum(datum: str, code: str) -> None:
    assert datum_named(datum) == code
    with pytest.raises(CrsError) as fault:
        read_sites(survey(datum), "a.txt")
    assert fault.value.key == f"geo.notice_txt_crs_{code}"


def test_the_case_of_xian_80_stops() -> None:
    with pytest.raises(CrsError) as fault:
        read_sites(CASES / "txt_xian80_2000.txt")
    assert fault.value.key == "geo.notice_txt_crs_xian80"


_CITY = (
    'PROJCS["X",GEOGCS["{base}",DATUM["{datum}",SPHEROID["{ellipsoid}",6378137,298.257222101]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000],'
    'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",117],PARAMETER["Scale_Factor",1],'
    'PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)


@pytest.mark.parametrize(
    ("base", "datum", "ellipsoid", "known"),
    [
        ("GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000", "CGCS2000", True),
        ("CGCS2000", "China_2000", "CGCS2000", True),
        ("GCS_unknown", "D_Unknown", "CGCS2000", True),
        ("GCS_Nanchang_2000", "D_Nanchang_2000", "CGCS2000", False),
        ("Fuzhou_CGCS2000_local", "D_Fuzhou", "CGCS2000", False),
        ("GCS_unknown", "D_Unknown", "GRS_1980", False),
    ],
)
def test_a_citys_own_datum_on_the_national_ellipsoid_is_another(base, datum, ellipsoid, known) -> None:  # type: ignore[no-untyped-def]
    wkt = _CITY.format(base=base, datum=datum, ellipsoid=ellipsoid)
    if known:
        assert describe(wkt).epsg == 4527
        return
    with pytest.raises(CrsError):
        describe(wkt)


def test_full_width_signs_are_read_and_said() -> None:
    sites = read_sites(CASES / "txt_fullwidth_brackets.txt")
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2], abs=1e-3)
    assert "txt_full_width" in {notice.code for notice in sites.notices}


@pytest.mark.parametrize("coding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "changes",
    [
        {"[": "【", "]": "】"}, {"[": "［", "]": "］"}, {"=": "＝"}, {"@": "＠"}, {",": "，"}, {"=": "："}, {"=": ":"},
        {"[": "[ ", "]": " ]"}, {str(n): chr(0xFF10 + n) for n in range(10)} | {"J": "Ｊ", ".": "．"},
    ],
    ids=["bold", "wide", "equals", "at", "comma", "wide-colon", "colon", "blanks", "digits"],
)  # fmt: skip
def test_signs_of_the_structure_in_any_width(changes: dict[str, str], coding: str) -> None:
    text = survey().decode()
    head, body = text.split("[地块坐标]")
    if "0" in changes:  # digits of points only: names keep theirs
        first, *rest = body.split("@\n")
        body = first + "@\n" + rest[0].translate(str.maketrans(changes))
    else:
        head, body = (part.translate(str.maketrans(changes)) for part in (head, body))
    mark = "[地块坐标]".translate(str.maketrans(changes))
    assert areas((head + mark + body).encode(coding)) == pytest.approx([PARCEL_M2], abs=1e-3)


def test_points_that_lost_their_digits_stop() -> None:
    cut = "\n".join(f"J{n},1,3.0930{n}E+06,3.94360E+07" for n in range(1, 5))
    with pytest.raises(BadInput) as fault:
        read_sites(survey(points=cut), "a.txt")
    assert fault.value.key == "geo.txt_rounded"
    assert fault.value.values["line"] == 10
    with pytest.raises(BadInput) as fault:
        sites_from_text("3.94361E+07 3.09307E+06\n3.94362E+07 3.09307E+06", "EPSG:4527")
    assert fault.value.key == "geo.txt_rounded"


def test_a_zone_that_the_numbers_contradict_stops_and_names_both() -> None:
    with pytest.raises(CrsError) as fault:
        read_sites(survey(zone=38), "a.txt")
    assert fault.value.key == "geo.notice_txt_crs_zone_contradicted"
    assert (fault.value.values["said"], fault.value.values["found"]) == (38, 39)


@pytest.mark.parametrize("name", ["a.dat", "a.txt", "a.csv", "a.xyz"])
def test_cass_points_are_east_and_north(name: str) -> None:
    sites = read_sites(CASS.encode(), name, crs="EPSG:4527")
    assert len(sites) == 4
    assert sites.frame["高程"].tolist() == ["45.1", "46.1", "47.1", "48.1"]
    (lon, lat), *_ = shapely.get_coordinates(sites.frame.geometry.to_numpy())
    assert (lon, lat) == pytest.approx((116.3500048, 27.9500013), abs=1e-7)
    assert areas(CASS.encode(), name, crs="EPSG:4527", columns={"shape": "polygon"}) == pytest.approx(
        [PARCEL_M2], abs=1e-3
    )


def test_cass_points_without_a_system_ask_for_one() -> None:
    for asked in (lambda: read_sites(CASS.encode(), "a.dat"), lambda: sites_from_text(CASS)):
        with pytest.raises(CrsError) as fault:
            asked()
        assert "EPSG:4527" in fault.value.text("en")


@pytest.mark.parametrize(
    "text",
    [
        CASS,
        CASS.replace(",,", ",K1,"),  # a code
        "\n".join(line.rsplit(",", 1)[0] for line in CASS.splitlines()),  # no height
        CASS.replace(".000,", ".000,").replace("1,,", "P1,,"),
        CASS.replace(",", "，"),
    ],
)
def test_cass_with_codes_names_and_without_heights(text: str) -> None:
    assert is_cass(text)
    sites = sites_from_text(text, "EPSG:4527", shape="polygon")
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2], abs=1e-3)


def test_north_before_east_is_recognised_and_said() -> None:
    swapped = "\n".join(f"{n},,{x},{y},45.1" for n, (x, y) in enumerate(POINTS[:4], start=1))
    sites = sites_from_text(swapped, "EPSG:4527", shape="polygon")
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2], abs=1e-3)
    assert "text_north_first" in {notice.code for notice in sites.notices}


@pytest.mark.parametrize(
    "text",
    ["116.35,27.95,45.1,3", "39436035.0,3093071.0,45.1,2", "1,39436035,3093071,45.1", "J1,1,3093071.000,45.1",
     "点号,编码,E,N,H\n1,,39436035,3093071,45"],
)  # fmt: skip
def test_what_only_looks_like_cass_is_not(text: str) -> None:
    assert not is_cass(text)


def _packed(degrees: float) -> str:
    whole = int(degrees)
    minutes = (degrees - whole) * 60
    seconds = (minutes - int(minutes)) * 60
    return f"{whole}.{int(minutes):02d}{int(seconds):02d}{round((seconds % 1) * 1e4):04d}"


def test_packed_degrees_are_suspected() -> None:
    lon, lat = 116.3523, 27.9541
    east, north, _ = Geod(a=6378137.0, rf=298.257222101).fwd(lon, lat, 45.0, 130.0)
    corners = [(lon, lat), (east, lat), (east, north), (lon, north), (lon, lat)]
    packed = [[_packed(x), _packed(y)] for x, y in corners]
    content = "\n".join(["经度,纬度", *(",".join(row) for row in packed)]).encode()
    for sites in (
        read_sites(content, "a.csv", crs="EPSG:4490"),
        sites_from_text("\n".join(" ".join(row) for row in packed)),
    ):
        assert "packed_dms" in {notice.code for notice in sites.notices}
    plain = "\n".join(["经度,纬度", *(f"{x:.7f},{y:.7f}" for x, y in corners)]).encode()
    assert "packed_dms" not in {notice.code for notice in read_sites(plain, "a.csv", crs="EPSG:4490").notices}


def test_decimal_degrees_are_seldom_taken_for_packed_ones() -> None:
    chance = np.random.default_rng(7)
    rows = [[f"{116 + chance.random():.7f}", f"{27 + chance.random():.7f}"] for _ in range(4)]
    suspected = sum(
        packed_dms([[f"{116 + chance.random():.7f}", f"{27 + chance.random():.7f}"] for _ in rows]) for _ in range(2000)
    )
    assert suspected <= 5  # 0.36 to the eighth power is 3e-4


def test_cass_points_in_gbk_keep_their_names() -> None:
    named = CASS.replace("1,,", "界址点,路灯,", 1)
    sites = read_sites(named.encode("gb18030"), "a.dat", crs="EPSG:4527")
    assert sites.frame.iloc[0][["点号", "编码"]].tolist() == ["界址点", "路灯"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_no_system_fits_none_is_named(lang: str) -> None:
    nothing = {"zh": "无，没有一个已知坐标系", "en": "none: no known system"}[lang]
    with pytest.raises(CrsError) as asked:
        read_sites(CASES / "csv_metres_nothing_fits.csv")
    assert nothing in asked.value.text(lang)
    assert "EPSG" not in asked.value.text(lang)
    with pytest.raises(BadInput) as refused:
        read_sites(CASES / "csv_metres_nothing_fits.csv", crs="EPSG:4527")
    assert refused.value.text(lang).count("EPSG:4527") == 1, "named as what was refused, not as what fits"
    assert nothing in refused.value.text(lang)


def test_the_system_that_was_refused_is_not_offered_again() -> None:
    rows = b"id,x,y\n1,436035,3093071\n2,436135,3093071\n"
    with pytest.raises(BadInput) as fault:
        read_sites(rows, "a.csv", crs="EPSG:4527")
    assert "EPSG:4527" not in {one.crs for one in fault.value.values["candidates"]}
    assert fault.value.values["candidates"], "zones without a prefix hold them"
