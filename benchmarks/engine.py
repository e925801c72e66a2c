"""Sites per second of the overlay engine beside other tools, in the same run on the same data.

    python -m benchmarks.engine [--case heavy light …] [--methods redline …] [--sites N] [--features N] [--peers]

Every method runs alone in a process of its own, so that its peak memory is its own. All answer which sites meet which
features and how much they share; ours also tells relation and share of the site, and measures on the ellipsoid where
the others measure square degrees. Their rows must agree with those of a bare STRtree, or the run fails. `--peers` adds
DuckDB, SedonaDB and PyCanopy, which are installed apart (`tools/requirements-peers.txt`). After it come distances and
the answer to a click on the map.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from tabulate import tabulate

from benchmarks.rough_shapes import EAST, LAYERS, WEST, layer, sites, stored
from geo.measure import FeatureIndex, nearest
from layers.catalogue import load_layers, read_catalogue
from siting.check import rules_here
from tools.environments import ROOT, ready_python

FOLDER: Final = ROOT / ".build" / "engine"
COUNTS: Final = {  # sites, features
    "light": (100_000, 20_000),
    "heavy": (5_000, 400),
    "ribbons": (20_000, 2_000),
    "holed": (10_000, 400),
    "touching": (20_000, 2_500),
    "mixed": (20_000, 5_000),
}
OURS: Final = ("redline", "redline, plain", "STRtree", "geopandas")
PEERS: Final = ("DuckDB", "SedonaDB", "PyCanopy")
_REFERENCE: Final = "STRtree"
_LEAST_DEG2: Final = 1e-18
"""Less is a touch: some tools call it a pair, others not."""


def main() -> int:
    """Run the cases, print a table of each, return 1 if two methods disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", nargs="*", choices=list(LAYERS), default=["light", "heavy"])
    parser.add_argument("--methods", nargs="*", choices=[*OURS, *PEERS], default=list(OURS))
    parser.add_argument("--sites", type=int)
    parser.add_argument("--features", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only-overlay", action="store_true", help="neither distances nor clicks")
    arguments = parser.parse_args()
    methods = [*arguments.methods, *(PEERS if arguments.peers else ())]
    agreed = True
    for case in arguments.case:
        counts = (arguments.sites or COUNTS[case][0], arguments.features or COUNTS[case][1])
        agreed &= compared(case, counts, methods, arguments.rounds)
    if not arguments.only_overlay:
        further()
    return 0 if agreed else 1


def compared(case: str, counts: tuple[int, int], methods: Sequence[str], rounds: int) -> bool:
    """Run one case by each method and print it; return whether their rows agree."""
    paths = (
        stored(lambda: sites(counts[0]), FOLDER / f"sites-{counts[0]}.parquet"),
        stored(lambda: layer(case, counts[1]), FOLDER / f"{case}-{counts[1]}.parquet"),
    )
    told = {name: told_by(name, *paths, rounds) for name in methods}
    rates = {name: counts[0] / float(np.median(one["seconds"])) for name, one in told.items() if one}
    base = rates.get(_REFERENCE, np.nan)
    faults = {name: difference(told[name], told.get(_REFERENCE)) for name in rates}
    lines = [
        [
            name,
            f"{rates[name]:,.0f}",
            f"{counts[0] / max(one['seconds']):,.0f}–{counts[0] / min(one['seconds']):,.0f}",
            f"{rates[name] / base:.2f}",
            f"{one['prepare_s']:.1f}",
            f"{one['peak_mb']:,.0f}",
            faults[name] or "agrees",
        ]
        if one
        else [name, "no answer"]
        for name, one in told.items()
    ]
    print(f"\n{case}: {counts[0]:,} sites × {counts[1]:,} polygons")
    print(tabulate(lines, [case, "sites/s", "worst–best", "of STRtree", "prepared in s", "peak MB", "rows"]))
    return not any(faults[name] for name in OURS if name in faults)


def told_by(method: str, site_path: Path, feature_path: Path, rounds: int) -> dict[str, Any] | None:
    """Return what a method says of itself, its rows with it; None if it gave no answer."""
    python = ready_python("peers") if method in PEERS else Path(sys.executable)
    rows = FOLDER / f"rows-{method}.parquet"
    command = [python, "benchmarks/overlay_methods.py", method, site_path, feature_path, rows, str(rounds)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{method}: {run.stderr.strip().splitlines()[-1] if run.stderr.strip() else run.returncode}")
        return None
    told: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return told | {"rows": pd.read_parquet(rows)}


def difference(one: dict[str, Any], other: dict[str, Any] | None) -> str:
    """Return how the rows of two methods differ: in total by more than 1e-9, or in a row; empty if they do not."""
    if other is None:
        return ""
    mine, theirs = (
        told["rows"].set_index(["site", "feature"])["area_deg2"].loc[lambda area: area > _LEAST_DEG2].sort_index()
        for told in (one, other)
    )
    if not mine.index.equals(theirs.index):
        return f"{len(mine.index.symmetric_difference(theirs.index))} pairs differ"
    apart = float(np.abs(mine - theirs).max())
    if apart > _LEAST_DEG2 * 1e3 + 1e-9 * float(theirs.max()):
        return f"a row differs by {apart:.1e} square degrees"
    total = float(mine.sum() / theirs.sum() - 1)
    return "" if abs(total) < 1e-9 else f"the total differs by {total:.1e}"


def further() -> None:
    """Print how many sites a second get their distance, and how long a click takes."""
    some = gpd.GeoDataFrame(geometry=sites(20_000), crs="EPSG:4490")
    index = FeatureIndex(layer("light", COUNTS["light"][1]))
    nearest(some.iloc[:10], index)
    begun = time.perf_counter()
    nearest(some, index)
    print(f"\ndistances, light: {len(some) / (time.perf_counter() - begun):,.0f} sites/s")
    print("a click, all layers: {:.1f} ms at p50, {:.1f} ms at p99".format(*clicks_ms()))


def clicks_ms() -> tuple[float, float]:
    """Return the median and the 99th percentile of a point query against every layer of config.toml, in ms, warm."""
    layers = load_layers(read_catalogue(ROOT / "config.toml"))
    counties = layers["county"].frame
    if counties is None:
        return float("nan"), float("nan")
    spent = []
    for lon in np.linspace(WEST, EAST, 200):
        begun = time.perf_counter()
        rules_here(float(lon), 27.9, list(layers.values()), counties)
        spent.append((time.perf_counter() - begun) * 1000)
    return float(np.median(spent)), float(np.percentile(spent, 99))


if __name__ == "__main__":
    sys.exit(main())
