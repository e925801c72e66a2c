"""What keeps the server from its work is on every page in one line, on the Data page in sentences; the rest works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from siting.ledger import Ledger
from tests.browser.conftest import PATIENCE_MS, App, new_context_without_help
from tools.browser.serving import serving


@pytest.fixture(scope="module")
def at_fault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the app on a folder whose user catalogue and ledger are damaged; yield its address."""
    home = tmp_path_factory.mktemp("at-fault") / "home"
    Ledger.open(home)
    (home / "ledger" / "ledger.sqlite").write_bytes(b"no database" * 1000)
    (home / "catalogue.toml").write_text("entry = 1", encoding="utf-8")
    with serving(home) as address:
        yield address


def test_each_page_has_a_line_and_the_data_page_the_sentences(at_fault: str, browser: Browser) -> None:
    context = new_context_without_help(browser.new_context)
    app = App(context.new_page())
    for page in ("map", "check", "county", "indicators", "plans"):
        app.page.goto(f"{at_fault}/{page}?lang=zh")
        app.wait_idle()
        expect(app.page.locator(".rl-trouble")).to_have_text(
            "运行状态有 2 项异常，入库、导入或导出可能不成；详见“数据”页。"
        )
        expect(app.page.get_by_text("这一步出了意外")).to_have_count(0)
    app.page.goto(f"{at_fault}/data?lang=zh")
    app.wait_idle()
    state = app.page.locator(".st-key-rl_state")
    expect(state).to_contain_text("运行状态：2 项异常")
    expect(state).to_contain_text("台账数据库已损坏")
    expect(state).to_contain_text("catalogue.toml 读不出来")
    app.page.goto(f"{at_fault}/data?lang=en")
    app.wait_idle()
    expect(app.page.locator(".st-key-rl_state")).to_contain_text("The database of the ledger is damaged")
    context.close()


def test_a_check_is_made_and_says_what_it_could_not_see(at_fault: str, browser: Browser, site_file: Path) -> None:
    context = new_context_without_help(browser.new_context)
    app = App(context.new_page())
    app.page.goto(f"{at_fault}/check?lang=zh")
    app.wait_idle()
    app.upload(site_file)
    app.wait_checked()
    expect(app.page.locator(".rl-verdict")).to_contain_text("没有核查（自有图层）")
    app.press("台账", role="radio")
    expect(app.page.get_by_text("台账数据库已损坏").first).to_be_visible(timeout=PATIENCE_MS)
    context.close()


def test_where_all_is_well_the_data_page_says_what_was_looked_at(visitor: App, server: str) -> None:
    visitor.page.goto(f"{server}/data?lang=zh")
    visitor.wait_idle()
    expect(visitor.page.get_by_text("运行状态正常")).to_be_visible()
    expect(visitor.page.locator(".rl-trouble")).to_have_count(0)
