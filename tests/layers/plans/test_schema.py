"""The schema of the plan tables: consistent in itself, told in full by its document."""

from __future__ import annotations

import re

import pytest

from layers.plans.schema import TABLES, Column, Table
from layers.plans.tables import PLANS_FOLDER
from tests.helpers import ROOT

DOCUMENT = ROOT / "docs" / "plans-schema.md"
EVERY = [pytest.param(table, id=name) for name, table in TABLES.items()]


@pytest.mark.parametrize("table", EVERY)
def test_columns_are_named_once_and_told(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    assert table.meaning
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.meaning


@pytest.mark.parametrize("table", EVERY)
def test_codes_have_values_and_only_codes(table: Table) -> None:
    for column in table.columns:
        assert bool(column.allowed) == (column.kind in ("code", "codes")), column.name
        assert len(set(column.allowed)) == len(column.allowed)


@pytest.mark.parametrize("table", EVERY)
def test_the_document_tells_every_column_and_code(table: Table) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    part = text.split(f"## {table.name}.csv", 1)[1].split("\n## ", 1)[0]
    for column in table.columns:
        assert f"`{column.name}`" in part, column.name
        for value in column.allowed:
            assert f"`{value}`" in text, value


def test_there_is_a_file_for_each_table_and_no_other() -> None:
    assert {path.stem for path in PLANS_FOLDER.glob("*.csv")} == set(TABLES)


def test_a_column_is_found_by_name() -> None:
    assert TABLES["projects"].column("lon") == Column(
        "lon", "number", TABLES["projects"].column("lon").meaning, low=73, high=136
    )
