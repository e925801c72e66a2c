"""The user's catalogue cannot be read: its layers are named as not checked, and stay closed to whom they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from shapely.geometry import box

from cli import main
from layers.access import Person
from layers.catalogue import (
    CLOSED_LAYERS,
    UNREADABLE_LAYERS,
    Catalogue,
    CatalogueInUse,
    UserCatalogue,
    closed_layers,
    current_catalogue,
    load_layers,
    read_catalogue,
    visible_catalogue,
)
from layers.paths import PRODUCT
from tests.helpers import geojson

CONFIG = PRODUCT / "config.toml"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder whose catalogue cannot be read, with an imported layer's folder and copies of checks."""
    home = tmp_path / "home"
    monkeypatch.setenv("REDLINE_HOME", str(home))
    (home / "layers" / "own_red" / "0001").mkdir(parents=True)
    (home / "layers" / ".draft-1-x").mkdir()
    (home / "layers" / f"{'a' * 64}.fgb").write_bytes(b"")
    (home / "catalogue.toml").write_text("entry = 1", encoding="utf-8")
    return home


@pytest.mark.usefixtures("home")
def test_one_entry_stands_for_them_and_fails_with_the_reason() -> None:
    current = current_catalogue(CONFIG)
    assert current.fault is not None
    stand_in = current.catalogue.spec(UNREADABLE_LAYERS)
    layer = load_layers(current.catalogue.model_copy(update={"layer": [stand_in]}))[UNREADABLE_LAYERS]
    assert layer.state == "failed"
    assert layer.fault is not None
    assert layer.fault.text("zh") == current.fault.text("zh")
    assert [spec.id for spec in current.catalogue.layer if spec.id != UNREADABLE_LAYERS] == [
        spec.id for spec in read_catalogue(CONFIG).layer
    ]


@pytest.mark.usefixtures("home")
def test_imported_layers_stay_closed_and_the_stand_in_stays_in_sight() -> None:
    current = current_catalogue(CONFIG)
    access = {"mode": "proxy", "roles": {"viewer": ["*"]}}
    shipped = Catalogue.model_validate({**dict(current.shipped), "access": access, "folder": current.shipped.folder})
    catalogue = shipped.model_copy(update={"layer": current.catalogue.layer})
    on = CatalogueInUse(catalogue, UserCatalogue(), shipped, current.fault)
    closed = closed_layers(on, Person("li", role="viewer"))
    assert closed == {"own_red"}, "the ledger holds checks that saw it"
    assert UNREADABLE_LAYERS in [spec.id for spec in visible_catalogue(on, closed).catalogue.layer]
    assert CLOSED_LAYERS not in [spec.id for spec in visible_catalogue(on, closed).catalogue.layer]
    assert "own_red" not in closed_layers(on, Person("zhou", role="manager"))


def test_a_check_says_that_they_were_not_checked(home: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.geojson"
    site.write_bytes(geojson(box(117.05, 27.70, 117.06, 27.71), properties={"id": "A1"}))
    done = CliRunner().invoke(main, ["--lang", "zh", "check", str(site), "--format", "json"])
    assert done.exit_code == 0, done.stderr
    assert "catalogue.toml" in done.stderr
    report = json.loads(done.stdout)
    (found,) = [one for one in report["sites"][0]["findings"] if one["layer"] == UNREADABLE_LAYERS]
    assert (found["state"], found["reason"]) == ("not_checked", "load_failed")
    assert "另有图层读不出来、没有核查（自有图层）" in report["sites"][0]["summary"]["sentence"]["zh"]
    assert (home / "catalogue.toml").read_text(encoding="utf-8") == "entry = 1", "nothing is written over"
