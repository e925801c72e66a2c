"""The Check page in a browser: site, choice of CRS, activity, clauses, stored check, verification, many sites."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pyproj import Geod, Transformer
from shapely.geometry import LineString, box

from tests.browser.conftest import PATIENCE_MS, App, pick, press
from tests.helpers import ROOT, geojson

TXT_CORNERS = ((116.951, 27.600), (116.953, 27.600), (116.953, 27.602), (116.951, 27.602))


@pytest.fixture
def check(visitor: App, server: str) -> App:
    """Return the app with the Check page open."""
    visitor.page.goto(f"{server}/check")
    expect(visitor.page.get_by_role("radio", name="粘贴坐标")).to_be_visible(timeout=PATIENCE_MS)
    visitor.wait_drawn()
    return visitor


def choose_activity(page: Page, name: str) -> None:
    pick(page, page.get_by_label("活动类型"), name)
    expect(page.locator(".rl-required").first).to_be_visible(timeout=PATIENCE_MS)


def survey_txt(path: Path) -> float:
    """Write a survey TXT in zone 117° that does not name its zone; return its plane area."""
    to_plane = Transformer.from_crs(4490, 4548, always_xy=True)
    points = [to_plane.transform(*corner) for corner in TXT_CORNERS]
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2
    rows = "\n".join(f"J{n},1,{north:.3f},{east:.3f}" for n, (east, north) in enumerate([*points, points[0]], start=1))
    text = (
        "[属性描述]\n格式版本号=1.01版本\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=\n"
        f"精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n5,{area / 10_000:.4f},D01,一号地块,面,,工业,0601,@\n{rows}\n"
    )
    path.write_bytes(text.encode("gbk"))
    return area


def test_an_answer_that_there_must_be_cannot_be_taken_back(check: App, site_file: Path) -> None:
    """Pressed again, 新建 used to be chosen no longer, and the check went on as if it were."""
    check.upload(site_file)
    check.wait_checked()
    choose_activity(check.page, "化工项目")
    for name in ("新建", "新核查", "上传文件", "中文"):
        chosen = check.page.get_by_role("radio", name=name, exact=True)
        expect(chosen).to_be_checked()
        check.press(name, exact=True, role="radio")
        check.wait_idle()
        expect(chosen).to_be_checked()


def test_missing_zone_is_asked_with_the_place_of_each_answer(check: App, tmp_path: Path) -> None:
    path = tmp_path / "nozone.txt"
    area = survey_txt(path)
    check.upload(path)
    expect(check.page.get_by_test_id("stAlert").first).to_contain_text("带号", timeout=PATIENCE_MS)
    expect(check.page.get_by_text("GBK")).to_be_visible()
    expect(check.page.locator(".rl-verdict")).to_have_count(0)
    answers = check.page.get_by_role("radiogroup").filter(has_text="EPSG:4548")
    expect(answers).to_contain_text("资溪县")
    expect(answers).to_contain_text("EPSG:4547")
    answers.get_by_text("EPSG:4548").click()
    check.wait_checked()
    expect(check.page.locator(".rl-facts", has_text="2000 国家大地坐标系 3 度带 117°").first).to_be_visible()
    plane = check.page.locator(".rl-areas tr", has_text="高斯平面")
    expect(plane).to_contain_text(f"{round(area, 1):,.1f}"[:-2])


def test_ux_8_corner_points_of_a_table_become_an_area(check: App, tmp_path: Path) -> None:
    path = tmp_path / "corners.csv"
    path.write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in TXT_CORNERS), encoding="utf-8")
    check.upload(path)
    answers = check.page.get_by_role("radiogroup").filter(has_text="EPSG:4490")
    answers.get_by_text("EPSG:4490").click()
    check.wait_checked()
    check.page.get_by_text("字段对应", exact=True).click()
    check.press("面", exact=True, role="radio")
    ring = box(*TXT_CORNERS[0], *TXT_CORNERS[2])
    area = abs(Geod(ellps="GRS80").geometry_area_perimeter(ring)[0])
    expect(check.page.locator(".rl-areas tr", has_text="椭球")).to_contain_text(
        f"{area:,.0f}"[:-1], timeout=PATIENCE_MS
    )


def test_ux_3_a_language_and_back_leaves_file_and_columns(check: App, tmp_path: Path) -> None:
    """UX 3: the file stays checked in both languages, and the map in English has no Chinese in its choice of region."""
    page, path = check.page, tmp_path / "corners.csv"
    path.write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in TXT_CORNERS), encoding="utf-8")
    check.upload(path)
    page.get_by_role("radiogroup").filter(has_text="EPSG:4490").get_by_text("EPSG:4490").click()
    check.wait_checked()
    check.wait_idle()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_text("Start anew").first).to_be_visible(timeout=PATIENCE_MS)
    check.wait_checked()
    check.wait_idle()
    page.get_by_test_id("stTopNavLink").first.click()
    expect(page.get_by_role("combobox", name="Go to").first).to_have_value("(here)", timeout=PATIENCE_MS)
    page.get_by_text("中文", exact=True).click()
    page.get_by_role("link", name="核查", exact=True).click()
    check.wait_checked()
    check.wait_idle()
    expect(page.get_by_test_id("stAlert").filter(has_text="自动")).to_have_count(0)


def test_ux_15_the_first_page_of_the_report_is_the_answer(check: App, tmp_path: Path) -> None:
    """UX 15: hectares, reasons, next steps, a map on page one; what is open is an appendix."""
    site = tmp_path / "site.geojson"
    site.write_bytes(geojson(box(117.05, 27.70, 117.10, 27.74)))
    check.upload(site)
    check.wait_checked()
    choose_activity(check.page, "畜禽养殖")
    check.press("报告 · PDF", exact=True)
    target = tmp_path / "report.pdf"
    check.fetch().save_as(target)
    pages = ["".join(sheet.extract_text().split()) for sheet in PdfReader(target).pages]
    for words in ("333.87公顷", "主要理由", "下一步", "审核", "日期"):
        assert words in pages[0], words
    assert len(PdfReader(target).pages[0].images) == 1  # the map, with its legend and scale in the picture
    whole = "".join(pages)
    assert "结论可靠" not in whole
    assert whole.rindex("不能判定") > whole.index("附录")


def test_ux_14_the_verdict_stays_in_sight_and_the_steps_are_in_order(check: App, site_file: Path) -> None:
    check.upload(site_file)
    check.wait_checked()
    choose_activity(check.page, "化工项目")
    check.wait_idle()
    steps = [text for text in check.page.locator(".stMarkdown strong").all_inner_texts() if text[:1].isdigit()]
    assert [text[0] for text in steps] == ["1", "2", "3"]
    main = check.page.get_by_test_id("stMain")
    main.evaluate("part => part.scrollTo(0, part.scrollHeight)")
    expect(check.page.locator(".rl-verdict").first).to_be_in_viewport()
    unchecked = check.page.locator(".rl-unchecked")
    expect(unchecked.locator("> summary")).to_contain_text("未核查")
    expect(unchecked.locator("tr").first).to_be_hidden()
    expect(check.page.locator('.rl-find tr[data-state="not_checked"]').first).to_be_hidden()
    height = main.evaluate("part => part.scrollHeight")
    assert height < 3000  # 3,450 before, with the report at its end
    expect(check.page.get_by_role("button", name="报告 · PDF")).to_be_attached()
    check.press("载入缺少的图层")
    check.page.locator(".rl-data").wait_for(timeout=PATIENCE_MS)


def test_ux_10_11_16_17_names_dates_and_corners_are_those_of_here(check: App, tmp_path: Path) -> None:
    """A drawing kept and taken away: local date, Chinese words, a name that tells, four corners in GBK."""
    check.page.get_by_text("图上画", exact=True).click()
    check.draw_rectangle(300, 200)
    check.wait_checked()
    check.wait_idle()
    check.page.get_by_label("项目名称").fill("某工厂")
    check.page.get_by_label("项目名称").press("Tab")
    day = datetime.now(ZoneInfo("Asia/Shanghai"))
    check.press("存档", exact=True)
    kept = check.page.locator(".rl-stored")
    expect(kept).to_be_visible(timeout=PATIENCE_MS)
    dated = str(kept.get_attribute("data-check"))[1:9]
    assert day.date() <= datetime.strptime(dated, "%Y%m%d").date() <= day.date() + timedelta(days=1)  # noqa: DTZ007
    check.wait_idle()
    check.pick(check.page.locator(".st-key-take-check-form input"), "勘测定界 TXT")
    expect(check.page.get_by_text("地块按来件界址点写出")).to_be_visible(timeout=PATIENCE_MS)
    check.wait_idle()
    taken = check.take("take-check")
    assert re.match(rf"某工厂_.+_TXT_R{dated}-\w+\.zip$", taken.suggested_filename)
    with zipfile.ZipFile(taken.path()) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".txt") and "README" not in name)
        text = archive.read(name).decode("gbk")
    assert [line.split(",")[0] for line in text.splitlines() if line.startswith("J")] == ["J1", "J2", "J3", "J4", "J1"]
    kept.get_by_role("link").click()
    expect(check.page.locator("[data-record]")).to_be_visible(timeout=PATIENCE_MS)
    check.wait_idle()
    expect(check.page.locator("body")).not_to_contain_text("the drawing")


def test_activity_brings_rules_and_required_layers(check: App, site_file: Path) -> None:
    check.upload(site_file)
    check.wait_checked()
    expect(check.page.get_by_text("未选择活动类型")).to_be_visible()
    choose_activity(check.page, "化工项目")
    marks = {
        str(item.get_attribute("data-word")): str(item.get_attribute("data-mark"))
        for item in check.page.locator(".rl-required li").all()
    }
    assert marks["permanent_farmland"] == "missing"
    assert marks["redline"] == "illustrative"
    assert check.page.locator(".rl-verdict").get_attribute("data-verdict") != "nothing_found"
    assert check.states()["permanent_farmland"] == "not_checked"
    expect(check.page.locator(".rl-find", has_text="长江保护法").first).to_be_attached()


def test_a_check_that_is_kept_is_the_same_by_link_and_command_line(
    check: App, browser: Browser, server: str, site_file: Path
) -> None:
    check.upload(site_file)
    check.wait_checked()
    choose_activity(check.page, "化工项目")
    check.page.get_by_label("项目名称").fill("某化工厂")
    check.page.get_by_label("项目名称").press("Tab")
    check.press("存档", exact=True)
    kept = check.page.locator(".rl-stored")
    expect(kept).to_be_visible(timeout=PATIENCE_MS)
    check_id = str(kept.get_attribute("data-check"))
    taken = check.download("JSON", exact=True)
    told = json.loads(Path(taken.path()).read_text(encoding="utf-8"))
    assert told["sites"][0]["check_id"] == check_id
    command = [
        sys.executable,
        "-m",
        "cli",
        "check",
        str(site_file),
        "--activity",
        "chemical_project",
        "--format",
        "json",
    ]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    again = json.loads(run.stdout)
    for name in ("findings", "verdict", "approval_path", "missing_required", "reminders", "hashes"):
        assert again["sites"][0][name] == told["sites"][0][name], name
    live = (check.states(), check.page.locator(".rl-verdict").inner_text())

    visit = browser.new_context(viewport={"width": 1280, "height": 800})
    page = visit.new_page()
    page.goto(f"{server}/check?check={check_id}")
    expect(page.locator(f'[data-record="{check_id}"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".rl-find tr").first).to_be_visible(timeout=PATIENCE_MS)
    assert (App(page).states(), page.locator(".rl-verdict").inner_text()) == live
    expect(page.get_by_text("某化工厂").first).to_be_visible()
    App(page).wait_idle()
    press(page, "验证能否复现")
    expect(page.locator('[data-again="reproduced"]')).to_be_visible(timeout=PATIENCE_MS)
    App(page).wait_idle()
    press(page, "按今天的图层和法规重查")
    expect(page.locator('[data-again="rerun"]')).to_contain_text("没有变化", timeout=PATIENCE_MS)
    visit.close()


def test_pasted_coordinates_and_drawing_are_checked(check: App) -> None:
    check.page.get_by_role("radio", name="粘贴坐标").click()
    field = check.page.get_by_label("坐标，一行一点")
    field.fill("116°57′00″E 27°36′00″N\n116°57′10″E 27°36′00″N\n116°57′10″E 27°36′10″N")
    field.press("Control+Enter")
    check.wait_checked()
    ring = box(116.95, 27.6, 116.95 + 10 / 3600, 27.6 + 10 / 3600)
    half = abs(Geod(ellps="GRS80").geometry_area_perimeter(ring)[0]) / 2
    expect(check.page.locator(".rl-areas tr", has_text="椭球")).to_contain_text(
        f"{half:,.0f}"[:-2], timeout=PATIENCE_MS
    )
    check.page.get_by_text("图上画", exact=True).click()
    expect(check.page.locator(".rl-verdict")).to_have_count(0, timeout=PATIENCE_MS)
    check.draw_rectangle(300, 200)
    check.wait_checked()


def test_two_routes_side_by_side_and_by_chainage(check: App, tmp_path: Path) -> None:
    routes = [[(116.90, 27.55), (117.05, 27.70), (117.15, 27.75)], [(116.90, 27.55), (116.95, 27.70), (117.15, 27.75)]]
    path = tmp_path / "routes.geojson"
    frame = gpd.GeoDataFrame({"name": ["东线", "西线"]}, geometry=[LineString(r) for r in routes], crs=4326)
    frame.to_file(path, driver="GeoJSON")
    check.upload(path)
    check.wait_checked()
    table = check.page.locator(".rl-schemes")
    expect(table).to_contain_text("东线")
    expect(table).to_contain_text("西线")
    expect(check.page.get_by_text("线路：按桩号")).to_be_visible()
    expect(check.page.get_by_text("生态保护红线（江西，示意）：在内").first).to_be_visible()


def test_many_sites_are_run_on_demand_and_taken_with_their_own_columns(check: App, tmp_path: Path) -> None:
    path = tmp_path / "many.gpkg"
    places = [(115.7 + 0.05 * n, 27.0 + 0.03 * n) for n in range(25)]
    ids = [f"P{n:02d}" for n in range(25)]
    shapes = [box(x, y, x + 0.004, y + 0.003) for x, y in places]
    gpd.GeoDataFrame({"编号": ids}, geometry=shapes, crs=4490).to_file(path)
    check.upload(path)
    check.press("核查 25 个地块")
    check.wait_checked()
    expect(check.page.get_by_role("button", name="核查 25 个地块")).to_have_count(0)
    taken = check.download("CSV", exact=True)
    with Path(taken.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["编号"] for row in rows] == ids
    assert {row["rl_verdict"] for row in rows} <= {"notice", "not_checked"}
    check.page.get_by_text("压占表").click()
    expect(check.page.get_by_text("压占表")).to_be_visible()


def test_the_site_of_the_map_page_is_the_site_of_the_check_page(app: App, site_file: Path) -> None:
    app.upload(site_file)
    app.wait_checked()
    before = app.states()
    app.page.get_by_role("link", name="核查", exact=True).click()
    expect(app.page.get_by_text("当前文件：")).to_be_visible(timeout=PATIENCE_MS)
    app.wait_checked()
    app.wait_drawn()
    assert app.states() == before


def test_nothing_sticks_out_on_a_phone(check: App, site_file: Path) -> None:
    check.page.set_viewport_size({"width": 390, "height": 844})
    check.upload(site_file)
    check.wait_checked()
    choose_activity(check.page, "公路")
    main = check.page.get_by_test_id("stMain")
    assert main.evaluate("box => box.scrollWidth") <= 390
