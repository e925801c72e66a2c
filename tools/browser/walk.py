"""Five walks through the Check page with a picture of each step to look at: ``python -m tools.browser.walk [FOLDER]``.

A survey file without its zone; a site 8 m outside a line good to 30 m; chemical works 900 m from a bank; a road with
two alternatives; required layers missing. Ends with 1 if a page did not say what it must.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from pyproj import Geod, Transformer
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from tools.browser.chromium import launch
from tools.browser.serving import ROOT, serving
from tools.browser.shots import save_screenshot
from words import Lang, t

GEOD: Final = Geod(ellps="GRS80")
MAP: Final = 'iframe[title*="st_folium"]'
DRAWN: Final = '#map_div[data-drawn]:not([data-drawn=""])'
IDLE: Final = '.stApp[data-test-script-state="notRunning"]'
PATIENCE_MS: Final = 90_000
MAX_HEIGHT_PX: Final = 6000
MAX_TEXT: Final = 300
Visit = tuple[str, Lang, int]
"""Walk, language, width of the window in pixels."""
BANK: Final = ((116.58, 29.80), (116.66, 29.80))
"""Made up, like everything here that is imported; on a parallel, so that distances from it are along meridians."""
RANGE: Final = ((116.95, 27.60), (116.98, 27.60), (116.98, 27.604), (116.95, 27.604))
TXT_CORNERS: Final = ((117.051, 27.701), (117.053, 27.701), (117.053, 27.703), (117.051, 27.703))


@dataclass
class Walk:
    """A visit of the Check page in a browser: the page, its language, the folder of its pictures."""

    page: Page
    address: str
    lang: Lang
    folder: Path
    name: str = ""
    shots: int = 0

    def open(self) -> None:
        """Open the Check page afresh."""
        self.page.goto(f"{self.address}/check?lang={self.lang}")
        self.page.locator('input[type="file"]').first.wait_for(state="attached", timeout=PATIENCE_MS)
        self.wait_idle()

    def upload(self, name: str) -> None:
        """Upload one of the input files."""
        self.page.set_input_files('input[type="file"]', self.folder / "inputs" / name)

    def wait_idle(self) -> None:
        """Wait until no script runs."""
        self.page.locator(IDLE).wait_for(timeout=PATIENCE_MS)

    def wait_checked(self) -> None:
        """Wait for the verdict and the findings below it."""
        self.page.locator(".rl-verdict").first.wait_for(timeout=PATIENCE_MS)
        self.page.locator(".rl-find tr[data-layer]").first.wait_for(timeout=PATIENCE_MS)
        self.wait_idle()

    def choose(self, activity: str) -> None:
        """Choose the activity and wait for its required layers."""
        self.wait_idle()
        self.page.get_by_label(t("check_page.activity", self.lang)).click()
        self.page.keyboard.type(activity)
        self.page.get_by_role("option", name=activity).first.click()
        self.page.locator(".rl-required").first.wait_for(timeout=PATIENCE_MS)
        self.wait_idle()

    def save_picture(self) -> None:
        """Save a picture of the whole page once the map is drawn."""
        self.wait_idle()
        self.page.frame_locator(MAP).last.locator(DRAWN).wait_for(timeout=PATIENCE_MS)
        self.shots += 1
        size = self.page.viewport_size
        assert size is not None
        tall = self.page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")  # the page scrolls inside
        self.page.set_viewport_size(
            {"width": size["width"], "height": max(size["height"], min(tall + 80, MAX_HEIGHT_PX))}
        )
        self.page.frame_locator(MAP).last.locator(DRAWN).wait_for(timeout=PATIENCE_MS)
        save_screenshot(self.page, self.folder / f"{self.name}-{self.shots}-{self.lang}-{size['width']}.webp")
        self.page.set_viewport_size(size)

    def text_of(self, css: str, *, holding: str = "") -> str:
        """Return the text of the first element that matches `css`, on one line; "" if there is none."""
        found = self.page.locator(css, has_text=holding) if holding else self.page.locator(css)
        return " ".join(found.first.text_content().split()) if found.count() else ""  # type: ignore[union-attr]


def txt(walk: Walk) -> dict[str, str]:
    """Check a survey TXT without a zone, naming its system; return each expected word with the text it must be in."""
    walk.upload("nozone.txt")
    walk.page.get_by_test_id("stAlert").first.wait_for(timeout=PATIENCE_MS)
    walk.save_picture()
    question = walk.text_of('[data-testid="stAlert"]')
    answers = walk.page.get_by_role("radiogroup").filter(has_text="EPSG:4548")
    offered = " ".join(answers.inner_text().split())
    answers.get_by_text("EPSG:4548").click()
    walk.wait_checked()
    walk.save_picture()
    words = {"zh": ("带号", "资溪县", "高斯平面"), "en": ("zone", "Zixi", "plane")}[walk.lang]
    areas = walk.text_of(".rl-areas")
    return {words[0]: question, words[1]: offered, words[2]: areas}


def near(walk: Walk) -> dict[str, str]:
    """Check a site 8 m outside a line with an accuracy of 30 m; return the words that call for a survey."""
    walk.upload("near.geojson")
    walk.wait_checked()
    walk.save_picture()
    row = walk.text_of('.rl-find tr[data-layer="river_management"]')
    words = {"zh": ("8.0 米即改变", "精度 30 米", "需实测"), "en": ("8.0 m off", "accuracy is 30 m", "survey needed")}[
        walk.lang
    ]
    return dict.fromkeys(words, row)


def bank(walk: Walk) -> dict[str, str]:
    """Check a chemical project 900 m from a bank line; return the words of the ban within 1 km and of its clause."""
    walk.upload("bank.geojson")
    walk.wait_checked()
    walk.choose("化工项目")
    walk.page.locator('.rl-verdict[data-verdict="prohibited"]').wait_for(timeout=PATIENCE_MS)
    walk.save_picture()
    row = walk.text_of('.rl-find tr[data-layer="river_bank"]')
    verdict = t("siting.verdict_prohibited", walk.lang)
    return {verdict: walk.text_of(".rl-verdict"), "第 26 条": row, "1 公里": row, "实测 900 米": row}


def road(walk: Walk) -> dict[str, str]:
    """Check two alternatives of a road, as lines and as a corridor; store and reopen the check; return its words."""
    walk.upload("road.geojson")
    walk.wait_checked()
    walk.choose("公路")
    walk.save_picture()
    table, sums = (
        walk.text_of(".rl-schemes"),
        walk.text_of(".stCaption, [data-testid=stCaptionContainer]", holding="穿过"),
    )
    width = walk.page.get_by_role("spinbutton", name=t("check_page.corridor", walk.lang))
    width.fill("60")
    width.press("Tab")
    walk.page.locator(".rl-schemes", has_text=" ha").or_(walk.page.locator(".rl-schemes", has_text="公顷")).wait_for(
        timeout=PATIENCE_MS
    )
    walk.wait_checked()
    walk.save_picture()
    walk.page.get_by_label(t("check_page.case_name", walk.lang)).fill("演示公路")
    walk.page.get_by_label(t("check_page.case_name", walk.lang)).press("Tab")
    walk.wait_idle()
    walk.page.get_by_role("button", name=t("check_page.store", walk.lang), exact=True).click()
    record_link = walk.page.locator(".rl-stored")
    record_link.wait_for(timeout=PATIENCE_MS)
    walk.page.goto(f"{walk.address}/check?lang={walk.lang}&check={record_link.get_attribute('data-check')}")
    walk.page.locator("[data-record]").wait_for(timeout=PATIENCE_MS)
    walk.wait_checked()
    walk.save_picture()
    record = walk.text_of(".rl-facts", holding="演示公路")
    again = walk.text_of("[data-testid=stCaptionContainer]", holding="穿过")
    return {"东线": table, "西线": table, "穿过": sums, "在内": again, "总宽 60 米": record}


def missing(walk: Walk) -> dict[str, str]:
    """Check a site without the required layers; return the words that leave its verdict open."""
    walk.upload("missing.geojson")
    walk.wait_checked()
    walk.choose("一般工业项目")
    walk.save_picture()
    row = walk.text_of('.rl-find tr[data-layer="permanent_farmland"]')
    return {"永久基本农田": walk.text_of(".rl-answer"), "未核查": row, "必查": walk.text_of(".rl-required")}


WALKS: Final[dict[str, Callable[[Walk], dict[str, str]]]] = {
    "txt": txt, "near": near, "bank": bank, "road": road, "missing": missing,
}  # fmt: skip
ENGLISH_WALKS: Final = ("txt", "near")


def main() -> int:
    """Run every walk and print the texts of its pages; return 1 if one lacks an expected text."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build" / "walk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        _write_inputs(folder / "inputs")
        browser = launch(playwright)
        with serving(Path(home)) as address:  # the catalogue as it comes
            good = _run_walk(browser, address, folder, ("missing", "zh", 1280))
        _import_layers(folder / "inputs", Path(home))
        visits: list[Visit] = [(name, "zh", 1280) for name in WALKS if name != "missing"]
        visits += [(name, "en", 390) for name in ENGLISH_WALKS]
        with serving(Path(home)) as address:
            for visit in visits:
                good &= _run_walk(browser, address, folder, visit)
        browser.close()
    print(f"{len(list(folder.glob('*.webp')))} pictures in {folder.name}/")
    return int(not good)


