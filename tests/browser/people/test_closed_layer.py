"""A layer that one group may see, at every page and in every file: nothing of it reaches others.

Not only what stands on the screen is looked at, but every byte that the browser received.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App
from tests.browser.people.conftest import Visit
from tests.browser.people.house import SECRETS, House

PAGES = ("", "check", "county", "indicators", "plans", "data")
MEMBER = ("wang", "red-line")
CHECKER = ("sun", "plan")
OTHERS = {"viewer": ("li", "all"), "checker": CHECKER, "manager": ("zhou", "gis"), "administrator": ("chief", "")}


def open_pages(visit: Visit, *queries: str) -> None:
    """Open every page, the map until it is drawn, and the pages of some queries."""
    app = App(visit.page)
    for path in (*PAGES, *queries):
        visit.page.goto(f"{visit.address}/{path}")
        app.wait_idle()
        if not path:
            app.wait_drawn()


@pytest.mark.parametrize("visit", [MEMBER], indirect=True, ids=["member"])
def test_its_group_sees_it(visit: Visit, house: House) -> None:
    """The premise of the tests below: they would find what is there."""
    open_pages(visit, "?c=117.05,27.68,11", f"check?check={house.check_id}")
    assert visit.leaks() >= {"机密红线甲", "密点乙", "secret_line"}
    expect(visit.page.locator("[data-check], .rl-facts").first).to_be_visible()


@pytest.mark.parametrize("visit", OTHERS.values(), indirect=True, ids=OTHERS)
def test_nothing_of_it_reaches_others_on_any_page(visit: Visit, house: House) -> None:
    open_pages(visit, "?c=117.05,27.68,11", f"check?check={house.check_id}", "?find=feature:secret_line:1&q=密点乙")
    leaks = visit.leaks()
    # what the person put into the address himself comes back to him
    assert leaks <= {"secret_line", "密点乙"}
    visit.page.goto(f"{visit.address}/data")
    App(visit.page).wait_idle()
    visit.received.clear()
    open_pages(visit, "?c=117.05,27.68,11")
    assert visit.leaks() == set()


@pytest.mark.parametrize("visit", [CHECKER], indirect=True, ids=["checker"])
def test_a_check_says_that_it_was_not_all(visit: Visit, house: House) -> None:
    app = App(visit.page)
    visit.page.goto(f"{visit.address}/check")
    app.wait_idle()
    app.upload(house.site)
    app.wait_checked()
    app.wait_idle()
    expect(visit.page.locator(".rl-verdict")).to_contain_text("另有本账号无权查看的图层未核查")
    taken = json.loads(Path(app.download("JSON", exact=True).path()).read_text(encoding="utf-8"))
    states = {finding["layer"]: (finding["state"], finding["reason"]) for finding in taken["sites"][0]["findings"]}
    assert states["closed_layers"] == ("not_checked", "no_access")
    assert not [secret for secret in SECRETS if secret in json.dumps(taken, ensure_ascii=False)]
    assert visit.leaks() == set()


@pytest.mark.parametrize("visit", [CHECKER], indirect=True, ids=["checker"])
def test_a_stored_check_that_saw_it_is_as_if_it_were_not(visit: Visit, house: House) -> None:
    app = App(visit.page)
    visit.page.goto(f"{visit.address}/check?check={house.check_id}")
    app.wait_idle()
    expect(visit.page.get_by_text("台账中没有编号", exact=False).first).to_be_visible()
    assert visit.leaks() == set()
