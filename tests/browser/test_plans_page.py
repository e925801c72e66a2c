"""The Plans page in a browser: filter, pick, read, switch language, on a desktop and on a phone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser.conftest import MAP, PATIENCE_MS, App, click_badge
from tests.helpers import ROOT

PLANS = ROOT / "data" / "plans"
HIGHLIGHT = 'path[stroke="#1d4ed8"]'
ROW_PX = 35


def rows_of(table: str) -> list[dict[str, str]]:
    with (PLANS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Plans:
    """Actions on the Plans page."""

    def __init__(self, app: App) -> None:
        self.app, self.page = app, app.page

    def filter(self, label: str, text: str) -> None:
        self.app.pick(self.page.get_by_role("combobox", name=label, exact=True), text)

    def kind(self, name: str) -> None:
        self.page.get_by_role("radio", name=re.compile(f"^{name} ")).click()

    def found(self, count: int) -> None:
        expect(self.page.get_by_text(re.compile(rf"^{count} 条"))).to_be_visible(timeout=PATIENCE_MS)

    def settled(self) -> None:
        """Wait until the script has ended, so that the page shows the last filters."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)

    def tick(self, row: int) -> None:
        """Select a row of the list, which is a canvas with rows of equal height."""
        self.settled()
        expect(self.page.get_by_test_id("stDataFrame")).to_have_count(1, timeout=PATIENCE_MS)
        table = self.page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
        table.click(position={"x": 16, "y": ROW_PX * (row + 1) + ROW_PX / 2})

    @property
    def card(self) -> Locator:
        return self.page.locator(".rl-card[data-key]:not([data-key=''])")

    def frame(self) -> Frame:
        handle = self.page.locator(MAP).element_handle()
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame

    def view(self) -> dict[str, Any]:
        told = self.frame().evaluate(
            "JSON.stringify({zoom: map.getZoom(), lon: map.getCenter().lng, lat: map.getCenter().lat})"
        )
        return dict(json.loads(told))