def _run_walk(browser: Browser, address: str, folder: Path, visit: Visit) -> bool:
    """Run one walk; print the texts of the page and the expected ones that are absent; return whether none is."""
    name, lang, width = visit
    page = browser.new_page(viewport={"width": width, "height": 844 if width < 800 else 900})
    page.add_init_script('localStorage.setItem("redline-help", "seen")')  # not a first visit
    walk = Walk(page, address, lang, folder, name)
    try:
        walk.open()
        texts = WALKS[name](walk)
        verdict = walk.text_of(".rl-verdict")
    except PlaywrightError as fault:
        print(f"FAIL {name} {lang}: {str(fault).splitlines()[0]}", flush=True)
        save_screenshot(page, folder / f"{name}-stopped-{lang}-{width}.webp")
        return False
    finally:
        page.close()
    absent = [word for word, text in texts.items() if word not in text]
    summary = " | ".join(text[:MAX_TEXT] for text in dict.fromkeys([verdict, *texts.values()]))
    print(f"{'FAIL' if absent else 'ok  '} {name} {lang}: {summary}", flush=True)
    if absent:
        print(f"     not said: {', '.join(absent)}", flush=True)
    return not absent


def _write_inputs(folder: Path) -> None:
    """Write the input files of the walks."""
    folder.mkdir()
    to_plane = Transformer.from_crs(4490, 4548, always_xy=True)
    points = [to_plane.transform(*corner) for corner in (*TXT_CORNERS, TXT_CORNERS[0])]
    rows = "\n".join(f"J{n},1,{north:.3f},{east:.3f}" for n, (east, north) in enumerate(points, start=1))
    plane = gpd.GeoSeries([Polygon(points)]).area.iloc[0] / 10_000
    survey = (
        "[属性描述]\n格式版本号=1.01版本\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=\n"
        f"精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n5,{plane:.4f},D01,一号地块,面,,工业,0601,@\n{rows}\n"
    )
    (folder / "nozone.txt").write_bytes(survey.encode("gbk"))
    edge = south_of(27.60, 8.0)
    write_geojson(folder / "near.geojson", ["A1"], [box(116.96, edge - 0.002, 116.963, edge)])
    edge = south_of(BANK[0][1], 900.0)
    write_geojson(folder / "bank.geojson", ["化工厂（演示）"], [box(116.61, edge - 0.003, 116.615, edge)])
    east = [(116.90, 27.55), (117.05, 27.70), (117.15, 27.75)]
    west = [(116.90, 27.55), (116.95, 27.70), (117.15, 27.75)]
    write_geojson(folder / "road.geojson", ["东线", "西线"], [LineString(east), LineString(west)])
    write_geojson(folder / "missing.geojson", ["B1"], [box(117.05, 27.70, 117.06, 27.71)])
    write_geojson(folder / "demo-bank.geojson", ["演示岸线"], [LineString(BANK)], 水系="长江干流")
    write_geojson(folder / "demo-range.geojson", ["演示河段"], [Polygon(RANGE)])


