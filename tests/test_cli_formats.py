"""``redline check`` on the same site in every format: the same states, and areas to 0.01 m²."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from cli import main
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.load import load_layers
from tests.geo.formats import DEGREES, METRES, plain_geojson, txt
from tests.helpers import ROOT, karney_area_m2

CORNERS = [
    (117.0812345678, 27.72),
    (117.0901234567, 27.7212345678),
    (117.0898765432, 27.7287654321),
    (117.082, 27.7271),
]
SITE = shapely.Polygon(CORNERS)
PLANE = shapely.set_precision(gpd.GeoSeries([SITE], crs=4490).to_crs(4527)[0], 1e-5)
ASKED = ["--activity", "wind", "--as-of", "2026-11-20", "--format", "json"]
RED = "redline_jiangxi"
_LOADED: list[Any] = []


def load_once(catalogue: Catalogue, **_where: Any) -> Any:
    """Load the shipped layers once."""
    if not _LOADED:
        _LOADED.append(load_layers(catalogue))
    return _LOADED[0]


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("layers.catalogue.load_layers", load_once)
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


def checked(content: bytes, name: str, folder: Path, crs: str | None) -> dict[str, Any]:
    """Check a file that holds one site; return what is said of it."""
    path = folder / name
    path.write_bytes(content)
    answer = CliRunner().invoke(main, ["check", str(path), *ASKED, *(["--crs", crs] if crs else [])])
    assert answer.exit_code == 0, answer.output
    told: list[dict[str, Any]] = json.loads(answer.stdout)["sites"]
    assert len(told) == 1
    return told[0]


def agree(site: dict[str, Any], other: dict[str, Any], allowed_m2: float) -> None:
    assert site["verdict"] == other["verdict"]
    assert site["area_m2"] == pytest.approx(other["area_m2"], abs=allowed_m2)
    for one, two in zip(site["findings"], other["findings"], strict=True):
        assert [one[k] for k in ("layer", "state", "reason", "relation")] == [
            two[k] for k in ("layer", "state", "reason", "relation")
        ]
        assert one["overlap_m2"] == pytest.approx(two["overlap_m2"], abs=allowed_m2)
        assert one["distance_m"] == pytest.approx(two["distance_m"], abs=0.001)


@pytest.mark.parametrize("key", DEGREES)
def test_a_site_in_degrees_is_told_the_same_in_every_format(tmp_path: Path, key: str) -> None:
    frame = gpd.GeoDataFrame({"名称": ["地块甲"]}, geometry=[SITE], crs=4490)
    name, write, crs = DEGREES[key]
    site = checked(write(frame, tmp_path), name, tmp_path, crs)
    # a FileGDB keeps degrees to 1e-9: half of that along the whole edge
    allowed = SITE.length * 111_320 * 1e-9 * 111_320 / 2 if key == "gdb" else 0.01
    assert site["area_m2"] == pytest.approx(karney_area_m2(SITE), abs=allowed)
    agree(site, checked(plain_geojson(frame, tmp_path), "o.geojson", tmp_path, "EPSG:4490"), allowed)
    layer = load_once(read_catalogue(ROOT / "config.toml"))[RED].frame
    met = layer[layer.intersects(SITE)].geometry.intersection(SITE).union_all()
    found = next(finding for finding in site["findings"] if finding["layer"] == RED)
    assert found["overlap_m2"] == pytest.approx(karney_area_m2(met), abs=max(allowed, 0.01))


@pytest.mark.parametrize("key", METRES)
def test_a_site_in_metres_is_told_the_same_in_every_format(tmp_path: Path, key: str) -> None:
    frame = gpd.GeoDataFrame({"名称": ["地块甲"]}, geometry=[PLANE], crs=4527)
    name, write, crs = METRES[key]
    site = checked(write(frame, tmp_path), name, tmp_path, crs)
    allowed = PLANE.length * 1e-4 / 2 if key == "gdb" else 0.01  # a FileGDB keeps plane coordinates to 0.1 mm
    other = tmp_path / "other"
    other.mkdir()
    agree(site, checked(METRES["fgb"][1](frame, other), "o.fgb", tmp_path, None), allowed)


def test_coarser_writing_is_within_half_a_unit_along_the_edge(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"名称": ["地块甲"]}, geometry=[PLANE], crs=4527)
    fine = checked(txt(frame, tmp_path), "fine.txt", tmp_path, None)
    coarse = checked(txt(frame, tmp_path, decimals=3), "coarse.txt", tmp_path, None)
    agree(fine, coarse, PLANE.length * 0.0005)
    assert fine["area_m2"] != coarse["area_m2"]

    def dms(value: float) -> str:
        seconds = round(value * 3600, 4)
        return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60):02d}′{seconds % 60:07.4f}″"

    text = "\n".join(f"东经{dms(x)}，北纬{dms(y)}" for x, y in CORNERS)
    answer = CliRunner().invoke(main, ["check", "-", "--shape", "polygon", *ASKED], input=text)
    assert answer.exit_code == 0, answer.output
    typed = json.loads(answer.stdout)["sites"][0]
    unit_m = 1e-4 / 3600 * 111_320
    assert typed["area_m2"] == pytest.approx(karney_area_m2(SITE), abs=SITE.length * 111_320 * unit_m / 2)
