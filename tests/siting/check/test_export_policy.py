"""What an entry keeps in stays in: in reports, flat columns, words, and in what is derived from the layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo.read.formats import read_sites
from layers.catalogue.export_policy import withheld_ids
from layers.catalogue.model import Layer
from layers.sources import CorridorSource, FileSource, NoSource
from siting.check.batch import result_columns
from siting.check.export_policy import MEASURED, without_withheld
from siting.check.land_taken import occupation
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from siting.ledger.store import Ledger
from snapshot.findings.results import report_json, write_results
from snapshot.findings.schemes import schemes_of
from snapshot.selection.layer_tables import findings_table
from tests.helpers import geojson

SECRET = shapely.box(116.35, 27.4, 116.40, 27.6)
SITES = (shapely.box(116.30, 27.45, 116.38, 27.5), shapely.box(116.36, 27.45, 116.42, 27.5))


def entry(layer: Layer, **changes: Any) -> Layer:
    return replace(layer, spec=layer.spec.model_copy(update=changes))


def band_of(name: str) -> CorridorSource:
    return CorridorSource(kind="corridor", of=[name], width_m=9)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    """A secret line, a band along it, a band along that band, and a layer that anybody may see."""
    file = FileSource(kind="file", files=["x"])
    found = [
        entry(replace(make_layer(id="county", checked=False), frame=counties), stands_for="county"),
        entry(make_layer(SECRET, id="secret", basis="statutory"), source=file, export="none"),
        entry(make_layer(SECRET.buffer(0.001), id="band"), source=band_of("secret")),
        entry(make_layer(SECRET.buffer(0.002), id="wide"), source=band_of("band")),
        entry(make_layer(SECRET.buffer(0.003), id="open"), source=file),
    ]  # fmt: skip
    return {layer.id: layer for layer in found}


@pytest.fixture
def run(layers: dict[str, Layer]) -> Run:
    return run_check(read_sites(geojson(*SITES), "a.geojson"), layers, Settings(as_of="2026-11-20"))


HELD = {"secret", "band", "wide"}


def test_a_band_along_a_layer_is_kept_in_as_the_layer_is(layers: dict[str, Layer]) -> None:
    specs = [layer.spec for layer in layers.values()]
    assert withheld_ids(specs) == HELD
    not_there = layers["secret"].spec.model_copy(update={"source": NoSource(kind="none")})
    assert withheld_ids([not_there, *(spec for spec in specs if spec.id != "secret")]) == set()


def test_no_form_tells_what_is_kept_in(run: Run, tmp_path: Path) -> None:
    for site in report_json(run)["sites"]:
        found = {finding["layer"]: finding for finding in site["findings"]}
        assert {name for name, finding in found.items() if finding.get("withheld")} == HELD
        for name in HELD:
            assert found[name]["state"] == "hit"
            assert {key: found[name][key] for key in MEASURED} == MEASURED
        assert found["open"]["overlap_m2"] > 0
    assert {name for name in result_columns(run).columns if name.split("_")[0] in HELD} == {f"{n}_state" for n in HELD}
    assert set(occupation(run)["layer"]) == {"open"}
    table = findings_table(run.result, run.layers.values(), "zh")
    assert set(table.loc[table["withheld"], "layer"]) == HELD
    told = schemes_of({"a": run})
    assert {name.split(":")[1] for name in told.table.columns if ":" in name} == {"open"}
    assert set(told.withheld) == HELD


def test_words_in_a_file_tell_none_of_it_either(run: Run, tmp_path: Path) -> None:
    shares = run.result.findings.query("site == 0").set_index("layer")["share"]
    figure, shown = (f"{shares[name]:.2%}" for name in ("secret", "open"))
    write_results(tmp_path / "out.txt", "table", run, "zh")
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert shown in text
    assert figure not in text


def test_the_record_of_a_band_keeps_it_in_without_its_layer(run: Run, tmp_path: Path) -> None:
    """The layer that a band runs along need not be checked, and then does not stand in the record."""
    unchecked = dict(run.layers) | {"secret": entry(run.layers["secret"], checked=False)}
    again = run_check(run.sites, unchecked, run.settings)
    ledger = Ledger.open(tmp_path)
    check = ledger.get(ledger.store(Case(), again))
    told = without_withheld(check.report, [seen.spec for seen in check.layers])
    assert "secret" not in {seen.spec.id for seen in check.layers}
    held = {f["layer"] for site in told["sites"] for f in site["findings"] if f.get("withheld")}
    assert held == {"band", "wide"}
    assert json.dumps(told)
