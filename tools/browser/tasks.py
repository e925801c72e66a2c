"""Five people's tasks on the Check page, in two languages and three widths: ``python -m tools.browser.tasks [FOLDER]``.

A parcel wholly in the illustrative red line; the same with a statutory line loaded; a chemical plant 900 m from a
bank; a road with three schemes; 200 parcels. Of each: the screen as it stands when the answer is there (what is read in
five seconds), and the first page of the report. Ends with 1 if an answer did not say what it must.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from shapely.geometry import LineString, Point, box

from siting.law import activities
from tools.browser.chromium import launch
from tools.browser.serving import ROOT, serving
from tools.browser.shots import save_screenshot
from tools.browser.walk import BANK, DRAWN, MAP, PATIENCE_MS, Walk, import_layer, south_of, write_geojson
from words import LANGUAGES, Lang, t

WIDTHS: Final = ((1440, 900), (1024, 768), (390, 844))
INSIDE: Final = Point(117.20505, 27.79018).buffer(0.004)
"""Wholly inside the red line that is shipped."""
REPORT_WIDTH: Final = 1440


@dataclass(frozen=True)
class Task:
    """One task: its file and activity, and of each language what the first screen must say.

    Attributes
    ----------
    file : str
    activity : str
        Code.
    sentence : str
        Selector of what is read first.
    says : mapping of str to tuple of str
    count : int
        Sites that wait for a button; 0 where the check begins by itself.
    """

    file: str
    activity: str
    sentence: str
    says: Mapping[Lang, tuple[str, ...]]
    count: int = 0


TASKS: Final = {
    "inside": Task(
        "inside.geojson", "chemical_project", ".rl-verdict",
        {"zh": ("100 %", "生态保护红线内", "公顷", "若正式图层属实", "禁止"), "en": ("100 %", "ha", "prohibited")},
    ),
    "statutory": Task(
        "inside.geojson", "chemical_project", ".rl-verdict",
        {"zh": ("禁止", "100 %", "公顷"), "en": ("Prohibited", "100 %", "ha")},
    ),
    "bank": Task(
        "bank.geojson", "chemical_project", ".rl-verdict",
        {"zh": ("禁止", "900"), "en": ("Prohibited", "900")},
    ),
    "road": Task(
        "schemes.geojson", "linear_road", ".rl-batch",
        {"zh": ("3", "公里"), "en": ("3", "km")},
    ),
    "batch": Task(
        "parcels.geojson", "factory", ".rl-batch",
        {"zh": ("200", "公顷"), "en": ("200", "ha")}, count=200,
    ),
}  # fmt: skip
OFFICIAL: Final = ("statutory", "bank")
"""Tasks that need the layers an office has loaded."""


def main() -> int:
    """Go through every task; print what is read first; return 1 if something is not said."""
    parser = argparse.ArgumentParser(prog="tools.browser.tasks", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".build" / "tasks")
    parser.add_argument("--only", action="append", choices=list(TASKS), help="a task; may be repeated")
    options = parser.parse_args()
    folder: Path = options.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    good = True
    write_inputs(folder / "inputs")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = launch(playwright)
        for official in (False, True):
            if official:
                import_official_layers(folder / "inputs", Path(home))
            with serving(Path(home)) as address:
                for name in [one for one in options.only or TASKS if (one in OFFICIAL) == official]:
                    for lang in LANGUAGES:
                        for size in WIDTHS:
                            page = browser.new_page(
                                viewport={"width": size[0], "height": size[1]}, accept_downloads=True
                            )
                            page.add_init_script('localStorage.setItem("redline-help", "seen")')  # not a first visit
                            good &= _show(Walk(page, address, lang, folder, name), size[0])
                            page.close()
        browser.close()
    print(f"{len(list(folder.glob('*.webp')))} pictures, {len(list(folder.glob('*.png')))} reports in {folder.name}/")
    return int(not good)


def _show(walk: Walk, width: int) -> bool:
    """Check the file of a task; save the first screen and, at one width, the report's first page.

    Returns whether the screen said what it must.
    """
    task, page, name, lang = TASKS[walk.name], walk.page, walk.name, walk.lang
    try:
        walk.open()
        walk.upload(task.file)
        run_many = page.get_by_role("button", name=t("check_page.run_many", lang, count=task.count))
        if task.count:
            run_many.wait_for(timeout=PATIENCE_MS)
        else:
            walk.wait_checked()
        _choose(walk, str(activities().loc[task.activity, "name" if lang == "zh" else "name_en"]))
        said = page.locator(task.sentence)
        for word in task.says[lang]:  # not that of the run before
            said = said.filter(has_text=word)
        if task.count:
            _press_until(run_many, said.first)
        said.first.wait_for(timeout=PATIENCE_MS)
        walk.wait_checked()
        page.frame_locator(MAP).last.locator(DRAWN).wait_for(timeout=PATIENCE_MS)
        text = walk.text_of(task.sentence)
        save_screenshot(page, walk.folder / f"{name}-{lang}-{width}.webp")
        if width == REPORT_WIDTH:
            _save_report(walk, walk.folder / f"{name}-{lang}-report")
    except PlaywrightError as fault:
        print(f"FAIL {name} {lang} {width}: {str(fault).splitlines()[0]}", flush=True)
        save_screenshot(page, walk.folder / f"{name}-stopped-{lang}-{width}.webp")
        return False
    absent = [word for word in task.says[lang] if word not in text]
    print(f"{'FAIL' if absent else 'ok  '} {name} {lang} {width}: {text[:300]}", flush=True)
    if absent:
        print(f"     not said: {', '.join(absent)}", flush=True)
    return not absent


def _press_until(button: Locator, sign: Locator) -> None:
    """Press a button until what it brings is there: one that a script puts up anew at that moment loses the press."""
    for _ in range(3):
        button.click()
        try:
            sign.wait_for(timeout=PATIENCE_MS / 3)
        except PlaywrightTimeout:
            continue
        return


def _choose(walk: Walk, activity: str) -> None:
    """Choose the activity by its name."""
    walk.wait_idle()
    walk.page.get_by_label(t("check_page.activity", walk.lang)).click()
    walk.page.keyboard.type(activity)
    walk.page.get_by_role("option", name=activity).first.click()
    walk.wait_idle()


def _save_report(walk: Walk, path: Path) -> None:
    """Order the report as PDF and save a picture of its first page."""
    walk.page.get_by_role("button", name="PDF").first.click()
    link = walk.page.locator("a.rl-take").first
    link.wait_for(timeout=PATIENCE_MS)
    walk.wait_idle()
    with walk.page.expect_download(timeout=PATIENCE_MS) as waited:
        link.click()
    pdf = path.with_suffix(".pdf")
    waited.value.save_as(pdf)
    command = ["pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", str(pdf), str(path)]
    subprocess.run(command, check=True)


def write_inputs(folder: Path) -> None:
    """Write the files of the tasks."""
    folder.mkdir()
    write_geojson(folder / "inside.geojson", ["地块一"], [INSIDE])
    edge = south_of(BANK[0][1], 900.0)
    write_geojson(folder / "bank.geojson", ["化工厂（演示）"], [box(116.61, edge - 0.003, 116.615, edge)])
    ways = [(117.05, 27.70), (116.95, 27.70), (117.0, 27.62)]
    roads = [LineString([(116.90, 27.55), way, (117.15, 27.75)]) for way in ways]
    write_geojson(folder / "schemes.geojson", ["东线", "西线", "中线"], roads)
    corners = [(116.9 + 0.02 * east, 27.55 + 0.02 * north) for north in range(10) for east in range(20)]
    parcels = [box(lon, lat, lon + 0.004, lat + 0.004) for lon, lat in corners]
    write_geojson(folder / "parcels.geojson", [f"地块{n}" for n in range(1, 201)], parcels)
    write_geojson(folder / "demo-bank.geojson", ["演示岸线"], [LineString(BANK)], 水系="长江干流")
    write_geojson(folder / "demo-redline.geojson", ["演示红线"], [INSIDE.buffer(0.02)])


def import_official_layers(inputs: Path, home: Path) -> None:
    """Import what an office would have, made up and named as demonstrations."""
    import_layer(
        home, inputs / "demo-redline.geojson", "--id", "redline_jiangxi", "--title", "生态保护红线（演示）",
        "--title-en", "Ecological red line (demonstration)", "--accuracy", "1", "--extent", "361028",
        basis="statutory",
    )  # fmt: skip
    import_layer(
        home, inputs / "demo-bank.geojson", "--id", "river_bank", "--title", "长江岸线（演示）",
        "--title-en", "Yangtze bank line (demonstration)", "--accuracy", "5", "--extent", "360430",
        "--zone-field", "水系",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
