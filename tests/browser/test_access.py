"""Every page judged by axe-core: no serious and no critical violation, the map inside its frame included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, TimeoutError, expect  # noqa: A004 -- Playwright's own
from shapely.geometry import box

from tests.browser.conftest import MAP, PATIENCE_MS, App
from tests.helpers import ROOT, geojson

AXE: Path = ROOT / "static" / "vendor" / "axe-core" / "axe.min.js"
PAGES = {
    "map": "/?find=county:361028",
    "check": "/check",
    "county": "/county?adcode=361028&with=321084",
    "indicators": "/indicators",
    "plans": "/plans",
    "data": "/data",
    "english county": "/county?adcode=361002&lang=en",
    "english data": "/data?lang=en",
    "english check": "/check?lang=en",
}
READY = {"county": ".rl-county .sources", "english county": ".rl-county .sources", "map": ".rl-found"}
SITE = box(117.05, 27.70, 117.10, 27.74)
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


def test_nothing_grave_on_any_page_and_none_is_wider_than_a_phone(visitor: App, server: str) -> None:
    assert AXE.is_file(), "python -m tools.assets fetches axe-core"
    app, page, found, wide = visitor, visitor.page, {}, []
    for name, path in PAGES.items():
        page.goto(server + path)
        app.wait_idle()
        expect(page.locator(READY.get(name, ".redline-brand")).first).to_be_visible(timeout=PATIENCE_MS)
        if name == "map":
            app.wait_drawn()
        app.wait_idle()
        language = "en" if name.startswith("english") else "zh-CN"
        expect(page.locator("html")).to_have_attribute("lang", language)
        found |= {name: bad} if (bad := violations(page)) else {}
        wide += [name] if too_wide(page) else []
    assert not found
    assert not wide


def test_nothing_grave_in_what_opens_over_a_page(app: App, tmp_path: Path) -> None:
    """The suggestions of the search, the help, and the result of a check with its report."""
    page, found = app.page, {}
    page.get_by_role("combobox", name="搜索地名").press_sequentially("zixi")
    expect(page.get_by_role("option").first).to_contain_text("资溪")
    found["suggestions"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="使用说明").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["help"] = violations(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    site = tmp_path / "site.geojson"
    site.write_bytes(geojson(SITE))
    app.upload(site)
    app.wait_checked()
    app.wait_drawn()
    app.wait_idle()
    found["result on the map"] = violations(page)
    page.get_by_role("link", name="核查", exact=True).click()
    expect(page.get_by_text("当前文件：")).to_be_visible()  # the site of the session, on every page
    app.wait_checked()
    app.states()
    app.wait_idle()
    found["result"] = violations(page)
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_ux_25_two_links_lead_past_everything_to_the_answer(visitor: App, server: str, tmp_path: Path) -> None:
    """UX 25: the keyboard reaches the answer by two links; the second shows only where there is an answer."""
    page = visitor.page
    page.goto(f"{server}/check")
    visitor.wait_idle()
    way = page.locator("a.rl-skip")
    expect(way).to_be_hidden()
    site = tmp_path / "site.geojson"
    site.write_bytes(geojson(SITE))
    visitor.upload(site)
    visitor.wait_checked()
    visitor.wait_idle()
    first = page.get_by_test_id("stSkipToContent")
    first.focus()
    expect(first).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(way).to_be_focused()
    expect(way).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(".rl-verdict").first).to_be_focused()
    expect(page.locator(".rl-verdict").first).to_be_in_viewport()
    assert "#" not in page.url


def test_ux_23_on_a_phone_the_pages_close_and_the_answer_is_one_tap_away(browser: Browser, server: str) -> None:
    """UX 23: the list of pages goes once one is chosen; below the map a link leads to what the tap asked."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    phone = App(page)
    page.goto(server)
    phone.wait_drawn()
    phone.wait_idle()
    frame = page.locator(MAP).bounding_box()
    assert frame is not None
    page.touchscreen.tap(frame["x"] + 200, frame["y"] + 200)
    down = page.locator("a.rl-way-down")
    expect(down).to_have_text("点击处的查询结果 ↓", timeout=PATIENCE_MS)
    expect(down).to_be_in_viewport()
    phone.wait_idle()
    down.tap()
    expect(page.locator(".rl-where")).to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="县域").tap()
    page.wait_for_url("**/county*")
    expect(page.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()
    context.close()


def test_ux_14_on_a_phone_the_verdict_of_a_check_is_one_tap_away(
    browser: Browser, server: str, site_file: Path
) -> None:
    """UX 14: the steps come first there; a link above them leads to the verdict."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    phone = App(page)
    page.goto(f"{server}/check")
    phone.wait_idle()
    phone.upload(site_file)
    phone.wait_checked()
    phone.wait_idle()
    expect(page.locator(".rl-verdict")).not_to_be_in_viewport()
    page.locator("a.rl-way-down").tap()
    expect(page.locator(".rl-verdict")).to_be_in_viewport()
    context.close()


def test_ux_23_at_twice_the_size_the_map_holds_all_its_tools(browser: Browser, server: str) -> None:
    """UX 23: a window of 1280 × 720 at 200 % has 640 × 360 to give: no button of the map is cut, and a site fits."""
    context = browser.new_context(viewport={"width": 640, "height": 360}, device_scale_factor=2)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    zoomed = App(page)
    page.goto(f"{server}/?find=county:361028")
    zoomed.wait_drawn()
    zoomed.wait_idle()
    frame = page.locator(MAP).bounding_box()
    assert frame is not None
    assert frame["height"] >= 380
    for button in zoomed.map.locator(".leaflet-control a, .leaflet-control button").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box is not None
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    context.close()
