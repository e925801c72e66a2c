"""Source that is a table or view of a PostGIS database. It is read by `layers.sources.postgis_reading`."""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import parse_qsl

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["PostgisSource"]

_ADDRESS: Final = re.compile(r"postgres(?:ql)?://[\w.:,\[\]-]*(?:/[\w.~+-]*)?(?:\?(?P<options>[\w.&=/:,+~-]*))?")
"""No ``@``, so no user; nothing encoded, so nothing hidden."""
_OPTIONS: Final = frozenset({
    "sslmode", "sslrootcert", "sslcrl", "sslnegotiation", "channel_binding", "require_auth", "gssencmode", "krbsrvname",
    "target_session_attrs", "load_balance_hosts", "hostaddr",
})  # fmt: skip
"""What may follow ``?``: how to connect, never as whom."""


class PostgisSource(Source):
    """A table or view of a PostGIS database, of which what lies around the extent of the entry is read.

    No key holds credentials: libpq takes them from the environment, a password file or a service file.
    """

    kind: Literal["postgis"]
    url: str | None = Field(default=None, max_length=500)
    """``postgresql://host:port/database``."""
    service: str | None = Field(default=None, pattern=r"^[\w.-]+$", max_length=100)
    """Section of the service file (``pg_service.conf``), in place of `url`."""
    table: str = Field(pattern=r"^[^.\x00]+(\.[^.\x00]+)?$", max_length=130)
    """Table or view, with its schema or found by the search path; spelled as PostgreSQL has it."""
    geometry: str = Field(default="geom", min_length=1, max_length=63)
    where: dict[str, list[str]] = Field(default_factory=dict)
    """Keep only features whose column holds one of the values."""
    beyond_m: float = Field(default=20_000.0, ge=0, le=1_000_000, strict=False)
    """Metres around the bounds of the extent in which features are read too, for distances to the nearest."""
    connect_timeout_s: int = Field(default=5, ge=2, le=300)
    statement_timeout_s: int = Field(default=300, ge=1, le=86_400)
    recheck_s: float = Field(default=60.0, ge=0, le=86_400, strict=False)
    """Seconds after which a running server asks again whether the table changed."""

    @field_validator("url")
    @classmethod
    def _url_names_nobody(cls, url: str | None) -> str | None:
        if url is not None and not _is_address(url):
            raise PydanticCustomError("database_address", "no address of a database")  # not which: it may hold secrets
        return url

    @model_validator(mode="after")
    def _url_or_service(self) -> PostgisSource:
        if (self.url is None) == (self.service is None):
            raise PydanticCustomError("url_or_service", "url or service")
        return self

    @property
    def place(self) -> str:
        """Database and table."""
        return f"{self.url if self.url is not None else f'service={self.service}'} · {self.table}"

    @property
    def reads_by_extent(self) -> bool:
        """True: rows far from the extent stay in the database."""
        return True

    def read(self, request: ReadRequest) -> SourceData:
        """Return the features in EPSG:4490, with the fingerprint of the state of the database that was read."""
        from layers.sources.postgis_reading import read  # noqa: PLC0415 -- psycopg takes half a second to import

        return read(self, request)

    def fingerprint(self, request: ReadRequest) -> str:
        """Return the fingerprint of the selected rows, computed in the database."""
        from layers.sources.postgis_reading import fingerprint  # noqa: PLC0415

        return fingerprint(self, request)

    def recent_state(self, layer: str) -> str:
        """Return the fingerprint, or the fault, as seen within the last `recheck_s` seconds; "" before reading."""
        from layers.sources.postgis_reading import recent_state  # noqa: PLC0415

        return recent_state(self, layer)


def _is_address(url: str) -> bool:
    """Return whether a url says where a database is, and nothing of who asks.

    Examples
    --------
    >>> _is_address("postgresql://gis.office.local:5432/planning?sslmode=require")
    True
    >>> _is_address("postgresql://me:secret@gis.office.local/planning")
    False
    >>> _is_address("postgresql://gis.office.local/planning?password=secret")
    False
    """
    match = _ADDRESS.fullmatch(url)
    options = parse_qsl(match["options"] or "", keep_blank_values=True) if match else []
    return match is not None and all(name in _OPTIONS for name, _ in options)
