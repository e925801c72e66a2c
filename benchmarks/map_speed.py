"""Speed of the map in Chromium without a network: ``python -m benchmarks.map_speed [--polygons 20000]``.

Starts its own server on the catalogue in use. Prints the first map (a browser with a profile that has been here before,
median of seven, and its parts; a new browser), the switch of a layer, the frames of pans and zooms, the bytes sent
besides Streamlit's own shell, the script runs of a first view, and the requests that leave the server or fail. With
``--peer CHECKOUT`` the app of another version is measured in the same run, visit by visit. Ends with 1 if a limit is
broken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import BrowserContext, Frame, Page, WebSocket, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from tabulate import tabulate

from tools.browser.chromium import launch, launch_profile
from tools.browser.serving import ROOT, serving

DRAWN = '#map_div[data-drawn]:not([data-drawn=""])'
SHELL = ("/static/", "/_stcore/", "/favicon", "/manifest")
LIMITS = {
    "warm_s": 1.5, "cold_s": 2.5, "switch_ms": 150.0, "frame_p95_ms": 50.0, "sent_mb": 0.7, "script_runs": 1, "left": 0,
    "failed": 0,
}  # fmt: skip
WARM, COLD = 7, 3
PATIENCE_MS = 600_000


@dataclass
class Traffic:
    """Bytes, script runs, external and failed requests of one page."""

    host: str
    sent_bytes: int = 0
    shell_bytes: int = 0
    runs: int = 0
    external: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """A first view: seconds until the map's frame was asked for, its scripts were there, everything was drawn."""

    frame_s: float
    scripts_s: float
    drawn_s: float
    traffic: Traffic
    page: Page


def main() -> int:
    """Measure and print; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=0, help="put that many random polygons in the red line's place")
    parser.add_argument("--layer", default="redline_jiangxi", help="the layer that is switched")
    parser.add_argument("--peer", type=Path, help="a checkout of another version, set up")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        config = (
            _write_catalogue(folder, arguments.polygons) if arguments.polygons else os.environ.get("REDLINE_CONFIG", "")
        )
        checkouts = [ROOT, *([arguments.peer] if arguments.peer else [])]
        addresses = [
            servers.enter_context(serving(folder / f"home{at}", checkout=one, more={"REDLINE_CONFIG": config}))
            for at, one in enumerate(checkouts)
        ]
        found = measure_side_by_side(addresses, arguments.layer)
    rows = []
    for name, value in found[0].items():
        limit = LIMITS.get(name)
        verdict = [] if limit is None else [f"{limit:g}", "ok" if value <= limit else "TOO MUCH"]
        peer = f"{found[1][name]:.3g}" if len(found) > 1 else None
        rows.append([name, f"{value:.3g}", *(verdict or ["", ""]), *([peer] if peer else [])])
    print(
        tabulate(rows, headers=["", "now", "at most", "", *(["peer"] if arguments.peer else [])], disable_numparse=True)
    )
    return int(any(found[0][name] > limit for name, limit in LIMITS.items()))


def measure(address: str, layer: str) -> dict[str, float]:
    """Return medians and maxima over several visits of the map, cold and warm, by the names of `LIMITS` and more."""
    return measure_side_by_side([address], layer)[0]


def measure_side_by_side(addresses: Sequence[str], layer: str) -> list[dict[str, float]]:
    """Return what `measure` does for several servers, each visited in turn: a machine's pace changes by the minute."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        cold: list[list[Visit]] = [[] for _ in addresses]
        for number in range(COLD + 1):
            for address, visits in zip(addresses, cold, strict=True):
                browser = launch(playwright)
                visit = _visit(browser.new_context(), address)
                if number:  # in the first, tiles are made and modules imported
                    visits.append(visit)
                browser.close()
        warm: list[list[Visit]] = [[] for _ in addresses]
        person = launch_profile(playwright, Path(name))
        for number in range(WARM + 2):
            for address, visits in zip(addresses, warm, strict=True):
                visit = _visit(person, address)
                visit.page.close()  # a tab left open would draw beside the one that is measured
                if number > 1:  # what it fetched once is compiled at the second visit, and kept so
                    visits.append(visit)
        found = []
        for address, new, known in zip(addresses, cold, warm, strict=True):
            page = _visit(person, address).page
            off, on = _switch_ms(_map_frame(page), layer)
            frames = _frames_ms(page)
            page.close()
            found.append(_summary(new, known, off, on, frames))
        person.close()
    return found


def _summary(cold: list[Visit], warm: list[Visit], off: float, on: float, frames_ms: list[float]) -> dict[str, float]:
    traffic = [visit.traffic for visit in (*cold, *warm)]
    return {
        "warm_s": statistics.median(visit.drawn_s for visit in warm),
        "warm_frame_s": statistics.median(visit.frame_s for visit in warm),
        "warm_scripts_s": statistics.median(visit.scripts_s for visit in warm),
        "cold_s": statistics.median(visit.drawn_s for visit in cold),
        "switch_ms": max(off, on),
        "switch_off_ms": off,
        "switch_on_ms": on,
        "frame_p95_ms": float(np.percentile(frames_ms, 95)),
        "sent_mb": max(one.sent_bytes for one in traffic) / 1e6,
        "sent_warm_mb": warm[-1].traffic.sent_bytes / 1e6,
        "shell_mb": max(one.shell_bytes for one in traffic) / 1e6,
        "script_runs": max(one.runs for one in traffic),
        "left": sum(len(one.external) for one in traffic),
        "failed": sum(len(one.failed) for one in traffic),
    }


