"""Speed of the map in Chromium without a network: ``python -m benchmarks.map_speed [--polygons 20000]``.

Starts its own server on the catalogue in use. Prints the first map (warm browser, median of five; cold browser), the
switch of a layer, the bytes sent besides Streamlit's own shell, the script runs of a first view, and the requests that
leave the server or fail. Ends with 1 if a limit is broken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Browser, BrowserContext, Frame, Page, WebSocket, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from tools.browser.chromium import launch
from tools.browser.serving import ROOT, serving

DRAWN = '#map_div[data-drawn]:not([data-drawn=""])'
SHELL = ("/static/", "/_stcore/", "/favicon", "/manifest")
LIMITS = {"warm_s": 2.0, "cold_s": 3.0, "switch_ms": 150.0, "sent_mb": 1.0, "script_runs": 1, "left": 0, "failed": 0}
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


def main() -> int:
    """Measure and print; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=0, help="put that many random polygons in the red line's place")
    parser.add_argument("--layer", default="redline_jiangxi", help="the layer that is switched")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = (
            _write_catalogue(folder, arguments.polygons) if arguments.polygons else os.environ.get("REDLINE_CONFIG", "")
        )
        with serving(folder / "home", more={"REDLINE_CONFIG": config}) as address:
            numbers = measure(address, arguments.layer)
    for name, value in numbers.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"  (at most {limit:g}) {'ok' if value <= limit else 'TOO MUCH'}"
        print(f"{name:14} {value:8.3g}{verdict}")
    return int(any(numbers[name] > limit for name, limit in LIMITS.items()))


def measure(address: str, layer: str) -> dict[str, float]:
    """Return medians and maxima over several visits of the map, cold and warm, by the names of `LIMITS` and more."""
    with sync_playwright() as playwright:

        def browser() -> Browser:
            return launch(playwright)

        first = browser()
        _visit(first.new_context(), address)  # tiles are made, modules imported: the server is warm now
        first.close()
        cold, visits = [], []
        for _ in range(3):
            chromium_cold = browser()
            seconds, traffic, page = _visit(chromium_cold.new_context(), address)
            cold.append(seconds)
            visits.append(traffic)
            chromium_cold.close()
        chromium = browser()
        context = chromium.new_context()
        page = _visit(context, address)[2]
        warm = []
        for _ in range(5):
            page.close()  # a tab left open would draw beside the one that is measured
            seconds, traffic, page = _visit(context, address)
            warm.append(seconds)
            visits.append(traffic)
        off, on = _switch_ms(_map_frame(page), layer)
        chromium.close()
    return {
        "warm_s": statistics.median(warm),
        "cold_s": statistics.median(cold),
        "switch_ms": max(off, on),
        "switch_off_ms": off,
        "switch_on_ms": on,
        "sent_mb": max(traffic.sent_bytes for traffic in visits) / 1e6,
        "sent_warm_mb": visits[-1].sent_bytes / 1e6,
        "shell_mb": max(traffic.shell_bytes for traffic in visits) / 1e6,
        "script_runs": max(traffic.runs for traffic in visits),
        "left": sum(len(traffic.external) for traffic in visits),
        "failed": sum(len(traffic.failed) for traffic in visits),
    }


def _visit(context: BrowserContext, address: str) -> tuple[float, Traffic, Page]:
    """Open the page in a new tab; return the seconds until all visible layers were drawn, its traffic and the page."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    traffic = record_traffic(page, address)
    page.goto(address)
    page.frame_locator('iframe[title*="st_folium"]').locator(DRAWN).wait_for(timeout=PATIENCE_MS)
    drawn = float(_map_frame(page).eval_on_selector("#map_div", "map => map.dataset.drawn"))
    begun = float(page.evaluate("performance.timeOrigin"))
    page.wait_for_timeout(1500)  # a second script run would come now
    for what in (*traffic.external, *traffic.failed):
        print(f"  {what}")
    return (drawn - begun) / 1000, traffic, page


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
