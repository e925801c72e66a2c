"""The door matrix: every route of the app, every role, and a layer that is closed to all but one group.

The routes are those that the app has, so that a new one fails here until somebody has said who may use it.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from layers.access import Person, acting_as
from tests.browser.people.house import ACCESS, SECRET
from tests.helpers import ROOT, run_to_end
from views.identity import note_session
from views.server import endpoints, signing
from views.server.doors import Doors
from views.server.downloads import url_prefix
from views.server.gate import PRIVATE, PROBES, Gate

NAME: Final = hashlib.sha256(b"layer").hexdigest()
CONTENT: Final = b"the closed layer"
PEOPLE: Final = {
    "viewer": ("li", "all"), "checker": ("sun", "plan"), "manager": ("zhou", "gis"), "administrator": ("chief", ""),
    "member": ("wang", "red-line"), "no role": ("zhao", "none"),
}  # fmt: skip
"""Name and groups of somebody of each role; of a member of the group that may see the layer; of a stranger."""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return a function that puts access on in a mode; a tile file of the closed layer lies in the data folder."""
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDLINE_PROXY_SECRET", SECRET)
    signing.signing_key.cache_clear()
    folder = tmp_path / "home" / "tiles" / "secret_line"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.pmtiles").write_bytes(CONTENT)
    (tmp_path / "data").symlink_to(ROOT / "data")

    def put_on(mode: str) -> None:
        text = (ROOT / "config.toml").read_text(encoding="utf-8") + ACCESS.replace('"proxy"', f'"{mode}"')
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("REDLINE_CONFIG", str(tmp_path / "config.toml"))

    yield put_on
    signing.signing_key.cache_clear()


def ask(path: str, *, kind: str = "http", method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Ask the doors and the gate before our routes, and before an inside that answers all else; status and body."""

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        ours = path.startswith(f"{url_prefix()}/")
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        elif ours:
            await Starlette(routes=endpoints.routes())(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"inside"})

    sent: list[Message] = []
    asked: list[int] = []

    async def receive() -> Message:
        if asked:
            await asyncio.Event().wait()  # nothing more comes
        asked.append(1)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:8501", **headers}
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in named.items()]
    scope = {
        "type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": b"q=a",
        "root_path": "", "headers": raw, "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1",
    }  # fmt: skip
    run_to_end(Doors(Gate(inside))(scope, receive, send))
    if kind == "websocket":
        return (101 if sent[0]["type"] == "websocket.accept" else 403), b""
    return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent[1:])


def as_person(who: str) -> dict[str, str]:
    name, groups = PEOPLE[who]
    return {"X-Redline-User": name, "X-Redline-Groups": groups, "X-Redline-Secret": SECRET}


def app_routes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a path for each route of the app, with something in place of its parameters."""
    monkeypatch.chdir(ROOT)
    app = importlib.import_module("app").app
    paths = {str(getattr(route, "path", "")) for route in app._build_starlette_app().routes} - {""}
    filled = [path.replace("{path:path}", "x").replace("{rest:path}", "x") for path in sorted(paths)]
    for name, value in (("layer", "secret_line"), ("name", f"{NAME}.pmtiles"), ("token", "x"), ("digest", "x")):
        filled = [path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value) for path in filled]
    return [path if "{" not in path else path.split("{")[0] + "x" for path in filled]


def test_behind_a_proxy_nothing_but_the_probes_answers_strangers(
    configured: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured("proxy")
    paths = app_routes(monkeypatch)
    assert len(paths) > 20, "the premise: all routes are asked"
    forged = {"X-Redline-User": "chief", "X-Redline-Secret": "guess"}
    for path in paths:
        for given in ({}, forged):
            status, body = ask(path, **given)
            assert status in ({200} if path in PROBES else {403, 404}), path  # 404: a door that is closed to all
            assert CONTENT not in body
    assert ask("/_stcore/stream", kind="websocket")[0] == 403
    assert ask("/_stcore/stream", kind="websocket", **forged)[0] == 403


def test_with_a_login_only_the_page_itself_answers_strangers(
    configured: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open is listed: a new route of Streamlit's or ours fails here until somebody has looked at it."""
    configured("login")
    opened = {path for path in app_routes(monkeypatch) if ask(path)[0] not in {403, 404}}
    assert opened == {
        "/map", "/health", "/ready", "/auth/login", "/auth/logout", "/oauth2callback", "/component/x",
        "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/bidi-components/x",
    }  # fmt: skip
    assert not [path for path in opened if path.startswith(PRIVATE) and not path.startswith("/redline/assets/")]
    assert ask("/redline/tiles/secret_line/x")[0] == ask("/media/x")[0] == ask("/_stcore/upload_file/x")[0] == 403


@pytest.mark.parametrize("who", PEOPLE)
def test_the_tiles_of_a_closed_layer_are_there_for_its_group_only(configured: Callable[[str], None], who: str) -> None:
    configured("proxy")
    name, groups = PEOPLE[who]
    role = {"no role": None, "member": "checker"}.get(who, who)
    with acting_as(Person(name, frozenset({groups}), role)):  # type: ignore[arg-type]
        token = endpoints.new_token("session")
    status, body = ask(f"/redline/tiles/secret_line/{NAME}.pmtiles", **as_person(who), X_Redline_Token=token)
    assert (status, CONTENT in body) == ((200, True) if who == "member" else (404, False)), who


@pytest.mark.parametrize("who", [one for one in PEOPLE if one != "member"])
def test_a_tile_address_with_its_token_is_worth_nothing_to_others(configured: Callable[[str], None], who: str) -> None:
    configured("proxy")
    with acting_as(Person("wang", frozenset({"red-line"}), "checker")):
        token = endpoints.new_token("session")
    status, body = ask(f"/redline/tiles/secret_line/{NAME}.pmtiles", **as_person(who), X_Redline_Token=token)
    assert (status, CONTENT in body) == (403, False)
    assert ask("/redline/find", **as_person(who), X_Redline_Token=token)[0] == 403


def test_nobody_joins_the_session_of_another(configured: Callable[[str], None]) -> None:
    configured("proxy")
    note_session("session-of-wang", Person("wang", role="checker"))
    joined = {"Sec-WebSocket-Protocol": "streamlit, x, session-of-wang"}
    assert ask("/_stcore/stream", kind="websocket", **as_person("member"), **joined)[0] == 101
    for who in ("viewer", "manager", "administrator", "no role"):
        assert ask("/_stcore/stream", kind="websocket", **as_person(who), **joined)[0] == 403, who
        assert ask("/_stcore/stream", kind="websocket", **as_person(who))[0] == 101, "a session of his own"


def test_while_the_configuration_cannot_be_read_nothing_is_shown(
    configured: Callable[[str], None], tmp_path: Path
) -> None:
    configured("proxy")
    (tmp_path / "config.toml").write_text("[access", encoding="utf-8")
    status, body = ask(f"/redline/tiles/secret_line/{NAME}.pmtiles", X_Redline_Token="x")
    assert status == 503
    assert "配置文件读不出来" in body.decode()
