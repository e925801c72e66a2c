"""Subjects: what the documents tell for several years stands together, and only what goes together is subtracted."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from layers.indicators.derived import DERIVED
from layers.indicators.subjects import change_between, changes_of, derived_subjects, published_subjects, unit_text
from layers.plans.tables import read_table


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.concat([read_table("indicators"), read_table("limits")], ignore_index=True)


def test_every_published_number_stands_in_one_subject_and_moment(rows: pd.DataFrame) -> None:
    subjects = published_subjects(rows)
    told = Counter(
        (moment.kind, str(code), float(value))
        for subject in subjects
        for moment in subject.moments
        for code, value in subject.figures[moment.key].figures.items()
    )
    numbers = rows[rows["value"].notna()]
    kinds = numbers["kind"].where(numbers["cell"] != "change", "change")
    # the same figure printed twice is one figure
    once = numbers.assign(code=kinds).drop_duplicates(["name", "unit", "level", "code", "year", "year_from", "adcode"])
    asked = Counter(zip(once["code"].astype(str), once["adcode"].astype(str), once["value"].astype(float), strict=True))
    assert set(told) == set(asked)
    assert told.total() >= asked.total()
    assert len({subject.id for subject in subjects}) == len(subjects)
    for subject in subjects:
        assert len({moment.key for moment in subject.moments}) == len(subject.moments)
        for moment in subject.moments:
            assert subject.figures[moment.key].level == subject.level


def test_base_and_target_of_the_printed_table_are_one_subject(rows: pd.DataFrame) -> None:
    """Row 13 of table 2-1: 26 (2020) to at most 25 (2025), as printed there."""
    printed = rows[(rows["series"] == "000-t2-1-13") & (rows["cell"] != "change")].set_index("cell")["value"]
    subject = next(one for one in published_subjects(rows) if one.id == "000-t2-1-13")
    assert [moment.key for moment in subject.moments] == ["2020-actual", "2025-target", "2021-2025-change"]
    ((first, second),) = changes_of(subject)
    change = change_between(subject, first, second)
    assert change.figures["361000"] == pytest.approx(printed["target"] - printed["base"])
    assert change.level == "prefecture"
    assert "2020" in change.title.zh
    assert "2025" in change.title.en


def test_years_are_told_apart_and_sums_are_not_subtracted(rows: pd.DataFrame) -> None:
    for subject in published_subjects(rows):
        for first, second in changes_of(subject):
            assert not first.summed
            assert not second.summed
            assert first.kind in {"actual", "target"}
            assert change_between(subject, first, second).figures.notna().any()


def test_a_difference_of_percentages_is_in_points(rows: pd.DataFrame) -> None:
    subject = next(one for one in published_subjects(rows) if one.unit.zh == "%" and changes_of(one))
    assert change_between(subject, *changes_of(subject)[0]).unit.zh == "百分点"


def test_every_unit_of_the_documents_has_its_english(rows: pd.DataFrame) -> None:
    for unit in set(rows["unit"]) - {""}:
        assert unit_text(unit).en.isascii() or set(unit_text(unit).en) & set("µ³²₂座"), unit


def test_derived_subjects_are_all_there_and_counties() -> None:
    subjects = derived_subjects()
    assert [one.id for one in subjects] == list(DERIVED)
    assert {one.level for one in subjects} == {"county"}
    assert {one.theme for one in subjects} == {"protection", "water", "ground", "projects"}
