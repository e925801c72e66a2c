"""Every "Must show" so far, with its numbers: ``make accept``. Ends with 1 if anything fell short.

``--skip fresh --skip stress`` leaves out what takes most of the time: fresh clones, and browser tests ten times.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import geopandas as gpd
import pandas as pd
from pyproj import Geod
from tabulate import tabulate

from geo.errors import RedlineError
from geo.read import read_sites

ROOT = Path(__file__).resolve().parent.parent
GEOD = Geod(a=6378137.0, rf=298.257222101)
MU_M2 = 10_000 / 15


def main() -> int:
    """Run every part and print a summary; return 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip", action="append", default=[], choices=list(PARTS))
    parser.add_argument("--only", action="append", default=[], choices=list(PARTS))
    arguments = parser.parse_args()
    results: dict[str, bool] = {}
    for name, part in PARTS.items():
        if name in arguments.skip or (arguments.only and name not in arguments.only):
            continue
        print(f"\n== {name}: {part.__doc__}", flush=True)
        results[name] = part()
    print("\n== sum")
    for name, good in results.items():
        print(f"{'ok  ' if good else 'FAIL'} {name}")
    passed = sum(results.values())
    print(f"{passed} passed, {len(results) - passed} failed")
    return int(not all(results.values()))


def fresh() -> bool:
    """Clone afresh into an empty home folder: make run to the first page, make test; first and second time."""
    with tempfile.TemporaryDirectory() as folder:
        clone, home = Path(folder) / "redline", Path(folder) / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("REDLINE", "VIRTUAL_ENV", "MAKE"))
        }
        environment = inherited | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PORT": "8640"}
        times = [["make run", *(f"{_until_page(clone, environment):.0f} s" for _ in range(2))]]
        tests, last_line = [], ""
        good = True
        for _ in range(2):
            begun = time.monotonic()
            run = subprocess.run(
                ["make", "test"], cwd=clone, env=environment, capture_output=True, text=True, check=False
            )
            tests.append(f"{time.monotonic() - begun:.0f} s")
            last_line = (run.stdout.strip().splitlines() or [run.stderr])[-1]
            good &= run.returncode == 0
        times.append(["make test", *tests])
        print(tabulate(times, headers=["", "first", "second"]))
        print(last_line)
        return good


def _until_page(clone: Path, environment: dict[str, str]) -> float:
    """Return the seconds from `make run` until the page answers."""
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/_stcore/health", timeout=1):
                    return time.monotonic() - begun
            except (URLError, OSError):
                time.sleep(0.2)
        raise SystemExit("make run ended before the page answered")
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)


def house() -> bool:
    """Modules and lines of every folder, none too full; import-linter's contracts."""
    return subprocess.run([sys.executable, "-m", "tools.house"], cwd=ROOT, check=False).returncode == 0


def stress() -> bool:
    """Browser tests ten times beside two busy loops: none fails, none is tried again."""
    return subprocess.run([sys.executable, "-m", "tools.browser.stress"], cwd=ROOT, check=False).returncode == 0


def layers() -> bool:
    """List the layers; nothing unhealthy."""
    return (
        subprocess.run([sys.executable, "-m", "cli", "--lang", "en", "layers"], cwd=ROOT, check=False).returncode == 0
    )


def redline() -> bool:
    """Illustrative red line against the published sizes, within 0.5 %."""
    jiangxi = gpd.read_file(ROOT / "data" / "redline" / "jiangxi.fgb")
    yangzhou = gpd.read_file(ROOT / "data" / "redline" / "yangzhou.fgb")
    land = gpd.read_file(ROOT / "data" / "boundaries" / "prefecture.fgb").set_index("adcode").geometry
    by_city = jiangxi.dissolve("adcode").geometry
    published = [
        ("抚州 27.12 % of its land", by_city["361000"], 0.2712 * _area_m2(land["361000"])),
        ("吉安 673 万亩", by_city["360800"], 673e4 * MU_M2),
        ("江西 4.12 万 km²", by_city.union_all(), 4.12e10),
        ("扬州 1,172.77 km² (combined layer)", yangzhou.union_all(), 1172.77e6),
    ]
    rows, good = [], True
    for name, shape, wanted_m2 in published:
        found_m2 = _area_m2(shape)
        off = found_m2 / wanted_m2 - 1
        good &= abs(off) <= 0.005
        rows.append([name, f"{wanted_m2 / 1e6:,.2f}", f"{found_m2 / 1e6:,.2f}", f"{off:+.4%}"])
    print(tabulate(rows, headers=["published", "km²", "ours, km²", "off"]))
    return good


def _area_m2(shape: object) -> float:
    """Return the area by a second library: Karney's geodesic polygons (edges of a kilometre are short enough)."""
    return abs(float(GEOD.geometry_area_perimeter(shape)[0]))


