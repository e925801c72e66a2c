"""The app in a browser without a network: a request to another host, or one that fails, fails the test."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    FrameLocator,
    Locator,
    Page,
    Request,
    Response,
    TimeoutError,  # noqa: A004 -- Playwright's own
    expect,
    sync_playwright,
)
from shapely.geometry import box

from tests.helpers import geojson
from tools.browser.chromium import PROGRAM, launch
from tools.browser.serving import serving

MAP = 'iframe[title*="st_folium"]'
DRAWN = '#map_div[data-drawn]:not([data-drawn=""])'
PATIENCE_MS = 120_000
"""Timeout for what a loaded machine may show late."""
expect.set_options(timeout=30_000)
HEALTH_PROBE = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
"""Health checks below the page's address that Streamlit tries first, and that fail, when a page is opened directly."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups, also where a file of this folder was asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as browser tests; without a browser they are skipped, except in CI."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if (
                "REDLINE_TEST_ONCE" not in os.environ
            ):  # a loaded machine can make Chromium late; what is broken fails twice
                item.add_marker(pytest.mark.flaky(reruns=1))
            item.add_marker(pytest.mark.xdist_group("browser"))
            if PROGRAM is None and not os.environ.get("CI"):
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium found (Debian: apt install chromium): browser tests skipped")
                )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the server's home folder; only one worker of pytest-xdist may use it."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        mark = tmp_path_factory.getbasetemp().parent / "browser-worker"
        assert not mark.exists(), "two workers drive a browser: pytest-xdist does not keep its groups"
        mark.touch()
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[str]:
    """Run the app for all tests; yield its address."""
    with serving(home) as address:
        yield address


def new_context_without_help(new_context: Callable[..., BrowserContext], **options: Any) -> BrowserContext:
    """Return a browser context that does not show the help of a first visit, unlike ``browser.new_page``."""
    context = new_context(**options)
    context.add_init_script('localStorage.setItem("redline-help", "seen")')
    return context


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield one Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        chromium.new_context = functools.partial(new_context_without_help, chromium.new_context)  # type: ignore[method-assign]
        yield chromium
        chromium.close()


@dataclass
class Traffic:
    """Requests of a page to other hosts, requests that failed, and what its policy forbade."""

    host: str
    external: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.forbidden.append(message.text)

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.external.append(request.url)

    def on_response(self, response: Response) -> None:
        if response.status >= 400 and not HEALTH_PROBE.search(response.url):
            self.failed.append(f"{response.status} {response.url}")

    def on_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a tile no longer wanted, or a download handed to the test
            self.failed.append(f"{request.failure} {request.url}")


