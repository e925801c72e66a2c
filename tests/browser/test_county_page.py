"""The county page in a browser: reached from the search, printed, left for the map and a check."""

from __future__ import annotations

import io
import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser.conftest import MAP, PATIENCE_MS, App, press


def test_search_goes_to_a_county_its_page_prints_and_a_spot_is_checked(app: App) -> None:
    page = app.page
    # pinyin, by keyboard alone
    box = page.get_by_role("combobox", name="搜索地名")
    box.press_sequentially("zixix")
    expect(page.get_by_role("option").first).to_contain_text("资溪县")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.locator(".rl-found b").first).to_have_text("资溪县", timeout=PATIENCE_MS)
    assert parse_qs(urlsplit(page.url).query)["find"] == ["county:361028"]
    app.wait_idle()
    press(page, "查看资溪县县域页")
    # the county at a glance: its own figures, and its city's named as the city's
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("资溪县", timeout=PATIENCE_MS)
    head = page.locator(".figures thead")
    expect(head).to_contain_text("抚州市（设区市）")
    share = page.locator(".figures tr").filter(has_text="红线占县域面积比例（示意）")
    expect(share).to_contain_text("27.12")
    expect(page.locator(".protected_sites")).to_contain_text("马头山自然保护区")
    assert page.locator(".published tbody tr").filter(has_text="设区市 · 抚州市").count() > 5
    # paper: A4, no chrome, nothing cut off
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert [round(float(edge)) for edge in printed.pages[0].mediabox[2:]] == [595, 842]
    text = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in printed.pages))
    assert "资溪县" in text
    assert "来源与说明" in text  # the last section
    assert "并排对比" not in text
    assert "English" not in text
    # a second county beside it, and back on the map
    page.goto(page.url + "&with=321084")
    expect(page.locator(".rl-county h1").nth(1)).to_contain_text("高邮市", timeout=PATIENCE_MS)
    expect(head).to_contain_text("扬州市（设区市）")
    app.wait_idle()
    press(page, "在地图上看")
    expect(page.locator(".rl-found b").first).to_have_text("资溪县", timeout=PATIENCE_MS)
    app.wait_drawn()
    # a click, and the spot goes to the Check page
    frame = page.locator(MAP).bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + 250, frame["y"] + 320)
    expect(page.locator(".rl-here tr").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("这里会适用的条款")).to_be_visible()
    app.wait_idle()
    press(page, "核查这里")
    expect(page.locator(".rl-verdict").first).to_be_visible(timeout=PATIENCE_MS)
    assert urlsplit(page.url).path.endswith("/check")
    app.wait_idle()


def test_help_opens_on_the_first_visit_only(browser: Browser, server: str) -> None:
    page = browser.new_page()  # a browser that was never here
    page.goto(f"{server}/data")
    dialog = page.get_by_role("dialog", name="从哪里开始？")
    expect(dialog).to_be_visible(timeout=PATIENCE_MS)
    assert dialog.locator("li").count() == 3
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    again = page.get_by_role("button", name="使用说明")
    expect(again).to_be_visible(timeout=PATIENCE_MS)
    expect(dialog).to_be_hidden()
    again.click()
    expect(dialog).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.close()
