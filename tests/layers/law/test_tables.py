"""The legal side of a check: sound tables, faults named by line and column, and the traps that planners fall into."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import DataFault
from layers.law.schema import DECLARED_FLAGS, LAW_LAYERS, LAW_TABLES
from layers.law.tables import LAW_FOLDER, read_law, validate_law
from layers.plans.tables import read_table
from tests.helpers import ROOT

OLD_ZONES = {"核心区", "缓冲区", "实验区"}
NEW_ZONES = {"核心保护区", "一般控制区"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAW_FOLDER, tmp_path / "law"))


def change(folder: Path, table: str, row: int, column: str, value: str) -> None:
    path = folder / f"{table}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[row, column] = value
    rows.to_csv(path, index=False)


def row_of(table: str, key: str, value: str) -> int:
    rows = read_law(table)
    return int(rows.index[rows[key] == value][0])


def in_force(day: str) -> pd.DataFrame:
    rules = read_law("rules")
    return rules[(rules["in_force_from"] <= day) & ((rules["in_force_to"] == "") | (rules["in_force_to"] >= day))]


def parts(cells: pd.Series) -> set[str]:
    return set(cells.str.split(";").explode()) - {""}


def test_the_tables_that_come_with_the_product_are_sound() -> None:
    assert [str(fault) for fault in validate_law()] == []


@pytest.mark.parametrize("name", LAW_TABLES)
def test_each_table_reads_typed(name: str) -> None:
    rows = read_law(name)
    assert tuple(rows.columns) == LAW_TABLES[name].names
    assert len(rows) > 0


# ---------------------------------------------------------------- what the law says (read in the texts)


def test_yangtze_article_26_in_metres_from_the_bank() -> None:
    near = read_law("rules").query("relation == 'within_distance' and instrument == 'yangtze-law'").set_index("id")
    assert near["distance_m"].to_dict() == {
        "yrpl-26-chemical": 1000.0,
        "yrpl-26-tailings-main": 3000.0,
        "yrpl-26-tailings-trib": 1000.0,
    }
    assert set(near["distance_from"]) == {"bank"}
    assert near.loc["yrpl-26-chemical", "works"] == "new;expand"  # rebuilding is not in the clause
    assert near.loc["yrpl-26-tailings-main", "works"] == "new;rebuild;expand"
    assert set(near.loc[["yrpl-26-tailings-main", "yrpl-26-tailings-trib"], "exceptions"]) == {"tailings_upgrade"}


@pytest.mark.parametrize(
    ("day", "instrument"),
    [
        ("2026-03-14", "reserve-rules-2017"),
        ("2026-03-15", "reserve-rules-2026"),
        ("2026-11-20", "reserve-rules-2026"),
    ],
)
def test_one_version_of_the_reserve_regulations_on_any_day(day: str, instrument: str) -> None:
    names = set(in_force(day)["instrument"])
    assert names & {"reserve-rules-2017", "reserve-rules-2026"} == {instrument}


@pytest.mark.parametrize(
    ("day", "here", "gone"),
    [
        ("2026-08-14", {"water-pollution-law", "soil-law", "solid-waste-law"}, {"eco-code"}),
        ("2026-08-15", {"eco-code"}, {"water-pollution-law", "soil-law", "solid-waste-law"}),
    ],
)
def test_the_code_takes_over_on_15_august_2026(day: str, here: set[str], gone: set[str]) -> None:
    names = set(in_force(day)["instrument"])
    assert here <= names
    assert not gone & names
    zones = in_force(day).query("layer == 'water_source_zone' and effect == 'prohibit'")["zone"]
    assert parts(zones) == {"一级保护区", "二级保护区", "准保护区"}  # no day without the three


def test_dates_of_the_instruments_that_newcomers_get_wrong() -> None:
    starts = read_law("instruments").set_index("id")["in_force_from"]
    assert starts["national-park-law"] == "2026-01-01"
    assert starts["heritage-law"] == "2025-03-01"
    assert starts["mineral-law"] == "2025-07-01"
    assert starts["yangtze-law"] == "2021-03-01"
    assert starts["farmland-redline-rules"] == "2025-10-01"
    assert starts["js-ecospace-2026"] == "2026-03-01"


# ---------------------------------------------------------------- traps


def test_the_2020_draft_list_is_known_and_never_cited() -> None:
    instruments = read_law("instruments").set_index("id")
    drafts = set(instruments.index[instruments["status"] == "draft"])
    assert "redline-draft-2020" in drafts
    cited = set(read_law("rules")["instrument"]) | set(read_law("approval_paths")["instrument"])
    assert not cited & drafts


def test_jiangxi_has_nine_kinds_and_we_do_not_pretend_to_know_which() -> None:
    nine = read_law("rules").set_index("id").loc["rljx22-nine"]
    assert "9 类" in nine["summary"]
    assert nine["adcodes"] == "360000"
    assert read_law("activities")["limited_jx"].isna().all()


def test_ten_kinds_and_only_those_read_are_called_verified() -> None:
    activities = read_law("activities").dropna(subset="limited_142")
    read = activities.groupby("limited_142")["limited_142_verified"].agg(lambda cells: "/".join(sorted(set(cells))))
    assert read.to_dict() == {1: "yes", 2: "yes", 3: "yes", 4: "yes", 5: "yes", 6: "yes", 7: "partly", 8: "partly"}


def test_old_zones_of_reserves_are_never_mapped_to_new_ones() -> None:
    rules = read_law("rules")
    zones = rules["zone"].str.split(";").map(set)
    assert not zones.map(lambda named: bool(named & OLD_ZONES) and bool(named & NEW_ZONES)).any()
    old = set(rules.loc[zones.map(lambda named: bool(named & OLD_ZONES)), "instrument"])
    assert old == {"reserve-rules-2017", "livestock-rules"}


def test_no_red_line_rule_on_the_layer_that_mixes_two_things() -> None:
    mixed = read_law("rules").query("layer == 'ecological_space'")
    assert not set(mixed["instrument"]) & {"redline-142", "jx-redline-2022", "jx-redline-2024"}
    assert "prohibit" not in set(mixed["effect"])


def test_what_nobody_could_verify_never_forbids() -> None:
    rules = read_law("rules")
    assert "prohibit" not in set(rules.loc[rules["verified"] == "no", "effect"])


def test_only_texts_with_authority_to_bind() -> None:
    assert set(read_law("instruments")["level"]) <= set(LAW_TABLES["instruments"].column("level").allowed)
    assert not {"plan", "report"} & set(LAW_TABLES["instruments"].column("level").allowed)


# ---------------------------------------------------------------- what others rely on


def test_every_layer_is_declared_in_the_catalogue() -> None:
    catalogue = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    declared = {layer["stands_for"] for layer in catalogue["layer"]}
    named = set(read_law("rules")["layer"]) | set(read_law("required_layers")["stands_for"])
    assert named - declared <= {"any"}
    assert named <= set(LAW_LAYERS)


def test_what_the_plans_constrain_is_said_in_our_words() -> None:
    words = read_law("plan_words").set_index("activity")
    assert set(read_table("rules")["activity"]) == set(words.index)
    assert words.loc["工业园区", "activities"] == "industrial_park;chemical_park"
    assert words.loc["捕捞", "activities"] == ""


def test_every_activity_needs_the_red_line_or_says_why_not() -> None:
    needed = read_law("required_layers").query("level == 'required'")
    assert set(needed.loc[needed["stands_for"] == "redline", "activity"]) == set(read_law("activities")["code"])


def test_chemicals_and_tailings_must_be_checked_against_the_bank() -> None:
    needed = read_law("required_layers").query("stands_for == 'river_bank' and level == 'required'")
    assert {"chemical_project", "chemical_park", "tailings_pond"} <= set(needed["activity"])


def test_steps_of_a_path_count_up() -> None:
    paths = read_law("approval_paths")
    for _, path in paths.groupby(["layer", "condition", "adcodes"]):
        assert path["step"].is_monotonic_increasing
        assert path["step"].is_unique


def test_a_wrong_cell_is_named_by_file_line_and_column(folder: Path) -> None:
    change(folder, "rules", 3, "effect", "forbid")
    with pytest.raises(DataFault, match=r"rules\.csv 第 5 行“effect”列"):
        read_law("rules", folder)


@pytest.mark.parametrize(
    ("table", "key", "value", "column", "wrong", "sentence"),
    [
        ("rules", "id", "yrpl-26-chemical", "distance_m", "", "plans.rule_distance"),
        ("rules", "id", "yrpl-26-chemical", "distance_from", "", "law.distance_from"),
        ("rules", "id", "yrpl-26-chemical", "activities", "chemistry", "plans.no_target"),
        ("rules", "id", "yrpl-26-chemical", "instrument", "yangtze", "plans.no_target"),
        ("rules", "id", "yrpl-26-chemical", "in_force_from", "2020-01-01", "law.predates"),
        ("rules", "id", "yrpl-26-chemical", "in_force_to", "2020-01-01", "law.period_turned"),
        ("rules", "id", "ws18-1-build", "in_force_to", "", "law.outlives"),
        ("rules", "id", "yrpl-26-chemical", "verified", "no", "law.unverified_forbids"),
        ("rules", "id", "yrpl-26-chemical", "id", "yrpl-49", "plans.doubled"),
        ("activities", "code", "wind", "flags", "construction;key_project", "law.flag_declared"),
        ("activities", "code", "wind", "code", "offshore", "law.nothing_required"),
        ("required_layers", "activity", "wind", "rules", "", "law.rule_unnamed"),
    ],
)
def test_faults_across_tables_are_found(
    folder: Path, table: str, key: str, value: str, column: str, wrong: str, sentence: str
) -> None:
    row = row_of(table, key, value)
    change(folder, table, row, column, wrong)
    faults = validate_law(folder)
    assert sentence in {fault.key for fault in faults}
    found = next(fault for fault in faults if fault.key == sentence)
    assert found.file == f"{table}.csv"
    assert found.text("zh")
    assert found.text("en")


def test_a_missing_file_and_a_foreign_header_are_one_sentence_each(folder: Path) -> None:
    (folder / "activities.csv").unlink()
    (folder / "rules.csv").write_text("id,law\n", encoding="utf-8")
    assert {(fault.file, fault.key) for fault in validate_law(folder)} == {
        ("activities.csv", "plans.no_file"),
        ("rules.csv", "law.header"),
    }


def test_flags_that_only_a_person_can_declare_stand_in_no_activity() -> None:
    activities = read_law("activities")
    assert not (parts(activities["flags"]) | parts(activities["may_flags"])) & set(DECLARED_FLAGS)
