"""Speed of a planner's steps in Chromium without a network: ``python -m benchmarks.page_speed [--peer CHECKOUT]``.

Starts the app as ``redline serve`` does, with an empty home folder, and prints of each step the seconds, the script
runs and the bytes received. With ``--peer`` the app of another checkout is measured in the same run, beside it.
Ends with 1 if a limit is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright  # noqa: A004 -- Playwright's own
from tabulate import tabulate

from benchmarks.map_speed import DRAWN, Traffic, record_traffic
from tools.browser.chromium import launch
from tools.browser.serving import ROOT, serving

LIMITS_S = {
    "first visit after a start": 4.0,
    "map, warm": 2.0,
    "to the check page": 1.0,
    "to the county page": 1.0,
    "to the indicators": 1.0,
    "to the plans": 1.0,
    "to the data page": 1.0,
    "back to the map": 1.0,
    "a county, warm": 1.5,
    "a click on the map": 0.5,
    "a report": 10.0,
    "an A3 sheet": 15.0,
    "100 KB/s: first paint": 5.0,
    "100 KB/s: map": 15.0,
    "100 KB/s: map with relief": 20.0,
}
SITE = shapely.Point(117.205, 27.79).buffer(0.004)
PATIENCE_MS = 120_000
SLOW_BYTES_PER_S = 100 * 1024


@dataclass
class Step:
    """What a step took: seconds, script runs, bytes received."""

    seconds: float
    runs: int
    sent_kb: float


def main() -> int:
    """Measure and print; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="a checkout of another version, set up")
    arguments = parser.parse_args()
    ours = measure(ROOT)
    theirs = measure(arguments.peer) if arguments.peer else {}
    rows = []
    for name, step in ours.items():
        limit, peer = LIMITS_S[name], theirs.get(name)
        verdict = "ok" if step.seconds <= limit else "TOO SLOW"
        rows.append([name, f"{step.seconds:.2f}", limit, verdict, step.runs, f"{step.sent_kb:,.0f}",
                     *([f"{peer.seconds:.2f}" if peer else "failed"] if theirs else [])])  # fmt: skip
    heads = ["step", "s", "at most", "", "script runs", "KB received", *(["peer, s"] if theirs else [])]
    print(tabulate(rows, headers=heads))
    return int(any(step.seconds > LIMITS_S[name] for name, step in ours.items()))


def measure(checkout: Path) -> dict[str, Step]:
    """Return the steps of a checkout's app by name, as far as it knows them."""
    found: dict[str, Step] = {}
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "home", checkout=checkout) as address:
        site = Path(name) / "site.geojson"
        gpd.GeoDataFrame({"id": ["A"]}, geometry=[SITE], crs=4326).to_file(site, driver="GeoJSON")
        with sync_playwright() as playwright:
            browser = launch(playwright)
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.add_init_script('localStorage.setItem("redline-help", "seen")')
            found["first visit after a start"] = first_visit(context, address)
            found["map, warm"] = first_visit(context, address)
            found |= pages(context, address)
            found |= takeaways(context, address, site)
            browser.close()
            browser = launch(playwright)
            found |= slow_line(browser.new_context(viewport={"width": 1280, "height": 800}), address)
            browser.close()
    return found


def first_visit(context: BrowserContext, address: str) -> Step:
    """Open the map in a new tab and wait until all visible layers are drawn."""
    page = context.new_page()
    traffic = record_traffic(page, address)
    step = timed(traffic, lambda: (page.goto(address), wait_drawn(page)))
    page.close()
    return step


def pages(context: BrowserContext, address: str) -> dict[str, Step]:
    """Go from page to page by the bar, each a second time: what a planner does all day."""
    page = context.new_page()
    traffic = record_traffic(page, address)
    page.goto(address)
    wait_drawn(page)
    wait_idle(page)
    ways = {
        "to the check page": ("核查", ".st-key-chk_site"),
        "to the county page": ("县域", ".st-key-county_bar"),
        "to the indicators": ("指标", ".rl-ind-legend"),
        "to the plans": ("规划", ".st-key-plans_filters"),
        "to the data page": ("数据", ".rl-data"),
        "back to the map": ("地图与核查", ".st-key-rl_side"),
    }
    found = {}
    for _ in range(2):
        for name, (link, sign) in ways.items():
            found[name] = timed(traffic, lambda link=link, sign=sign: go(page, link, sign))
            wait_idle(page)
    wait_drawn(page)
    wait_idle(page)
    for share in (0.45, 0.5):  # what is slow the first time is not the click
        found["a click on the map"] = timed(traffic, lambda share=share: click_map(page, share))
        wait_idle(page)
    for _ in range(2):
        page.goto(f"{address}/county")
        wait_idle(page)
        found["a county, warm"] = timed(
            traffic,
            lambda: (
                page.goto(f"{address}/county?adcode=361028"),
                page.locator(".rl-county .sources").wait_for(timeout=PATIENCE_MS),
            ),
        )
    page.close()
    return found