@pytest.fixture
def plans(visitor: App, server: str) -> Plans:
    app = visitor
    app.page.goto(f"{server}/plans")
    expect(app.page.locator(".rl-counts")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_drawn()
    expect(app.page.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    return Plans(app)


def test_counts_are_those_of_the_tables(plans: Plans) -> None:
    cells = plans.page.locator(".rl-counts tr").filter(has_text="001").locator("td").all_inner_texts()
    tables = ("projects", "protected_sites", "waters", "indicators", "limits", "rules", "county_facts", "corrections")
    mine = [sum(row["document"] == "001" for row in rows_of(table)) for table in tables]
    assert [int(cell) for cell in cells[1:]] == [*mine, sum(mine)]


def test_filter_by_document_and_county(plans: Plans) -> None:
    plans.kind("项目")
    plans.filter("文件", "吉安报告")
    plans.filter("市、县", "遂川")
    mine = [r for r in rows_of("projects") if r["document"] == "001" and "360827" in r["adcodes"].split(";")]
    plans.found(len(mine))
    placed = [row for row in mine if row["lon"]]
    by_county = [row for row in mine if row["location_basis"] in ("county", "prefecture")]
    counted = sum(len(row["adcodes"].split(";")) for row in by_county)
    told = f'#map_div[data-picks="{len(placed)}"][data-counted="{counted}"]'
    expect(plans.app.map.locator(told)).to_be_attached(timeout=PATIENCE_MS)
    expect(plans.page.get_by_text("报告不是法，只供参考", exact=False)).to_be_visible()
    view = plans.view()
    assert view["zoom"] >= 9
    assert (view["lon"], view["lat"]) == pytest.approx((114.4, 26.3), abs=0.3)


def test_a_row_shows_its_card_and_moves_the_map_and_keeps_over_languages(plans: Plans) -> None:
    plans.page.get_by_label("关键词").fill("疏山水利枢纽")
    plans.page.get_by_label("关键词").press("Enter")
    plans.found(1)
    plans.tick(0)
    expect(plans.card).to_have_attribute("data-key", "projects:000-3-1-2-01", timeout=PATIENCE_MS)
    for text in (
        "Shushan water control works",
        "第三章第三节专栏3-1第2项",
        "金溪县",
        "可能偏离 14 公里",
        "GeoNames 7738451",
        "采用：坝址在金临灌区渠首处",
    ):
        expect(plans.card).to_contain_text(text)
    expect(plans.app.map.locator(HIGHLIGHT).first).to_be_attached(timeout=PATIENCE_MS)
    view = plans.view()
    assert (view["lon"], view["lat"]) == pytest.approx((116.511, 27.914), abs=0.05)
    plans.page.get_by_text("English").click()
    expect(plans.card).to_contain_text("chapter 3, section 3, box 3-1, item 2", timeout=PATIENCE_MS)
    expect(plans.card).to_contain_text("may be off by 14 km")
    expect(plans.card).to_have_attribute("data-key", "projects:000-3-1-2-01")
    plans.app.wait_drawn()
    expect(plans.app.map.locator(HIGHLIGHT).first).to_be_attached(timeout=PATIENCE_MS)


def test_what_is_known_by_county_says_so(plans: Plans) -> None:
    plans.page.get_by_label("关键词").fill("资溪220千伏变电站")
    plans.page.get_by_label("关键词").press("Enter")
    plans.found(1)
    plans.tick(0)
    expect(plans.card).to_contain_text("只知所在县", timeout=PATIENCE_MS)
    expect(plans.card).to_contain_text("图上不落点")
    expect(plans.app.map.locator(HIGHLIGHT).first).to_be_attached(timeout=PATIENCE_MS)  # the county is lit
    expect(plans.app.map.locator('#map_div[data-picks="0"][data-counted="1"]')).to_be_attached()


def test_a_click_on_a_badge_puts_what_it_counts_first(plans: Plans) -> None:
    plans.kind("项目")
    plans.filter("市、县", "资溪")
    mine = [row for row in rows_of("projects") if "361028" in row["adcodes"].split(";")]
    counted = [row for row in mine if row["location_basis"] == "county"]
    plans.found(len(mine))
    click_badge(plans.page, "361028")
    first = plans.page.get_by_text(f"最前面的 {len(counted)} 项只知在资溪县", exact=False)
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    plans.tick(0)
    expect(plans.card).to_contain_text("只知所在县", timeout=PATIENCE_MS)


def test_a_click_on_the_map_chooses_in_the_list(plans: Plans) -> None:
    plans.page.get_by_label("关键词").fill("疏山水利枢纽")
    plans.page.get_by_label("关键词").press("Enter")
    plans.found(1)
    expect(plans.app.map.locator('#map_div[data-picks="1"]')).to_be_attached(timeout=PATIENCE_MS)
    spot = plans.frame().evaluate(
        "(() => { const p = map.latLngToContainerPoint([27.91446, 116.51124]); return [p.x, p.y]; })()"
    )
    place = plans.page.locator(MAP).bounding_box()
    assert place is not None
    plans.page.mouse.click(place["x"] + spot[0], place["y"] + spot[1])
    expect(plans.card).to_have_attribute("data-key", "projects:000-3-1-2-01", timeout=PATIENCE_MS)


def test_nothing_found_says_what_to_do(plans: Plans) -> None:
    plans.page.get_by_label("关键词").fill("没有这样的东西")
    plans.page.get_by_label("关键词").press("Enter")
    expect(plans.page.get_by_text("清空筛选后重来", exact=False)).to_be_visible(timeout=PATIENCE_MS)
    plans.app.press("清空筛选")
    expect(plans.page.get_by_text(re.compile(r"^\d{4} 条$"))).to_be_visible(timeout=PATIENCE_MS)


def test_table_21_and_rules_open(plans: Plans) -> None:
    plans.kind("指标")
    expect(plans.page.get_by_text("抚州规划表 2-1 的 35 项指标", exact=False)).to_be_visible(timeout=PATIENCE_MS)
    plans.page.get_by_text("全部数字").click()
    plans.found(len(rows_of("indicators")))
    plans.kind("规则")
    plans.found(len(rows_of("rules")))
    plans.tick(0)
    expect(plans.card).to_contain_text("可用图形核查", timeout=PATIENCE_MS)
    expect(plans.card).to_contain_text("2021-01-01 起，至 2025-12-31")


@pytest.fixture
def phone(browser: Browser, server: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{server}/plans")
    yield page
    context.close()


def test_a_phone_shows_all_of_it_without_scrolling_sideways(phone: Page) -> None:
    App(phone).wait_drawn()
    expect(phone.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    wide = phone.evaluate("document.querySelector('.stMain').scrollWidth")
    assert wide <= 390
    table = phone.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": 1.5 * ROW_PX})
    card = phone.locator(".rl-card[data-key]:not([data-key=''])")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    place = card.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
