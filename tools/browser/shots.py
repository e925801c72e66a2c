"""Pictures of the running app, for the README and to look at: ``python -m tools.browser.shots [FOLDER]``.

Eight views in two languages at two widths; of a page that scrolls, all of it.

Starts its own server with a home folder of its own; the browser's network is cut.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tools.browser.chromium import launch
from tools.browser.serving import ROOT, serving

MAP = 'iframe[title*="st_folium"]'
DRAWN = '#map_div[data-drawn]:not([data-drawn=""])'
SITE = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"A1","面积(亩)":32780},
"geometry":{"type":"Polygon","coordinates":[[[117.05,27.70],[117.10,27.70],[117.10,27.74],[117.05,27.74],
[117.05,27.70]]]}}]}"""


_MAX_HEIGHT_PX = 8000


def main() -> int:
    """Save every picture and print their folder."""
    parser = argparse.ArgumentParser(prog="tools.browser.shots", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".build" / "shots", help="where the pictures go")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as address, sync_playwright() as playwright:
        site = Path(home) / "site.geojson"
        site.write_text(SITE, encoding="utf-8")
        browser = launch(playwright)
        for lang in ("zh", "en"):
            for width, height in ((1440, 900), (390, 844)):
                page = browser.new_page(viewport={"width": width, "height": height})
                page.set_default_timeout(120_000)
                page.add_init_script('localStorage.setItem("redline-help", "seen")')  # not a first visit
                _shoot_pages(
                    page,
                    address,
                    lang,
                    site,
                    lambda name, *, ending=f"{lang}-{width}": folder / f"{name}-{ending}.webp",
                )
                page.close()
        browser.close()
    print(f"{len(list(folder.glob('*.webp')))} pictures in {folder.name}/")
    return 0


def _shoot_pages(page: Page, address: str, lang: str, site: Path, path_of: Callable[[str], Path]) -> None:
    """Save the pictures of every page in one language and window size."""
    narrow = page.viewport_size is not None and page.viewport_size["width"] < 800
    page.goto(f"{address}/?lang={lang}")
    _wait_drawn(page)
    save_screenshot(page, path_of("province"))
    _choose_option(page, {"zh": ("前往", "抚州市"), "en": ("Go to", "Fuzhou (Jiangxi)")}[lang])
    _wait_drawn(page)
    save_screenshot(page, path_of("fuzhou"))
    page.set_input_files('input[type="file"]', site)
    page.locator(".rl-verdict").wait_for()
    _wait_drawn(page)
    save_screenshot(page, path_of("site"), whole=narrow)
    page.goto(f"{address}/check?lang={lang}")
    page.set_input_files('input[type="file"]', site)
    page.locator(".rl-verdict").first.wait_for()
    _wait_drawn(page)
    save_screenshot(page, path_of("check"), whole=True)
    page.goto(f"{address}/county?adcode=361028&lang={lang}")
    page.locator(".sources").first.wait_for()
    _wait_idle(page)
    save_screenshot(page, path_of("county"), whole=True)
    for name in ("indicators", "plans"):
        page.goto(f"{address}/{name}?lang={lang}")
        _wait_drawn(page)
        _wait_idle(page)
        save_screenshot(page, path_of(name), whole=True)
    page.goto(f"{address}/data?lang={lang}")
    page.locator(".rl-data").wait_for()
    _wait_idle(page)
    save_screenshot(page, path_of("data"), whole=True)


def _wait_idle(page: Page) -> None:
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.wait_for_timeout(800)  # charts and grids paint on a canvas and say nothing when they are done


def _choose_option(page: Page, labels: tuple[str, str]) -> None:
    label, region = labels
    chooser = page.get_by_role("combobox", name=label).first
    chooser.scroll_into_view_if_needed()  # a list that is open closes when the page scrolls
    page.wait_for_timeout(300)
    chooser.click()
    page.get_by_role("option", name=region).click()


def _wait_drawn(page: Page) -> None:
    """Wait until the map is drawn and its move to another view has ended."""
    page.wait_for_timeout(1200)
    _wait_idle(page)
    page.frame_locator(MAP).locator(DRAWN).wait_for(timeout=60_000)


def save_screenshot(page: Page, path: Path, *, whole: bool = False) -> None:
    """Save a picture of the window or, with `whole`, of the whole page."""
    shown = page.viewport_size
    assert shown is not None
    if whole:  # the page scrolls inside a part of it: make the window as high as that part
        high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({**shown, "height": min(int(high) + 80, _MAX_HEIGHT_PX)})
        _wait_idle(page)
    image = Image.open(io.BytesIO(page.screenshot()))
    page.set_viewport_size(shown)
    image.convert("RGB").save(path, quality=82, method=6)


if __name__ == "__main__":
    sys.exit(main())
