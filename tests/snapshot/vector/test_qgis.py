"""The GeoPackage opened by QGIS itself, where ``python3-qgis`` is installed: classes, colours, hatch, labels."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box

from carto.style.symbols import classes_of
from geo.read.formats import sites_from_drawing
from layers.catalogue import known_by_territory
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from siting.check.check import check
from snapshot.selection.selection import Selection
from snapshot.vector.forms import write

PYTHON = Path("/usr/bin/python3")
SCRIPT = """
import json, os, sqlite3, sys
from qgis.core import QgsApplication, QgsRenderContext, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
found, kept, context = {}, [], QgsRenderContext()
path = sys.argv[1]
for name, in sqlite3.connect(path).execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    kept.append(layer)
    renderer = layer.renderer()
    symbols = renderer.symbols(context)
    values = [c.value() for c in renderer.categories()] if renderer.type() == "categorizedSymbol" else [None]
    found[name] = {
        "valid": layer.isValid(), "count": layer.featureCount(), "crs": layer.crs().authid(),
        "labels": layer.labelsEnabled(),
        "symbols": [[value, symbol.color().name(), round(symbol.color().alphaF(), 2),
                     [part.layerType() for part in symbol.symbolLayers()]] for value, symbol in zip(values, symbols)],
    }
print("RESULT" + json.dumps(found), flush=True)
os._exit(0)
"""


def _qgis() -> bool:
    if not PYTHON.exists():
        return False
    return (
        subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False, env=_env()).returncode == 0
    )


def _env() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    return kept | {"QT_QPA_PLATFORM": "offscreen"}


pytestmark = pytest.mark.skipif(not _qgis(), reason="QGIS is not installed")


@pytest.fixture(scope="module")
def opened(default_layers: dict[str, Layer], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    drawn = {"type": "Feature", "properties": {}, "geometry": box(117.05, 27.7, 117.1, 27.74).__geo_interface__}
    sites = sites_from_drawing([drawn])
    result = check(sites, list(default_layers.values()), counties_of(default_layers))
    asked = Selection(default_layers, epsg=4527, sites=sites, result=result)
    path = write(asked, "gpkg", tmp_path_factory.mktemp("qgis") / "快照")
    ran = subprocess.run(
        [PYTHON, "-c", SCRIPT, path], capture_output=True, text=True, check=True, env=_env(), timeout=120
    )
    return json.loads(ran.stdout.partition("RESULT")[2])


def test_every_table_opens_in_its_system(opened: dict[str, Any], default_layers: dict[str, Layer]) -> None:
    assert all(one["valid"] and one["crs"] == "EPSG:4527" for one in opened.values())
    for name, layer in default_layers.items():
        if layer.frame is not None:
            parts = [one["count"] for table, one in opened.items() if table == name or table.startswith(f"{name}_")]
            assert sum(parts) >= (~known_by_territory(layer.frame)).sum()


def test_classes_and_colours_are_those_of_the_map(opened: dict[str, Any], default_layers: dict[str, Layer]) -> None:
    classes, _ = classes_of(default_layers["projects"])
    shown = {value: colour for value, colour, _, _ in opened["projects_point"]["symbols"]}
    for item in classes:
        if item.value in shown:
            assert shown[item.value] == str(item.symbol["fill"]).lower()
    assert len(shown) > 8
    style = default_layers["waters"].spec.style
    assert opened["waters"]["symbols"][0][1:3] == [style.fill, pytest.approx(style.fill_opacity, abs=0.01)]


def test_hatch_and_labels_are_there(opened: dict[str, Any]) -> None:
    parts = opened["redline_jiangxi"]["symbols"][0][3]
    assert parts == ["SimpleFill", "LinePatternFill", "SimpleLine"]
    assert opened["county"]["labels"]
    assert not opened["redline_jiangxi"]["labels"]
