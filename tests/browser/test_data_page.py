"""The Data page in a browser: a statutory red line replaces the modelled one, is used in checks, and is rolled back."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PATIENCE_MS, App
from tests.helpers import geojson
from tests.layers.bureau_files import BOW, blocks, database, farmland, gbk_shapefile_zip, red_line, town_boundary


@dataclass
class ActionCounter:
    """Counter of the actions of a user."""

    app: App
    clicks: int = 0
    begun: float = field(default_factory=time.monotonic)

    def click(self, what: Locator) -> None:
        self.app.wait_idle()
        what.click()
        self.clicks += 1

    def write(self, label: str, text: str) -> None:
        self.app.wait_idle()
        box = self.app.page.get_by_label(label, exact=True)
        box.fill(text)
        box.press("Tab")
        self.clicks += 1


@pytest.fixture
def data(visitor: App, server: str) -> App:
    """Return the app with the Data page open."""
    visitor.page.goto(f"{server}/data")
    visitor.page.locator(".rl-data").wait_for(timeout=PATIENCE_MS)
    return visitor


def row(app: App, layer: str) -> Locator:
    return app.page.locator(f'.rl-data tr[data-layer="{layer}"]')


def look_at(app: App, layer: str) -> None:
    """Choose a layer by typing its id: a long list renders only the visible options."""
    app.pick(app.page.get_by_role("combobox", name="查看一个图层"), layer)
    expect(app.page.get_by_role("button", name="退回上一版本")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_idle()


def test_statutory_line_replaces_the_illustration(app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bureau = tmp_path / "STBHHX.zip"
    bureau.write_bytes(gbk_shapefile_zip(red_line(), "STBHHX"))
    hand = ActionCounter(app)
    hand.click(app.page.get_by_role("link", name="数据", exact=True))
    app.page.locator(".rl-data").wait_for(timeout=PATIENCE_MS)
    expect(row(app, "redline_jiangxi")).to_have_attribute("data-basis", "modelled")
    hand.click(app.page.get_by_role("radio", name="添加或替换图层"))
    app.wait_idle()
    app.upload(bureau)
    hand.clicks += 2  # the button and the file
    expect(app.page.get_by_text("已按规范识别为 STBHHX")).to_be_visible(timeout=PATIENCE_MS)
    hand.write("来源单位", "抚州市自然资源局")
    hand.write("数据截至", "2023-09")
    hand.click(app.page.get_by_role("button", name="替换并启用"))
    expect(row(app, "redline_361000")).to_have_attribute("data-basis", "statutory", timeout=PATIENCE_MS)
    taken_s = time.monotonic() - hand.begun
    with capsys.disabled():
        sys.stdout.write(f"\nstatutory red line replaces the illustration: {hand.clicks} clicks, {taken_s:.1f} s\n")
    assert hand.clicks <= 10
    assert taken_s < 120
    expect(row(app, "redline_361000")).to_contain_text("抚州市自然资源局")
    expect(row(app, "redline_jiangxi")).not_to_contain_text("抚州市")

    # back to the illustration, and forward again
    app.wait_idle()
    app.press("退回上一版本")
    expect(row(app, "redline_361000")).to_have_count(0, timeout=PATIENCE_MS)
    expect(row(app, "redline_jiangxi")).to_contain_text("江西省")
    app.wait_idle()
    expect(app.page.get_by_test_id("stAlert").first).to_contain_text("可在下面“已停用的自有图层”中恢复")
    app.press("恢复")  # UX 20: what was rolled back to nothing stands above the list, with its way forward
    expect(row(app, "redline_361000")).to_have_attribute("data-state", "loaded", timeout=PATIENCE_MS)

    # the check uses it from now on: in Fuzhou the line is firm, the illustration has nothing to say
    degrees = red_line().to_crs(4490).geometry.iloc[0]
    west, south, _, _ = degrees.bounds
    site = tmp_path / "site.geojson"
    corner = degrees.intersection(degrees.centroid.buffer(0.005))
    site.write_bytes(geojson(corner))
    assert west < corner.bounds[0]
    assert south < corner.bounds[1]
    app.page.get_by_role("link", name="地图与核查", exact=True).click()
    app.wait_drawn()
    app.wait_idle()
    app.upload(site)
    app.wait_checked()
    states = app.states()
    assert states["redline_361000"] == "hit"
    assert states["redline_jiangxi"] == "not_checked"

    # leave the server as it was
    app.page.get_by_role("link", name="数据", exact=True).click()
    app.page.locator(".rl-data").wait_for(timeout=PATIENCE_MS)
    look_at(app, "redline_361000")
    app.press("停用")
    expect(row(app, "redline_361000")).to_have_count(0, timeout=PATIENCE_MS)


def test_faults_are_listed_and_filters_filter(data: App, tmp_path: Path) -> None:
    app = data
    app.wait_idle()
    app.press("保护地、湿地、水源")
    expect(app.page.locator(".rl-data tr[data-layer]")).to_have_count(3, timeout=PATIENCE_MS)
    wrong = tmp_path / "STBHHX.zip"
    shapes = red_line().geometry.tolist()
    shapes[4] = shapes[3]
    wrong.write_bytes(gbk_shapefile_zip(red_line(shapes).drop(columns=["HXBM"]), "STBHHX"))
    app.wait_idle()
    app.press("添加或替换图层", role="radio")
    app.wait_idle()
    app.upload(wrong)
    expect(app.page.get_by_text("缺少字段 HXBM")).to_be_visible(timeout=PATIENCE_MS)
    expect(app.page.get_by_text("行 5").first).to_be_visible()
    table = app.download("下载问题清单")
    assert "图形重复" in Path(table.path()).read_text(encoding="utf-8-sig")


def test_a_whole_database_comes_in_at_once(data: App, tmp_path: Path) -> None:
    app = data
    bureau = database(
        tmp_path / "三线.gpkg", STBHHX=red_line(), CZKFBJ=town_boundary(), YJJBNTBHTB=farmland([*blocks(2), BOW])
    )
    app.press("添加或替换图层", role="radio")
    app.wait_idle()
    app.upload(bureau)
    expect(app.page.get_by_role("radio", name="识别出的 3 张规范图层一次导入")).to_be_visible(timeout=PATIENCE_MS)
    expect(app.page.get_by_text("不在其中：YJJBNTBHTB")).to_be_visible(timeout=PATIENCE_MS)
    expect(app.page.get_by_role("checkbox", name="STBHHX → 生态保护红线")).to_be_checked()
    app.wait_idle()
    app.page.get_by_text("STBHHX → 生态保护红线").click()  # not this time
    app.wait_idle()
    publisher = app.page.get_by_label("来源单位", exact=True)
    publisher.fill("抚州市自然资源局")
    publisher.press("Tab")
    app.press("导入勾选的 1 张并启用")
    expect(app.page.get_by_text("已入库并启用：CZKFBJ").first).to_be_visible(timeout=PATIENCE_MS)
    expect(row(app, "town_boundary")).to_have_attribute("data-state", "loaded")
    expect(row(app, "redline_361000")).to_have_count(0)
    expect(row(app, "permanent_farmland")).to_have_attribute("data-state", "not_loaded")

    # one of them alone shows where it lies, its broken row marked
    app.press("添加或替换图层", role="radio")
    app.wait_idle()
    app.page.get_by_text("只导入一张").click()
    app.pick(app.page.get_by_role("combobox", name="文件里有 3 个图层"), "YJJBNTBHTB")
    picture = app.page.get_by_role("img", name="图层“YJJBNTBHTB”在各县轮廓上的位置")
    expect(picture).to_have_attribute("data-stop", "1", timeout=PATIENCE_MS)
    expect(picture).to_have_attribute("data-outlined", "2")
    assert picture.evaluate("one => one.complete && one.naturalWidth") > 600

    # leave the server as it was
    app.press("图层清单", role="radio")
    look_at(app, "town_boundary")
    app.press("停用")
    expect(row(app, "town_boundary")).to_have_attribute("data-state", "not_loaded", timeout=PATIENCE_MS)
