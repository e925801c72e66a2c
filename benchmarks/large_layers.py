"""What a large layer costs, from file to map: ``python -m benchmarks.large_layers [--count 20000|1000000] [--peer]``.

A made-up layer of parcels (`benchmarks.parcels`) stands in for the red line of Jiangxi, with three kinds and a name on
every parcel. Prints what the import takes (seconds, memory beside the layer itself), the size of the tiles, how far the
drawn area is off at each zoom (tiles read back by GDAL), a click, and the map in Chromium as ``benchmarks.map_speed``
does. With ``--peer`` GDAL's own PMTiles driver makes tiles of the same layer, measured the same way. Ends with 1 if a
limit is broken. Linux only, for the memory.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from benchmarks import map_speed
from benchmarks.parcels import parcels, places
from carto.tiles import ensure_file, missing_kinds
from layers.catalogue import counties_of, load_layers, read_catalogue
from layers.paths import home
from siting.check import rules_here

ROOT = Path(__file__).resolve().parent.parent
LAYER = "redline_jiangxi"
LIMITS = {
    "over_layer_mb": 2000.0,
    "heaviest_kb": 300.0,
    "area_off": 0.01,
    "click_ms": 300.0,
    "warm_s": 2.0,
    "switch_ms": 150.0,
    "sent_mb": 1.0,
}
STYLE = (
    'style = { stroke = "#2e7d32", stroke_px = 0.8, fill = "#43a047", fill_opacity = 0.3, by = "kind", label = "name" }'
)


def main() -> int:
    """Measure and print; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--points", action="store_true", help="points with names instead of parcels")
    parser.add_argument("--peer", action="store_true", help="GDAL's PMTiles driver, too")
    parser.add_argument("--no-map", action="store_true", help="leave Chromium out")
    parser.add_argument("--part", choices=["ours", "gdal"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        print(json.dumps(_ours(asked.folder) if asked.part == "ours" else _gdal(asked.folder)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, asked.count, points=asked.points)
        broken = _show("ours", _in_process(folder, "ours"))
        if asked.peer:
            _show("gdal", _in_process(folder, "gdal"))
        if not asked.no_map:
            broken |= _show("map", _map(folder))
    return int(broken)


def _write(folder: Path, count: int, *, points: bool) -> None:
    """Write the layer, and a catalogue in which it is the red line."""
    frame = places(count) if points else parcels(count)
    pyogrio.write_dataframe(frame, folder / "large.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    before, entry = text.split(f'id = "{LAYER}"', 1)
    entry, after = entry.split("[[layer]]", 1)
    lines = [line for line in entry.splitlines() if not line.startswith(("style", "id_field", "name_field"))]
    identity = "place_id" if points else "parcel_id"
    lines += [f'id_field = "{identity}"', 'name_field = "name"', STYLE, "\n"]
    entry = "\n".join(lines).replace("data/redline/jiangxi.fgb", str(folder / "large.fgb"))
    text = f'{before}id = "{LAYER}"{entry}[[layer]]{after}'.replace('"data/', f'"{ROOT}/data/')
    (folder / "config.toml").write_text(text, encoding="utf-8")
    (folder / "data").symlink_to(ROOT / "data")


def _in_process(folder: Path, part: str) -> dict[str, Any]:
    """Measure in a process of its own, whose memory is all of the matter."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.large_layers", "--part", part, "--folder", str(folder)]
    environment = {**os.environ, "REDLINE_HOME": str(folder / "home")}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _ours(folder: Path) -> dict[str, Any]:
    """Load the layer, make its tiles, click on it."""
    tiles = home() / "tiles"  # where the server will look for them
    begun, used = time.perf_counter(), time.process_time()
    layers = load_layers(read_catalogue(folder / "config.toml"))
    loaded, used = time.perf_counter() - begun, time.process_time() - used
    layer = layers[LAYER]
    if layer.frame is None:
        raise SystemExit(f"large_layers: {layer.fault}")
    result: dict[str, Any] = {"load_s": loaded, "load_cpu_s": used, "layer_mb": _memory_mb("VmRSS")}
    for kind in missing_kinds(layer, tiles):
        before, begun, used = _reset_peak_mb(), time.perf_counter(), time.process_time()
        path = ensure_file(layer, kind, tiles)
        result |= {f"{kind}_s": time.perf_counter() - begun, f"{kind}_cpu_s": time.process_time() - used}
        result[f"{kind}_mb"] = path.stat().st_size / 1e6
        result["over_layer_mb"] = max(result.get("over_layer_mb", 0.0), _memory_mb("VmHWM") - before)
        result["heaviest_kb"] = max(result.get("heaviest_kb", 0.0), _heaviest_kb(path))
        if kind == "shapes":
            result["area_off_by_zoom"] = _area_off(path, layer.frame)
            result["area_off"] = max(abs(off) for off in result["area_off_by_zoom"].values())
    counties = counties_of(layers)
    chance = np.random.default_rng(1)
    clicks = []
    for _ in range(41):
        begun = time.perf_counter()
        rules_here(chance.uniform(114, 118), chance.uniform(25, 29), list(layers.values()), counties)
        clicks.append((time.perf_counter() - begun) * 1000)
    return result | {"first_click_ms": max(clicks), "click_ms": statistics.median(clicks)}


def _gdal(folder: Path) -> dict[str, Any]:
    """Make tiles of the same layer by GDAL's PMTiles driver, ids only."""
    frame = gpd.read_file(folder / "large.fgb", columns=[]).to_crs(3857)
    before, begun, used = _reset_peak_mb(), time.perf_counter(), time.process_time()
    path = folder / "gdal.pmtiles"
    top = 10 if len(frame) < 100_000 else 12
    pyogrio.write_dataframe(frame, path, driver="PMTiles", layer="f", MINZOOM="3", MAXZOOM=str(top))
    spent, used = time.perf_counter() - begun, time.process_time() - used
    off = _area_off(path, frame.to_crs(4490))
    return {
        "shapes_s": spent,
        "shapes_cpu_s": used,
        "shapes_mb": path.stat().st_size / 1e6,
        "over_layer_mb": _memory_mb("VmHWM") - before,
        "heaviest_kb": _heaviest_kb(path),
        "area_off_by_zoom": off,
        "area_off": max((abs(value) for value in off.values()), default=float("nan")),
    }


def _map(folder: Path) -> dict[str, Any]:
    """Open the map in Chromium again and again."""
    program = next((found for name in map_speed.CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit("large_layers: no Chromium found (Debian: apt-get install chromium)")
    with map_speed.server(folder, str(folder / "config.toml")) as address:
        return dict(map_speed.measure(program, address, LAYER))


def _area_off(path: Path, frame: gpd.GeoDataFrame) -> dict[int, float]:
    """Return by which share the drawn area is off at each zoom; parcels do not overlap, so areas add up."""
    wanted = _ellipsoidal_area(np.asarray(frame.geometry.array)).sum()
    if not wanted:
        return {0: 0.0}
    with path.open("rb") as file:
        header = Reader(MmapSource(file)).header()
    off = {}
    for zoom in range(header["min_zoom"], header["max_zoom"] + 1):
        found = 0.0
        for layer in pyogrio.list_layers(path)[:, 0]:
            drawn = pyogrio.read_dataframe(path, layer=layer, ZOOM_LEVEL=zoom, columns=[]).geometry.to_numpy()
            found += _ellipsoidal_area(shapely.transform(drawn, _lonlat)).sum()
        off[zoom] = float(found / wanted - 1)
    return off


def _lonlat(metres: np.ndarray) -> np.ndarray:
    """Web Mercator metres to degrees."""
    return np.degrees(np.column_stack([metres[:, 0], np.arctan(np.sinh(metres[:, 1] / 6378137)) * 6378137]) / 6378137)


def _ellipsoidal_area(shapes: np.ndarray) -> np.ndarray:
    """Area on the CGCS2000 ellipsoid, by the equal-area cylinder (Snyder, USGS PP 1395, eq. 3-12)."""
    e2 = 0.0066943800229
    e = e2**0.5

    def cylinder(lonlat: np.ndarray) -> np.ndarray:
        s = np.sin(np.radians(lonlat[:, 1]))
        q = (1 - e2) * (s / (1 - e2 * s**2) - np.log((1 - e * s) / (1 + e * s)) / (2 * e))
        return np.column_stack([np.radians(lonlat[:, 0]), q / 2]) * 6378137

    return shapely.area(shapely.transform(shapes, cylinder))


def _heaviest_kb(path: Path) -> float:
    """Return the size of the heaviest tile."""
    with path.open("rb") as file:
        return max(len(content) for _, content in all_tiles(MmapSource(file))) / 1000


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _reset_peak_mb() -> float:
    """Forget the highest use of memory so far; return what is used now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory_mb("VmRSS")


def _show(title: str, numbers: dict[str, Any]) -> bool:
    """Print numbers beside their limits; tell whether one of ours is broken."""
    broken = False
    for name, value in numbers.items():
        if isinstance(value, dict):
            print(f"{title:5} {name:18}" + " ".join(f"z{zoom} {off:+.2%}" for zoom, off in value.items()))
            continue
        limit = LIMITS.get(name)
        broken |= limit is not None and not value <= limit
        verdict = "" if limit is None else f"  (at most {limit:g}) {'ok' if value <= limit else 'TOO MUCH'}"
        print(f"{title:5} {name:18}{value:10.3g}{verdict}", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main())
