"""What is tried while something goes wrong, and what must hold afterwards."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely

from carto.tiles import make_missing
from geo.read.formats import read_sites
from geo.whole_file import remove_left_by_killed
from layers.catalogue import current_catalogue, load_layers, read_user_catalogue
from layers.catalogue.counties import counties_of
from layers.own import LayerDeclaration, read_and_validate, store_layer, use_version
from layers.paths import PRODUCT, home
from siting.check import Case, Settings, run_check
from siting.ledger import Ledger, restore_backup, verify, write_backup
from tests.layers.bureau_files import gbk_shapefile_zip, red_line

__all__ = ["Scenario", "Workshop", "broken"]

Acknowledge = Callable[[str], None]
_LAYER: Final = "own_red"


@dataclass(frozen=True)
class Scenario:
    """One thing that is done to a data folder: what, and whether the outcome that it acknowledges is there."""

    name: str
    act: Callable[[Acknowledge], None]
    holds: Callable[[str], bool]


class Workshop:
    """Layers, a check and files, made once for all scenarios."""

    def __init__(self) -> None:
        self.config = PRODUCT / "config.toml"
        self.catalogue = current_catalogue(self.config).catalogue
        layers = load_layers(self.catalogue)
        self.counties = counties_of(layers)
        self.small = {name: layers[name] for name in ("county", "redline_jiangxi") if name in layers}
        square = shapely.box(117.05, 27.7, 117.06, 27.71)
        self.content = gpd.GeoDataFrame({"id": ["A1"]}, geometry=[square], crs=4490).to_json().encode()
        self.run = run_check(read_sites(self.content, "a.geojson"), self.small, Settings(as_of="2026-11-20"))
        self.upload = gbk_shapefile_zip(red_line(), "STBHHX")
        self.intake = read_and_validate(self.upload, "STBHHX.zip")

    def fill(self) -> None:
        """Give the data folder in use a check and an imported layer."""
        Ledger.open(home()).store(Case(name="before"), self.run, self.content)
        self._import()

    def _import(self) -> int:
        declared = LayerDeclaration(
            id=_LAYER, title_zh="红线", publisher="某局", licence="内部", as_of="2023-09", basis="statutory",
            role="redline", id_field="BSM", name_field="HXMC",
        )  # fmt: skip
        return store_layer(self.intake, declared, self.upload, catalogue=self.catalogue, counties=self.counties).number

    def scenarios(self) -> list[Scenario]:
        """Return what is tried."""
        return [
            Scenario("store a check", self._store, _has_check),
            Scenario("amend a check", _amend, _is_amended),
            Scenario("import a layer", lambda told: told(str(self._import())), _has_version),
            Scenario("take a layer out of use", _take_out, lambda _: _entry_in_use() == 0),
            Scenario("make tiles", self._tiles, lambda _: True),
            Scenario("back up", _back_up, lambda _: zipfile.is_zipfile(home().parent / "backup.zip")),
            Scenario("restore", self._restore, lambda _: len(Ledger.open(home()).search("")) > 0),
        ]

    def _store(self, told: Acknowledge) -> None:
        told(Ledger.open(home()).store(Case(name="now"), self.run, self.content))

    def _tiles(self, told: Acknowledge) -> None:
        make_missing(self.small["county"], home() / "tiles")
        told("tiles")

    def _restore(self, told: Acknowledge) -> None:
        restore_backup(home().parent / "before.zip", home(), replace=True)
        told("restored")


def _has_check(check_id: str) -> bool:
    return Ledger.open(home()).get(check_id).id == check_id


def _amend(told: Acknowledge) -> None:
    ledger = Ledger.open(home())
    (listed,) = ledger.search("")
    ledger.amend(listed.id, replace(listed.case, reviewed_by="李四"))
    told(listed.id)


def _is_amended(check_id: str) -> bool:
    return Ledger.open(home()).get(check_id).case.reviewed_by == "李四"


def _entry_in_use() -> int:
    entry = read_user_catalogue().of(_LAYER)
    return -1 if entry is None else entry.current


def _has_version(number: str) -> bool:
    return _entry_in_use() == int(number)


def _take_out(told: Acknowledge) -> None:
    use_version(_LAYER, 0)
    told("out")


def _back_up(told: Acknowledge) -> None:
    write_backup(home(), home().parent / "backup.zip")
    told("backup")


def broken(scenario: Scenario, acknowledged: str) -> list[str]:
    """Return what does not hold after a run: after a restart, in another process."""
    faults = []
    remove_left_by_killed(home().parent)
    left = [path.name for path in home().parent.rglob(".*") if path.name.endswith(".part") or "draft" in path.name]
    if left:
        faults.append(f"left behind: {left[0]}")
    ledger = Ledger.open(home())
    found = ledger.search("")
    if not any(one.case.name == "before" for one in found):
        faults.append("the check before is lost")
    faults += [f"{one.id} does not verify" for one in found if verify(ledger, one.id).outcome != "reproduced"]
    faults += _catalogue_faults()
    for line in acknowledged.splitlines():
        if not scenario.holds(line):
            faults.append(f"acknowledged and not there: {line}")
    return faults


def _catalogue_faults() -> list[str]:
    """Return which versions of imports are not whole: each is there, and the one in use loads as it was stored."""
    entry = read_user_catalogue().of(_LAYER)
    if entry is None:
        return ["the import before is lost"]
    faults = []
    for version in entry.version:
        folder = home() / "layers" / _LAYER / f"{version.number:04d}"
        if not folder.is_dir():
            faults.append(f"version {version.number} is not there")
    if entry.current:
        catalogue: Any = current_catalogue(PRODUCT / "config.toml").catalogue
        specs = [spec for spec in catalogue.layer if spec.id == _LAYER]
        layers = load_layers(catalogue.model_copy(update={"layer": specs}))
        if not specs or layers[_LAYER].fault is not None:
            faults.append("the import in use does not load")
    return faults


def copy_of(folder: Path, target: Path) -> None:
    """Put a copy of a folder in the place of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
