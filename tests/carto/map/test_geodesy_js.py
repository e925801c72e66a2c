"""What the browser reckons itself, laid beside PROJ."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from tests.helpers import ROOT

JS = ROOT / "carto" / "js" / "tools" / "geodesy.js"
LIBRARY = ROOT / "static" / "vendor" / "geographiclib-geodesic" / "geographiclib-geodesic.min.js"
GEOD = Geod(a=6378137.0, rf=298.257222101)

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not LIBRARY.is_file(), reason="no node, or the front-end files are not fetched"
)


def run(expression: str) -> list:
    script = (
        "globalThis.window = globalThis;"
        f"window.geodesic = require({json.dumps(str(LIBRARY))});"
        f"require({json.dumps(str(JS))});"
        f"console.log(JSON.stringify({expression}))"
    )
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_gauss_kruger_is_proj_s_to_a_centimetre():
    chance = np.random.default_rng(7)
    places = np.column_stack([chance.uniform(73.6, 134.9, 400), chance.uniform(3.5, 53.5, 400)])
    told = run(f"{places.tolist()}.map(([lon, lat]) => window.redline.gaussKruger(lon, lat))")
    zones = np.rint(places[:, 0] / 3).astype(int)
    for zone in np.unique(zones):
        mine = zones == zone
        to_plane = Transformer.from_crs(4490, 4488 + int(zone), always_xy=True)  # 4513 is zone 25
        east, north = to_plane.transform(*places[mine].T)
        got = [one for one, here in zip(told, mine, strict=True) if here]
        assert {one["zone"] for one in got} == {zone}
        assert np.abs([one["x"] for one in got] - north).max() < 0.01
        assert np.abs([one["y"] for one in got] - east).max() < 0.01


def test_a_length_is_the_geodesic():
    line = [[115.9, 28.7], [116.4, 27.9], [114.99, 27.1]]
    assert run(f"[window.redline.lengthOf({line})]")[0] == pytest.approx(GEOD.line_length(*zip(*line, strict=True)))
    assert run("[window.redline.lengthOf([[116, 28]])]") == [0]


@pytest.mark.parametrize("size", [0.001, 0.05, 1.5])
def test_an_area_is_that_of_edges_straight_in_degrees(size):
    ring = [[116 + x * size, 28 + y * size] for x, y in ((0, 0), (1, 0.1), (1.2, 1), (-0.05, 0.5))]
    dense = shapely.segmentize(shapely.Polygon(ring), size / 2000)
    expected = abs(GEOD.geometry_area_perimeter(dense)[0])
    there, back = run(f"[window.redline.areaOf({ring}), window.redline.areaOf({ring[::-1]})]")
    assert there == pytest.approx(expected, rel=1e-6, abs=0.02)  # Karney's sums of short edges are good to a centimetre
    assert back == pytest.approx(there, rel=1e-12)


def test_what_has_no_inside_has_no_area():
    assert run("[window.redline.areaOf([[116, 28], [117, 28]]), window.redline.areaOf([])]") == [0, 0]


def test_the_scale_is_that_of_the_web_mercator_grid():
    # OGC 07-057r7, annex E.4: scale denominators of GoogleMapsCompatible at the equator
    told = run("[0, 10, 18].map((zoom) => window.redline.scaleOf(0, zoom))")
    assert told == pytest.approx([559082264.0287178, 545978.7734655447, 2132.729583849784], rel=1e-9)
    assert run("[window.redline.scaleOf(60, 10)]")[0] == pytest.approx(545978.7734655447 / 2, rel=1e-9)
