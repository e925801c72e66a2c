"""Taking away in the browser: made beside the page, fetched by a signed address, opened where there is no network."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from snapshot.inspect.verify import verify_file
from tests.browser.conftest import PATIENCE_MS, App


def pick(app: App, place: str, words: str) -> None:
    """Choose from a list by typing; what was chosen stays."""
    field = app.page.locator(place)
    app.pick(field, words)
    expect(field).to_have_value(re.compile(re.escape(words)))


def choose_form(app: App, words: str) -> None:
    pick(app, ".st-key-take-form input", words)


def test_the_map_goes_home_as_one_page_that_needs_no_network(app: App, browser: Browser, tmp_path: Path) -> None:
    """What is on is on, in a page of at most 5 MB that asks nobody for anything."""
    app.page.locator(".st-key-box_take summary").first.click()
    expect(app.page.locator(".st-key-take-layers")).to_contain_text("规划项目")
    app.switch("projects")  # off
    expect(app.page.locator(".st-key-take-layers")).not_to_contain_text("规划项目", timeout=PATIENCE_MS)
    choose_form(app, "网页")
    target = tmp_path / "map.html"
    app.take().save_as(target)
    found = verify_file(target)
    assert found.ok
    assert "projects" not in found.manifest["chosen"]["layers"]
    assert {"county", "redline_jiangxi", "waters"} <= set(found.manifest["chosen"]["layers"])
    assert target.stat().st_size <= 5_000_000
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 700})
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(target.as_uri())
    expect(page.locator('input[data-layer="redline_jiangxi"]')).to_be_checked()
    expect(page.locator('input[data-layer="projects"]')).not_to_be_checked()
    drawn = "() => [...document.querySelectorAll('canvas.redline-shapes')].some((c) => c.width > 0)"
    page.wait_for_function(drawn, timeout=PATIENCE_MS)
    page.locator('input[data-layer="projects"]').click()
    expect(page.locator(".redline-watermark")).to_be_visible()
    page.wait_for_function("() => redlinePage.marks.badges.some((badge) => badge.total > 20)", timeout=PATIENCE_MS)
    spot = page.evaluate(
        """() => {
            const { marks, map } = redlinePage;
            const { box } = marks.badges.find((badge) => badge.total > 20);
            const origin = map.layerPointToContainerPoint(marks._origin);
            const corner = map.getContainer().getBoundingClientRect();
            const [x, y] = [(box[0] + box[2]) / 2 + origin.x, (box[1] + box[3]) / 2 + origin.y];
            return [x + corner.left, y + corner.top];
        }"""
    )
    page.mouse.click(*spot)
    expect(page.locator(".redline-page-popup strong")).not_to_have_count(0)
    assert page.locator(".redline-page-popup strong").count() > 20
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    context.close()


def take_county(visitor: App, server: str, form: str, target: Path) -> None:
    """Search for 资溪县 by the address, and save what a form makes of the map."""
    visitor.page.goto(f"{server}/?find=county:361028")
    visitor.wait_drawn()
    choose_form(visitor, form)
    visitor.take().save_as(target)


def test_ux_18_a_workbook_has_headings_of_one_language(visitor: App, server: str, tmp_path: Path) -> None:
    """UX 18: no code among the headings, none twice, areas rounded to the square metre."""
    target = tmp_path / "tables.xlsx"
    take_county(visitor, server, "Excel", target)
    book = openpyxl.load_workbook(target, read_only=True)
    assert "规划项目" in book.sheetnames
    for sheet in book.worksheets[:-1]:  # the last is the manifest
        heads = [str(cell) for cell in next(sheet.iter_rows(values_only=True))]
        assert len(set(heads)) == len(heads), sheet.title
        assert [head for head in heads if not re.search("[\u4e00-\u9fff]", head)] == [], sheet.title


def test_ux_19_a_sheet_is_titled_by_its_county_and_outlines_it(visitor: App, server: str, tmp_path: Path) -> None:
    """UX 19: the sheet of a county that was searched for says so in title and legend, and nothing about zooming."""
    target = tmp_path / "sheet.pdf"
    take_county(visitor, server, "PDF", target)
    text = "".join(PdfReader(target).pages[0].extract_text().split())
    assert "资溪县控制线与项目一张图" in text
    assert "图例" in text
    assert text.count("资溪县") >= 2  # title, and the outline in the legend
    assert "放大后显示" not in text


def test_extent_and_system_are_chosen_and_a_long_export_can_be_cancelled(app: App, tmp_path: Path) -> None:
    choose_form(app, "Shapefile")
    app.page.locator(".st-key-box_take summary").first.click()
    pick(app, "[class*=st-key-take-extent] input", "当前视图")
    pick(app, "[class*=st-key-take-epsg] input", "4527")
    target = tmp_path / "a.zip"
    app.take().save_as(target)
    manifest = verify_file(target).manifest
    assert manifest["crs"]["epsg"] == 4527
    assert manifest["chosen"]["extent"] is not None
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)
    assert gpd.read_file(tmp_path / "county.shp").crs.to_epsg() == 4527
    choose_form(app, "PNG")
    app.wait_idle()
    app.page.locator(".st-key-take-make button").click()
    stop = app.page.locator("[class*=st-key-take-stop] button").first
    stop.click(timeout=PATIENCE_MS)
    expect(app.page.get_by_text(re.compile("已取消"))).to_be_visible(timeout=PATIENCE_MS)
    app.wait_idle()
