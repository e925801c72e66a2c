"""The doors of a server that runs: what other sites and programs on the same machine get of it."""

from __future__ import annotations

import base64
import http.client
import os
from urllib.parse import urlsplit

import pytest


def answer(server: str, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request(method, path, headers=headers)
    return connection.getresponse()


def handshake(server: str, origin: str, host: str | None = None) -> int:
    """Ask for a websocket as a browser does; return the status."""
    headers = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Origin": origin,
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }  # fmt: skip
    return answer(server, "/_stcore/stream", **headers, **({"Host": host} if host else {})).status


def test_a_websocket_opens_for_pages_of_this_server_only(server: str) -> None:
    assert handshake(server, server) == 101
    assert handshake(server, "http://127.0.0.1:9") == 403, "another port of this machine"
    assert handshake(server, "http://evil.example") == 403
    assert handshake(server, "http://evil.example", "evil.example") == 403, "DNS rebinding"


@pytest.mark.parametrize("path", ["/", "/check", "/_stcore/health", "/redline/find?q=a"])
def test_a_foreign_name_gets_a_sentence(server: str, path: str) -> None:
    told = answer(server, path, Host="evil.example")
    assert told.status == 421
    assert "server.hosts" in told.read().decode()


@pytest.mark.parametrize(
    "path", ["metrics", "agent/openapi.json", "agent/interact", "agent/mcp", "script-health-check"]
)
def test_figures_and_programs_doors_are_closed(server: str, path: str) -> None:
    for method in ("GET", "POST"):
        assert answer(server, f"/_stcore/{path}", method).status == 404


@pytest.mark.parametrize("path", ["/", "/check", "/_stcore/health", "/_stcore/host-config", "/static/none.js"])
def test_no_other_site_may_frame_or_read_a_page(server: str, path: str) -> None:
    told = answer(server, path, Origin="http://127.0.0.1:9")
    assert "frame-ancestors 'self'" in (told.getheader("Content-Security-Policy") or "")
    assert told.getheader("Access-Control-Allow-Origin") is None
    assert told.getheader("X-Content-Type-Options") == "nosniff"
