"""The five documents as one list: nothing lost, filters that keep what they say."""

from __future__ import annotations

import csv

import pytest

from layers.plans.entries import KINDS, EntryFilter, PlanSet, entry_counts, filter_entries, read_plan_set
from layers.plans.tables import PLANS_FOLDER
from words import all_texts


@pytest.fixture(scope="module")
def plans() -> PlanSet:
    return read_plan_set(PLANS_FOLDER)


def rows_of(table: str) -> list[dict[str, str]]:
    with (PLANS_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_every_table_is_an_entry(plans: PlanSet) -> None:
    table = entry_counts(plans.entries)
    for kind in KINDS:
        rows = rows_of(kind)
        for document in plans.documents.index:
            assert table.loc[document, kind] == sum(row["document"] == document for row in rows)
    assert plans.entries["key"].is_unique


def test_every_code_has_words(plans: PlanSet) -> None:
    for column in ("category", "status", "place"):
        codes = {code for code in plans.entries[column] if code}
        assert {f"plans_page.{code}" for code in codes} <= set(all_texts())


def test_filters_meet_together(plans: PlanSet) -> None:
    wanted = EntryFilter(document="001", kind="projects", category="category_power_generation", adcode="360827")
    assert filter_entries(plans.entries, wanted)["name"].tolist() == ["遂川抽水蓄能电站"]
    assert filter_entries(plans.entries, EntryFilter(text="马头山 自然保护区"))["id"].tolist() == ["000-matoushan"]
    assert filter_entries(plans.entries, EntryFilter(text="zixi 220"))["id"].tolist() == ["000-6-2-1-01"]
    assert len(filter_entries(plans.entries, EntryFilter())) == len(plans.entries)
    assert filter_entries(plans.entries, EntryFilter(text="没有这样的东西")).empty


def test_a_county_has_all_that_claims_it_and_no_more(plans: PlanSet) -> None:
    mine = filter_entries(plans.entries, EntryFilter(adcode="361028", kind="projects"))["id"]
    by_hand = [row["id"] for row in rows_of("projects") if "361028" in row["adcodes"].split(";")]
    assert sorted(mine) == sorted(by_hand)
    wider = filter_entries(plans.entries, EntryFilter(adcode="361028", kind="projects", wider=True))
    assert set(mine) < set(wider["id"])
    added = wider[~wider["id"].isin(mine)]
    assert all({"361000", "360000"} & set(row.split(";")) for row in added["adcodes"])
