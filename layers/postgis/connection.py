"""Connect to PostgreSQL for reading, and say in one sentence what fails, without a byte of the credentials.

User, password and certificates come to libpq by its own ways: environment, password file, service file. Its messages
may name the user, so no sentence of ours repeats one, and no exception of ours carries one as its context.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo

from geo.errors import DataFault

__all__ = ["DatabaseFault", "Server", "in_transaction"]

T = TypeVar("T")
logging.getLogger("psycopg").disabled = True  # at its lowest level it writes who logs in
_SETTINGS: Final = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
"""What decides how values are written as text: the same for every role, or a fingerprint would differ by role."""
_POSTGIS_PATH: Final = """
    SELECT set_config('search_path', current_setting('search_path') || ', ' || quote_ident(n.nspname), true)
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'postgis'
"""
_DENIED: Final = "42501"
_CANCELLED: Final = "57014"
_GONE: Final = ("57P01", "57P02", "57P03")


class DatabaseFault(DataFault):
    """The database could not be asked, or did not answer to the end: another time it may."""


@dataclass(frozen=True)
class Server:
    """Where a database is, as the configuration names it, and how long to wait for it.

    Attributes
    ----------
    url : str or None
        ``postgresql://host:port/database`` without user and password; None where `service` is given.
    service : str or None
        Name of a section of the service file (``pg_service.conf``).
    connect_timeout_s : int
    statement_timeout_s : int
        Of one statement, and of fetching one portion.
    """

    url: str | None
    service: str | None
    connect_timeout_s: int
    statement_timeout_s: int

    @property
    def text(self) -> str:
        """How sentences name it."""
        return self.url if self.url is not None else f"service={self.service}"


def in_transaction(server: Server, layer: str, table: str, work: Callable[[psycopg.Connection[Any]], T]) -> T:
    """Return what `work` returns for a connection in a transaction that only reads and sees one state of the database.

    Parameters
    ----------
    server : Server
    layer, table : str
        For the sentences.
    work : callable
        Called with the connection; what it raises as `RedlineError` goes through.

    Raises
    ------
    DatabaseFault
        If no server answers, it refuses the login or the table, ends the connection, or takes too long.
    """
    fault: DataFault
    try:
        connection = _connected(server)
    except psycopg.Error as error:
        fault = _connection_fault(error, server, layer)
    else:
        try:
            with connection:
                _prepare(connection, server, layer)
                return work(connection)
        except psycopg.Error as error:
            fault = _query_fault(error, server, layer, table)
    raise fault  # here, not above: there it would carry the message of libpq as its context


def _connected(server: Server) -> psycopg.Connection[Any]:
    where = server.url if server.url is not None else make_conninfo(service=server.service)
    return psycopg.connect(
        where,
        connect_timeout=server.connect_timeout_s,
        application_name="redline",
        client_encoding="utf8",
        prepare_threshold=None,  # a pooler between us and the server may not keep prepared statements
        keepalives_idle=20,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=35_000,  # milliseconds: so a server whose cable was pulled is noticed
    )


def _prepare(connection: psycopg.Connection[Any], server: Server, layer: str) -> None:
    """Begin the transaction, set what concerns it alone, and make the functions of PostGIS known by their names."""
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    settings = _SETTINGS | {"statement_timeout": f"{server.statement_timeout_s}s"}
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    if connection.execute(_POSTGIS_PATH).fetchone() is None:
        raise DataFault("layers.postgis_not_there", layer=layer, server=server.text)


def _connection_fault(error: psycopg.Error, server: Server, layer: str) -> DataFault:
    """Return the sentence for a connection that did not come about; the server's answer is only looked at."""
    answer, attempt = str(error), error.pgconn
    answered = attempt is not None and (attempt.needs_password or attempt.used_password)
    if answered or "FATAL" in answer:
        return DatabaseFault("layers.postgis_refused", layer=layer, server=server.text)
    if server.service is not None and "service" in answer and "connection to server" not in answer:
        return DatabaseFault("layers.postgis_no_service", layer=layer, service=server.service)
    return DatabaseFault("layers.postgis_no_server", layer=layer, server=server.text, seconds=server.connect_timeout_s)


def _query_fault(error: psycopg.Error, server: Server, layer: str, table: str) -> DataFault:
    """Return the sentence for a query that failed."""
    code = error.sqlstate
    if code == _DENIED:
        return DatabaseFault("layers.postgis_denied", layer=layer, server=server.text, table=table)
    if code == _CANCELLED:
        seconds = server.statement_timeout_s
        return DatabaseFault("layers.postgis_too_slow", layer=layer, server=server.text, table=table, seconds=seconds)
    lost = code in _GONE or (code or "").startswith("08") or (code is None and isinstance(error, _LOST))
    if lost:
        return DatabaseFault("layers.postgis_lost", layer=layer, server=server.text, table=table)
    if isinstance(error, psycopg.DataError) and code is None:
        return DataFault("layers.postgis_value", layer=layer, table=table)
    return DatabaseFault("layers.postgis_failed", layer=layer, server=server.text, table=table, code=code or "-")


_LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError)
"""What psycopg raises, without a code of the server, for a connection that has ended."""
