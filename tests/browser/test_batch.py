"""Many sites in a browser: the headline is the batch, and table, map and card show the same site."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import expect

from tests.browser.conftest import MAP, PATIENCE_MS, App

PLACES = [(117.205, 27.790), (116.35, 27.95), (116.40, 27.95)]
NAMES = ["红线内", "甲地块", "乙地块"]


@pytest.fixture
def parcels(visitor: App, server: str, tmp_path: Path) -> App:
    """Return the Check page with three named parcels, the first in the illustrative red line."""
    path = tmp_path / "parcels.geojson"
    shapes = [shapely.Point(place).buffer(0.004) for place in PLACES]
    gpd.GeoDataFrame({"id": ["1", "2", "3"], "名称": NAMES}, geometry=shapes, crs=4326).to_file(path, driver="GeoJSON")
    visitor.page.goto(f"{server}/check")
    visitor.wait_drawn()
    visitor.upload(path)
    expect(visitor.page.locator(".rl-batch")).to_be_visible(timeout=PATIENCE_MS)
    visitor.wait_idle()
    return visitor


def click_site(app: App, place: tuple[float, float]) -> None:
    """Click on the map where a site lies."""
    app.wait_drawn()
    frame, element = app.page.locator(MAP).bounding_box(), app.page.locator(MAP).last.element_handle()
    inside = element.content_frame()
    assert frame is not None
    assert inside is not None
    at = inside.evaluate("([lon, lat]) => window.map.latLngToContainerPoint([lat, lon])", list(place))
    app.page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])


def test_ux_13_the_headline_is_the_batch_and_a_click_on_the_map_opens_the_card(parcels: App) -> None:
    expect(parcels.page.locator(".rl-batch")).to_contain_text("1/3 个压占生态保护红线（示意）")
    expect(parcels.page.locator("h5")).to_have_text("1 红线内")
    expect(parcels.page.locator(".rl-verdict .rl-sentence")).to_contain_text("100 % 位于生态保护红线内")
    click_site(parcels, PLACES[2])
    expect(parcels.page.locator("h5")).to_have_text("3 乙地块", timeout=PATIENCE_MS)
    click_site(parcels, PLACES[1])
    expect(parcels.page.locator("h5")).to_have_text("2 甲地块", timeout=PATIENCE_MS)
    expect(parcels.page.locator(".rl-batch")).to_contain_text("1/3 个")
