"""The JSON Schema of reports, made from the types of this room; ``docs/check.schema.json`` is its printed form."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from siting.records.comparison import Comparison
from siting.records.report import Report

__all__ = ["report_schema", "report_schema_text"]

_REF: Final = "#/$defs/"


class _Plain(GenerateJsonSchema):
    """Schema without titles, in which null stands beside the type that it may replace."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Set none: keys of the report are their own titles."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Write ``["number", "null"]``, and an enumeration with null in it, instead of two alternatives."""
        made = super().nullable_schema(schema)
        first = made["anyOf"][0] if "anyOf" in made else {}
        if "enum" in first or "const" in first:
            return {"enum": [*first.get("enum", [first.get("const")]), None]}
        if isinstance(first.get("type"), str):
            return {**first, "type": [first["type"], "null"]}
        return made


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `Report`, with `Comparison` among its definitions."""
    made = TypeAdapter(Report).json_schema(schema_generator=_Plain)
    other = TypeAdapter(Comparison).json_schema(schema_generator=_Plain)
    parts = {**other.pop("$defs"), **made.pop("$defs"), "comparison": other}
    schema = {
        "$schema": GenerateJsonSchema.schema_dialect,
        **made,
        "title": "Result of `redline check --format json`",
        "$defs": {_short(name): part for name, part in sorted(parts.items())},
    }
    tidied: dict[str, Any] = _tidied(schema)
    return tidied


def report_schema_text() -> str:
    """Return the schema as ``docs/check.schema.json`` holds it."""
    return json.dumps(report_schema(), ensure_ascii=False, indent=2) + "\n"


def _short(name: str) -> str:
    """Return the name of a definition: WayOutRecord is way_out."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Record")).lower()


def _tidied(value: Any) -> Any:
    """Return a schema with short references, no titles of definitions and no line breaks in what it says."""
    if isinstance(value, list):
        return [_tidied(part) for part in value]
    if not isinstance(value, dict):
        return value
    titled = "$schema" in value or isinstance(value.get("title"), dict)  # a key of the report that is called title
    tidy = {key: _tidied(part) for key, part in value.items() if key != "title" or titled}
    if isinstance(tidy.get("$ref"), str):
        tidy["$ref"] = _REF + _short(tidy["$ref"].removeprefix(_REF))
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return tidy
