"""Visits of people whom a proxy signs in, at an app that has a layer closed to all but one group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people.house import SECRET, SECRETS, House, furnished
from tests.browser.people.proxy import proxying
from tools.browser.serving import serving


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return furnished(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def closed_server(house: House) -> Iterator[str]:
    """Run the app with roles behind a proxy; yield its address."""
    with serving(house.home, more={"REDLINE_CONFIG": str(house.config), "REDLINE_PROXY_SECRET": SECRET}) as address:
        yield address


@dataclass
class Visit:
    """A page of somebody whom the proxy signed in, and everything that reached the browser."""

    page: Page
    address: str
    received: list[bytes]

    def leaks(self) -> set[str]:
        """Return the secrets that reached the browser since the last call."""
        everything = b"".join(self.received)  # a text may have come in two pieces
        self.received.clear()
        return {secret for secret in SECRETS if secret.encode() in everything}


@pytest.fixture
def visit(browser: Browser, closed_server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Yield a visit of the person that the test's parameter names: name and groups."""
    name, groups = request.param
    headers = {"X-Redline-User": name, "X-Redline-Groups": groups, "X-Redline-Secret": SECRET}
    received: list[bytes] = []
    with proxying(closed_server, headers, received.append) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page = context.new_page()
        page.set_default_timeout(120_000)
        yield Visit(page, address, received)
        context.close()
