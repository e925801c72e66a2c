"""Signing in at a real OpenID Connect provider, as Streamlit's login does it, and what a stranger gets before."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App
from tests.browser.people.house import House
from tools.browser.serving import free_port, serving

PEOPLE = {
    "1": {"email": "sun@bureau.cn", "email_verified": True, "groups": ["plan"]},
    "2": {"email": "wang@bureau.cn", "email_verified": True, "groups": ["red-line"]},
    "3": {"email": "zhao@bureau.cn", "email_verified": True, "groups": ["none"]},
    "4": {"email": "mallory@bureau.cn", "email_verified": False, "groups": ["red-line"]},
}


@pytest.fixture(scope="module")
def login_server(house: House) -> Iterator[str]:
    """Run the app with a login at a provider that runs here too; yield the app's address."""
    users = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    config = house.config.with_name("login.toml")
    config.write_text(house.config.read_text(encoding="utf-8").replace('"proxy"', '"login"'), encoding="utf-8")
    with run_server_in_thread(user_claims=users) as provider:
        port = free_port()
        place = f"http://127.0.0.1:{provider.server_port}/.well-known/openid-configuration"
        (house.home / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\nclient_id = "redline"\n'
            f'cookie_secret = "{"0123456789abcdef" * 2}"\nclient_secret = "word"\nserver_metadata_url = "{place}"\n',
            encoding="utf-8",
        )
        with serving(house.home, port=port, more={"REDLINE_CONFIG": str(config)}) as address:
            yield address
    (house.home / "secrets.toml").unlink()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(120_000)
    yield page
    context.close()


def sign_in(page: Page, server: str, sub: str, path: str = "") -> None:
    """Sign in as one of `PEOPLE`."""
    page.goto(f"{server}/{path}")
    App(page).press("登录")
    page.locator(f'button[name="sub"][value="{sub}"]').click()
    page.wait_for_url(f"{server}/**")
    App(page).wait_idle()


def status(server: str, path: str, cookie: str = "") -> int:
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    return connection.getresponse().status


def test_a_stranger_gets_the_page_that_asks_who_he_is_and_nothing_else(page: Page, login_server: str) -> None:
    for path in ("", "check", "data", "?c=117.05,27.68,11"):
        page.goto(f"{login_server}/{path}")
        App(page).wait_idle()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        expect(page.get_by_role("link", name="数据")).to_have_count(0)
        assert page.locator("iframe").count() == 0, "no map"
    for path in ("/redline/find?q=a", "/redline/tiles/county/x.pmtiles", "/media/x", "/_stcore/upload_file/a/b"):
        assert status(login_server, path) == 403, path
    assert status(login_server, "/health") == 200


def test_who_signs_in_has_his_role_and_can_leave(page: Page, login_server: str) -> None:
    sign_in(page, login_server, "1")
    app = App(page)
    app.wait_drawn()
    expect(page.locator(".rl-person")).to_contain_text("sun@bureau.cn · 核查员")
    assert app.map.locator('[data-layer="secret_line"]').count() == 0
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert kept["_streamlit_user"]["httpOnly"]
    assert kept["_streamlit_user"]["sameSite"] == "Lax"
    page.get_by_role("link", name="退出").click()
    page.wait_for_url(lambda url: not url.startswith(login_server))  # the provider's own page
    assert not [one for one in page.context.cookies() if one["name"] == "_streamlit_user"]
    page.goto(login_server)
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_a_member_of_the_group_sees_the_closed_layer(page: Page, login_server: str) -> None:
    sign_in(page, login_server, "2")
    app = App(page)
    app.wait_drawn()
    expect(app.map.locator('input[data-layer="secret_line"]')).to_have_count(1)


@pytest.mark.parametrize(("sub", "sentence"), [("3", "没有角色"), ("4", "请登录")])
def test_without_a_role_or_with_a_mail_that_nobody_verified_there_is_no_way_in(
    page: Page, login_server: str, sub: str, sentence: str
) -> None:
    sign_in(page, login_server, sub)
    expect(page.get_by_text(sentence).first).to_be_visible()
    assert page.locator("iframe").count() == 0
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    assert status(login_server, "/redline/find?q=a", cookie) == 403
