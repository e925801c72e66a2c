"""The ledger's tables as SQL migrations. A released migration is never edited; add another."""

from __future__ import annotations

from typing import Final

__all__ = ["MIGRATIONS"]

_CASE: Final = ("name", "code", "builder", "stage", "file_number", "prepared_by", "reviewed_by")
_CASE_COLUMNS: Final = ", ".join(f"{name} TEXT NOT NULL DEFAULT ''" for name in _CASE)
_SEARCHED: Final = " || ' ' || ".join(("id", *_CASE, "input_name"))
_FIXED: Final = (
    "id", "stored_at", "input_name", "input_sha256", "sites_kept", "crs", "law_sha256", "redline", "geos", "proj",
    "as_of", "activity", "verdict", "sites", "settings", "report", "report_sha256", "seal",
)  # fmt: skip

_FIRST: Final = (
    f"""
    CREATE TABLE checks (
        id TEXT PRIMARY KEY, stored_at TEXT NOT NULL, {_CASE_COLUMNS},
        input_name TEXT NOT NULL, input_sha256 TEXT, sites_kept TEXT NOT NULL, crs TEXT NOT NULL,
        law_sha256 TEXT NOT NULL, redline TEXT NOT NULL, geos TEXT NOT NULL, proj TEXT NOT NULL,
        as_of TEXT NOT NULL, activity TEXT, verdict TEXT NOT NULL, sites INTEGER NOT NULL, settings TEXT NOT NULL,
        report BLOB NOT NULL, report_sha256 TEXT NOT NULL, seal TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE check_layers (
        check_id TEXT NOT NULL REFERENCES checks (id), position INTEGER NOT NULL,
        layer TEXT NOT NULL, state TEXT NOT NULL, digest TEXT, kept TEXT, spec TEXT NOT NULL,
        PRIMARY KEY (check_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE amendments (
        number INTEGER PRIMARY KEY, check_id TEXT NOT NULL REFERENCES checks (id), amended_at TEXT NOT NULL,
        {_CASE_COLUMNS}
    ) STRICT
    """,
    "CREATE INDEX checks_by_day ON checks (stored_at)",
    # the texts below hold the names above and nothing of a user's
    f"""
    CREATE VIEW listed AS
    SELECT id, stored_at, {", ".join(_CASE)}, input_name, activity, as_of, verdict, sites, {_SEARCHED} AS searched
    FROM checks
    """,  # noqa: S608
    f"""
    CREATE TRIGGER checks_amended BEFORE UPDATE ON checks BEGIN
        INSERT INTO amendments (check_id, amended_at, {", ".join(_CASE)})
        VALUES (old.id, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), {", ".join(f"old.{name}" for name in _CASE)});
    END
    """,  # noqa: S608
    f"""
    CREATE TRIGGER checks_stay BEFORE UPDATE OF {", ".join(_FIXED)} ON checks
    BEGIN SELECT RAISE(ABORT, 'a stored check does not change'); END
    """,
    *(
        f"""
        CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'a stored check does not change'); END
        """
        for table, verb in (
            ("checks", "DELETE"), ("check_layers", "DELETE"), ("check_layers", "UPDATE"),
            ("amendments", "DELETE"), ("amendments", "UPDATE"),
        )
    ),
)  # fmt: skip

_BY_LAYER: Final = ("CREATE INDEX check_layers_by_layer ON check_layers (layer, digest)",)
"""Which checks used a version of a layer is asked each time before one is rolled back."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _BY_LAYER)
"""Statements of each step; the version of a database is the number of steps that it has had (``user_version``)."""
