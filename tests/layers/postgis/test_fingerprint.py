"""The fingerprint moves with every change of what is read and with nothing else; layers are loaded again by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from layers.catalogue import source_states
from layers.catalogue.config import Catalogue
from layers.catalogue.load import load_layers
from layers.postgis.features import Selection
from layers.postgis.fingerprint import fingerprint_of
from layers.postgis.table import find_table
from tests.layers.postgis.conftest import frame_of
from tests.layers.postgis.features import features, insert
from tests.postgis_server import PostgisServer

Configured = Callable[..., Catalogue]
Source = dict[str, Any]

CHANGES = {
    "insert": "INSERT INTO {} (kind, geom) SELECT 'a', geom FROM {} WHERE gid = 1",
    "delete": "DELETE FROM {} WHERE gid = 3",
    "attribute": "UPDATE {} SET 名称 = '另名' WHERE gid = 2",
    "null to blank": "UPDATE {} SET nothing = '' WHERE gid = 2",
    "last digit": 'UPDATE {} SET "share%" = "share%" + 1e-16 WHERE gid = 1',
    "one vertex": "UPDATE {} SET geom = ST_MakePolygon(ST_SetPoint(ST_ExteriorRing(geom), 1,"
    " ST_SetSRID(ST_MakePoint(39440001, 3061001), 4527))) WHERE gid = 3",
    "a nanometre": "UPDATE {} SET geom = ST_Translate(geom, 0, 1e-9) WHERE gid = 3",
    "two rows exchanged": "UPDATE {0} SET kind = (SELECT kind FROM {0} o WHERE o.gid = 3 - {0}.gid) WHERE gid < 3",
    "a column more": "ALTER TABLE {} ADD more int",
    "a column less": "ALTER TABLE {} DROP COLUMN known CASCADE",
    "a column's name": "ALTER TABLE {} RENAME COLUMN known TO unknown",
    "a column's type": "ALTER TABLE {} ALTER COLUMN 等级 TYPE double precision",
}
NO_CHANGES = {
    "same value": "UPDATE {} SET kind = kind",
    "statistics": "ANALYZE {}",
    "index": "CREATE INDEX ON {} (kind)",
}


def fingerprint(server: PostgisServer, table: str, selection: Selection | None = None) -> str:
    with server.connect() as connection:
        return fingerprint_of(connection, find_table(connection, "own", table, "geom"), selection or Selection()).value


def execute(server: PostgisServer, text: str, *tables: str) -> None:
    names = [sql.Identifier(*table.split(".")) for table in tables]
    with server.connect() as connection:
        connection.execute(sql.SQL(text).format(*(names * 2)))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", list(CHANGES))
def test_it_moves_with_every_change(server: PostgisServer, table: str, change: str) -> None:
    before = fingerprint(server, table)
    assert fingerprint(server, table) == before
    execute(server, CHANGES[change], table)
    assert fingerprint(server, table) != before


@pytest.mark.parametrize("change", list(NO_CHANGES))
def test_it_stays_where_nothing_that_is_read_changed(server: PostgisServer, table: str, change: str) -> None:
    before = fingerprint(server, table)
    execute(server, NO_CHANGES[change], table)
    assert fingerprint(server, table) == before


def test_it_is_of_the_selected_rows(server: PostgisServer, table: str) -> None:
    near = Selection(bounds=(39_399_000, 3_059_000, 39_410_000, 3_070_000))
    kind = Selection(where={"kind": ["b"]})
    before = [fingerprint(server, table, one) for one in (near, kind)]
    execute(server, "UPDATE {} SET 名称 = '远' WHERE gid = 3", table)
    assert [fingerprint(server, table, one) for one in (near, kind)] == before
    execute(server, "UPDATE {} SET 名称 = '近' WHERE gid = 2", table)
    after = [fingerprint(server, table, one) for one in (near, kind)]
    assert after[0] != before[0]
    assert after[1] != before[1]
    execute(server, "INSERT INTO {} (kind) VALUES ('a')", table)  # without a shape: it may belong anywhere
    assert fingerprint(server, table, near) != after[0]


def test_settings_of_a_role_do_not_change_it(catalogue: Configured, in_postgis: Source, server: PostgisServer) -> None:
    first = load_layers(catalogue(in_postgis))["own"]
    with server.connect() as connection:
        connection.execute("ALTER DATABASE planning SET extra_float_digits = -5")
        connection.execute("ALTER DATABASE planning SET timezone = 'Asia/Shanghai'")
        connection.execute("ALTER DATABASE planning SET datestyle = 'German'")
    try:
        second = load_layers(catalogue({**in_postgis, "recheck_s": 1}))["own"]
    finally:
        with server.connect() as connection:
            connection.execute("ALTER DATABASE planning RESET ALL")
    assert first.fingerprint is not None
    assert (first.fingerprint, first.digest) == (second.fingerprint, second.digest)


def test_rows_are_walked_only_where_something_was_written(
    server: PostgisServer, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original = psycopg.Cursor.execute

    def noted(cursor: Any, query: Any, *args: Any, **keys: Any) -> Any:
        asked.append(query if isinstance(query, str) else query.as_string(cursor))
        return original(cursor, query, *args, **keys)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)

    def walks(name: str) -> tuple[int, int]:
        with server.connect() as connection:
            found = find_table(connection, "own", name, "geom")
            first = fingerprint_of(connection, found, Selection())
            asked.clear()
            again = fingerprint_of(connection, found, Selection(), first)
            quiet = sum("hashtextextended" in query for query in asked)
            execute(server, "UPDATE {} SET kind = kind", table)
            asked.clear()
            later = fingerprint_of(connection, found, Selection(), again)
            assert later.value == first.value == again.value
            return quiet, sum("hashtextextended" in query for query in asked)

    assert walks(table) == (0, 1)
    execute(server, "CREATE VIEW control.seen AS SELECT * FROM {}", table)
    try:
        assert walks("control.seen") == (1, 1)  # what a view shows may change without a transaction
    finally:
        execute(server, "DROP VIEW control.seen")


def test_a_layer_is_read_again_when_it_changed_and_reused_while_not(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, table: str
) -> None:
    found = catalogue(in_postgis)
    first = load_layers(found)
    assert load_layers(found, first)["own"] is first["own"]
    execute(server, "UPDATE {} SET 名称 = '另名' WHERE gid = 2", table)
    second = load_layers(found, first)
    assert frame_of(second["own"])["名称"].tolist()[1] == "另名"
    assert second["own"].digest != first["own"].digest
    assert second["county"] is first["county"]
    assert load_layers(found, second)["own"] is second["own"]


def test_a_running_server_asks_now_and_then(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("layers.postgis.recent.time.monotonic", lambda: clock[0])
    found = catalogue({**in_postgis, "recheck_s": 60})
    assert source_states(found) == ()  # nothing was read: nobody is asked
    load_layers(found)
    first = source_states(found)
    execute(server, "UPDATE {} SET 名称 = '另名' WHERE gid = 2", table)
    clock[0] += 59
    assert source_states(found) == first
    clock[0] += 2
    second = source_states(found)
    assert second != first
    with monkeypatch.context() as gone:
        gone.setenv("PGPASSWORD", "wrong")
        clock[0] += 61
        third = source_states(found)
    assert third not in (first, second)
    assert source_states(found) == third
    clock[0] += 61
    assert source_states(found) == second  # it answers again, and nothing has changed


def test_a_layer_whose_database_cannot_be_asked_is_not_taken_as_it_was(
    catalogue: Configured, in_postgis: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = catalogue(in_postgis)
    first = load_layers(found)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    second = load_layers(found, first)["own"]
    assert (second.state, second.frame) == ("failed", None)
    monkeypatch.undo()


def test_an_update_while_it_is_read_is_seen_whole_or_not_at_all(
    catalogue: Configured, in_postgis: Source, server: PostgisServer, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = psycopg.ServerCursor.fetchmany
    written: list[bool] = []

    def between(cursor: Any, size: int = 0) -> Any:
        rows = original(cursor, size)
        if not written:
            written.append(True)
            execute(server, "UPDATE {} SET 名称 = '改'", table)
            with server.connect() as connection:
                insert(connection, table, features().iloc[:1])
        return rows

    monkeypatch.setattr("layers.postgis.features.ROWS_AT_ONCE", 1)
    monkeypatch.setattr(psycopg.ServerCursor, "fetchmany", between)
    found = catalogue(in_postgis)
    first = load_layers(found)
    assert written
    assert frame_of(first["own"])["名称"].tolist()[:2] == ["禁止区甲", "禁止区乙"]
    second = load_layers(found, first)  # and the fingerprint is of what was read, not of what came after
    assert frame_of(second["own"])["名称"].tolist() == ["改", "改", "改", "禁止区甲"]