def south_of(latitude: float, metres: float) -> float:
    """Return the latitude so many metres south of another, along a meridian."""
    return float(GEOD.fwd(116.0, latitude, 180.0, metres)[1])


def write_geojson(path: Path, names: list[str], shapes: list[BaseGeometry], **columns: str) -> None:
    """Write shapes with their names as GeoJSON in degrees."""
    frame = gpd.GeoDataFrame({"name": names, **columns}, geometry=shapes, crs=4326)
    frame.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=10)


def _import_layers(inputs: Path, home: Path) -> None:
    """Import two small made-up layers, named as demonstrations."""
    import_layer(
        home, inputs / "demo-range.geojson", "--id", "river_management", "--title", "河湖管理范围（演示）",
        "--title-en", "River management range (demonstration)", "--accuracy", "30", "--extent", "361028",
    )  # fmt: skip
    import_layer(
        home, inputs / "demo-bank.geojson", "--id", "river_bank", "--title", "长江岸线（演示）",
        "--title-en", "Yangtze bank line (demonstration)", "--accuracy", "5", "--extent", "360430",
        "--zone-field", "水系",
    )  # fmt: skip


def import_layer(home: Path, path: Path, *options: str, basis: str = "published") -> None:
    """Import a file as a layer of a home folder, as the command does; `options` are those of ``redline import``."""
    command = [sys.executable, "-m", "cli", "import", str(path), *options, "--replace", "--name-field", "name"]
    more = ["--publisher", "演示", "--basis", basis, "--as-of", "2026-01-01", "--secrecy", "public"]
    environment = os.environ | {"REDLINE_HOME": str(home)}
    subprocess.run([*command, *more, "--export", "full"], cwd=ROOT, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
