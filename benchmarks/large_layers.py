"""Cost of a large layer, from file to map: ``python -m benchmarks.large_layers [--count 20000|1000000] [--peer]``.

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
from benchmarks.parcels import named_points, parcels
from carto.tiles import ensure_file, missing_kinds
from layers.catalogue import counties_of, load_layers, read_catalogue
from layers.paths import home
from siting.check import rules_here
from tools.browser.serving import serving

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
    """Measure and print; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--points", action="store_true", help="points with names instead of parcels")
    parser.add_argument("--peer", action="store_true", help="GDAL's PMTiles driver, too")
    parser.add_argument("--no-map", action="store_true", help="leave Chromium out")
    parser.add_argument("--part", choices=["ours", "gdal"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(
            json.dumps(
                _measure_redline(arguments.folder) if arguments.part == "ours" else _measure_gdal(arguments.folder)
            )
        )
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_catalogue(folder, arguments.count, points=arguments.points)
        broken = _print_numbers("ours", _measure_in_process(folder, "ours"))
        if arguments.peer:
            _print_numbers("gdal", _measure_in_process(folder, "gdal"))
        if not arguments.no_map:
            broken |= _print_numbers("map", _measure_map(folder))
    return int(broken)


def _write_catalogue(folder: Path, count: int, *, points: bool) -> None:
    """Write the layer, and a config.toml in which it is the red line."""
    frame = named_points(count) if points else parcels(count)
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


def _measure_in_process(folder: Path, part: str) -> dict[str, Any]:
    """Return the numbers of one part, measured in a separate process, so that its memory is that of the part alone."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.large_layers", "--part", part, "--folder", str(folder)]
    environment = {**os.environ, "REDLINE_HOME": str(folder / "home")}
    completed = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(completed.stdout.splitlines()[-1])
    return result


def _measure_redline(folder: Path) -> dict[str, Any]:
    """Return the times and memory of loading the layer, making its tiles and querying points."""
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
        result["heaviest_kb"] = max(result.get("heaviest_kb", 0.0), _largest_tile_kb(path))
        if kind == "shapes":
            result["area_off_by_zoom"] = _area_errors(path, layer.frame)
            result["area_off"] = max(abs(off) for off in result["area_off_by_zoom"].values())
    counties = counties_of(layers)
    random = np.random.default_rng(1)
    clicks = []
    for _ in range(41):
        begun = time.perf_counter()
        rules_here(random.uniform(114, 118), random.uniform(25, 29), list(layers.values()), counties)
        clicks.append((time.perf_counter() - begun) * 1000)
    return result | {"first_click_ms": max(clicks), "click_ms": statistics.median(clicks)}


def _measure_gdal(folder: Path) -> dict[str, Any]:
    """Return the time and memory of making tiles of the same layer by GDAL's PMTiles driver, ids only."""
    frame = gpd.read_file(folder / "large.fgb", columns=[]).to_crs(3857)
    before, begun, used = _reset_peak_mb(), time.perf_counter(), time.process_time()
    path = folder / "gdal.pmtiles"
    top = 10 if len(frame) < 100_000 else 12
    pyogrio.write_dataframe(frame, path, driver="PMTiles", layer="f", MINZOOM="3", MAXZOOM=str(top))
    spent, used = time.perf_counter() - begun, time.process_time() - used
    off = _area_errors(path, frame.to_crs(4490))
    return {
        "shapes_s": spent,
        "shapes_cpu_s": used,
        "shapes_mb": path.stat().st_size / 1e6,
        "over_layer_mb": _memory_mb("VmHWM") - before,
        "heaviest_kb": _largest_tile_kb(path),
        "area_off_by_zoom": off,
        "area_off": max((abs(value) for value in off.values()), default=float("nan")),
    }


def _measure_map(folder: Path) -> dict[str, Any]:
    """Return the numbers of `map_speed.measure` for the layer."""
    with serving(folder / "home", more={"REDLINE_CONFIG": str(folder / "config.toml")}) as address:
        return dict(map_speed.measure(address, LAYER))


def _area_errors(path: Path, frame: gpd.GeoDataFrame) -> dict[int, float]:
    """Return the relative error of the drawn area at each zoom; parcels do not overlap, so areas add up."""
    expected_m2 = _ellipsoidal_area(np.asarray(frame.geometry.array)).sum()
    if not expected_m2:
        return {0: 0.0}
    with path.open("rb") as file:
        header = Reader(MmapSource(file)).header()
    off = {}
    for zoom in range(header["min_zoom"], header["max_zoom"] + 1):
        drawn_m2 = 0.0
        for layer in pyogrio.list_layers(path)[:, 0]:
            drawn = pyogrio.read_dataframe(path, layer=layer, ZOOM_LEVEL=zoom, columns=[]).geometry.to_numpy()
            drawn_m2 += _ellipsoidal_area(shapely.transform(drawn, _lonlat)).sum()
        off[zoom] = float(drawn_m2 / expected_m2 - 1)
    return off


def _lonlat(metres: np.ndarray) -> np.ndarray:
    """Return degrees of Web Mercator metres."""
    return np.degrees(np.column_stack([metres[:, 0], np.arctan(np.sinh(metres[:, 1] / 6378137)) * 6378137]) / 6378137)


def _ellipsoidal_area(shapes: np.ndarray) -> np.ndarray:
    """Return the area on the CGCS2000 ellipsoid, m², by the equal-area cylinder (Snyder, USGS PP 1395, eq. 3-12)."""
    e2 = 0.0066943800229
    e = e2**0.5

    def cylinder(lonlat: np.ndarray) -> np.ndarray:
        s = np.sin(np.radians(lonlat[:, 1]))
        q = (1 - e2) * (s / (1 - e2 * s**2) - np.log((1 - e * s) / (1 + e * s)) / (2 * e))
        return np.column_stack([np.radians(lonlat[:, 0]), q / 2]) * 6378137

    return shapely.area(shapely.transform(shapes, cylinder))


def _largest_tile_kb(path: Path) -> float:
    """Return the size of the largest tile, kB."""
    with path.open("rb") as file:
        return max(len(content) for _, content in all_tiles(MmapSource(file))) / 1000


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _reset_peak_mb() -> float:
    """Reset the peak of memory use (Linux); return the present use, MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory_mb("VmRSS")


def _print_numbers(title: str, numbers: dict[str, Any]) -> bool:
    """Print numbers with their limits; return whether a limit is exceeded."""
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
