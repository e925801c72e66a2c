"""Compare the output of two checkouts byte for byte: ``python -m tools.same_results OTHER_CHECKOUT [FOLDER]``.

Each checkout gets an empty ``REDLINE_HOME``, the same site files, a clock that stands still and the same letters for
the ids of stored checks. It then checks, stores, verifies, reports and takes snapshots, in tables, JSON, sheets, pages
and documents; and each verifies the check that the other one stored. Ends with 1 if an output differs. The clock is
stopped in the child alone, so that what is compared is the product as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CASES: Final = ROOT / "tests" / "fixtures" / "cases"
NOW: Final = "2026-06-01T08:00:00Z"
CHILD: Final = """
import itertools, secrets, sys, uuid
letters = itertools.count()
secrets.choice = lambda of: of[next(letters) % len(of)]
numbers = itertools.count(1)
uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))
import time_machine
from cli import main
sys.argv = ["redline", *sys.argv[1:]]
with time_machine.travel("NOW", tick=False):
    main()
""".replace("NOW", NOW)
SITES: Final = {
    "area.geojson": {
        "type": "Polygon",
        "coordinates": [[[116.36, 27.94], [116.42, 27.94], [116.42, 28.0], [116.36, 28.0], [116.36, 27.94]]],
    },
    "line.geojson": {"type": "LineString", "coordinates": [[116.2, 27.8], [116.5, 28.0], [116.6, 28.05]]},
    "point.geojson": {"type": "Point", "coordinates": [115.0, 27.1]},
}
CASE_FILES: Final = {
    "csv_survey_xy_swap.csv": ("--crs", "EPSG:4527"),
    "geojson_type_object.geojson": (),
    "kml_commas_between_tuples.kml": (),
    "line_on_line.geojson": ("--corridor", "30"),
    "shp_wgs84_gk_zone39.zip": (),
    "txt_fullwidth_brackets.txt": (),
    "xlsx_merged_parcel_cells.xlsx": ("--crs", "EPSG:4527"),
}
FORMS: Final = {
    "gpkg": (), "shp": (), "geojson": (), "kml": (), "fgb": (), "parquet": (), "xlsx": (), "csv": (),
    "pdf": ("--scale", "400000"), "png": ("--dpi", "60"), "html": (), "tif": ("--cell", "500"),
}  # fmt: skip
EXTENT: Final = "116.2,27.8,116.6,28.1"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield name and arguments of each command; ``{id}`` is the check stored before it, ``{other}`` the other one's."""
    for name in SITES:
        for form in ("table", "json", "csv"):
            yield f"check {name} {form}", ["check", name, "--activity", "chemical_project", "--format", form]
    yield "check without activity", ["check", "area.geojson", "--format", "json"]
    yield "check xlsx", ["check", "area.geojson", "--format", "xlsx", "--out", "found.xlsx"]
    yield "check gpkg", ["check", "area.geojson", "--format", "gpkg", "--out", "found.gpkg"]
    for name, options in CASE_FILES.items():
        yield f"check {name}", ["check", name, *options, "--format", "json"]
    for form in ("pdf", "docx"):
        yield f"report {form}", ["report", "area.geojson", "--activity", "wind", "--out", f"report.{form}"]
    yield "store", ["check", "line.geojson", "--corridor", "40", "--store", "--case-name", "same", "--format", "json"]
    yield "ledger list", ["ledger", "list"]
    yield "ledger show", ["ledger", "show", "{id}"]
    yield "verify", ["verify", "{id}"]
    yield "verify today", ["verify", "{id}", "--today", "--format", "json"]
    yield "verify the other's", ["verify", "{other}", "--format", "json"]
    yield "report stored", ["report", "{id}", "--out", "stored.pdf"]
    for form, options in FORMS.items():
        target = ["snapshot", f"out.{form}", "--form", form, "--extent", EXTENT, "--title", "same", *options]
        yield f"snapshot {form}", target
    yield "snapshot site", ["snapshot", "site.gpkg", "--form", "gpkg", "--extent", EXTENT, "--site", "area.geojson"]
    yield "layers", ["layers"]


