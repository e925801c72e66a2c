"""Texts looked up on 2026-11-28: first days, ranks and distances as the articles print them."""

from __future__ import annotations

import tomllib

import pytest

from layers.law.schema import LAW_LAYERS
from layers.law.tables import read_law
from tests.helpers import ROOT

NEW_WORDS = {
    "historic_town", "fishery_reserve", "canal_zone", "canal_bank", "steep_slope", "soil_erosion_zone", "road",
    "railway", "pipeline",
}  # fmt: skip
# (instrument, first day, rank): the article or the notice that says so
FIRST_DAYS = [
    ("historic-rules", "2017-10-07", "administrative_regulation"),  # the version kept; article 48: first 2008-07-01
    ("natural-park-2023", "2023-10-09", "ministry"),  # day of 林保规〔2023〕4号
    ("fisheries-law", "2026-05-01", "law"),  # article 90
    ("soil-water-law", "2011-03-01", "law"),  # article 60
    ("road-safety-rules", "2011-07-01", "administrative_regulation"),  # article 77
    ("railway-safety-rules", "2014-01-01", "administrative_regulation"),  # article 108
    ("pipeline-law", "2010-10-01", "law"),  # article 61
    ("noise-law", "2022-06-05", "law"),  # article 90
    ("js-canal-2021", "2021", "province"),
]
# rule -> (metres, from what): 公路 11, 14, 17, 18; 铁路 27, 34, 35; 管道 30, 32, 33, 35; 苏政发〔2021〕20号
METRES = {
    "hw-13-express": (30, "edge"), "hw-13-national": (20, "edge"), "hw-13-provincial": (15, "edge"),
    "hw-13-county": (10, "edge"), "hw-13-township": (5, "edge"),
    "hw-14-express": (80, "edge"), "hw-14-national": (70, "edge"), "hw-14-provincial": (65, "edge"),
    "hw-14-county": (30, "edge"), "hw-14-township": (25, "edge"),
    "hw-17": (100, "edge"), "hw-17-township": (50, "edge"), "hw-18": (100, "edge"), "hw-18-chemical": (100, "edge"),
    "hw-27": (30, "edge"),
    "rw-30-hs": (20, "edge"), "rw-30-other": (15, "edge"), "rw-29-hs": (10, "edge"), "rw-29-other": (8, "edge"),
    "rw-29-hs-wide": (20, "edge"), "rw-29-other-wide": (15, "edge"), "rw-34": (1000, "edge"), "rw-35": (200, "edge"),
    "pl-30": (5, "centreline"), "pl-30-plant": (5, "centreline"), "pl-35-cross": (50, "centreline"),
    "pl-35-dig": (200, "centreline"), "pl-32": (500, "centreline"), "pl-33": (1000, "centreline"),
    "gc-2km": (2000, "bank"), "gc-2km-ban": (2000, "bank"), "gc-1km": (1000, "bank"),
    "yrpl-26-chemical": (1000, "bank"), "yrpl-26-tailings-main": (3000, "bank"),
    "yrpl-26-tailings-trib": (1000, "bank"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "day", "rank"), FIRST_DAYS)
def test_first_day_and_rank(name: str, day: str, rank: str) -> None:
    row = read_law("instruments").set_index("id").loc[name]
    assert (row["in_force_from"], row["level"]) == (day, rank)


def test_every_distance_of_the_law() -> None:
    near = read_law("rules").query("relation == 'within_distance'").set_index("id")
    assert {name: (row["distance_m"], row["distance_from"]) for name, row in near.iterrows()} == METRES


def test_what_was_read_at_second_hand_never_forbids_by_map() -> None:
    rules = read_law("rules")
    loose = rules[rules["instrument"].isin(["natural-park-2023", "js-canal-2021"])]
    assert len(loose) == 6
    assert set(loose["verified"]) == {"partly"}
    assert set(loose["effect"]) == {"restrict"}


def test_the_noise_law_ends_where_the_code_begins() -> None:
    rules = read_law("rules").set_index("id")
    ended = rules[rules["instrument"] == "noise-law"]
    assert set(ended["in_force_to"]) == {"2026-08-14"}
    for name, row in ended.iterrows():
        heir = rules.loc[str(name).replace("no-law-35", "no-code-566")]
        assert heir["in_force_from"] == "2026-08-15"
        assert (heir["activities"], heir["works"], heir["effect"]) == (row["activities"], row["works"], row["effect"])


def test_words_that_nobody_has_a_layer_for_are_declared_and_not_loaded() -> None:
    entries = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["layer"]
    mine = {entry["stands_for"]: entry for entry in entries if entry["stands_for"] in NEW_WORDS}
    assert set(mine) == NEW_WORDS
    assert set(LAW_LAYERS) >= NEW_WORDS
    for entry in mine.values():
        assert entry["source"] == {"kind": "none"}
        assert (entry["basis"], entry["export"], entry["secrecy"]) == ("statutory", "none", "internal")
    assert {word for word, entry in mine.items() if entry.get("extent")} == {"canal_zone", "canal_bank"}


def test_what_must_be_asked_names_the_new_layers() -> None:
    needed = read_law("required_layers").set_index(["activity", "stands_for"])
    for pair in (
        ("housing", "road"), ("factory", "pipeline"), ("port", "fishery_reserve"), ("farm", "steep_slope"),
        ("livestock", "sensitive_place"), ("hazmat_storage", "historic_town"), ("wind", "soil_erosion_zone"),
        ("linear_road", "railway"), ("factory", "canal_zone"),
    ):  # fmt: skip
        assert needed.loc[pair, "level"] == "required", pair
    assert set(needed.xs("canal_zone", level="stands_for")["adcodes"]) == {"321000"}


def test_rebuilding_has_a_kind_only_where_the_list_names_existing_works() -> None:
    rows = read_law("activities").set_index("code")
    sure = rows.index[rows["limited_142_rebuild_verified"] == "yes"]
    assert set(sure) == {"port", "airport", "hydropower", "water_works"}
    assert set(rows.loc[sure, "limited_142_rebuild"]) == {6}
    assert rows.loc[rows["limited_142"].notna(), "limited_142_rebuild"].isna().all()


def test_the_counts_in_the_document_are_those_of_the_tables() -> None:
    text = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    rules = read_law("rules")
    day = "2026-11-28"
    live = (rules["in_force_from"] <= day) & ((rules["in_force_to"] == "") | (rules["in_force_to"] >= day))
    for count in (
        f"{len(read_law('instruments'))} instruments", f"{len(rules)} rules", f"{int(live.sum())} in force on {day}",
        f"{len(read_law('activities'))} activities", f"{len(read_law('required_layers'))} required layers",
        f"{len(read_law('approval_paths'))} path steps",
    ):  # fmt: skip
        assert count in " ".join(text.split()), count
