"""Write docs/check.schema.json from the types of `siting.records`: ``python -m tools.check_schema``."""

from __future__ import annotations

from layers.paths import PRODUCT
from siting.records import report_schema_text

SCHEMA = PRODUCT / "docs" / "check.schema.json"

if __name__ == "__main__":
    SCHEMA.write_text(report_schema_text(), encoding="utf-8")
    print(SCHEMA)