def speed() -> bool:
    """First map, switch, bytes, requests: limits of the issue (benchmarks/map_speed.py)."""
    return subprocess.run([sys.executable, "-m", "benchmarks.map_speed"], cwd=ROOT, check=False).returncode == 0


def steps() -> bool:
    """Measure a planner's steps: seconds, script runs and bytes of each (benchmarks/page_speed.py)."""
    return subprocess.run([sys.executable, "-m", "benchmarks.page_speed"], cwd=ROOT, check=False).returncode == 0


def uploads() -> bool:
    """Each broken upload gets one clear sentence."""
    bow = b'{"type":"Polygon","coordinates":[[[117,27],[117.1,27.1],[117.1,27],[117,27.1],[117,27]]]}'
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "no-shp.zip"
        with zipfile.ZipFile(archive, "w") as zip_file:
            zip_file.writestr("site.dbf", b"x")
            zip_file.writestr("site.prj", b"x")
        broken = {
            "text.geojson": b"this is no map",
            archive.name: archive.read_bytes(),
            "crossing.geojson": bow,
            "far.geojson": b'{"type":"Point","coordinates":[39550000,3060000]}',
        }
    good = True
    for name, content in broken.items():
        try:
            read_sites(content, name)
        except RedlineError as fault:
            print(f"- {fault.text('zh')}\n  {fault.text('en')}")
            good &= name in fault.text("zh") and "\n" not in fault.text("zh")
        else:
            print(f"- {name}: was taken")
            good = False
    return good


def shots() -> bool:
    """Pictures of every page, both languages, wide and narrow, to be looked at."""
    return subprocess.run([sys.executable, "-m", "tools.browser.shots"], cwd=ROOT, check=False).returncode == 0


def plans() -> bool:
    """Redline validate data/plans clean; counts by document; projects by how their place is known."""
    clean = (
        subprocess.run([sys.executable, "-m", "cli", "--lang", "en", "validate"], cwd=ROOT, check=False).returncode == 0
    )
    folder = ROOT / "data" / "plans"
    tables = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(folder.glob("*.csv"))}
    documents = tables["documents"]["id"].tolist()
    rows = [
        [name, len(table), *((table["document"] == document).sum() for document in documents)]
        for name, table in tables.items()
        if "document" in table.columns
    ]
    print(tabulate(rows, headers=["table", "all", *documents]))
    print(
        tabulate(tables["projects"]["location_basis"].value_counts().items(), headers=["projects placed by", "count"])
    )
    return clean


def places() -> bool:
    """Test that each coordinate falls in a county it claims and each route passes through those it claims."""
    return _tests("tests/layers/plans/test_tables.py", "tests/layers/plans/test_features.py")


def formats() -> bool:
    """Test one site in every format, and the case table of coordinate systems row by row."""
    return _tests(
        "tests/test_cli_formats.py",
        "tests/geo/read/test_every_format.py",
        "tests/geo/crs/test_crs_cases.py",
        "tests/geo/read/survey/test_survey_txt.py",
    )


def oracles() -> bool:
    """Test areas and distances against GeographicLib's own tools, Karney and closed forms."""
    return _tests(
        "tests/geo/measure/test_geographiclib.py",
        "tests/geo/measure/test_ellipsoid.py",
        "tests/geo/measure/test_overlays.py",
    )


def flows() -> bool:
    """Drive every page in a browser whose network is cut: flows, links opened elsewhere, axe-core, phones."""
    return _tests("tests/browser", "-rP", "--capture=tee-sys")


def large() -> bool:
    """Layers of 20,000 and of 1,000,000 polygons: import, memory, tiles, drawn area, first map, switch, bytes."""
    runs = [["--count", "20000", "--peer"], ["--count", "1000000"]]
    codes = [
        subprocess.run([sys.executable, "-m", "benchmarks.large_layers", *options], cwd=ROOT, check=False).returncode
        for options in runs
    ]
    return not any(codes)


def own() -> bool:
    """Test layers, tables and rasters that users bring: recognition, faults, versions, joins, zonal figures."""
    return _tests(
        "tests/layers/own/test_intake.py",
        "tests/layers/own/test_versions.py",
        "tests/layers/own/test_official_tables.py",
        "tests/layers/indicators/test_own_table.py",
        "tests/layers/indicators/test_own_raster.py",
        "tests/geo/raster/test_zones.py",
    )


def takeaway() -> bool:
    """Test each form read back and opened by QGIS, GDAL, LibreOffice, rio-cogeo; manifests, what stays in, diffs."""
    return _tests("tests/snapshot", "-rs")


def papers() -> bool:
    """Write sheets and reports, each page a picture; fonts embedded, Chinese is text."""
    return subprocess.run([sys.executable, "-m", "tools.papers"], cwd=ROOT, check=False).returncode == 0


