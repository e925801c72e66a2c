"""The Indicators page in a browser: choose, classify, pick, download; import of a user's table and raster."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from playwright.sync_api import Frame, expect
from rasterio.transform import from_origin

from tests.browser.conftest import MAP, PATIENCE_MS, App
from tests.helpers import ROOT

SPOT = (116.10, 27.55)
LEGEND = ".rl-ind-legend span"


@pytest.fixture
def page(visitor: App, server: str) -> Iterator[App]:
    app = visitor
    app.page.goto(f"{server}/indicators")
    app.wait_idle()
    expect(app.page.locator(LEGEND).first).to_be_visible(timeout=PATIENCE_MS)
    app.wait_drawn()
    yield app
    assert app.page.get_by_test_id("stException").count() == 0


def pick(app: App, label: str, text: str) -> None:
    """Choose the option with this text in a drop-down."""
    app.pick(app.page.get_by_role("combobox", name=label).first, text)


def frame_of(app: App) -> Frame:
    held = app.page.locator(MAP).last.element_handle()
    assert held is not None
    frame = held.content_frame()
    assert frame is not None
    return frame


def click_on_map(app: App, lon: float, lat: float) -> None:
    spot = frame_of(app).evaluate(
        f"(() => {{ const p = map_div.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()"
    )
    app.page.locator(MAP).last.scroll_into_view_if_needed()
    place = app.page.locator(MAP).last.bounding_box()
    assert place is not None
    app.page.mouse.click(place["x"] + spot[0], place["y"] + spot[1])


def saved_csv(app: App) -> list[dict[str, str]]:
    text = Path(app.download("下载 CSV").path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_indicator_is_chosen_classified_picked_and_downloaded(page: App) -> None:
    pick(page, "指标（", "土地面积")
    page.wait_drawn()
    pick(page, "级数", "7")
    expect(page.page.locator(LEGEND)).to_have_count(7, timeout=PATIENCE_MS)
    counties = gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")
    here = counties[counties.contains(shapely.Point(*SPOT))].iloc[0]
    click_on_map(page, *SPOT)
    expect(page.page.locator(f'[data-picked="{here["adcode"]}"]')).to_contain_text(here["name_zh"], timeout=PATIENCE_MS)
    rows = saved_csv(page)
    assert len(rows) == len(counties)
    told = {row["区划代码"]: float(row["数值（平方公里）"]) for row in rows}
    plane = counties.to_crs("ESRI:102025").set_index("adcode").area / 1e6  # Albers, equal-area
    for code, area_km2 in plane.items():
        assert told[str(code)] == pytest.approx(area_km2, rel=2e-3)
    assert [int(row["位次"]) for row in rows] == list(range(1, len(rows) + 1))
    pick(page, "指标（", "城市PM2.5浓度")
    expect(page.page.get_by_text("市级数字，不代表所辖各县", exact=False).first).to_be_visible(timeout=PATIENCE_MS)


def test_a_table_of_ones_own_joins_changes_and_leaves_nobody_out(page: App, tmp_path: Path) -> None:
    table = tmp_path / "人口.csv"
    table.write_bytes(
        "县,2020年（万人）,2023年（万人）\n临川区,100,98\n南丰县,30,31.5\n赣县,52,50\n东乡县,41,44\n乐安县,31,29\n"
        "=HYPERLINK(0),9,9\n".encode("gb18030")
    )
    page.page.get_by_text("用自己的表格").click()
    page.upload(table)
    told = page.page.get_by_test_id("stMetric")
    expect(told).to_have_count(4, timeout=PATIENCE_MS)
    counts = dict([part for part in text.split("\n") if part][:2] for text in told.all_inner_texts())
    assert counts == {"匹配成功": "3", "旧名旧码": "2", "未对上": "1", "表中没有": "101"}
    page.wait_idle()
    page.press("显示在地图上")
    page.press("变化", role="radio")
    expect(page.page.locator(".rl-ind-title", has_text="2020年 → 2023年").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_drawn()
    rows = {row["县级"]: row["数值（万人）"] for row in saved_csv(page) if row["位次"]}
    assert {name: float(value) for name, value in rows.items()} == {
        "临川区": -2, "南丰县": 1.5, "赣县区": -2, "东乡区": 3, "乐安县": -2,
    }  # fmt: skip


def test_the_one_figure_of_a_province_is_a_card_and_paints_nothing(page: App) -> None:
    """The 63 % of 江西省 is the only figure of its kind: told with its source, its territory outlined on both maps."""
    pick(page, "指标（", "森林覆盖率（%） · 江西省")
    card = page.page.locator(".rl-figure[data-adcode='360000']")
    expect(card).to_contain_text("63 %", timeout=PATIENCE_MS)
    expect(card).to_contain_text("江西方案 二、（三）")
    expect(page.page.locator(LEGEND)).to_have_count(0)
    page.press("放到地图上")
    expect(page.page.locator(".st-key-rl_side .rl-figure")).to_contain_text("63 %", timeout=PATIENCE_MS)
    page.wait_drawn()
    expect(page.map.locator("section.redline-indicator:not([hidden])")).to_have_count(0)
    expect(page.map.locator(".redline-markings li:not([hidden])").first).to_be_visible()


def test_ux_22_opens_on_what_was_counted_and_ranks_nothing_by_a_model(page: App, server: str) -> None:
    """UX 22: projects first; a share of the modelled red line has no rank, a lake that is not on the map no zero."""
    expect(page.page.locator(".rl-ind-title").first).to_contain_text("项目")
    page.page.goto(f"{server}/county?adcode=361028")
    expect(page.page.locator(".figures tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    cells = {
        row.locator("th, td").first.inner_text(): row.locator("td").all_inner_texts()
        for row in page.page.locator(".figures tbody tr").all()
    }
    ranks = {name: [cell for cell in texts if "/" in cell] for name, texts in cells.items()}
    assert next(found for name, found in ranks.items() if name.startswith("红线占县域面积比例")) == []
    assert len(next(found for name, found in ranks.items() if name.startswith("土地面积"))) == 1
    water = next(texts for name, texts in cells.items() if "水" in name and "面积" in name)
    assert not {"0", "0.0", "0.00"} & set(water)


def test_ux_4_a_rerun_leaves_the_map_where_it_is(page: App) -> None:
    centre = "() => { const c = map_div.getCenter(); return [c.lng, c.lat, map_div.getZoom()]; }"
    frame_of(page).evaluate("() => map_div.setView([27.7, 117.59], 9, { animate: false })")
    page.wait_drawn()
    page.wait_idle()
    before = frame_of(page).evaluate(centre)
    pick(page, "级数", "7")
    expect(page.page.locator(LEGEND)).not_to_have_count(0, timeout=PATIENCE_MS)
    page.wait_drawn()
    assert frame_of(page).evaluate(centre) == pytest.approx(before, abs=0.02)


def test_ux_21_rows_of_one_county_are_named_and_the_map_goes_there(page: App, tmp_path: Path) -> None:
    table = tmp_path / "企业.csv"
    table.write_text("县区,企业数\n临川区,52\n抚州高新区,60\n南丰县,52\n资溪县,52\n黎川县,61\n", encoding="utf-8")
    page.page.get_by_text("用自己的表格").click()
    page.upload(table)
    told = page.page.get_by_test_id("stAlert").filter(has_text="同一个县级单元")
    expect(told).to_contain_text("临川区：临川区、抚州高新区", timeout=PATIENCE_MS)
    page.wait_idle()
    page.press("显示在地图上")
    expect(page.page.locator(".rl-ind-title", has_text="企业数").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_drawn()
    page.wait_idle()
    for caption in page.page.locator(LEGEND).all_inner_texts():
        low, _, high = caption.partition(" – ")
        assert low != high
    bounds = frame_of(page).evaluate("() => map_div.getBounds().toBBoxString()")
    west, south, east, north = (float(edge) for edge in bounds.split(","))
    assert east - west < 4, "the map went to the three counties that have a value"
    assert west < 116.3 < east
    assert south < 27.3 < north
    page.press("放到地图上")
    page.page.wait_for_url(lambda url: "/indicators" not in url)
    page.wait_drawn()
    page.wait_idle()
    assert "i_id" not in page.page.url, "known to this session alone: in no link"


def test_a_raster_of_ones_own_becomes_figures_and_a_picture(page: App, tmp_path: Path) -> None:
    """A Web Mercator raster with 7 around one county and nodata elsewhere gives it a mean of 7, and the others none."""
    raster = tmp_path / "栅格.tif"
    corner = 6_378_137 * np.radians(115.9), 6_378_137 * np.arcsinh(np.tan(np.radians(28.0)))
    with rasterio.open(
        raster, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs="EPSG:3857", nodata=-1,
        transform=from_origin(*corner, 500, 500),
    ) as grid:  # fmt: skip
        grid.write(np.full((200, 200), 7, np.float32), 1)
    page.page.locator(MAP).evaluate("frame => frame.dataset.first = 'yes'")
    page.page.get_by_text("用自己的栅格").click()
    page.upload(raster)
    page.press("统计并显示")
    expect(page.page.locator(".rl-ind-title", has_text="栅格.tif").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_drawn()
    page.wait_idle()
    expect(page.page.locator(f"{MAP}[data-first]")).to_have_count(1)  # a panel that opens and closes leaves the map
    rows = [row for row in saved_csv(page) if row["位次"]]
    assert rows
    assert {float(row["数值"]) for row in rows} == {7.0}
    page.press("原栅格", role="radio")
    expect(page.map.locator("#map_div[data-image]")).to_be_attached(timeout=PATIENCE_MS)
    bounds = frame_of(page).evaluate(
        """() => { let found;
            map_div.eachLayer((layer) => {
                if (layer instanceof L.ImageOverlay && layer._url.startsWith("blob:")) found = layer.getBounds();
            });
            return found.toBBoxString(); }"""
    )
    west, south, east, north = json.loads(f"[{bounds}]")
    assert (west, north) == pytest.approx((115.9, 28.0), abs=0.01)
    assert east - west == pytest.approx(np.degrees(100_000 / 6_378_137), abs=0.01)
    assert south < north

    # the map page has an indicator of its own, until this one is put there: it then shows the same, over its own layers
    page.page.get_by_role("link", name="地图与核查", exact=True).click()
    page.wait_drawn()
    expect(page.map.locator("#map_div[data-image]")).to_have_count(0)
    page.page.get_by_role("link", name="指标", exact=True).click()
    page.press("放到地图上")
    page.page.wait_for_url(lambda url: "/indicators" not in url)
    page.wait_drawn()
    expect(page.map.locator("#map_div[data-image]")).to_be_attached(timeout=PATIENCE_MS)
    expect(page.map.locator('input[data-layer="county"]')).to_be_checked()
    legend = page.map.locator(".redline-indicator").first
    expect(legend).to_contain_text("栅格.tif · 波段 1")
    expect(legend.locator(".redline-ramp span")).to_have_text(["7", "7"])
    page.press("分县数字", role="radio")
    expect(page.map.locator("#map_div[data-image]")).to_have_count(0, timeout=PATIENCE_MS)
    expect(legend).not_to_contain_text("色带")
    expect(legend.locator("li").first).to_be_visible()
