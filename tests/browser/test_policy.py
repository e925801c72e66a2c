"""What is put into a page as text does not run there, whatever it is: the browser knows the page's own scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.conftest import MAP, App

ATTEMPTS = {
    "handler": "<img src=x onerror='window.struck = 1'>",
    "link": "<a id=struck href='javascript:window.struck = 1'>x</a>",
    "svg": "<svg onload='window.struck = 1'></svg>",
    "frame": "<iframe srcdoc='<script>parent.struck = 1</script>'></iframe>",
    "script": "<script>window.struck = 1</script>",
}


@pytest.mark.parametrize("where", ["page", "frame"])
def test_text_that_is_put_in_does_not_run(browser: Browser, server: str, where: str) -> None:
    context = browser.new_context()
    app = App(context.new_page())
    app.page.goto(server)
    app.wait_drawn()
    place: Page | Frame | None = app.page
    if where == "frame":
        place = app.page.locator(MAP).last.element_handle().content_frame()
    assert place is not None
    for text in ATTEMPTS.values():
        place.evaluate(
            """async (text) => {
                const refused = new Promise((done) =>
                    document.addEventListener("securitypolicyviolation", done, { once: true }));
                const box = document.createElement("div");
                box.innerHTML = text;
                document.body.append(box);
                box.querySelector("#struck")?.click();
                const quiet = new Promise((done) => setTimeout(done, 300));
                await Promise.race([refused, quiet]);
                box.remove();
            }""",
            text,
        )
        assert place.evaluate("() => window.struck") is None, text
    assert place.evaluate("() => { const own = document.createElement('script'); return own.nonce !== ''; }") == (
        where == "frame"
    )
    context.close()
