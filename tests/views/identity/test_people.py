"""Who a request is from: by the proxy's headers or the login's cookie, and nobody where anything is amiss."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import time_machine
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from layers.access import ANYBODY, NOBODY, AccessSettings
from views.identity import people
from views.identity.people import note_session, owner_of_session, person_of

SECRET = "a word of the gateway"
ROLES: dict[str, Any] = {"administrator": ["chief@bureau.cn"], "checker": ["group:规划科"], "viewer": ["*"]}
PROXY = AccessSettings(mode="proxy", roles=ROLES)
LOGIN = AccessSettings(mode="login", roles=ROLES)
COOKIE_KEY = "0123456789abcdef0123456789abcdef"
CLAIMS = {"is_logged_in": True, "email": "li@bureau.cn", "groups": ["规划科"], "origin": "http://127.0.0.1:8501"}


def headers(**values: str | list[str]) -> Callable[[str], Sequence[str]]:
    named = {f"x-redline-{name}": [value] if isinstance(value, str) else value for name, value in values.items()}
    return lambda name: named.get(name.lower(), [])


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_PROXY_SECRET", SECRET)
    monkeypatch.setattr(people, "get_cookie_secret", lambda: COOKIE_KEY)


def test_the_proxy_names_person_and_groups_in_utf_8() -> None:
    groups = "规划科, 信息科".encode().decode("latin-1")  # as HTTP reads it
    person = person_of(PROXY, headers(user="李".encode().decode("latin-1"), groups=groups, secret=SECRET), {})
    assert (person.name, person.groups, person.role) == ("李", {"规划科", "信息科"}, "checker")
    assert person_of(PROXY, headers(user="wang", secret=SECRET), {}).role == "viewer"


@pytest.mark.parametrize(
    "given",
    [
        {"user": "chief@bureau.cn"},  # not through the proxy
        {"user": "chief@bureau.cn", "secret": ""},
        {"user": "chief@bureau.cn", "secret": SECRET[:-1]},
        {"user": "chief@bureau.cn", "secret": SECRET.upper()},
        {"user": "chief@bureau.cn", "secret": [SECRET, SECRET]},  # one of them is the browser's
        {"user": ["chief@bureau.cn", "li"], "secret": SECRET},  # a proxy that leaves in what the browser sent
        {"user": "li", "groups": ["a", "规划科"], "secret": SECRET},
        {"secret": SECRET},
        {"user": "", "secret": SECRET},
        {"user": "group:规划科", "secret": SECRET},
        {},
    ],
)
def test_what_the_proxy_did_not_say_once_and_clearly_is_nobody(given: dict[str, Any]) -> None:
    assert person_of(PROXY, headers(**given), {}) == NOBODY


@pytest.mark.parametrize("word", ["", "short", "fifteen letters"])
def test_without_a_long_word_nobody_comes_through_the_proxy(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_PROXY_SECRET", word)
    assert person_of(PROXY, headers(user="chief@bureau.cn", secret=word), {}) == NOBODY


def cookie(claims: Any, key: str = COOKIE_KEY, name: str = "_streamlit_user") -> dict[str, str]:
    return {"_streamlit_user": create_signed_value(key, name, json.dumps(claims)).decode()}


def test_the_login_names_person_and_groups() -> None:
    person = person_of(LOGIN, headers(), cookie(CLAIMS))
    assert (person.name, person.groups, person.role) == ("li@bureau.cn", {"规划科"}, "checker")
    listed = person_of(LOGIN, headers(), cookie(CLAIMS | {"groups": "规划科,信息科"}))
    assert listed.groups == {"规划科", "信息科"}
    by_number = LOGIN.model_copy(update={"name_claim": "sub"})
    assert person_of(by_number, headers(), cookie(CLAIMS | {"sub": "7"})).name == "7"


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"_streamlit_user": ""},
        {"_streamlit_user": json.dumps(CLAIMS)},  # not signed
        cookie(CLAIMS, key="f" * 32),
        cookie(CLAIMS, name="_streamlit_user_tokens"),  # signed as another cookie
        cookie(CLAIMS | {"is_logged_in": False}),
        cookie({key: value for key, value in CLAIMS.items() if key != "is_logged_in"}),
        cookie(CLAIMS | {"email_verified": False}),  # anybody may call himself that
        cookie(CLAIMS | {"email": None}),
        cookie(CLAIMS | {"email": ["chief@bureau.cn"]}),
        cookie([CLAIMS]),
        cookie("chief@bureau.cn"),
    ],
)
def test_what_the_login_did_not_sign_is_nobody(cookies: dict[str, str]) -> None:
    assert person_of(LOGIN, headers(), cookies) == NOBODY


def test_the_proxys_headers_are_nothing_to_the_login_and_the_other_way_round() -> None:
    assert person_of(LOGIN, headers(user="chief@bureau.cn", secret=SECRET), {}) == NOBODY
    assert person_of(PROXY, headers(), cookie(CLAIMS)) == NOBODY
    assert person_of(AccessSettings(), headers(), {}) == ANYBODY


def test_a_login_ends() -> None:
    settings = LOGIN.model_copy(update={"login_hours": 2.0})
    signed, now = cookie(CLAIMS), time.time()
    with time_machine.travel(now + 2 * 3600 - 60):
        assert person_of(settings, headers(), signed).name == "li@bureau.cn"
    with time_machine.travel(now + 2 * 3600 + 60):
        assert person_of(settings, headers(), signed) == NOBODY


def test_groups_that_are_no_texts_are_left_out() -> None:
    person = person_of(LOGIN, headers(), cookie(CLAIMS | {"groups": ["规划科", 7, None, {"a": 1}]}))
    assert person.groups == {"规划科"}
    assert person_of(LOGIN, headers(), cookie(CLAIMS | {"groups": 7})).groups == frozenset()


def test_a_session_is_the_person_s_who_had_it_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_MOST_OWNERS", 2)
    for number in range(3):
        note_session(f"session-{number}", LOGIN.person(f"p{number}", ()))
    assert owner_of_session("session-2") == "p2"
    assert owner_of_session("session-0") is None, "only so many are remembered"
