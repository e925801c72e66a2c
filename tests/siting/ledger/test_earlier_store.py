"""A data folder that Redline 0.1 wrote opens, and each of its checks is reproduced.

``stores/written-by-0.1.tar.gz`` was written by the commands of version 0.1.0 with a configuration of one layer (two
counties): an imported red line, and three checks against it: a parcel without an activity, a wind farm, a road of 30 m.
It is never made anew: what a version wrote must open for good.
"""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from cli import main
from layers.catalogue import current_catalogue, load_layers
from layers.law import validate_law
from layers.paths import PRODUCT
from siting.ledger import Ledger, verify
from tools.assets import unpack

STORE: Final = Path(__file__).parent / "stores" / "written-by-0.1.tar.gz"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with tarfile.open(STORE) as archive:
        unpack(archive, tmp_path)
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_every_check_is_reproduced(home: Path) -> None:
    with sqlite3.connect(home / "ledger" / "ledger.sqlite") as db:
        version, written = db.execute("PRAGMA user_version").fetchone(), db.execute("SELECT id, redline FROM checks")
        assert {by for _, by in written} == {"0.1.0"}, "the premise"
        assert version[0] >= 1
    db.close()
    ledger = Ledger.open(home)
    listed = ledger.search()
    assert sorted(str(one.activity) for one in listed) == ["None", "linear_road", "wind"]
    layers = load_layers(current_catalogue(PRODUCT / "config.toml").catalogue)
    for one in listed:
        assert verify(ledger, one.id, layers).outcome == "reproduced", one
        assert ledger.get(one.id).software.redline == "0.1.0"


def test_its_import_is_in_use_and_its_tables_of_law_are_read(home: Path) -> None:
    current = current_catalogue(PRODUCT / "config.toml")
    assert current.fault is None
    layer = load_layers(current.catalogue)["own_red"]
    assert layer.state == "loaded", layer.fault
    assert layer.frame is not None
    assert layer.frame["name_zh"].tolist() == ["某线"]
    (stored,) = (home / "laws").iterdir()
    faults = validate_law(stored / "law")
    assert {fault.file for fault in faults} <= {"keepers.csv"}, "a table that came later, and is not needed to verify"


def test_the_commands_show_it(home: Path) -> None:
    done = CliRunner().invoke(main, ["--lang", "zh", "ledger", "list"])
    assert (done.exit_code, done.stdout.count("site.geojson")) == (0, 2), home