def wait_idle(page: Page) -> None:
    """Wait until no script runs."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE_MS)


def press(page: Page, name: str, *, exact: bool = False, role: Literal["button", "radio"] = "button") -> None:
    """Press a button once the script that made it has ended; before, it may be replaced and lose the press.

    While a script runs, what it replaces may stand beside what it puts in its place.
    """
    target = page.get_by_role(role, name=name, exact=exact)
    target.first.wait_for(timeout=PATIENCE_MS)
    wait_idle(page)
    target.click()


def pick(page: Page, box: Locator, text: str) -> None:
    """Choose an option of a drop-down by typing its text.

    The option is clicked, not taken by Enter: a list that is not open yet would keep the text and choose nothing, and
    what is typed while a script runs can be lost. Each try has twice the time of the one before: on a busy machine the
    list itself may take seconds to open.
    """
    option = page.get_by_role("option", name=text).first
    for seconds in (3, 6, 12, 24, 48):
        wait_idle(page)
        box.click()
        box.fill(text)
        try:
            expect(option).to_be_visible(timeout=1000 * seconds)
            option.click(timeout=1000 * seconds)
            break
        except (AssertionError, TimeoutError):  # a list that is put up anew can go away under the pointer
            box.press("Escape")
    expect(option).to_be_hidden()
    wait_idle(page)


def click_badge(page: Page, adcode: str) -> None:
    """Click the badge of a territory on the map, once it is drawn."""
    _click_drawn(page, "marks.badges.find((one) => one.adcode === wanted)", adcode)


def click_name(page: Page, text: str) -> None:
    """Click a name on the map, once it is drawn, near its end, away from what it names."""
    _click_drawn(page, "marks.names.find((one) => one.of.name === wanted)", text, along=0.9)


def _click_drawn(page: Page, find: str, wanted: str, along: float = 0.5) -> None:
    """Click what a script finds among the `marks` drawn on the map; `along` is a share of its width."""
    handle = page.locator(MAP).last.element_handle()
    frame = handle.content_frame()
    assert frame is not None
    found = frame.wait_for_function(
        """([wanted, along]) => {
            const map = [window.map_div, window.map].find((one) => one?.redline?.marks);
            const marks = map?.redline.marks;
            const drawn = marks?._origin && FIND;
            if (!drawn) return null;
            const origin = map.layerPointToContainerPoint(marks._origin);
            const [left, top, right, bottom] = drawn.box;
            return [left + along * (right - left) + origin.x, (top + bottom) / 2 + origin.y];
        }""".replace("FIND", find),
        arg=[wanted, along],
        timeout=PATIENCE_MS,
    ).json_value()
    place = page.locator(MAP).last.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + found[0], place["y"] + found[1])


class App:
    """Steps of a planner on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.map: FrameLocator = page.locator(MAP).last.content_frame

    def wait_drawn(self) -> None:
        """Wait until every visible layer is drawn."""
        # while a changed language brings a new map, the old one still stands before it: `map` is the last
        self.map.locator(DRAWN).wait_for(timeout=PATIENCE_MS)

    def switch(self, layer: str) -> None:
        self.map.locator(f'input[data-layer="{layer}"]').click()
        self.wait_drawn()

    def upload(self, path: Path) -> None:
        self.page.set_input_files('input[type="file"]', path)

    def wait_idle(self) -> None:
        """Wait until no script runs."""
        wait_idle(self.page)

    def press(self, name: str, *, exact: bool = False, role: Literal["button", "radio"] = "button") -> None:
        """Press a button, or choose one of several."""
        press(self.page, name, exact=exact, role=role)

    def pick(self, box: Locator, text: str) -> None:
        """Choose an option of a drop-down by typing its text."""
        pick(self.page, box, text)

    def download(self, name: str, *, exact: bool = False) -> Download:
        """Follow a link and return the file that it downloads."""
        link = self.page.get_by_role("link", name=name, exact=exact)
        link.wait_for(timeout=PATIENCE_MS)
        self.wait_idle()  # a run that goes on may yet change what the file holds
        with self.page.expect_download(timeout=PATIENCE_MS) as waited:
            link.click()
        return waited.value

    def take(self, place: str = "take") -> Download:
        """Order a snapshot in a panel with the settings of its form, wait for it, and return the download."""
        self.wait_idle()
        self.page.locator(f".st-key-{place}-make button").click()
        return self.fetch()

    def fetch(self) -> Download:
        """Wait for what was ordered, and return the download."""
        link = self.page.locator("a.rl-take").first
        link.wait_for(timeout=PATIENCE_MS)
        self.wait_idle()
        with self.page.expect_download(timeout=PATIENCE_MS) as waited:
            link.click()
        return waited.value

    def draw_rectangle(self, x: float, y: float) -> None:
        """Draw a small rectangle from so many pixels right of and below the map's corner."""
        frame = self.page.locator(MAP).bounding_box()
        assert frame is not None
        self.map.locator(".leaflet-draw-draw-rectangle").click()
        self.page.mouse.move(frame["x"] + x, frame["y"] + y)
        self.page.mouse.down()
        self.page.mouse.move(frame["x"] + x + 40, frame["y"] + y + 30, steps=4)
        self.page.mouse.up()

    def wait_checked(self) -> None:
        expect(self.page.locator(".rl-verdict")).to_be_visible(timeout=PATIENCE_MS)

    def states(self) -> dict[str, str]:
        """Return the state of each layer in the result shown."""
        # read in one go, once the table stands: it comes after the verdict
        rows = self.page.wait_for_function(
            """() => {
                const rows = [...document.querySelectorAll(".rl-find tr[data-layer]")];
                return rows.length ? rows.map((row) => [row.dataset.layer, row.dataset.state]) : null;
            }""",
            timeout=PATIENCE_MS,
        )
        return dict(rows.json_value())


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    """Return a GeoJSON of one site in 资溪, about 1 km each way."""
    path = tmp_path / "site.geojson"
    path.write_bytes(geojson(box(117.05, 27.70, 117.06, 27.71), properties={"id": "A1"}))
    return path


@pytest.fixture
def visitor(browser: Browser, server: str) -> Iterator[App]:
    """Yield a browser of 1280 × 800 without a page; assert at the end that its traffic is clean."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    traffic = Traffic(urlsplit(server).netloc)
    page.on("request", traffic.on_request)
    page.on("response", traffic.on_response)
    page.on("requestfailed", traffic.on_failure)
    page.on("console", traffic.on_console)
    yield App(page)
    context.close()
    assert traffic.external == []
    assert traffic.failed == []
    assert traffic.forbidden == []


@pytest.fixture
def app(visitor: App, server: str) -> App:
    """Return a new visit of the map page."""
    visitor.page.goto(server)
    visitor.wait_drawn()
    return visitor
