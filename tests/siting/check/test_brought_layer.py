"""A check against a layer that was brought in is a check against the file, by geopandas; and no longer indicative."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.read.formats import read_sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import current_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.user_layers import read_user_catalogue
from layers.own.intake import read_and_validate
from layers.own.versions import LayerDeclaration, defaults_inside_extent, remove, store_layer
from siting.check.run import run_check
from siting.check.settings import Case, Settings
from siting.ledger.layer_uses import uses_by_version
from siting.ledger.store import Ledger
from siting.ledger.verification import verify
from tests.helpers import ROOT, geojson, karney_area_m2
from tests.layers.bureau_files import gbk_shapefile_zip, red_line

CONFIG = ROOT / "config.toml"


def test_findings_are_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    bureau = red_line()
    bureau.to_file(tmp_path / "bureau.gpkg")
    content = gbk_shapefile_zip(bureau, "STBHHX")
    catalogue = read_catalogue(CONFIG)
    before = load_layers(catalogue)
    counties = counties_of(before)
    held = defaults_inside_extent(catalogue.spec("redline_jiangxi"), ["361000"], [spec.id for spec in catalogue.layer])
    said = {"title_zh": "红线", "publisher": "局", "licence": "内部", "as_of": "2023", "basis": "statutory"}
    given = LayerDeclaration(**{**held, **said, "extent": ("361000",), "id_field": "BSM", "name_field": "HXMC"})  # type: ignore[arg-type]
    store_layer(read_and_validate(content, "STBHHX.zip"), given, content, catalogue=catalogue, counties=counties)
    after = load_layers(current_catalogue(CONFIG).catalogue, before)

    # sites: across the corner of a block, wholly inside one, wholly between two, and in another city
    metres = gpd.read_file(tmp_path / "bureau.gpkg")
    degrees = metres.set_geometry(metres.geometry.segmentize(20)).to_crs(4490)  # edges are straight in metres
    first = degrees.geometry.iloc[0]
    west, south, east, _ = first.bounds
    across = shapely.box(west - 0.01, south - 0.01, west + 0.02, south + 0.02)
    inside = shapely.box(west + 0.02, south + 0.02, west + 0.03, south + 0.03)
    between = shapely.box(east + 0.008, south + 0.01, east + 0.012, south + 0.02)
    elsewhere = shapely.box(115.0, 27.1, 115.01, 27.11)
    sites = read_sites(geojson(across, inside, between, elsewhere), "a.geojson", crs="EPSG:4490")
    run = run_check(sites, after, Settings(as_of="2026-11-20"))
    found = run.result.findings
    mine = found[found["layer"] == "redline_361000"].set_index("site")
    assert mine["state"].tolist() == ["hit", "hit", "clear", "not_checked"]
    assert mine.loc[3, "reason"] == "out_of_extent"
    blocks = gpd.overlay(gpd.GeoDataFrame({"site": [0, 1]}, geometry=[across, inside], crs=4490), degrees)
    for site, area in ((0, blocks[blocks["site"] == 0]), (1, blocks[blocks["site"] == 1])):
        expected = sum(karney_area_m2(shape) for shape in area.geometry)
        assert mine.loc[site, "overlap_m2"] == pytest.approx(expected, rel=1e-6)
        assert {feature["feature_id"] for feature in mine.loc[site, "features"]} == set(area["BSM"])

    illustration = found[found["layer"] == "redline_jiangxi"].set_index("site")
    assert set(illustration.loc[[0, 1, 2], "state"]) == {"not_checked"}
    assert set(illustration.loc[[0, 1, 2], "reason"]) == {"out_of_extent"}
    assert illustration.loc[3, "state"] == "indicative", "elsewhere the illustration still warns"
    shown = run_check(sites, before, Settings(as_of="2026-11-20")).result.findings
    then = shown[shown["layer"] == "redline_jiangxi"].set_index("site")
    assert set(then["state"]) == {"indicative"}

    # a stored check names the version that it used, and holds against it
    ledger = Ledger.open(tmp_path / "ledger")
    stored = ledger.store(Case(name="试"), run)
    kept = {layer.spec.id: layer for layer in ledger.get(stored).layers}
    assert kept["redline_361000"].digest == after["redline_361000"].digest
    assert verify(ledger, stored, after).outcome == "reproduced"

    # and a version names the checks that used it: the city's own, the illustration less the city, and whole
    earlier = [ledger.store(Case(name="前"), run_check(sites, before, Settings(as_of="2026-11-20"))) for _ in range(3)]
    user_catalogue = read_user_catalogue()
    mine_used = uses_by_version(ledger, "redline_361000", user_catalogue.of("redline_361000"))
    assert {number: use.latest for number, use in mine_used.items()} == {0: (), 1: (stored,)}
    shipped_used = uses_by_version(ledger, "redline_jiangxi", user_catalogue.of("redline_jiangxi"), most=2)[0]
    assert shipped_used.count == 4
    assert len(shipped_used.latest) == 2
    assert set(shipped_used.latest) <= {stored, *earlier}
    remove("redline_361000")
    back = load_layers(current_catalogue(CONFIG).catalogue, after)
    assert "redline_361000" not in back
    again = verify(ledger, stored, back)
    assert again.outcome == "reproduced", "what was used is kept"
    assert any("redline_361000" in change.text("en") for change in again.since)
