"""The plan tables as shipped, and the validator against tables broken on purpose."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import DataFault
from layers.plans.clauses import clause_text
from layers.plans.schema import TABLES
from layers.plans.tables import PLANS_FOLDER, read_table, validate_folder

BOUNDARIES = PLANS_FOLDER.parent / "boundaries"
OURS = ("36", "321")
METRES = "EPSG:4547"
"""CGCS2000 Gauss-Krüger 114°E: metres good to some per mille in all of Jiangxi, an oracle apart from our geodesics."""


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES / "county.fgb")


def claimed(counties: gpd.GeoDataFrame, code: str) -> shapely.Geometry:
    """The territory of a county, prefecture or province code, by union of counties."""
    column = "adcode" if not code.endswith("00") else "prefecture_adcode"
    column = "province_adcode" if code.endswith("0000") else column
    return counties.loc[counties[column] == code].geometry.union_all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the plan tables to break."""
    copy = tmp_path / "plans"
    shutil.copytree(PLANS_FOLDER, copy)
    return copy


def spoil(folder: Path, table: str, change: Callable[[list[dict[str, str]]], int]) -> int:
    """Rewrite a table after `change`, which returns the spoilt row (from 0); return its line in the file."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TABLES[table].names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return row + 2


def test_the_shipped_tables_are_sound() -> None:
    assert [fault.text("en") for fault in validate_folder()] == []


def test_table_2_1_is_whole_and_adds_up() -> None:
    rows = read_table("indicators").query("id.str.startswith('000-t2-1-')", engine="python")
    assert rows["series"].nunique() == 35
    assert (rows.groupby("series")["cell"].agg(set) == {"base", "target", "change"}).all()
    cells = rows.pivot_table(index="series", columns="cell", values="value")
    both = cells.dropna()
    steps = (both["target"] - both["base"]).abs()
    odd = steps[(steps - both["change"]).abs() > 1e-9].index.tolist()
    assert odd == ["000-t2-1-22"]
    assert len(both) == 12


@pytest.mark.parametrize(
    ("row", "text", "flag"),
    [
        ("000-t2-1-13-3change", "[0.4]", ""),
        ("000-t2-1-09-1base", "[-2.16]", "sign_unclear"),
        ("000-t2-1-14-2target", "96", "target_below_base"),
        ("000-t2-1-15-2target", "69.23", "target_below_base"),
        ("000-t2-1-18-1base", "7495", "differs_from_text"),
        ("000-t2-1-20-1base", "27.12", ""),
        ("000-t2-1-22-2target", "≥93", ""),
        ("000-t2-1-22-3change", "[3]", "change_disagrees"),
        ("000-t2-1-07-1base", "—", "not_printed"),
        ("000-t2-1-33-2target", "2-3", ""),
    ],
)
def test_values_stand_as_printed(row: str, text: str, flag: str) -> None:
    found = read_table("indicators").set_index("id").loc[row]
    assert (found["value_text"], found["flag"]) == (text, flag)


def test_brackets_in_the_base_column_are_sums_of_2016_to_2020() -> None:
    rows = read_table("indicators")
    bases = rows[(rows["cell"] == "base") & rows["value_text"].str.startswith("[")]
    assert set(bases["series"]) == {f"000-t2-1-{number}" for number in ("08", "09", "10", "12")}
    assert (bases["kind"] == "cumulative").all()
    assert (bases["year_from"] == 2016).all()


def test_the_published_limits_are_there() -> None:
    limits = read_table("limits")
    redlines = limits[limits["topic"] == "redline"].dropna(subset="value")
    assert dict(zip(redlines["adcode"], redlines["value"], strict=True)) == {
        "361000": 27.12,
        "360800": 673.0,
        "360000": 4.12,
        "321000": 1172.77,
    }
    assert redlines.set_index("adcode").loc["321000", "flag"] == "combined"


def test_every_place_stands_in_a_county_it_claims_or_within_its_accuracy(counties: gpd.GeoDataFrame) -> None:
    for table in ("projects", "protected_sites", "waters"):
        rows = read_table(table).dropna(subset=["lon", "lat"])
        points = gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), index=rows.index, crs=4490).to_crs(METRES)
        assert len(points) > 0
        for row, point in points.items():
            codes = [code for code in rows.loc[row, "adcodes"].split(";") if code.startswith(OURS)]
            homes = gpd.GeoSeries([claimed(counties, code) for code in codes], crs=4490).to_crs(METRES)
            assert homes.distance(point).min() <= 1.02 * rows.loc[row, "accuracy_m"], rows.loc[row, "id"]


def test_routes_pass_through_every_county_they_claim(counties: gpd.GeoDataFrame) -> None:
    projects, waypoints = read_table("projects"), read_table("routes")
    routed = projects[projects["location_basis"] == "route"]
    assert len(routed) >= 10
    for _, project in routed.iterrows():
        mine = waypoints[waypoints["project_id"] == project["id"]]
        lines = [
            shapely.LineString(part.sort_values("seq")[["lon", "lat"]].to_numpy())
            for _, part in mine.groupby("part")
            if len(part) > 1
        ]
        for code in project["adcodes"].split(";"):
            assert any(claimed(counties, code).intersects(line) for line in lines), (project["id"], code)


def test_what_is_known_by_county_has_no_coordinates() -> None:
    projects = read_table("projects")
    vague = projects["location_basis"].isin(["county", "prefecture", "route"])
    assert projects.loc[vague, ["lon", "lat"]].isna().all(axis=None)
    assert vague.sum() > 100


def test_no_two_projects_share_a_point_unless_they_share_the_town() -> None:
    projects = read_table("projects").dropna(subset="lon")
    shared = projects[projects.duplicated(["lon", "lat"], keep=False)]
    assert (shared["location_basis"] == "town").all()


@pytest.mark.parametrize(
    ("place", "adcode"),
    [
        ("001-f035", "360821"),  # 井冈山经开区 is not in 井冈山市
        ("001-f032", "360821"),  # 吉安高新区
        ("003-f031", "361000"),  # 福州市 of document 003 is 抚州市
        ("003-f006", "360731"),  # 玉都县 is 于都县
        ("003-f008", "360925"),  # 静安县 is 靖安县
    ],
)
def test_known_traps_resolve(place: str, adcode: str) -> None:
    assert read_table("county_facts").set_index("id").loc[place, "adcode"] == adcode


def test_other_known_traps() -> None:
    sites = read_table("protected_sites").set_index("id")
    waters = read_table("waters").set_index("id")
    assert sites.loc["001-jizhouyao", "adcodes"] == "360821"
    assert set(waters.loc["wujiang", "adcodes"].split(";")) <= {"360825", "360822", "361025"}
    assert {"洪门湖", "醉仙湖"} <= set(waters.loc["hongmen", "aliases"].split(";"))


def test_waters_with_a_shape_meet_the_counties_they_claim(counties: gpd.GeoDataFrame) -> None:
    waters = read_table("waters").query("geometry != ''")
    assert len(waters) >= 25
    files = {
        path.stem: gpd.read_file(path).set_index("water_id") for path in (PLANS_FOLDER.parent / "water").glob("*.fgb")
    }
    for _, water in waters.iterrows():
        keys = [key.split(":") for key in water["geometry"].split(";")]
        shape = shapely.union_all([files[file].geometry[water_id] for file, water_id in keys])
        homes = [claimed(counties, code) for code in water["adcodes"].split(";")]
        met = sum(home.buffer(0.02).intersects(shape) for home in homes)
        assert met >= max(1, 0.3 * len(homes)), (water["id"], met, len(homes))


def test_rules_of_ended_plans_and_of_reports_are_told_apart() -> None:
    rules = read_table("rules")
    assert set(rules.loc[rules["document"] == "000", "status"]) == {"expired"}
    assert set(rules.loc[rules["document"] == "001", "status"]) == {"reference"}
    parks = rules[(rules["document"] == "000") & (rules["activity"] == "工业园区")]
    assert {"ecological_redline", "protected_site", "water_source_zone", "permanent_farmland"} <= set(parks["layer"])
    assert (parks["effect"] == "prohibit").all()
    assert not rules["distance_m"].isin([1_000, 10_000]).any()


def test_types() -> None:
    rows = read_table("indicators")
    assert rows["value"].dtype == "float64"
    assert rows["year"].dtype == "Int64"
    assert rows["adcode"].map(type).eq(str).all()
    assert read_table("documents")["id"].tolist() == ["000", "001", "002", "003", "004"]


def change_cell(row: int, column: str, value: str) -> Callable[[list[dict[str, str]]], int]:
    def change(rows: list[dict[str, str]]) -> int:
        rows[row][column] = value
        return row

    return change


@pytest.mark.parametrize(
    ("table", "column", "value", "key"),
    [
        ("projects", "category", "waterworks", "plans.not_allowed"),
        ("projects", "name", "", "plans.blank"),
        ("projects", "name", " 疏山", "plans.spaces"),
        ("projects", "document", "9", "plans.no_document"),
        ("projects", "adcodes", "361002，361003", "plans.no_adcodes"),
        ("projects", "lon", "116°", "plans.no_number"),
        ("protected_sites", "lat", "126.5", "plans.out_of_range"),
        ("indicators", "year", "20", "plans.no_year"),
        ("indicators", "adcode", "抚州", "plans.no_adcode"),
        ("documents", "date", "2024-13-01", "plans.no_date"),
        ("waters", "id", "抚河", "plans.no_id"),
        ("routes", "seq", "1.5", "plans.no_integer"),
        ("indicators", "flag", "odd", "plans.not_allowed"),
    ],
)
def test_a_bad_cell_is_named(folder: Path, table: str, column: str, value: str, key: str) -> None:
    line = spoil(folder, table, change_cell(3, column, value))
    faults = [fault for fault in validate_folder(folder, BOUNDARIES) if fault.column == column]
    assert [(fault.file, fault.line, fault.key) for fault in faults] == [(f"{table}.csv", line, key)]
    for text in (faults[0].text("zh"), faults[0].text("en")):
        assert f"{table}.csv" in text
        assert str(line) in text
        assert column in text


def index_of(table: str, column: str, value: str) -> int:
    return int(read_table(table).index[read_table(table)[column] == value][0])


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "key"),
    [
        ("projects", ("id", "000-3-1-2-01"), "document", "005", "plans.no_target"),
        ("projects", ("id", "000-3-1-2-01"), "water", "nowhere", "plans.no_target"),
        ("projects", ("id", "000-3-1-2-01"), "mentions", "000", "plans.bad_mention"),
        ("waters", ("id", "hongmen"), "geometry", "osm_polygons:nowhere", "plans.no_water"),
        ("projects", ("id", "000-3-1-2-01"), "adcodes", "361029", "plans.no_region"),
        ("projects", ("id", "000-3-1-2-01"), "lon", "114.5", "plans.outside"),
        ("projects", ("id", "000-3-1-2-01"), "accuracy_m", "", "plans.no_accuracy"),
        ("projects", ("id", "000-3-1-2-01"), "lat", "", "plans.half_place"),
        ("projects", ("id", "000-3-1-2-01"), "location_basis", "county", "plans.place_posing"),
        ("projects", ("id", "000-3-1-2-02"), "location_basis", "town", "plans.place_missing"),
        ("projects", ("id", "000-3-1-2-02"), "location_basis", "route", "plans.no_route"),
        ("projects", ("id", "000-3-1-3-07"), "adcodes", "360681;361028;360403", "plans.route_misses"),
        ("projects", ("id", "000-3-1-3-07"), "status", "planned", "plans.other_status"),
        ("county_facts", ("id", "001-f035"), "region", "井冈山市", "plans.other_name"),
        ("county_facts", ("id", "001-f035"), "level", "province", "plans.other_level"),
        ("protected_sites", ("id", "000-matoushan"), "area_ha", "30000", "plans.box_small"),
        ("protected_sites", ("id", "000-matoushan"), "core_ha", "9000", "plans.zones_exceed"),
        ("protected_sites", ("id", "000-matoushan"), "box_west", "117.5", "plans.box_turned"),
        ("protected_sites", ("id", "000-matoushan"), "adcodes", "360827", "plans.box_outside"),
        ("protected_sites", ("id", "000-matoushan"), "box_north", "", "plans.box_kind"),
        ("indicators", ("id", "000-t2-1-13-1base"), "value", "", "plans.value_missing"),
        ("indicators", ("id", "000-t2-1-13-1base"), "comparator", "none", "plans.value_unmeant"),
        ("indicators", ("id", "000-t2-1-33-2target"), "value_high", "", "plans.range_half"),
        ("indicators", ("id", "000-t2-1-33-2target"), "value_high", "1", "plans.range_turned"),
        ("indicators", ("id", "000-t2-1-13-1base"), "year_from", "2021", "plans.years_turned"),
        ("rules", ("id", "000-r001"), "relation", "within_distance", "plans.rule_distance"),
        ("rules", ("id", "000-r001"), "status", "in_force", "plans.rule_status"),
    ],
)
def test_what_does_not_fit_together_is_named(
    folder: Path, table: str, row: tuple[str, str], column: str, value: str, key: str
) -> None:
    line = spoil(folder, table, change_cell(index_of(table, *row), column, value))
    found = {(fault.file, fault.line, fault.key) for fault in validate_folder(folder, BOUNDARIES)}
    assert (f"{table}.csv", line, key) in found


def test_a_doubled_id_is_named(folder: Path) -> None:
    def double(rows: list[dict[str, str]]) -> int:
        rows.append(dict(rows[0]))
        return len(rows) - 1

    line = spoil(folder, "waters", double)
    found = [(fault.line, fault.key) for fault in validate_folder(folder, BOUNDARIES)]
    assert found == [(line, "plans.doubled")]


def test_files_that_cannot_be_read(folder: Path) -> None:
    (folder / "rules.csv").unlink()
    (folder / "waters.csv").write_bytes("id,名称\n1,抚河\n".encode("gb18030"))
    (folder / "limits.csv").write_text('id,name\n1,2\n"3,4\n', encoding="utf-8")
    (folder / "documents.csv").write_text("id,title\n000,计划\n", encoding="utf-8")
    found = {fault.file: fault.key for fault in validate_folder(folder, BOUNDARIES)}
    assert found == {
        "rules.csv": "plans.no_file",
        "waters.csv": "plans.not_utf8",
        "limits.csv": "plans.not_csv",
        "documents.csv": "plans.header",
    }


def test_reading_a_faulty_table_says_so_in_one_sentence(folder: Path) -> None:
    spoil(folder, "projects", change_cell(0, "category", "x"))
    with pytest.raises(DataFault) as caught:
        read_table("projects", folder)
    assert "projects.csv" in caught.value.text("en")
    assert "category" in caught.value.text("en")


def test_no_boundaries_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataFault, match=r"county\.fgb"):
        validate_folder(folder, tmp_path / "nowhere")


def test_clauses_read_as_the_documents_count() -> None:
    assert clause_text("000", "2/4/表2-1/13") == "第二章第四节表2-1第13项"
    assert clause_text("000", "前言/p5") == "前言第5段"
    assert clause_text("001", "1/p1/3") == "一、第1段三是"
    assert clause_text("001", "注/9") == "名词注释第9项"
    assert clause_text("004", "3/6", "en") == "part 3, point 6"
    rows = pd.concat([read_table(name)[["document", "clause"]] for name in TABLES if "clause" in TABLES[name].names])
    texts = [clause_text(*pair) for pair in rows.drop_duplicates().itertuples(index=False)]
    assert all("/" not in text and "plans." not in text for text in texts)
