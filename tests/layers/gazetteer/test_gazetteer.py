"""Names and codes: checked by hand against the gazettes of boundary changes, the plans and the national code lists."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import BadInput, DataFault
from layers.gazetteer.gazetteer import Gazetteer, join
from tests.helpers import ROOT

DATA = ROOT / "data"


@pytest.fixture(scope="module")
def names() -> Gazetteer:
    return Gazetteer.from_data(DATA)


@pytest.mark.parametrize(
    ("asked", "status", "adcode"),
    [
        ("临川区", "matched", "361002"),
        ("临川", "matched", "361002"),
        ("江西省抚州市临川区", "matched", "361002"),
        ("抚州临川", "matched", "361002"),
        (" 临 川 区 ", "matched", "361002"),
        ("Linchuan District", "matched", "361002"),
        ("ji’an county", "matched", "360821"),
        ("361002", "matched", "361002"),
        (361002, "matched", "361002"),
        ("３６１００２", "matched", "361002"),
        ("361002.0", "matched", "361002"),
        ("361002000000", "matched", "361002"),
        ("361002118", "matched", "361002"),
        ("抚州市", "matched", "361000"),
        ("抚州", "matched", "361000"),
        ("江西", "matched", "360000"),
        ("扬州", "matched", "321000"),
        ("井冈山市", "matched", "360881"),
        ("庐山市", "matched", "360483"),
        ("吉安县", "matched", "360821"),
        ("上饶市广信区", "matched", "361104"),
        # changed by 国函 of 2013 to 2020
        ("东乡县", "renamed", "361003"),
        ("上饶县", "renamed", "361104"),
        ("上饶地区波阳县", "renamed", "361128"),
        ("星子县", "renamed", "360483"),
        ("星子", "renamed", "360483"),
        ("南康市", "renamed", "360703"),
        ("九江县", "renamed", "360404"),
        ("赣县", "renamed", "360704"),
        ("新建县", "renamed", "360112"),
        ("广丰县", "renamed", "361103"),
        ("龙南县", "renamed", "360783"),
        ("湾里区", "renamed", "360112"),
        ("湾里", "renamed", "360112"),
        ("庐山区", "renamed", "360402"),
        ("维扬区", "renamed", "321003"),
        ("江都市", "renamed", "321012"),
        ("宁冈县", "renamed", "360881"),
        # codes before the prefectures became cities, and of merged districts
        ("362500", "renamed", "361000"),
        ("362400", "renamed", "360800"),
        ("362531", "renamed", "361003"),
        ("361029", "renamed", "361003"),
        (360105, "renamed", "360112"),
        ("362432", "renamed", "360881"),
        ("321088", "renamed", "321012"),
        # functional zones
        ("抚州高新区", "matched", "361002"),
        ("吉安高新区", "matched", "360821"),
        ("井冈山经开区", "matched", "360821"),
        ("吉安市井冈山经济技术开发区", "matched", "360821"),
        ("蜀冈—瘦西湖", "matched", "321003"),
        ("蜀冈-瘦西湖风景名胜区", "matched", "321003"),
        ("临川经开区", "matched", "361002"),
        ("泰和县高新产业园区", "matched", "360826"),
    ],
)
def test_one_territory(names: Gazetteer, asked: str | int, status: str, adcode: str) -> None:
    match = names.lookup(asked)
    assert (match.status, match.adcode) == (status, adcode), match.evidence


@pytest.mark.parametrize(
    ("asked", "meanings"),
    [
        ("南昌", {"360100", "360121"}),
        ("九江", {"360400", "360404"}),
        ("上饶", {"361100", "361104"}),
        ("吉安", {"360800", "360821"}),
        ("江西吉安", {"360800", "360821"}),
        ("庐山", {"360483", "360402"}),
        ("郊区", {"321003", "360111"}),
        ("anyuan", {"360302", "360726"}),
        ("362401", {"360802", "360803"}),
        ("362302", {"360602", "361181"}),
    ],
)
def test_ambiguity_is_stated(names: Gazetteer, asked: str, meanings: set[str]) -> None:
    match = names.lookup(asked)
    assert match.status == "ambiguous"
    assert match.adcode is None
    assert set(match.adcodes) == meanings
    assert all(name in match.evidence.zh for name in match.names)


@pytest.mark.parametrize(
    ("asked", "within", "adcode"),
    [
        ("吉安", "吉安市", "360821"),
        ("吉安", "360800", "360821"),
        ("南昌", "南昌市", "360121"),
        ("九江", "360400", "360404"),
        ("吉安市", "360800", "360800"),
        ("郊区", "扬州市", "321003"),
        ("anyuan", "赣州市", "360726"),
        ("临川区", "江西省", "361002"),
    ],
)
def test_within_settles_it(names: Gazetteer, asked: str, within: str, adcode: str) -> None:
    assert names.lookup(asked, within=within).adcode == adcode


def test_within_shuts_out(names: Gazetteer) -> None:
    assert names.lookup("临川区", within="吉安市").status == "unmatched"
    with pytest.raises(BadInput) as raised:
        names.lookup("临川区", within="吉安")
    assert "吉安" in str(raised.value)


def test_zones_lie_in_their_counties(names: Gazetteer) -> None:
    assert names.lookup("东临新区").adcodes == ("361002", "361003")
    assert names.lookup("东临新区").adcode is None
    assert set(names.lookup("赣江新区").adcodes) == {"360112", "360425", "360482"}
    assert "360881" not in names.lookup("井冈山经开区").adcodes
    assert names.lookup("开发区").status == "unmatched"
    assert "国函〔2016〕96号" in names.lookup("江西赣江新区").evidence.zh
    assert "国函〔2016〕96号" in names.lookup("南昌市赣江新区").evidence.zh


def test_corrections_hold_in_their_document_only(names: Gazetteer) -> None:
    for printed, meant in {"福州市": "361000", "玉都县": "360731", "静安县": "360925"}.items():
        corrected = names.lookup(printed, document="003")
        assert (corrected.status, corrected.adcode) == ("corrected", meant)
        assert printed in corrected.evidence.en
        for document in (None, "000", "002"):
            elsewhere = names.lookup(printed, document=document)
            assert (elsewhere.status, elsewhere.adcodes) == ("unmatched", ())
            assert "江西方案" in elsewhere.evidence.zh
    assert names.lookup("抚州市", document="003").status == "matched"
    river = names.lookup("涪江", document="003")
    assert (river.status, river.adcodes) == ("unmatched", ())
    assert "抚河" in river.evidence.zh


def test_corrections_of_a_clause_hold_there_only() -> None:
    names = Gazetteer.from_data(DATA)
    rows = pd.read_csv(DATA / "plans" / "corrections.csv", dtype=str, keep_default_na=False)
    rows = pd.concat([rows.head(1).assign(document="002", clause="1/1", as_printed="金奚县", correct="金溪县",
                                          adcode="361027", confidence="high", scope="clause")])  # fmt: skip
    units = gpd.read_file(DATA / "boundaries" / "county.fgb", ignore_geometry=True).fillna("")
    empty = pd.DataFrame(columns=["adcode9", "name_zh", "listed_under", "adcode"], dtype=str)
    places = pd.read_csv(DATA / "gazetteer" / "places.csv", dtype=str, keep_default_na=False)
    zones = pd.read_csv(DATA / "gazetteer" / "zones.csv", dtype=str, keep_default_na=False)
    mine = Gazetteer(units, empty, places, zones, rows)
    assert mine.lookup("金奚县", document="002", clause="1/1").adcode == "361027"
    assert mine.lookup("金奚县", document="002", clause="1/2").status == "unmatched"
    assert names.lookup("金奚县").status == "unmatched"


def test_every_unit_is_found_by_name_code_and_path(names: Gazetteer) -> None:
    units = pd.concat(
        [gpd.read_file(DATA / "boundaries" / f"{level}.fgb", ignore_geometry=True)
         for level in ("county", "prefecture", "province")]
    )  # fmt: skip
    for column in ("adcode", "name_zh", "name_en"):
        found = names.look_up_all(units[column])
        assert (found["adcodes"] == units["adcode"]).all(), column
        assert (found["status"] == "matched").all(), column
    counties = units[units["level"] == "county"]
    paths = counties["province_zh"] + counties["prefecture_zh"] + counties["name_zh"]
    assert (names.look_up_all(paths)["adcodes"] == counties["adcode"]).all()


def test_every_zone_lies_in_counties_of_ours() -> None:
    zones = pd.read_csv(DATA / "gazetteer" / "zones.csv", dtype=str, keep_default_na=False)
    counties = set(gpd.read_file(DATA / "boundaries" / "county.fgb", ignore_geometry=True)["adcode"])
    assert set(zones["adcodes"].str.split(";").explode()) <= counties
    assert (zones["source"] != "").all()
    assert zones["confidence"].isin(["high", "medium", "low"]).all()
    assert not zones["zone_id"].duplicated().any()


def test_join_loses_no_row(names: Gazetteer) -> None:
    keys = ["临川区", "东乡县", "吉安", "抚州高新区", "东临新区", "抚州市", "玉都县", "", None, "临川", "福州市"]
    table = pd.DataFrame({"地区": keys, "值": range(len(keys))}, index=[f"r{i}" for i in range(len(keys))])
    report = join(table, "地区", names, document="003")
    assert list(report.frame.index) == list(table.index)
    pd.testing.assert_frame_equal(report.frame[["地区", "值"]], table)
    assert report.matched == ["r0", "r3", "r9"]
    assert report.renamed == ["r1"]
    assert report.corrected == ["r6"]
    assert report.ambiguous == ["r2", "r4"]
    assert report.unmatched == ["r5", "r7", "r8", "r10"]
    assert report.counts().sum() == len(table)
    assert report.doubled == ["r0", "r3", "r9"]
    assert report.frame.loc["r5", "join_how"] == "other_level"
    assert report.frame.loc["r4", "join_how"] == "several_counties"
    assert report.frame.loc[report.ambiguous + report.unmatched, "unit_adcode"].eq("").all()
    assert len(report.absent) == 106 - 3
    told = report.reasons("en").set_index("key")
    assert "Fuzhou City 361000" in told.loc["抚州市", "why"]
    assert told.loc["", "rows"] == 2
    assert "11" in report.sentence()


def test_join_by_codes_read_as_numbers(names: Gazetteer) -> None:
    table = pd.DataFrame({"code": [361002.0, 361029.0, None]})
    report = join(table, "code", names)
    assert list(report.frame["unit_adcode"]) == ["361002", "361003", ""]
    assert list(report.frame["join_status"]) == ["matched", "renamed", "unmatched"]


def test_join_by_prefecture(names: Gazetteer) -> None:
    table = pd.DataFrame({"市": ["抚州市", "362400", "临川区"]})
    report = join(table, "市", names, level="prefecture", within="江西省")
    assert list(report.frame["unit_name"]) == ["抚州市", "吉安市", ""]
    assert len(report.absent) == 11 - 2


def test_join_of_the_thirteen_of_jian(names: Gazetteer) -> None:
    short = ["吉州", "青原", "井冈山", "吉安", "新干", "永丰", "峡江", "吉水", "泰和", "万安", "遂川", "安福", "永新"]
    report = join(pd.DataFrame({"县": short}), "县", names, within="吉安市")
    assert report.counts()["matched"] == 13
    assert report.absent == ()


def test_join_refuses_in_one_sentence(names: Gazetteer) -> None:
    with pytest.raises(BadInput, match="地名"):
        join(pd.DataFrame({"a": []}), "地名", names)
    with pytest.raises(BadInput, match="unit_name"):
        join(pd.DataFrame({"a": ["临川区"], "unit_name": ["x"]}), "a", names)
    assert join(pd.DataFrame({"a": pd.Series([], dtype=str)}), "a", names).counts().sum() == 0


def test_plan_tables_join_to_their_own_codes(names: Gazetteer) -> None:
    facts = pd.read_csv(DATA / "plans" / "county_facts.csv", dtype=str, keep_default_na=False)
    counties = facts[facts["level"] == "county"].reset_index(drop=True)
    report = join(counties, "region", names)
    assert report.counts()["matched"] == len(counties)
    assert (report.frame["unit_adcode"] == counties["adcode"]).all()


def test_search(names: Gazetteer) -> None:
    assert [place.adcode for place in names.search("临川", 1)] == ["361002"]
    assert names.search("东乡县", 1)[0].name_zh == "东乡区"
    assert names.search("shugang", 1)[0].kind == "zone"
    town = next(place for place in names.search("抚北镇", 3) if place.name_zh == "抚北镇")
    assert (town.adcode, town.within_zh) == ("361002", "临川区")
    known_by_county = next(place for place in names.search("龙湖镇", 9) if place.adcode == "361021")
    assert (known_by_county.lon, known_by_county.accuracy_m) == (None, None)
    for hostile in (".*", "[", "(?", "", "   ", ";", "\\", "a" * 10_000):
        assert names.search(hostile, 5) == []
    assert len(names.search("镇", 7)) == 7
    assert names.search("镇", 0) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFault, match=r"county\.fgb"):
        Gazetteer.from_data(tmp_path)
