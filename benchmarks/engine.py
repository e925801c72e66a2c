"""Sites per second of the overlay engine, ours against ``geopandas.overlay``, in the same run on the same data.

    python benchmarks/engine.py [--sites 100000] [--features 20000]

Both find the overlap of every site with every feature and its area. geopandas has no ellipsoidal area: it is given the
cheapest honest one it can do (projecting the pieces to an equal-area plane). Ours also tells relation and share, which
geopandas does not. Distances, which geopandas cannot do at all, and the answer to a click on the map are timed
after it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from geo.measure import FeatureIndex, nearest, overlay
from layers.catalogue import load_layers, read_catalogue
from siting.check import rules_here

ROOT = Path(__file__).resolve().parent.parent
EQUAL_AREA = "+proj=aea +lat_1=25 +lat_2=33 +lon_0=116 +ellps=GRS80"
WEST, SOUTH, EAST, NORTH = 113.6, 24.5, 118.4, 30.0


def circles(count: int, radius_deg: float, corners: int, seed: int) -> gpd.GeoDataFrame:
    """Return `count` circles with `corners` vertices each, at random positions over Jiangxi, EPSG:4490."""
    points = np.random.default_rng(seed).uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    shapes = shapely.buffer(shapely.points(points), radius_deg, quad_segs=max(1, corners // 4))
    return gpd.GeoDataFrame({"number": np.arange(count)}, geometry=shapes, crs="EPSG:4490")


def overlay_geopandas(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> tuple[int, float]:
    """Return number and total area (m²) of the overlaps, by ``geopandas.overlay`` and an equal-area projection."""
    pieces = gpd.overlay(sites, features, how="intersection", keep_geom_type=True)
    areas = pieces.to_crs(EQUAL_AREA).area
    return len(pieces), float(areas.sum())


def overlay_redline(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> tuple[int, float]:
    """Return number and total area (m²) of the overlaps, by `geo.measure.overlay` with a new index."""
    pairs = overlay(sites, FeatureIndex(features.geometry.to_numpy()))
    return len(pairs), float(pairs["overlap_m2"].sum())


def best_time(work: Callable[..., Any], *arguments: Any, rounds: int = 3) -> tuple[float, Any]:
    """Return the shortest time of some rounds, in seconds, and the result."""
    best, result = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        result = work(*arguments)
        best = min(best, time.perf_counter() - start)
    return best, result


def click_ms() -> float:
    """Return the median time of a point query against every layer of config.toml, in ms, warm."""
    layers = load_layers(read_catalogue(ROOT / "config.toml"))
    counties = layers["county"].frame
    if counties is None:
        return float("nan")
    spent = []
    for step in range(41):
        start = time.perf_counter()
        rules_here(WEST + 0.1 * step, 27.9, list(layers.values()), counties)
        spent.append((time.perf_counter() - start) * 1000)
    return float(np.median(spent))


def main() -> None:
    """Run the cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=20_000)
    parser.add_argument("--heavy-sites", type=int, default=2_000)
    arguments = parser.parse_args()
    cases = {
        "light": (arguments.sites, circles(arguments.features, 0.01, 60, 2)),
        "heavy": (arguments.heavy_sites, circles(400, 0.12, 20_000, 3)),
    }
    print(f"{'case':8}{'method':14}{'sites/s':>10}{'pairs':>10}{'km²':>14}")
    for name, (count, features) in cases.items():
        sites = circles(count, 0.002, 32, 1)
        for label, method in (("geopandas", overlay_geopandas), ("redline", overlay_redline)):
            spent, (pairs, square_metres) = best_time(method, sites, features, rounds=2 if name == "heavy" else 3)
            print(f"{name:8}{label:14}{count / spent:>10,.0f}{pairs:>10,}{square_metres / 1e6:>14.3f}")
    some = circles(min(arguments.sites, 20_000), 0.002, 32, 1)
    spent, _ = best_time(nearest, some, cases["light"][1], rounds=2)
    print(f"{'light':8}{'distance':14}{len(some) / spent:>10,.0f}")
    print(f"{'click':8}{'all layers':14}{click_ms():>10,.1f} ms")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
