"""Uploaded files go when the office says so; what was checked stays and verifies; what is in use stays whole."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import time_machine

from geo.errors import DataFault
from geo.read.formats import read_sites
from layers.catalogue.model import Layer
from siting.check import Case, Settings, run_check
from siting.ledger import Ledger, drop_inputs, verify
from tests.helpers import geojson

OLD = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    far = make_layer(shapely.box(116.4, 27.4, 116.5, 27.5), id="red", basis="statutory", accuracy_m=1.0)
    return {"county": county, "red": far}


def content(east: float) -> bytes:
    return geojson(shapely.box(116.1, 27.1, east, 27.2), properties={"id": "A1", "owner": "某人"})


def stored(ledger: Ledger, layers: dict[str, Layer], what: bytes) -> str:
    run = run_check(read_sites(what, "a.geojson"), layers, Settings(as_of="2025-01-01"))
    return ledger.store(Case(name="x"), run, what)


def test_a_file_goes_after_its_time_and_the_check_still_verifies(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    with time_machine.travel(OLD, tick=True):
        old = stored(ledger, layers, content(116.2))
        again = stored(ledger, layers, content(116.3))
    new = stored(ledger, layers, content(116.3))  # the same file as `again`, today
    assert drop_inputs(ledger, 36_500) == 0
    assert drop_inputs(ledger, 30) == 1
    assert drop_inputs(ledger, 30) == 0
    left = [path.name for path in (tmp_path / "inputs").iterdir() if len(path.name) == 64]
    assert left == [ledger.get(new).input_sha256]
    assert not any("某人".encode() in path.read_bytes() for path in (tmp_path / "inputs").glob("*.dropped"))
    found = verify(ledger, old, layers)
    assert found.outcome == "reproduced"
    assert any("已按保留期限于" in change.text("zh") for change in found.since)
    for check_id in (again, new):
        found = verify(ledger, check_id, layers)
        assert (found.outcome, [c.kind for c in found.since if c.kind == "input_dropped"]) == ("reproduced", [])


def test_a_file_that_is_lost_is_not_said_to_have_been_deleted_by_retention(
    tmp_path: Path, layers: dict[str, Layer]
) -> None:
    ledger = Ledger.open(tmp_path)
    check_id = stored(ledger, layers, content(116.2))
    (tmp_path / "inputs" / str(ledger.get(check_id).input_sha256)).unlink()
    assert verify(ledger, check_id, layers).outcome == "impossible"


def test_a_file_that_comes_back_is_kept_again(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    with time_machine.travel(OLD, tick=True):
        stored(ledger, layers, content(116.2))
    assert drop_inputs(ledger, 30) == 1
    new = stored(ledger, layers, content(116.2))
    assert ledger.kept.get_bytes(str(ledger.get(new).input_sha256)) == content(116.2)
    assert verify(ledger, new, layers).since == ()
    assert drop_inputs(ledger, 30) == 0


def test_what_a_crash_left_goes_after_a_day_and_nothing_else(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    check_id = stored(ledger, layers, content(116.2))
    for name, age_s in (("a" * 64, 2 * 86_400), ("b" * 64, 60)):
        path = tmp_path / "inputs" / name
        path.write_bytes(b"left")
        os.utime(path, (time.time() - age_s, time.time() - age_s))
    (tmp_path / "inputs" / "readme.txt").write_text("not ours")
    assert drop_inputs(ledger, 30) == 1
    assert {path.name for path in (tmp_path / "inputs").iterdir()} == {
        "b" * 64, "readme.txt", str(ledger.get(check_id).input_sha256),
    }  # fmt: skip


def test_nothing_goes_while_the_folder_cannot_be_written(
    tmp_path: Path, layers: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(tmp_path)
    with time_machine.travel(OLD, tick=True):
        check_id = stored(ledger, layers, content(116.2))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("siting.ledger.copies.whole_file", refuse)
    with pytest.raises(DataFault):
        drop_inputs(ledger, 30)
    assert ledger.kept.get_bytes(str(ledger.get(check_id).input_sha256)) == content(116.2)
