"""A second opinion from a program that shares no code with ours: GeographicLib's own Planimeter and GeodSolve.

Debian: ``geographiclib-tools``; ``.ci/run`` installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import numpy as np
import pytest
import shapely

from geo.measure.distances import nearest
from geo.measure.ellipsoid import area_m2
from tests.helpers import frame_4490

FOUND = shutil.which("Planimeter") is not None and shutil.which("GeodSolve") is not None
pytestmark = pytest.mark.skipif(
    not FOUND and not os.environ.get("CI"), reason="GeographicLib's tools are not here (Debian: geographiclib-tools)"
)
ELLIPSOID = ["-e", "6378137", "1/298.257222101"]
STEP_DEG = 50 / 111_700


def answers(program: str, *options: str, lines: list[str]) -> list[list[float]]:
    run = subprocess.run(
        [program, *ELLIPSOID, *options], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True
    )
    return [[float(word) for word in line.split()] for line in run.stdout.splitlines() if line.strip()]


def planimeter(polygon: shapely.Polygon) -> float:
    """Area of a ring cut to 50 m pieces: its geodesic edges are then our straight ones, to the oracle's doubt."""
    lon, lat = shapely.get_coordinates(shapely.segmentize(polygon, STEP_DEG))[:-1].T
    (_, _, area), *_ = answers(
        "Planimeter", "-p", "9", lines=[f"{y:.15g} {x:.15g}" for x, y in zip(lon, lat, strict=True)]
    )
    return abs(area)


SHAPES = {
    "a mu": shapely.box(117.05, 27.70, 117.05 + 2.6e-4, 27.70 + 2.3e-4),
    "a site": shapely.Polygon([(117.05, 27.70), (117.10, 27.71), (117.09, 27.75), (117.04, 27.73)]),
    "a county": shapely.Point(116.2, 27.6).buffer(0.2, quad_segs=3),
    "Yangzhou": shapely.box(119.1, 32.2, 119.6, 33.0),
    "a sliver": shapely.box(114.5, 26.3, 114.500001, 26.5),
}


@pytest.mark.parametrize("name", SHAPES)
def test_area_against_planimeter(name: str) -> None:
    shape = SHAPES[name]
    ours = float(area_m2(frame_4490(shape)).iloc[0])
    # what is left between a 50 m geodesic and its chord in degrees, all edges bending the same way: 1e-9 of the area
    # for compact shapes; Planimeter prints nine decimals
    assert ours == pytest.approx(planimeter(shape), rel=2e-9, abs=0.01)


def test_distance_against_geodsolve() -> None:
    rng = np.random.default_rng(7)
    start = np.column_stack([rng.uniform(114, 119, 40), rng.uniform(25, 33, 40)])
    end = start + rng.uniform(-0.3, 0.3, start.shape)
    lines = [f"{a[1]:.12f} {a[0]:.12f} {b[1]:.12f} {b[0]:.12f}" for a, b in zip(start, end, strict=True)]
    wanted = [row[2] for row in answers("GeodSolve", "-i", "-p", "6", lines=lines)]
    for here, there, distance in zip(start, end, wanted, strict=True):
        found = nearest(frame_4490(shapely.Point(np.round(here, 12))), frame_4490(shapely.Point(np.round(there, 12))))
        assert float(found["distance_m"].iloc[0]) == pytest.approx(distance, abs=1e-3)
