"""Days and times are those of the office, whatever the machine's zone; a zone that is none falls back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from geo.errors import ConfigError
from layers import clock
from layers.catalogue.config import read_catalogue
from siting.ledger import store
from tests.helpers import ROOT

EVENING_UTC = dt.datetime(2026, 11, 28, 19, 17, tzinfo=dt.UTC)


class Still(dt.datetime):
    """A clock that stands at 03:17 in Shanghai, the evening before in Greenwich."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        return EVENING_UTC.astimezone(tz)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.dt, "datetime", Still)


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str) -> Path:
    text = (ROOT / "config.toml").read_text(encoding="utf-8").replace('"Asia/Shanghai"', f'"{zone}"')
    path = tmp_path / "config.toml"
    path.write_text(text.replace('"data/', f'"{ROOT}/data/'), encoding="utf-8")
    monkeypatch.setenv("REDLINE_CONFIG", str(path))
    return path


def test_a_night_in_shanghai_is_the_next_day(still: None) -> None:
    assert clock.today() == dt.date(2026, 11, 29)
    assert clock.stamp_text() == "20261129-0317"


def test_the_zone_of_the_configuration_counts(still: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path, monkeypatch, "Europe/Lisbon")
    assert clock.today() == dt.date(2026, 11, 28)
    assert clock.local_text("2026-07-01T23:30:00Z") == "2026-07-02 00:30"


def test_a_zone_that_is_none_is_said_and_does_not_stop_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = configured(tmp_path, monkeypatch, "Mars/Olympus")
    assert clock.office_zone().key == clock.DEFAULT_ZONE
    with pytest.raises(ConfigError):
        read_catalogue(path)


def test_record_numbers_bear_the_day_of_the_office(still: None, tmp_path: Path) -> None:
    ledger = store.Ledger.open(tmp_path)
    with ledger.database.writing() as db:
        assert store._free_id(db).startswith("R20261129-")


def test_the_zone_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (clock.zone_text("zh"), clock.zone_text("en")) == ("北京时间", "Beijing time")
    configured(tmp_path, monkeypatch, "Asia/Urumqi")
    assert clock.zone_text("zh") == "Asia/Urumqi"