def run(checkout: Path, folder: Path, arguments: list[str], home: Path) -> tuple[int, bytes]:
    """Run one command of a checkout in `folder`; return its exit code and its output."""
    script = folder.parent / f"{folder.name}.py"
    script.write_text(CHILD, encoding="utf-8")
    env = {**os.environ, "REDLINE_HOME": str(home), "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    env["OGR_CURRENT_DATE"] = NOW  # what GDAL writes into a GeoPackage as its last change
    completed = subprocess.run(
        [sys.executable, str(script), *arguments], cwd=folder, env=env, capture_output=True, check=False
    )
    return completed.returncode, completed.stdout + b"\n--\n" + completed.stderr


def stored_id(home: Path) -> str:
    """Return the id of the check stored in a home folder."""
    import sqlite3  # noqa: PLC0415 (read here alone)

    found = next(home.rglob("ledger.sqlite"))
    with sqlite3.connect(f"file:{found}?mode=ro", uri=True) as db:
        return str(db.execute("SELECT id FROM checks").fetchone()[0])


def content(path: Path) -> str:
    """Return the SHA-256 of a file; of an archive, that of its members' names and bytes."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            whole = b"".join(one.encode() + packed.read(one) for one in sorted(packed.namelist()))
            return hashlib.sha256(whole).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def outcome(checkout: Path, folder: Path, home: Path, other: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run every command; yield its name with exit code and digests of its output and of the files that it wrote."""
    before: dict[str, str] = {}
    for name, arguments in commands():
        ids = {"id": stored_id(home) if "{id}" in arguments else ""}
        if "{other}" in arguments:
            shutil.copytree(other, folder / "other-home", dirs_exist_ok=True)
            used_home, ids["other"] = folder / "other-home", stored_id(other)
        else:
            used_home = home
        code, printed = run(
            checkout, folder, [one.format(**ids) if "{" in one else one for one in arguments], used_home
        )
        text = printed.replace(str(folder).encode(), b"FOLDER").replace(str(checkout).encode(), b"CHECKOUT")
        (folder.parent / f"{folder.name}-{name.replace(' ', '_')}.txt").write_bytes(text)
        files = {
            str(path.relative_to(folder)): content(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "other-home" not in path.parts
        }
        new_files = {file: digest for file, digest in files.items() if before.get(file) != digest}
        before = files
        yield name, {"exit": str(code), "printed": hashlib.sha256(text).hexdigest(), **new_files}


def main(arguments: list[str]) -> int:
    """Run every command in both checkouts and print how it compares; return 1 if any differs."""
    checkouts = [Path(arguments[0]).resolve(), ROOT]
    base = Path(arguments[1] if len(arguments) > 1 else tempfile.mkdtemp(prefix="redline-same-")).resolve()
    folders = [base / "old", base / "new"]
    homes = [base / "old-home", base / "new-home"]
    for folder, home in zip(folders, homes, strict=True):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
        folder.mkdir(parents=True)
        home.mkdir()
        for name, shape in SITES.items():
            feature = {"type": "Feature", "properties": {"id": "S1"}, "geometry": shape}
            (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        for name in CASE_FILES:
            shutil.copy(CASES / name, folder / name)
    differing_count = 0
    count = 0
    both = [outcome(checkouts[at], folders[at], homes[at], homes[1 - at]) for at in (0, 1)]
    for (name, old), (_, new) in zip(*both, strict=True):
        count += 1
        keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        differing_count += bool(keys)
        print(f"{'DIFFERS' if keys else 'same':8} {name}  exit {new['exit']}, {len(new) - 2} files  {', '.join(keys)}")
    print(f"{count} commands, {differing_count} differ; outputs in {base}")
    return 1 if differing_count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
