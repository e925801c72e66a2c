"""Fingerprint of the selected rows: says whether they changed, computed in the database, without transferring them.

Every bit of every row goes into two independent 64-bit hashes, whose sums do not depend on the order of the rows. That
costs the database one walk through them. It is left out where nobody has written anything at all since the last time,
which the list of transactions says exactly (docs/decisions/postgis.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from layers.postgis.features import Selection, condition, select, shapes_missing
from layers.postgis.table import Table

__all__ = ["Fingerprint", "fingerprint_of"]

_SUMS: Final = """
    SELECT count(*), sum(hashtextextended(line, 0)::numeric), sum(hashtextextended(line, 1)::numeric)
    FROM (SELECT ROW({selected})::text COLLATE "C" AS line FROM {table} WHERE {wanted}) AS rows
"""
_TRANSACTIONS: Final = """
    SELECT pg_catalog.pg_postmaster_start_time()::text || ' ' || pg_catalog.pg_current_snapshot()::text
    WHERE NOT pg_catalog.pg_is_in_recovery()
"""


@dataclass(frozen=True)
class Fingerprint:
    """State of the selected rows.

    Attributes
    ----------
    value : str
        64 hexadecimal digits; the same while no row changes.
    transactions : str or None
        Which transactions were visible: if they are the same, nothing was written in between. None where that does
        not suffice: for a view, a foreign table, row security, a standby server.
    """

    value: str
    transactions: str | None


def fingerprint_of(
    connection: psycopg.Connection[Any], table: Table, selection: Selection, before: Fingerprint | None = None
) -> Fingerprint:
    """Return the fingerprint of the selected rows.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    table : Table
    selection : Selection
    before : Fingerprint, optional
        Of the same table and selection: returned if nothing was written since.
    """
    transactions = _transactions(connection) if table.stored else None
    if before is not None and transactions is not None and transactions == before.transactions:
        return before
    query = sql.SQL(_SUMS).format(
        selected=select(table, selection), table=table.qualified, wanted=condition(table, selection)
    )
    sums = connection.execute(query).fetchone()
    missing = shapes_missing(connection, table, selection) if selection.bounds is not None else (0, "")
    content = f"{query.as_string(connection)} {table.crs} {sums} {missing}"
    return Fingerprint(hashlib.sha256(content.encode()).hexdigest(), transactions)


def _transactions(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute(_TRANSACTIONS).fetchone()
    return None if row is None else str(row[0])