def takeaways(context: BrowserContext, address: str, site: Path) -> dict[str, Step]:
    """Check a site and order its report; order a map sheet on A3."""
    page = context.new_page()
    traffic = record_traffic(page, address)
    page.goto(f"{address}/check")
    wait_drawn(page)
    page.set_input_files('input[type="file"]', site)
    page.locator(".rl-verdict").first.wait_for(timeout=PATIENCE_MS)
    wait_idle(page)
    link = page.locator("a.rl-take").first
    report = page.get_by_role("button", name="报告 · PDF")
    found = {"a report": timed(traffic, lambda: (report.click(), link.wait_for(timeout=PATIENCE_MS)))}
    page.goto(f"{address}/?find=county:361028")
    wait_drawn(page)
    wait_idle(page)
    choose(page, ".st-key-take-form input", "PDF")
    page.locator(".st-key-box_take summary").first.click()
    wait_idle(page)
    choose(page, ".st-key-take-paper input", "A3")
    make = page.locator(".st-key-take-make button")
    found["an A3 sheet"] = timed(traffic, lambda: (make.click(), link.wait_for(timeout=PATIENCE_MS)))
    page.close()
    return found


def slow_line(context: BrowserContext, address: str) -> dict[str, Step]:
    """Open the map in a new browser on a line of 100 KB/s."""
    page = context.new_page()
    traffic = record_traffic(page, address)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {
        "offline": False,
        "latency": 30,
        "downloadThroughput": SLOW_BYTES_PER_S,
        "uploadThroughput": SLOW_BYTES_PER_S,
    }
    session.send("Network.emulateNetworkConditions", slow)
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    painted = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
    page.wait_for_function(painted, timeout=PATIENCE_MS)
    first = Step(time.monotonic() - begun, traffic.runs, (traffic.sent_bytes + traffic.shell_bytes) / 1e3)
    layered = f"#map_div[data-layered], {DRAWN}"  # versions before 0.5 draw the relief first and have one sign for both
    page.frame_locator('iframe[title*="st_folium"]').last.locator(layered).first.wait_for(timeout=PATIENCE_MS)
    layers = Step(time.monotonic() - begun, traffic.runs, (traffic.sent_bytes + traffic.shell_bytes) / 1e3)
    wait_drawn(page)
    whole = Step(time.monotonic() - begun, traffic.runs, (traffic.sent_bytes + traffic.shell_bytes) / 1e3)
    return {"100 KB/s: first paint": first, "100 KB/s: map": layers, "100 KB/s: map with relief": whole}


def timed(traffic: Traffic, action: Callable[[], object]) -> Step:
    """Return what an action took."""
    runs, sent, begun = traffic.runs, traffic.sent_bytes + traffic.shell_bytes, time.monotonic()
    action()
    seconds = time.monotonic() - begun
    return Step(seconds, traffic.runs - runs, (traffic.sent_bytes + traffic.shell_bytes - sent) / 1e3)


def go(page: Page, link: str, sign: str) -> None:
    """Press a link of the bar and wait for what only that page has."""
    page.get_by_role("link", name=link, exact=True).click()
    page.locator(sign).first.wait_for(timeout=PATIENCE_MS)


def click_map(page: Page, share: float) -> None:
    """Click the map at a share of its width and height, and wait until the box beside it tells of another place."""
    frame = page.locator('iframe[title*="st_folium"]').last.bounding_box()
    assert frame is not None
    before = page.locator(".st-key-box_here").inner_text()
    page.mouse.click(frame["x"] + share * frame["width"], frame["y"] + share * frame["height"])
    changed = "before => document.querySelector('.st-key-box_here').innerText !== before"
    page.wait_for_function(changed, arg=before, timeout=PATIENCE_MS)


def choose(page: Page, box: str, text: str) -> None:
    """Choose an option of a drop-down by typing its text; a list that goes away with a run is opened again."""
    for _ in range(5):
        page.locator(box).click()
        page.locator(box).fill(text)
        try:
            page.get_by_role("option", name=text).first.click(timeout=4000)
            break
        except TimeoutError:
            page.locator(box).press("Escape")
    wait_idle(page)


def wait_idle(page: Page) -> None:
    """Wait until no script runs."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE_MS)


def wait_drawn(page: Page) -> None:
    """Wait until every visible layer of the map is drawn."""
    page.frame_locator('iframe[title*="st_folium"]').last.locator(DRAWN).wait_for(timeout=PATIENCE_MS)


if __name__ == "__main__":
    sys.exit(main())
