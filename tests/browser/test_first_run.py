"""A planner does the whole job once: browse, check, take away."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import expect
from pyproj import Geod
from shapely.geometry import box

from tests.browser.conftest import MAP, PATIENCE_MS, App
from tests.helpers import ROOT

SITE = box(117.05, 27.70, 117.10, 27.74)  # in 资溪


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    path = tmp_path / "site.geojson"
    gpd.GeoDataFrame({"id": ["A1"]}, geometry=[SITE], crs=4326).to_file(path, driver="GeoJSON")
    return path


def test_map_shows_what_the_catalogue_says_and_switches_inside(app: App) -> None:
    ticked = {
        str(box.get_attribute("data-layer")) for box in app.map.locator("input[data-layer]").all() if box.is_checked()
    }
    assert {"province", "county", "redline_jiangxi", "rivers", "projects"} <= ticked
    expect(app.map.get_by_text("示意").first).to_be_attached()
    app.switch("river_corridors")
    app.switch("redline_jiangxi")
    assert not app.map.locator('input[data-layer="redline_jiangxi"]').is_checked()
    # one script run later the server knows, and the address says so
    expect(app.page).to_have_url(re.compile(r"-redline_jiangxi~.*~river_corridors"), timeout=PATIENCE_MS)


def test_draw_check_and_take_away(app: App, tmp_path: Path) -> None:
    app.draw_rectangle(330, 430)
    app.wait_checked()
    states = app.states()
    assert states["permanent_farmland"] == "not_checked"
    assert states["redline_jiangxi"] == "indicative"
    app.page.locator(".st-key-box_take summary").first.click()
    app.pick(app.page.locator("[class*=st-key-take-extent] input"), "全部")
    taken = app.take()
    target = tmp_path / "taken.gpkg"
    taken.save_as(target)
    _check_snapshot(target)


def _check_snapshot(target: Path) -> None:
    site = gpd.read_file(target, layer="site")
    assert len(site) == 1
    assert site.crs.to_epsg() == 4490
    area = abs(Geod(ellps="GRS80").geometry_area_perimeter(site.geometry.iloc[0])[0])
    assert site["area_m2"].iloc[0] == pytest.approx(area, rel=1e-4)  # edges: geodesic there, straight in degrees here
    county = gpd.read_file(target, layer="county")
    assert len(county) == 106
    with sqlite3.connect(target) as database:
        styled = {row[0] for row in database.execute("SELECT f_table_name FROM layer_styles")}
        findings = database.execute("SELECT count(*), count(DISTINCT layer) FROM findings").fetchone()
        about = dict(database.execute("SELECT layer, sha256 FROM about").fetchall())
    assert {"county", "redline_jiangxi", "site"} <= styled
    assert findings[0] == findings[1] > 10
    assert len(about["county"]) == 64


def test_upload_is_checked_as_the_command_line_does(app: App, site_file: Path) -> None:
    app.upload(site_file)
    app.wait_checked()
    app.press("继续：存档、出报告")
    app.page.wait_for_url("**/check*")
    app.wait_checked()
    taken = app.download("JSON", exact=True)
    from_browser = json.loads(Path(taken.path()).read_text(encoding="utf-8"))
    assert from_browser["sites"][0]["id"] == "A1"
    assert [county["name"] for county in from_browser["sites"][0]["counties"]] == ["资溪县"]
    run = subprocess.run(
        [sys.executable, "-m", "cli", "check", str(site_file), "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(run.stdout) == from_browser


def test_click_says_what_is_here(app: App) -> None:
    frame = app.page.locator(MAP).bounding_box()
    assert frame is not None
    app.page.mouse.click(frame["x"] + 330, frame["y"] + 430)
    expect(app.page.locator(".rl-here tr").first).to_be_visible(timeout=PATIENCE_MS)
    unasked = app.page.locator(".st-key-box_here details", has_text="未载入或不在覆盖范围").first
    expect(unasked).to_contain_text("永久基本农田")
    expect(unasked.get_by_text("永久基本农田")).to_be_hidden()


BROKEN = {
    "text.geojson": b"this is no map at all",
    "bow.geojson": b'{"type":"Polygon","coordinates":[[[117,27],[117.1,27.1],[117.1,27],[117,27.1],[117,27]]]}',
    "far.geojson": b'{"type":"Point","coordinates":[39550000,3060000]}',
}


@pytest.mark.parametrize("name", [*BROKEN, "noshp.zip"])
def test_broken_upload_is_one_sentence_and_the_app_goes_on(
    app: App, tmp_path: Path, site_file: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "noshp.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.dbf", b"x")
            archive.writestr("a.prj", b"x")
    else:
        path.write_bytes(BROKEN[name])
    app.upload(path)
    alert = app.page.get_by_test_id("stAlert")
    expect(alert).to_be_visible(timeout=PATIENCE_MS)
    expect(alert).to_have_count(1)
    sentence = alert.inner_text().strip()
    assert Path(name).stem in sentence
    assert "Traceback" not in sentence
    assert "\n" not in sentence
    app.upload(site_file)
    app.wait_checked()


def test_english_by_one_switch(app: App) -> None:
    app.page.get_by_text("English").click()
    expect(app.page.get_by_role("strong").filter(has_text="Check a site")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_drawn()
    expect(app.map.get_by_text("County boundaries").first).to_be_visible(timeout=PATIENCE_MS)
    assert "lang=en" in app.page.url


def test_data_page_lists_every_layer(app: App) -> None:
    app.page.get_by_role("link", name="数据").click()
    table = app.page.locator("table.rl-data")
    expect(table).to_be_visible(timeout=PATIENCE_MS)
    declared = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["layer"]
    text = table.inner_text()
    assert [one["id"] for one in declared if one["id"] not in text] == []
    app.wait_idle()
    assert app.page.get_by_test_id("stAlert").count() == 0


def test_shapefile_without_prj_is_asked_once_and_then_checked(app: App, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"id": ["B1"]}, geometry=[box(39_505_000, 3_065_000, 39_506_000, 3_066_000)], crs=4527)
    folder = tmp_path / "shp"
    folder.mkdir()
    frame.to_file(folder / "site.shp")
    (folder / "site.prj").unlink()
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as held:
        for part in folder.iterdir():
            held.write(part, part.name)
    app.upload(archive)
    question = app.page.get_by_test_id("stRadio").filter(has_text="坐标系需要您确认")
    expect(question).to_be_visible(timeout=PATIENCE_MS)
    question.get_by_text("EPSG:4527").first.click()
    app.wait_checked()
    app.switch("river_corridors")  # another run of the page does not ask again
    expect(app.page.get_by_text("河流廊道").first).to_be_visible(timeout=PATIENCE_MS)
    expect(app.page.locator(".rl-verdict")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_idle()
    expect(question).to_have_count(0)
