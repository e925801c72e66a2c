"""The types of a report say what docs/check.schema.json says, and what the catalogue and geometry engine say."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from geo.measure.pairs import RELATIONS
from layers.law.schema import LEVELS
from siting.law.rules import AUTHORITIES
from siting.records.json_schema import report_schema, report_schema_text
from siting.records.law import Authority
from siting.records.report import Report
from siting.records.words import Relation
from tests.helpers import ROOT


def test_the_schema_in_docs_is_made_from_the_types() -> None:
    stored = (ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8")
    assert stored == report_schema_text(), "write it anew: python -m tools.check_schema"


def test_words_of_the_records_are_those_of_the_engine_and_the_tables() -> None:
    relations, _null = get_args(Relation.__value__)
    assert get_args(relations) == RELATIONS
    assert set(get_args(Authority)) == set(AUTHORITIES)
    assert set(LEVELS) <= set(AUTHORITIES)


def test_every_definition_is_described() -> None:
    named = {name: part for name, part in report_schema()["$defs"].items() if part.get("type") == "object"}
    assert [name for name, part in named.items() if not part.get("description")] == []


def test_pydantic_refuses_what_the_schema_refuses() -> None:
    with pytest.raises(ValidationError, match="schema"):
        TypeAdapter(Report).validate_python({"schema": "0.9", "version": "0.2.0", "sites": []})
