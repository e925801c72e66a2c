"""The clock of the office: days and times as people there read them. Machines get UTC, ISO 8601."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.errors import ConfigError
from layers.configuration import read_tables
from layers.paths import config_in_use
from words import Lang, t

__all__ = ["DEFAULT_ZONE", "local_text", "now", "office_zone", "stamp_text", "today", "zone_text"]

DEFAULT_ZONE: Final = "Asia/Shanghai"


def office_zone() -> ZoneInfo:
    """Return the time zone of the office: ``timezone`` of the configuration in use, else Asia/Shanghai.

    A configuration that cannot be read, or names no zone, says so elsewhere: here the default counts.
    """
    path = config_in_use()
    try:
        return _zone_of(path, path.stat().st_mtime_ns)
    except OSError:
        return ZoneInfo(DEFAULT_ZONE)


@lru_cache(maxsize=4)
def _zone_of(path: Path, _mtime_ns: int) -> ZoneInfo:
    try:
        tables, _ = read_tables(path)
        return ZoneInfo(str(tables.get("timezone", DEFAULT_ZONE)))
    except (ConfigError, ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def zone_text(lang: Lang) -> str:
    """Return how the zone of the office is called: 北京时间, else its IANA name."""
    name = office_zone().key
    return t("layers.beijing_time", lang) if name == DEFAULT_ZONE else name


def now() -> dt.datetime:
    """Return the present time, in the zone of the office."""
    return dt.datetime.now(office_zone())


def today() -> dt.date:
    """Return the present day of the office."""
    return now().date()


def local_text(moment: str, *, day: bool = False) -> str:
    """Return a moment (ISO 8601 with its zone, such as UTC) as the office reads it: to the minute, or its day alone.

    Examples
    --------
    >>> local_text("2026-11-28T19:17:05Z"), local_text("2026-11-28T19:17:05Z", day=True)
    ('2026-11-29 03:17', '2026-11-29')
    """
    there = dt.datetime.fromisoformat(moment).astimezone(office_zone())
    return f"{there:%Y-%m-%d}" if day else f"{there:%Y-%m-%d %H:%M}"


def stamp_text() -> str:
    """Return the present minute for a file name: ``20261129-0317``."""
    return f"{now():%Y%m%d-%H%M}"
