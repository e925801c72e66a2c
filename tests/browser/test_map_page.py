"""The map in a browser: it fills the window, is rearranged without a rerun, and its URL opens the same view."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner
from playwright.sync_api import Browser, Frame, Locator, expect
from pyproj import Geod, Transformer

from cli import main
from layers.own.versions import remove
from tests.browser.conftest import MAP, PATIENCE_MS, App, click_badge, click_name
from tests.helpers import ROOT

STATE = """() => ({
    order: [...document.querySelectorAll(".redline-row")].map((row) => row.dataset.id),
    off: [...document.querySelectorAll("input[data-layer]:not(:checked)")].map((tick) => tick.dataset.layer),
    faint: getComputedStyle(document.querySelector(".leaflet-pane[class*=redline-waters]")).opacity,
    stacked: getComputedStyle(document.querySelector(".leaflet-pane[class*=redline-waters]")).zIndex,
    base: document.querySelector("input[name=redline-base]:checked").value,
    sides: [...document.querySelectorAll(".redline-compare select")].map((select) => select.value),
    years: [...document.querySelectorAll(".redline-years input")].map((input) => [input.value, input.checked]),
    cut: document.querySelector(".leaflet-pane[class*=redline-waters]").style.clipPath !== "",
    spot: Boolean(document.querySelector(".leaflet-marker-icon.redline-pin")),
    view: [map_div.getCenter().lng.toFixed(3), map_div.getCenter().lat.toFixed(3), map_div.getZoom()],
})"""


LON_LAT_AT = "([x, y]) => { const place = map_div.containerPointToLatLng([x, y]); return [place.lng, place.lat]; }"


def frame_of(app: App) -> Frame:
    handle = app.page.locator(MAP).last.element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    return frame


def box_of(place: Locator) -> dict[str, float]:
    box = place.bounding_box()
    assert box is not None
    return {"left": box["x"], "top": box["y"], "right": box["x"] + box["width"], "bottom": box["y"] + box["height"]}


def is_disjoint(a: dict[str, float], b: dict[str, float]) -> bool:
    return a["right"] <= b["left"] or b["right"] <= a["left"] or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]


LABEL_BOXES = """(zoom) => {
    map_div.setView([27.9, 116.4], zoom, { animate: false });
    const { names, badges } = map_div.redline.marks;
    return [...names, ...badges].map(({ box }) => box);
}"""


def assert_labels_disjoint(app: App) -> None:
    inside = frame_of(app)
    for zoom in range(7, 13):
        inside.evaluate(LABEL_BOXES, zoom)
        app.wait_drawn()
        boxes = inside.evaluate(LABEL_BOXES, zoom)
        assert len(boxes) > 2, zoom
        sides = [dict(zip(("left", "top", "right", "bottom"), box, strict=True)) for box in boxes]
        assert all(is_disjoint(one, other) for index, one in enumerate(sides) for other in sides[index + 1 :]), zoom


def assert_province_visible(app: App, limit: float) -> None:
    """Assert that the first view shows the whole province left of `limit` (pixels), give or take its outline."""
    province = gpd.read_file(ROOT / "data" / "boundaries" / "province.fgb")
    west, south, east, north = province[province["adcode"] == "360000"].total_bounds
    corners = f"""[[{north}, {west}], [{south}, {east}]].map((place) => {{
        const at = map_div.latLngToContainerPoint(place);
        return [at.x, at.y];
    }})"""
    (left, top), (right, bottom) = frame_of(app).evaluate(corners)
    high = frame_of(app).evaluate("innerHeight")
    assert -25 < left < right < limit
    assert -25 < top < bottom < high + 25
    assert bottom - top > high / 3  # and not from afar


def test_the_map_fills_the_window_and_nothing_lies_on_anything(app: App) -> None:
    for width, height in ((1280, 800), (390, 844)):
        app.page.set_viewport_size({"width": width, "height": height})
        if width < 700:
            app.page.reload()
        app.wait_drawn()
        frame = app.page.locator(MAP)
        expect(frame).to_be_visible()
        tall = box_of(frame)
        share = (tall["bottom"] - tall["top"]) / height
        if width > 700:
            assert height - 12 < tall["bottom"] <= height
        else:
            assert 0.57 < share < 0.63
        inside = frame_of(app)
        size = inside.evaluate("() => [map_div.getSize().x, map_div.getSize().y]")
        assert size == inside.evaluate("() => [innerWidth, innerHeight]")
        shown = [
            box_of(app.map.locator(name))
            for name in (
                ".redline-panel", ".redline-bar", ".leaflet-control-scale", ".redline-ratio", ".leaflet-draw",
                ".leaflet-control-zoom", ".leaflet-control-attribution",
            )
        ]  # fmt: skip
        for at, one in enumerate(shown):
            assert one["left"] >= tall["left"] - 1
            assert one["right"] <= tall["right"] + 1
            assert one["bottom"] <= tall["bottom"] + 1
            assert all(is_disjoint(one, other) for other in shown[at + 1 :])
        assert app.page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
        assert_province_visible(app, (shown[0]["left"] if width > 700 else tall["right"]) - tall["left"])
    expect(app.map.locator(".redline-panel-body")).to_be_hidden()
    assert_labels_disjoint(app)


PAINTED = """() => [...document.querySelectorAll("[class*=redline-own_lots] canvas")].reduce((sum, canvas) => {
    if (!canvas.width) return sum; // a tile with nothing in it
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return sum + data.filter((value, at) => at % 4 === 3 && value).length;
}, 0)"""


@pytest.fixture
def lots(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Import a layer of twelve 10 km squares, two of 2020, nine of 2021 to 2023, one undated; yield its id."""
    monkeypatch.setenv("REDLINE_HOME", str(home))
    shapes = [shapely.box(116 + i % 4 / 9, 27.6 + i // 4 / 9, 116.1 + i % 4 / 9, 27.7 + i // 4 / 9) for i in range(12)]
    years = ["2020", "2020", *["2021-2023"] * 9, ""]
    gpd.GeoDataFrame({"mc": list("abcdefghijkl"), "nf": years}, geometry=shapes, crs=4490).to_file(
        tmp_path / "lots.gpkg"
    )
    options = ["--id", "own_lots", "--title", "批次", "--publisher", "甲", "--extent", "all", "--time-field", "nf"]
    result = CliRunner().invoke(main, ["import", str(tmp_path / "lots.gpkg"), *options])
    assert result.exit_code == 0, result.output
    yield "own_lots"
    remove("own_lots")


def drag(app: App, layer: str, onto: str) -> None:
    """Drag the row of a layer onto that of another; assert that the drop mark shows meanwhile."""
    begin, end = (box_of(app.map.locator(f'.redline-row[data-id="{name}"] .redline-grip')) for name in (layer, onto))
    mouse = app.page.mouse
    mouse.move(begin["left"] + 6, begin["top"] + 10)
    mouse.down()
    mouse.move(begin["left"] + 6, begin["top"] - 4, steps=4)
    mouse.move(end["left"] + 6, end["top"] + 4, steps=8)
    expect(app.map.locator(".redline-drop")).to_have_attribute("data-id", layer)
    mouse.up()
    expect(app.map.locator(".redline-drop")).to_have_count(0)


def keep_to_2020(app: App, inside: Frame) -> None:
    """Limit the layer to 2020 with the keyboard; assert that only two of its twelve squares stay painted."""
    row = app.map.locator('.redline-row[data-id="own_lots"]')
    row.locator(".redline-more").press("Enter")
    expect(row.locator("input[data-end=to]")).to_have_accessible_name("截止年：批次")
    whole = inside.evaluate(PAINTED)
    row.locator("input[data-end=to]").press("Home")
    row.get_by_text("也画无日期的 1 个").click()
    expect(row.locator(".redline-range").last).to_have_text("只画 2020–2020 年：2 / 12 个")
    inside.wait_for_function(f"(most) => ({PAINTED})() < most", arg=0.2 * whole)
    assert inside.evaluate(PAINTED) == pytest.approx(whole / 6, rel=0.05)


def test_a_link_opens_the_same_view(lots: str, app: App, browser: Browser) -> None:
    inside = frame_of(app)
    inside.evaluate("() => { window.still = true; map_div.setView([27.9, 116.4], 10, { animate: false }); }")
    app.wait_drawn()
    drag(app, "county", "province")
    waters = app.map.locator('.redline-row[data-id="waters"]')
    waters.locator(".redline-more").press("Enter")
    waters.locator("input[type=range]").fill("40")
    rivers = app.map.locator('.redline-row[data-id="rivers"]')
    rivers.locator(".redline-more").press("Enter")
    rivers.locator(".redline-movers button").first.press("Enter")
    app.switch("protected_sites")
    keep_to_2020(app, inside)
    app.map.locator(".redline-compare summary").click()
    app.map.locator('[data-side="right"]').select_option("waters")
    app.map.get_by_text("素底").click()
    place = app.page.locator(MAP).bounding_box()
    assert place is not None
    app.page.mouse.click(place["x"] + 200, place["y"] + 400)
    expect(app.map.locator(".leaflet-marker-icon.redline-pin")).to_be_visible()
    expect(app.map.locator(".redline-markings li:visible")).to_have_text(["点选的位置"])
    expect(app.page).to_have_url(re.compile(r"[?&]at=116\.\d"), timeout=PATIENCE_MS)
    app.wait_idle()
    app.map.locator('[data-tool="link"]').click()
    expect(app.map.locator(".redline-said")).to_contain_text(re.compile("链接"), timeout=PATIENCE_MS)
    assert inside.evaluate("() => window.still"), "the map was put up anew"
    mine = inside.evaluate(STATE)
    assert mine["faint"] == "0.4"
    assert mine["cut"]
    assert mine["order"].index("rivers") < mine["order"].index("waters")
    assert mine["order"].index("county") < mine["order"].index("province")
    assert "protected_sites" in mine["off"]
    assert mine["years"] == [["2020", False], ["2020", False], ["on", False]]
    expect(app.page.get_by_text("图上只画了部分年份（批次）")).to_be_visible()
    assert app.page.evaluate("history.length") <= 3, "what is done on the map is no page to go back to"

    elsewhere = browser.new_context(viewport={"width": 1280, "height": 800})
    theirs = App(elsewhere.new_page())
    theirs.page.goto(app.page.url)
    theirs.wait_drawn()
    assert frame_of(theirs).evaluate(STATE) == mine
    assert frame_of(theirs).evaluate(PAINTED) == inside.evaluate(PAINTED)
    expect(theirs.page.locator(".rl-here tr").first).to_be_visible(timeout=PATIENCE_MS)
    elsewhere.close()


def test_sizes_and_coordinates_are_those_of_the_ellipsoid(app: App) -> None:
    inside = frame_of(app)
    place = app.page.locator(MAP).bounding_box()
    assert place is not None
    app.map.locator('[data-tool="length"]').click()
    spots = [(150, 300), (420, 420)]
    lonlat = [
        inside.evaluate(
            "([x, y]) => { const p = map_div.containerPointToLatLng([x, y]); return [p.lng, p.lat]; }", spot
        )
        for spot in map(list, spots)
    ]
    for x, y in spots:
        app.page.mouse.click(place["x"] + x, place["y"] + y)
    app.map.get_by_role("button", name="结束").click()
    told = re.search(r"([\d,.]+) km", app.map.locator(".redline-sizes").inner_text())
    assert told is not None
    length_m = Geod(a=6378137.0, rf=298.257222101).line_length(*zip(*lonlat, strict=True))
    assert abs(float(told[1].replace(",", "")) * 1000 - length_m) < 1
    app.page.mouse.move(place["x"] + 300, place["y"] + 350)
    lon, lat = inside.evaluate(LON_LAT_AT, [300, 350])
    zone = round(lon / 3)
    east, north = Transformer.from_crs(4490, 4488 + zone, always_xy=True).transform(lon, lat)
    written = re.search(r"(\d+)带 X (\d+)\s+Y (\d+) m", app.map.locator(".redline-where").inner_text())
    assert written is not None
    assert (int(written[1]), abs(int(written[2]) - north) <= 1, abs(int(written[3]) - east) <= 1) == (zone, True, True)
    app.wait_idle()
    assert app.page.locator(".rl-here tr").count() == 0, "a click that measures asks nothing"


def test_ux_6_one_step_back_from_the_map_to_the_county(visitor: App, server: str) -> None:
    """UX 6: by the county's own button and by the bar of pages; what the map writes into the address is no step."""
    page = visitor.page
    page.goto(f"{server}/county?adcode=361028")
    expect(page.locator(".rl-county .sources").first).to_be_visible(timeout=PATIENCE_MS)
    visitor.press("在地图上看")
    visitor.wait_drawn()
    page.wait_for_url(re.compile(r"/\?.*\bc="))
    visitor.wait_idle()
    page.go_back()
    page.wait_for_url("**/county?adcode=361028")
    expect(page.locator(".rl-county .sources").first).to_be_visible(timeout=PATIENCE_MS)
    visitor.wait_idle()
    page.get_by_role("link", name="地图与核查").first.click()
    visitor.wait_drawn()
    page.wait_for_url(re.compile(r"/\?.*\bc="))
    visitor.wait_idle()
    page.go_back()
    page.wait_for_url("**/county?adcode=361028")


def test_ux_6_the_ring_of_a_click_goes_when_a_file_comes(app: App, site_file: Path) -> None:
    """UX 6: ring, answer and address of an earlier click go with it; a click after the file stands again."""
    frame = app.page.locator(MAP).bounding_box()
    assert frame is not None
    app.page.mouse.click(frame["x"] + 330, frame["y"] + 430)
    expect(app.page.locator(".rl-where")).to_be_visible(timeout=PATIENCE_MS)
    ring = app.map.locator(".leaflet-marker-icon.redline-pin")
    expect(ring).to_have_count(1)
    app.page.wait_for_url(re.compile(r"\bat="))
    app.upload(site_file)
    app.wait_checked()
    expect(ring).to_have_count(0, timeout=PATIENCE_MS)
    expect(app.page.locator(".rl-where")).to_have_count(0, timeout=PATIENCE_MS)
    app.page.wait_for_url(lambda address: "at=" not in address)
    app.wait_drawn()
    app.wait_idle()
    app.page.mouse.click(frame["x"] + 330, frame["y"] + 200)
    expect(app.page.locator(".rl-where")).to_be_visible(timeout=PATIENCE_MS)
    expect(ring).to_have_count(1)


def test_a_badge_lists_what_is_known_by_its_county(app: App, server: str) -> None:
    """Nothing stands on the map for what is known by a county only: its badge says how many, a click which."""
    with (ROOT / "data" / "plans" / "projects.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "361028" in row["adcodes"].split(";")]
    known = [row for row in rows if row["location_basis"] == "county"]
    app.page.goto(f"{server}/?c=117.05,27.75,10&lang=zh")
    app.wait_drawn()
    click_badge(app.page, "361028")
    panel = app.page.locator(".st-key-box_here")
    heading = panel.get_by_text(re.compile(r"^(\d+) 项在资溪县，没有可落点的位置$"))
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    count = int(re.sub(r"\D.*", "", heading.inner_text()))
    sites = count - len(known)
    assert 0 <= sites <= 10  # the protected sites of the county that have no place either
    expect(app.map.locator(".leaflet-marker-icon.redline-pin")).to_have_count(0)
    panel.get_by_test_id("stDataFrame").locator(".dvn-scroller").click(position={"x": 16, "y": 52})
    expect(panel.locator(".rl-card[data-key]")).to_contain_text("图上不落点", timeout=PATIENCE_MS)
    app.page.reload()  # its address says what was clicked
    expect(heading).to_be_visible(timeout=PATIENCE_MS)


def test_a_name_on_the_map_gives_the_card_of_what_it_names(app: App, server: str) -> None:
    """The name stands beside its symbol: a press on it means the wetland, at its own point; so does a project."""
    name, lon, lat = "玉湖湿地", 116.91107, 27.29728  # data/plans/protected_sites.csv
    app.page.goto(f"{server}/?c={lon},{lat},12&lang=zh")
    app.wait_drawn()
    app.wait_idle()
    click_name(app.page, name)
    panel = app.page.locator(".st-key-box_here")
    cards = panel.locator(".rl-card[data-key]")
    expect(cards).to_have_count(2, timeout=PATIENCE_MS)
    keys = {cards.nth(at).get_attribute("data-key") for at in range(2)}
    assert keys == {"projects:000-4-2-2-03", "protected_sites:000-yuhu"}
    expect(panel.locator(".rl-where")).to_contain_text(f"{lon:.5f}°E, {lat:.5f}°N", timeout=PATIENCE_MS)
