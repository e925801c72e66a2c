"""Every page judged by axe-core: no serious and no critical violation, the map inside its frame included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, TimeoutError, expect  # noqa: A004 -- Playwright's own

from tests.browser.conftest import PATIENCE_MS, ROOT, App

AXE: Path = ROOT / "static" / "vendor" / "axe-core" / "axe.min.js"
PAGES = {
    "map": "/?find=county:361028",
    "check": "/check",
    "county": "/county?adcode=361028&with=321084",
    "indicators": "/indicators",
    "plans": "/plans",
    "data": "/data",
    "english": "/county?adcode=361002&lang=en",
}
READY = {"county": ".rl-county .sources", "english": ".rl-county .sources", "map": ".rl-found"}
GRAVE = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    """Run axe-core over a page and its frames; return what is grave, one line an element."""
    script = AXE.read_text(encoding="utf-8")
    for frame in page.frames:
        frame.evaluate(script)
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert found["testEngine"]["name"] == "axe-core"
    assert len(found["passes"]) > 5  # it has looked
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> bool:
    """Tell whether something still spills over a phone's screen once the page has taken its width."""
    page.set_viewport_size({"width": 390, "height": 844})
    try:
        page.wait_for_function(
            """() => [...document.querySelectorAll('[data-testid="stMain"], html')]
                 .every((part) => part.scrollWidth <= window.innerWidth + 1)""",
            timeout=15_000,
        )
    except TimeoutError:
        return True
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})
    return False


def test_nothing_grave_on_any_page_and_none_is_wider_than_a_phone(app: App, server: str) -> None:
    assert AXE.is_file(), "python -m tools.assets fetches axe-core"
    page, found, wide = app.page, {}, []
    for name, path in PAGES.items():
        page.goto(server + path)
        app.wait_idle()
        expect(page.locator(READY.get(name, ".redline-brand")).first).to_be_visible(timeout=PATIENCE_MS)
        if name == "map":
            app.wait_drawn()
        app.wait_idle()
        language = "en" if name == "english" else "zh-CN"
        expect(page.locator("html")).to_have_attribute("lang", language)
        found |= {name: bad} if (bad := violations(page)) else {}
        wide += [name] if too_wide(page) else []
    assert not found
    assert not wide