def walk() -> bool:
    """Go five walks through the Check page, a picture each step; every page must say what it must."""
    return subprocess.run([sys.executable, "-m", "tools.browser.walk"], cwd=ROOT, check=False).returncode == 0


def tasks() -> bool:
    """Do five people's tasks in two languages and three widths, a picture each, and the first page of each report."""
    return subprocess.run([sys.executable, "-m", "tools.browser.tasks"], cwd=ROOT, check=False).returncode == 0


def truth() -> bool:
    """Every case of a wrong answer that was found, with its right value, and its siblings (docs/decisions)."""
    rooms = {
        "geo": "cases_tables cases_txt cases_vector along ring_kinds attribute_text dxf_kinds kml_kinds beside"
        " stays_right zones ellipsoid",
        "layers": (
            "beside export_policy proposal law_texts tables plan_figures plan_gaps plan_layers status reaches notices"
        ),
        "siting": "margin linear law_existing law_strips named_places verification export_policy",
        "snapshot": "diff verify build",
        "views": "memo",
    }
    found = [
        path
        for room, names in rooms.items()
        for name in names.split()
        for path in sorted((ROOT / "tests" / room).rglob(f"test_{name}.py"))
        or [ROOT / "tests" / room / f"test_{name}.py"]
    ]
    return _tests(*(path.relative_to(ROOT).as_posix() for path in found), "tests/test_cli_ledger.py")


def law() -> bool:
    """Test cases worked by hand from the law, margins tested by moving the site, checks reproduced from the ledger."""
    return _tests("tests/siting")


def hostile() -> bool:
    """Files that do harm by every way in, what each costs; 200 variants of each format (``--each 3000`` by hand)."""
    commands = [["tools.hostile.corpus"], ["tools.hostile.variants", "--each", "200"]]
    return all(subprocess.run([sys.executable, "-m", *one], cwd=ROOT, check=False).returncode == 0 for one in commands)


def at_fault() -> bool:
    """Run the states of the server and its data folder, what a check says of unread layers, and a store of 0.1."""
    folders = ("tests/views/condition", "tests/siting/ledger", "tests/carto/tiles", "tests/browser/test_condition.py")
    layers = ("tests/siting/check/test_unread_layers.py", "tests/layers/catalogue/test_unreadable.py")
    return _tests(*folders, *layers)


def load() -> bool:
    """Let fifty sessions browse, check, store and export at once."""
    return subprocess.run([sys.executable, "-m", "tools.load"], cwd=ROOT, check=False).returncode == 0


def bundle() -> bool:
    """Make the bundle, install it in a clean root without network, try it there and run its tests (as root)."""
    commands = ["tools.bundle", "tools.bundle.proof"]
    return all(subprocess.run([sys.executable, "-m", one], cwd=ROOT, check=False).returncode == 0 for one in commands)


def old_browsers() -> bool:
    """Walk through the Check page with Chromium as it was; one that is too old has to be told so."""
    return subprocess.run([sys.executable, "-m", "tools.browser.oldest"], cwd=ROOT, check=False).returncode == 0


def access() -> bool:
    """Hold every route, page and command against every role, with a layer that is closed to all but one group."""
    folders = ("tests/layers/access", "tests/views/identity", "tests/views/server", "tests/browser/people")
    checks = "tests/siting/check/test_closed_layers.py"
    return _tests(*folders, "tests/layers/catalogue/test_visible.py", checks, "tests/test_cli_access.py")


def postgis() -> bool:
    """Read a layer from a PostGIS server of its own: findings as from the file, credentials in no byte written."""
    return _tests("tests/layers/postgis", "tests/layers/sources/test_postgis_entry.py", "-rP", "--dist", "loadgroup")


def faults() -> bool:
    """Fill the disk, break it, and kill the process, at every write, flush and rename in the data folder (strace)."""
    return subprocess.run([sys.executable, "-m", "tools.faults"], cwd=ROOT, check=False).returncode == 0


def _tests(*paths: str) -> bool:
    """Run some tests of the suite; return whether all passed."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *(path for path in paths)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


PARTS: dict[str, Callable[[], bool]] = {
    "house": house,
    "layers": layers,
    "redline": redline,
    "uploads": uploads,
    "hostile": hostile,
    "faults": faults,
    "postgis": postgis,
    "access": access,
    "at_fault": at_fault,
    "load": load,
    "bundle": bundle,
    "old_browsers": old_browsers,
    "plans": plans,
    "places": places,
    "formats": formats,
    "oracles": oracles,
    "truth": truth,
    "law": law,
    "own": own,
    "takeaway": takeaway,
    "papers": papers,
    "walk": walk,
    "tasks": tasks,
    "speed": speed,
    "steps": steps,
    "large": large,
    "flows": flows,
    "shots": shots,
    "stress": stress,
    "fresh": fresh,
}


if __name__ == "__main__":
    sys.exit(main())
