"""What one site costs: ``python -m benchmarks.one_site [--peer CHECKOUT]``.

By command: processor seconds of ``redline check`` of one parcel with an activity, its child processes included, when
nothing is stored yet and afterwards; with ``--peer`` also of another checkout, in the same run. In a process that has
the layers: the 50th and 99th percentile, in milliseconds of processor time, of points and of parcels at random places
of the counties (fixed seed): measured against every layer, and the whole check.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from tabulate import tabulate

from geo.crs import STORE_CRS
from geo.measure import areas_of
from geo.sites import RawPart, sites_from_parts
from layers.catalogue import counties_of, load_layers, read_catalogue
from siting.check import run_check, settings_of
from siting.measures import measure, prepared
from tools.browser.serving import ROOT

ACTIVITY = "chemical_project"
PARCEL_DEG = 0.004


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--sites", type=int, default=200)
    options = parser.parse_args()
    commands = [("this checkout", ROOT)] + ([("peer", options.peer.resolve())] if options.peer else [])
    rows = [(name, *by_command(root)) for name, root in commands]
    heads = ["redline check, one parcel", "first, cpu s", "again, cpu s", "again, wall s"]
    print(tabulate(rows, headers=heads, floatfmt=".2f", tablefmt="github"), end="\n\n")
    print(tabulate(in_process(options.sites), headers=["cpu ms", "p50", "p99"], floatfmt=".1f", tablefmt="github"))
    return 0


def by_command(root: Path) -> tuple[float, float, float]:
    """Return processor seconds of a command in an empty home; of the least of three more, and its wall time."""
    python = root / ".venv" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.geojson"
        gpd.GeoDataFrame(geometry=[shapely.box(117.06, 27.7, 117.065, 27.705)], crs=STORE_CRS).to_file(site)
        runs = [_one_command(python, root, site, Path(folder)) for _ in range(4)]
    again = min(runs[1:])
    return runs[0][0], *again


def _one_command(python: Path, root: Path, site: Path, folder: Path) -> tuple[float, float]:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [python, "-m", "cli", "check", site, "--activity", ACTIVITY, "--format", "json", "--out", folder / "out.json"],
        cwd=root, env=os.environ | {"REDLINE_HOME": str(folder / "home")}, check=True, capture_output=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - begun


def in_process(count: int) -> list[tuple[str, float, float]]:
    """Return name, 50th and 99th percentile of what one site costs where the layers are loaded and asked before."""
    catalogue = read_catalogue(ROOT / "config.toml")
    layers = load_layers(catalogue)
    counties = shapely.union_all(counties_of(layers).geometry.to_numpy())
    west, south, east, north = shapely.bounds(counties)
    places = np.random.default_rng(1).uniform([west, south], [east, north], (count * 4, 2))
    places = places[shapely.contains_xy(counties, places)][:count]
    ready = [prepared(one.frame) for one in layers.values() if one.frame is not None and one.spec.checked]
    tolerance_m = catalogue.check.touch_tolerance_m
    rows = []
    for name, shapes in (
        ("point", shapely.points(places)),
        ("parcel", shapely.box(*places.T, *(places + PARCEL_DEG).T)),
    ):
        sizes = areas_of(shapes)

        def against_layers(at: int, shapes: np.ndarray = shapes, sizes: np.ndarray = sizes) -> None:
            for layer in ready:
                measure(shapes[at : at + 1], sizes[at : at + 1], layer, tolerance_m)

        rows.append((f"{name}, measured against {len(ready)} layers", *_percentiles(against_layers, count)))
        for activity in (None, ACTIVITY):
            settings = settings_of(catalogue, activity=activity)

            def checked(at: int, shapes: np.ndarray = shapes, settings: object = settings) -> None:
                frame = gpd.GeoDataFrame({"site_id": ["1"]}, geometry=shapes[at : at + 1], crs=STORE_CRS)
                run_check(sites_from_parts([RawPart("one", frame, "EPSG:4490", "user")], name="one"), layers, settings)  # type: ignore[arg-type]

            rows.append((f"{name}, whole check, {activity or 'no activity'}", *_percentiles(checked, count)))
    return rows


def _percentiles(act: Callable[[int], None], count: int) -> tuple[float, float]:
    for at in range(3):
        act(at)
    used = []
    for at in range(count):
        begun = time.process_time()
        act(at)
        used.append(1000 * (time.process_time() - begun))
    return float(np.percentile(used, 50)), float(np.percentile(used, 99))


if __name__ == "__main__":
    sys.exit(main())
