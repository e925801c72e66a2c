"""One process against several: ``python -m benchmarks.scale_out [--sites 20000] [--polygons 60]``.

Made-up parcels over Jiangxi (`benchmarks.rough_shapes`, the same for the same count) are checked against the shipped
catalogue, its red line replaced by polygons of 20,000 vertices: in one process, by one worker process, by two, and by
two of which one is killed (SIGKILL) when the first partition is done. Each is a process of its own, from start to
written results. Prints seconds, sites a second, the time against one process, seconds of all processors, and the most
memory of the process that distributes and of a worker; ends with 1 unless all four wrote the same rows, bit for bit.
Linux only, for the memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from distributed import default_client

from benchmarks import rough_shapes
from geo.read import read_sites
from layers.catalogue import load_layers, read_catalogue
from siting.check import cut_heavy_polygons, run_batch, settings_of
from snapshot.columnar import TABLES, write_dataset
from snapshot.scale_out import Workers, check_scaled_out

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = {"one process": 0, "1 worker": 1, "2 workers": 2, "2 workers, 1 killed": 2}
"""What is measured, and its number of worker processes."""


def main() -> int:
    """Measure and print; return 1 if the rows differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--polygons", type=int, default=60, help="of the red line, of 20,000 vertices each")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(_measure(arguments.part, arguments.folder)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_input(folder, arguments.sites, arguments.polygons)
        print(f"{arguments.sites:,} sites, {os.cpu_count()} processors")
        print(f"{'':20}{'seconds':>9}{'sites/s':>9}{'times':>7}{'cpu s':>8}{'MB':>7}{'MB of a worker':>16}")
        seconds: dict[str, float] = {}
        for part in PARTS:
            found = _in_own_process(part, folder)
            seconds[part] = found["seconds"]
            print(
                f"{part:20}{found['seconds']:9.1f}{arguments.sites / found['seconds']:9.0f}"
                f"{found['seconds'] / seconds['one process']:7.2f}{found['cpu_s']:8.1f}{found['mb']:7.0f}"
                f"{found['worker_mb']:16.0f}",
                flush=True,
            )
        same = all(_same_rows(folder, part) for part in list(PARTS)[1:])
    return int(not same)


def _write_input(folder: Path, count: int, polygons: int) -> None:
    """Write the parcels, and a configuration with a heavy red line and room for so many sites."""
    parcels = gpd.GeoDataFrame({"id": np.arange(count)}, geometry=rough_shapes.sites(count), crs="EPSG:4490")
    parcels.to_parquet(folder / "parcels.parquet")
    redline = gpd.GeoDataFrame(
        {"redline_id": np.arange(polygons).astype(str), "name_zh": "红线"},
        geometry=rough_shapes.layer("heavy", polygons),
        crs="EPSG:4490",
    )
    redline.to_file(folder / "redline.fgb", driver="FlatGeobuf", engine="pyogrio")
    (folder / "config.toml").write_text(
        f"""extends = "shipped"
[limits]
sites = {count}
vertices = {max(count * 10, 5_000_000)}
[[layer]]
id = "redline_jiangxi"
basis = "statutory"
export = "full"
source = {{ kind = "file", files = ["{(folder / "redline.fgb").as_posix()}"] }}
""",
        encoding="utf-8",
    )


def _in_own_process(part: str, folder: Path) -> dict[str, Any]:
    """Return the numbers of one part, measured in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.scale_out", "--part", part, "--folder", str(folder)]
    environment = {
        **os.environ,
        "REDLINE_HOME": str(folder / "home"),
        "REDLINE_CONFIG": str(folder / "config.toml"),
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(part: str, folder: Path) -> dict[str, float]:
    """Check the parcels and return what it took: from loading the layers to written results."""
    begun = time.perf_counter()
    catalogue = read_catalogue(folder / "config.toml")
    layers = load_layers(catalogue)
    sites = read_sites(folder / "parcels.parquet", limits=catalogue.limits)
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20")
    place, workers, worker_mb, killed = folder / part, PARTS[part], [0.0], part.endswith("killed")

    def watch(_share: float, _done: str = "", /) -> None:
        nonlocal killed
        client = default_client()
        worker_mb.extend(client.run(_peak_mb).values())
        if killed:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
            killed = False

    if workers:
        check_scaled_out(sites, layers, settings, place, workers=Workers(workers), progress=watch)
    else:
        cut_heavy_polygons(layers)
        write_dataset(place, run_batch(sites, layers, settings), "en")
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "cpu_s": cpu_s, "mb": _peak_mb(), "worker_mb": max(worker_mb)}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _same_rows(folder: Path, part: str) -> bool:
    """Return whether a part wrote the rows of one process; print what differs."""
    for name in TABLES:
        if not (folder / "one process" / name).is_dir():
            continue
        pair = [
            pq.read_table(folder / one / name).to_pandas().sort_values("rl_position", kind="stable", ignore_index=True)
            for one in ("one process", part)
        ]
        try:
            pd.testing.assert_frame_equal(*pair, check_exact=True)
        except AssertionError as fault:
            print(f"{part}: {name} differ: {fault}")
            return False
        print(f"{part}: {len(pair[0]):,} rows of {name}, the same")
    return True


if __name__ == "__main__":
    sys.exit(main())
