"""A file that ended the whole server is one sentence to who uploaded it, and nothing to anybody else."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE_MS, App
from tests.geo.confined.test_outside import DEEP_FILES


def test_a_file_that_kills_its_reader_costs_nobody_else_anything(
    visitor: App, browser: Browser, server: str, site_file: Path, tmp_path: Path
) -> None:
    """Collections nested 100,000 deep, on the Check page and on the Data page, while somebody else has a check open."""
    context = browser.new_context()
    other = App(context.new_page())
    other.page.goto(f"{server}/check")
    other.wait_idle()
    other.upload(site_file)
    other.wait_checked()
    for name, content in DEEP_FILES.items():
        path = tmp_path / name
        path.write_bytes(content)
        for page in ("check", "data"):
            visitor.page.goto(f"{server}/{page}?lang=zh")
            visitor.wait_idle()
            if page == "data":
                visitor.press("添加或替换图层", role="radio")
            visitor.upload(path)
            expect(visitor.page.get_by_text(f"{name} 层层嵌套过深").first).to_be_visible(timeout=PATIENCE_MS)
    expect(visitor.page.get_by_text("每个文件由单独的进程读取，内存、时间、写入都有上限")).to_be_visible()
    other.page.get_by_text("重新开始").click()
    other.wait_idle()
    other.upload(site_file)
    other.wait_checked()
    context.close()
