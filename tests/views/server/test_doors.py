"""What reaches the server, and what does not: asked as browsers, other sites and programs ask."""

from __future__ import annotations

import importlib
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tests.helpers import ROOT, run_to_end
from views.server.doors import CLOSED, OPEN, Doors

PLACE = "127.0.0.1:8501"


class Server:
    """The doors before an application that answers everything and accepts every websocket."""

    def __init__(self) -> None:
        self._app = Doors(self._inside)

    @staticmethod
    async def _inside(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        foreign = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
        await PlainTextResponse("inside", headers=foreign)(scope, receive, send)

    def ask(self, host: str, path: str = "/", method: str = "GET", kind: str = "http", **headers: str) -> list[Message]:
        """Return what is sent for a request."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        named = {"host": host, **headers}
        raw = [(name.lower().encode(), value.encode("utf-8")) for name, value in named.items()]
        scope = {"type": kind, "method": method, "path": path, "headers": raw, "query_string": b""}
        run_to_end(self._app(scope, receive, send))
        return sent


@pytest.fixture
def server() -> Server:
    return Server()


def status(server: Server, host: str, path: str = "/", method: str = "GET", **headers: str) -> int:
    return int(server.ask(host, path, method, **headers)[0]["status"])


def is_let_in(server: Server, host: str, origin: str | None) -> bool:
    headers = {} if origin is None else {"origin": origin}
    (answer,) = server.ask(host, "/_stcore/stream", kind="websocket", **headers)
    return bool(answer["type"] == "websocket.accept")


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the server names in its configuration."""

    def name(hosts: str) -> None:
        path = tmp_path / "config.toml"
        shutil.copy(ROOT / "config.toml", path)
        text = path.read_text("utf-8").replace("[drafts]", f"[server]\nhosts = {hosts}\n\n[drafts]", 1)
        path.write_text(text if "[server]" in text else f"{text}\n[server]\nhosts = {hosts}\n", "utf-8")
        monkeypatch.setenv("REDLINE_CONFIG", str(path))

    return name


@pytest.mark.parametrize(
    "host", [PLACE, "localhost:8501", "LOCALHOST", "[::1]:8501", "10.1.2.3", "planning-pc:8501", socket.getfqdn()]
)
def test_addresses_and_plain_names_are_answered(server: Server, host: str) -> None:
    assert status(server, host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "", "localhost;script-src *", "a b", "a.b\u00e9"],
)
def test_a_name_that_somebody_else_may_have_given_is_not(server: Server, host: str) -> None:
    """DNS rebinding: the name of a foreign page leads to this machine."""
    start, body = server.ask(host)
    assert start["status"] == 421
    assert body["body"].decode().count("server.hosts") == 2, "in both languages"
    assert not is_let_in(server, host, f"http://{host}")


def test_names_of_the_configuration_are_answered(server: Server, named: Callable[[str], None]) -> None:
    assert status(server, "red.example.gov.cn") == 421
    named('["red.example.gov.cn"]')
    assert status(server, "red.example.gov.cn") == 200
    assert status(server, "RED.example.gov.cn.:443") == 200
    assert status(server, "other.example.gov.cn") == 421


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (f"http://{PLACE}", True),
        (f"https://{PLACE}", True),
        (None, True),
        ("http://127.0.0.1:9999", False),
        ("http://localhost:8501", False),
        ("http://evil.example", False),
        ("http://evil.example:8501", False),
        ("null", False),
        ("file://", False),
        ("http://[", False),
        ("chrome-extension://abc", False),
    ],
)
def test_a_websocket_is_for_pages_of_this_server(server: Server, origin: str | None, let_in: bool) -> None:
    """Programs that are no browser send no origin, or any: what they may do is for the login to say."""
    assert is_let_in(server, PLACE, origin) == let_in


def test_behind_a_proxy_the_name_that_browsers_see_counts(server: Server, named: Callable[[str], None]) -> None:
    assert not is_let_in(server, PLACE, "https://red.example.gov.cn")
    named('["red.example.gov.cn"]')
    assert is_let_in(server, PLACE, "https://red.example.gov.cn")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_other_sites_change_nothing(server: Server, method: str) -> None:
    path = "/_stcore/upload_file/session/file"
    assert status(server, PLACE, path, method, origin=f"http://{PLACE}") == 200
    assert status(server, PLACE, path, method, origin="http://127.0.0.1:9999") == 403


def test_other_sites_get_nothing_of_ours(server: Server) -> None:
    assert status(server, PLACE, "/redline/find", origin="http://evil.example") == 403
    assert status(server, PLACE, "/redline/find") == 200


def test_no_answer_may_be_read_or_framed_by_another_site(server: Server) -> None:
    headers = Headers(raw=server.ask(PLACE)[0]["headers"])
    assert not [name for name in headers if name.startswith("access-control")]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("name", [*CLOSED, "agent/openapi.json", "agent/interact", "agent/mcp", "", "anything-new"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_no_page_asks_for_is_not_found(server: Server, name: str, method: str) -> None:
    assert status(server, PLACE, f"/_stcore/{name}", method) == 404


@pytest.mark.parametrize("name", OPEN)
def test_what_pages_ask_for_is_there(server: Server, name: str) -> None:
    if name != "stream":
        assert status(server, PLACE, f"/_stcore/{name}") == 200


def test_every_route_of_streamlits_is_one_that_we_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of Streamlit may open new doors: somebody has to look at them first."""
    monkeypatch.chdir(ROOT)
    app = importlib.import_module("app").app
    found = {str(getattr(route, "path", "")) for route in app._build_starlette_app().routes}
    core = {path.removeprefix("/_stcore/").split("/")[0] for path in found if path.startswith("/_stcore/")}
    assert core <= {*OPEN, *CLOSED}
    assert set(OPEN) <= core
    ours = {path for path in found if path.startswith("/redline") or path in {"/map", "/health", "/ready"}}
    rest = {path.strip("/").split("/")[0] for path in found - ours if not path.startswith("/_stcore/")}
    assert rest <= {"", "media", "component", "static", "app", "auth", "oauth2callback", "{path:path}"}
