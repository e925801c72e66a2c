"""One current work in a browser: it stays across pages, languages, reloads and sessions, until it is begun anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser, Error, Locator, Page, WebSocket, expect

from tests.browser.conftest import MAP, PATIENCE_MS, App, pick
from tools.browser.serving import free_port, serving

INSIDE_REDLINE = shapely.Point(117.20505217968747, 27.7901783828125).buffer(0.004)
"""Wholly inside the illustrative red line of 资溪."""
ALL_OF_IT = "地块 100 % 位于生态保护红线内"


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    path = tmp_path / "red.geojson"
    gpd.GeoDataFrame({"id": ["A1"]}, geometry=[INSIDE_REDLINE], crs=4326).to_file(path, driver="GeoJSON")
    return path


def expect_answer(page: Page, words: str = ALL_OF_IT) -> None:
    expect(page.locator(".rl-verdict .rl-sentence").first).to_contain_text(words, timeout=PATIENCE_MS)


def open_page(app: App, name: str) -> None:
    app.page.get_by_role("link", name=name, exact=True).click()
    app.wait_idle()


def shapes_drawn(app: App) -> int:
    """Return the number of shapes in the drawing tools of the map."""
    app.wait_drawn()
    frame = app.page.locator(MAP).last.element_handle().content_frame()
    assert frame is not None
    return int(frame.evaluate("() => window.drawnItems.getLayers().length"))


def test_ux_1_an_upload_stays_across_pages_languages_and_reloads(app: App, site_file: Path) -> None:
    """UX 1, 7: site and answer stay, and the answer names the share, the area and the line."""
    app.upload(site_file)
    expect_answer(app.page)
    expect(app.page.locator(".rl-verdict small").first).to_contain_text("压占 2 个图层")
    open_page(app, "县域")
    expect(app.page.locator(".rl-verdict")).to_have_count(0, timeout=PATIENCE_MS)
    open_page(app, "地图与核查")
    expect_answer(app.page)
    open_page(app, "核查")
    expect_answer(app.page)
    pick(app.page, app.page.get_by_label("活动类型"), "化工项目")
    expect_answer(app.page, "若正式图层属实，化工项目禁止")
    app.page.get_by_text("English", exact=True).click()
    expect_answer(app.page, "Chemical project: prohibited")
    app.page.get_by_text("中文", exact=True).click()
    expect_answer(app.page, "若正式图层属实，化工项目禁止")
    app.wait_idle()
    app.page.reload()
    expect_answer(app.page, "若正式图层属实，化工项目禁止")
    open_page(app, "地图与核查")
    expect_answer(app.page, "若正式图层属实，化工项目禁止")


def test_ux_1_a_drawing_stays_in_the_tools_of_the_map(app: App) -> None:
    app.draw_rectangle(300, 300)
    app.wait_checked()
    assert shapes_drawn(app) == 1
    app.wait_idle()
    app.page.reload()
    app.wait_checked()
    assert shapes_drawn(app) == 1
    open_page(app, "核查")
    app.wait_checked()
    assert shapes_drawn(app) == 1
    app.page.get_by_text("English", exact=True).click()
    expect(app.page.get_by_text("Start anew")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_checked()
    app.wait_idle()
    assert shapes_drawn(app) == 1


def test_ux_1_23_a_server_that_comes_back_has_the_work(browser: Browser, site_file: Path, tmp_path: Path) -> None:
    """Away, it is said in the session's language; back, the site and its answer are there."""
    port, home = free_port(), tmp_path / "home"
    context = browser.new_context()
    page = context.new_page()
    with serving(home, port) as address:
        page.goto(address)
        app = App(page)
        app.wait_drawn()
        app.upload(site_file)
        expect_answer(page)
        app.wait_idle()
        expect(page).to_have_url(re.compile("work="))
    expect(page.get_by_text("与服务器的连接已断开")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Connection error")).to_have_count(0)
    expect(page.get_by_text("服务器没有应答")).to_be_visible()
    with serving(home, port):
        page.reload()
        expect_answer(page)
        expect(page.get_by_text("red.geojson").first).to_be_visible()
        context.close()


def test_two_sessions_never_share_a_work(app: App, browser: Browser, site_file: Path) -> None:
    """Who opens a copied link gets a copy: what either does from then on is not seen by the other."""
    app.upload(site_file)
    expect_answer(app.page)
    app.wait_idle()
    address = app.page.url
    assert "work=" in address
    context = browser.new_context()
    other = context.new_page()
    other.goto(address)
    expect_answer(other)
    pick(app.page, app.page.get_by_label("活动类型"), "化工项目")
    expect_answer(app.page, "化工项目")
    app.wait_idle()
    assert app.page.url != address, "the first session goes on under an id of its own"
    other.reload()
    expect_answer(other)
    expect(other.locator(".rl-sentence").first).to_contain_text("未选择拟建项目")
    context.close()


def test_only_the_way_to_start_anew_discards(app: App, site_file: Path) -> None:
    app.upload(site_file)
    expect_answer(app.page)
    app.wait_idle()
    app.page.get_by_role("link", name="重新开始").click()
    app.page.wait_for_url(lambda url: "work=" not in url)
    app.wait_drawn()
    app.wait_idle()
    expect(app.page.locator(".rl-verdict")).to_have_count(0)
    expect(app.page.get_by_role("link", name="重新开始")).to_have_count(0)
    app.page.go_back()
    expect_answer(app.page)


def test_ux_2_a_snapshot_can_be_made_after_another_page(app: App) -> None:
    open_page(app, "县域")
    expect(app.page.locator(MAP)).to_have_count(0, timeout=PATIENCE_MS)
    open_page(app, "地图与核查")
    app.wait_drawn()
    app.wait_idle()
    expect(app.page.locator(".st-key-take-make button")).to_be_enabled()


def test_ux_5_an_old_address_leads_to_the_map_and_help_covers_no_link(browser: Browser, server: str) -> None:
    page = browser.new_page()  # a browser that was never here: help is shown on a first visit
    page.goto(f"{server}/map?c=116.5,27.9,10")
    page.wait_for_url(lambda url: "/map" not in url and "c=116.5" in url.replace("%2C", ","))
    App(page).wait_drawn()
    expect(page.get_by_role("button", name="使用说明")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.close()


def test_ux_9_no_raw_key_in_an_answer(app: App, site_file: Path) -> None:
    app.upload(site_file)
    expect_answer(app.page)
    open_page(app, "核查")
    pick(app.page, app.page.get_by_label("活动类型"), "露天采矿")
    expect_answer(app.page, "露天")
    app.wait_idle()
    expect(app.page.locator("body")).not_to_contain_text("limited_unverified")


def test_ux_12_a_site_outside_all_counties_is_told_first(app: App, tmp_path: Path) -> None:
    path = tmp_path / "beijing.geojson"
    frame = gpd.GeoDataFrame({"id": ["B"]}, geometry=[shapely.box(116.38, 39.9, 116.39, 39.91)], crs=4326)
    frame.to_file(path, driver="GeoJSON")
    app.upload(path)
    expect_answer(app.page, "各县界线之外")


@pytest.mark.parametrize(("typed", "activity"), [("加油站", "住宅与公共建筑"), ("民宿", "旅游"), ("变电站", "电")])
def test_ux_24_activities_are_found_by_everyday_words(app: App, site_file: Path, typed: str, activity: str) -> None:
    app.upload(site_file)
    expect_answer(app.page)
    app.wait_idle()
    box = app.page.get_by_label("活动类型")
    box.click()
    box.fill(typed)
    expect(app.page.get_by_role("option").first).to_contain_text(activity)


def test_a_file_taken_out_of_the_uploader_is_gone(app: App, site_file: Path) -> None:
    app.upload(site_file)
    expect_answer(app.page)
    app.wait_idle()
    app.page.get_by_test_id("stFileUploader").get_by_role("button", name="移除").click()
    expect(app.page.locator(".rl-verdict")).to_have_count(0, timeout=PATIENCE_MS)
    app.wait_idle()
    app.page.reload()
    app.wait_drawn()
    app.wait_idle()
    expect(app.page.locator(".rl-verdict")).to_have_count(0)


def come_back(app: App) -> None:
    """Go to another page and back to the check page, then load it anew."""
    open_page(app, "县域")
    open_page(app, "核查")
    app.wait_checked()
    app.wait_idle()
    app.page.reload()
    app.wait_checked()
    app.wait_idle()


def test_ux_1_the_choice_of_sites_stays(visitor: App, server: str, tmp_path: Path) -> None:
    """UX 1: of a file of three sites one was ticked; it is still that one, and the check is of it alone."""
    path = tmp_path / "three.geojson"
    squares = [shapely.box(117.05 + east, 27.70, 117.06 + east, 27.71) for east in (0.0, 0.02, 0.04)]
    gpd.GeoDataFrame({"id": ["A1", "A2", "A3"]}, geometry=squares, crs=4326).to_file(path, driver="GeoJSON")
    page = visitor.page
    page.goto(f"{server}/check")
    visitor.wait_idle()
    visitor.upload(path)
    expect(page.locator(".rl-batch")).to_be_visible(timeout=PATIENCE_MS)
    visitor.wait_idle()
    table = page.locator(".st-key-chk_site").get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": 36 + 35 + 16})  # the box before A2
    expect(page.get_by_text("只查勾选的 1 个")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".rl-batch")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(".rl-verdict")).to_have_count(1, timeout=PATIENCE_MS)
    come_back(visitor)
    expect(page.get_by_text("只查勾选的 1 个")).to_be_visible(timeout=PATIENCE_MS)
    taken = json.loads(Path(visitor.download("JSON", exact=True).path()).read_text(encoding="utf-8"))
    assert [site["id"] for site in taken["sites"]] == ["A2"]


def type_in_cell(app: App, grid: Locator, at: tuple[int, int], cell: Locator, text: str) -> None:
    """Type into a cell of a grid through the field that opens over it; begun again if the grid is put up anew."""
    field = app.page.locator("#portal textarea")
    for _ in range(5):
        app.wait_idle()
        try:
            if not field.count():
                grid.click(position={"x": at[0], "y": at[1]})
                app.page.keyboard.press("F2")
            field.fill(text, timeout=5000)
            field.press("Enter", timeout=5000)
            expect(field).to_have_count(0)
            expect(cell).to_have_text(text, timeout=5000)
        except (AssertionError, Error):
            app.page.keyboard.press("Escape")
        else:
            return
    expect(cell).to_have_text(text)


def test_ux_1_bridges_stay_and_belong_to_their_road(visitor: App, server: str, tmp_path: Path) -> None:
    """UX 1: what was typed of a bridge is there after a reload, and not with another file."""
    paths = [tmp_path / "road.geojson", tmp_path / "other.geojson"]
    for path, north in zip(paths, (27.55, 27.60), strict=True):
        road = shapely.LineString([(116.90, north), (117.05, 27.70)])
        gpd.GeoDataFrame({"id": ["A1"]}, geometry=[road], crs=4326).to_file(path, driver="GeoJSON")
    page, sockets = visitor.page, list[WebSocket]()
    page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108 -- Playwright takes no builtin
    page.goto(f"{server}/check")
    visitor.wait_idle()
    visitor.upload(paths[0])
    visitor.wait_checked()
    visitor.wait_idle()
    editor = page.get_by_test_id("stExpander").filter(has_text="桥梁、隧道").first
    cells = editor.locator("canvas [role=gridcell]")
    editor.locator("summary").click()
    grid = editor.get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": 400, "y": 52})  # the last row adds one
    expect(cells).to_have_count(3)
    visitor.wait_idle()
    with sockets[-1].expect_event("framesent", lambda sent: "K2+500" in str(sent), timeout=PATIENCE_MS):
        type_in_cell(visitor, grid, (400, 52), cells.nth(1), "K2+500")  # the grid sends it a moment later
    visitor.wait_idle()
    come_back(visitor)
    expect(editor.locator("canvas [role=gridcell]").nth(1)).to_have_text("K2+500", timeout=PATIENCE_MS)
    visitor.wait_idle()
    visitor.upload(paths[1])
    visitor.wait_checked()
    visitor.wait_idle()
    expect(editor.locator("canvas [role=gridcell]").filter(has_text="K2+500")).to_have_count(0, timeout=PATIENCE_MS)