def _visit(context: BrowserContext, address: str) -> Visit:
    """Open the page in a new tab; return what it took once all visible layers were drawn."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    traffic = record_traffic(page, address)
    page.goto(address)
    page.frame_locator('iframe[title*="st_folium"]').locator(DRAWN).wait_for(timeout=PATIENCE_MS)
    frame = _map_frame(page)
    begun = float(page.evaluate("performance.timeOrigin"))
    drawn = float(frame.eval_on_selector("#map_div", "map => map.dataset.drawn"))
    asked, ready = frame.evaluate(
        """() => {
            const script = performance.getEntriesByType("resource").find((one) => one.name.endsWith("/map.js"));
            return [performance.timeOrigin, performance.timeOrigin + (script ? script.responseEnd : 0)];
        }"""
    )
    page.wait_for_timeout(1500)  # a second script run would come now
    for what in (*traffic.external, *traffic.failed):
        print(f"  {what}")
    return Visit((asked - begun) / 1000, (ready - begun) / 1000, (drawn - begun) / 1000, traffic, page)


def record_traffic(page: Page, address: str) -> Traffic:
    """Return a record of the page's traffic that the browser's network events fill."""
    traffic = Traffic(urlsplit(address).netloc)
    urls: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def answered(event: dict) -> None:
        urls[event["requestId"]] = event["response"]["url"]
        if event["response"]["status"] >= 400:
            traffic.failed.append(f"{event['response']['status']} {event['response']['url']}")

    def finished(event: dict) -> None:
        path = urlsplit(urls.get(event["requestId"], "")).path
        if path == "/" or path.startswith(SHELL):
            traffic.shell_bytes += int(event["encodedDataLength"])
        else:
            traffic.sent_bytes += int(event["encodedDataLength"])

    def sent(frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            traffic.runs += BackMsg.FromString(frame).WhichOneof("type") == "rerun_script"

    def received(frame: str | bytes) -> None:
        traffic.sent_bytes += len(frame)

    def opened(socket_: WebSocket) -> None:
        socket_.on("framesent", sent)
        socket_.on("framereceived", received)

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    page.on("websocket", opened)
    page.on("requestfailed", lambda request: traffic.failed.append(f"{request.failure} {request.url}"))
    page.on("request", lambda request: _record_if_external(request.url, traffic))
    return traffic


def _record_if_external(url: str, traffic: Traffic) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != traffic.host:
        traffic.external.append(url)


def _map_frame(page: Page) -> Frame:
    return next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def _switch_ms(frame: Frame, layer: str) -> tuple[float, float]:
    """Return the ms from a click on a layer's checkbox until the map has drawn it: off, on; each the median of five."""
    clicked = """async (layer) => {
        const tick = document.querySelector(`input[data-layer="${layer}"]`);
        const map = document.querySelector("#map_div");
        const begun = performance.now();
        tick.click();
        while (!map.dataset.drawn) await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return performance.now() - begun;
    }"""
    times = [float(frame.evaluate(clicked, layer)) for _ in range(10)]
    return statistics.median(times[0::2]), statistics.median(times[1::2])


def _frames_ms(page: Page) -> list[float]:
    """Return the time between frames (ms) while the map is dragged to and fro and zoomed in and out by the wheel."""
    frame = _map_frame(page)
    box = page.locator('iframe[title*="st_folium"]').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frame.evaluate(
        """() => {
            window.frames_ms = [];
            let before = performance.now();
            const next = (now) => (window.frames_ms.push(now - before), (before = now), requestAnimationFrame(next));
            requestAnimationFrame(next);
        }"""
    )
    for reach in (-150, 150, -150, 150):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + reach, y + reach / 2, steps=30)
        page.mouse.up()
    for turn in (-120, -120, 120, 120):
        page.mouse.move(x, y)
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(600)  # of the zoom itself and the tiles after it
    return [float(one) for one in frame.evaluate("window.frames_ms")]


def _write_catalogue(folder: Path, count: int) -> str:
    """Write a config.toml whose red line is `count` random polygons with 60 corners; return its path."""
    random = np.random.default_rng(20261120)
    centre = np.column_stack([random.uniform(113.8, 118.2, count), random.uniform(24.6, 29.9, count)])
    angle = np.linspace(0, 2 * np.pi, 61)[:-1]
    radius_deg = random.uniform(0.002, 0.008, count)[:, None] * random.uniform(0.7, 1.3, (count, 60))
    ring = np.stack([centre[:, :1] + radius_deg * np.cos(angle), centre[:, 1:] + radius_deg * np.sin(angle)], axis=-1)
    frame = gpd.GeoDataFrame(
        {"redline_id": np.arange(count).astype(str), "name_zh": [""] * count},
        geometry=shapely.polygons(ring),
        crs="EPSG:4490",
    )
    frame.to_file(folder / "polygons.fgb", driver="FlatGeobuf", engine="pyogrio")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace("data/redline/jiangxi.fgb", str(folder / "polygons.fgb")).replace('"data/', f'"{ROOT}/data/')
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "data").symlink_to(ROOT / "data")
    return str(path)


if __name__ == "__main__":
    sys.exit(main())
