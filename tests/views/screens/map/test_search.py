"""Suggestions of the search box, and the results of their keys, without a browser."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from views.screens.map import search as search_box
from views.server import endpoints as serving
from views.server import signing as tokens
from views.server.suggestions import suggestions


def request_suggestions(text: str, *, token: str = "", lang: str = "zh") -> Response:
    """Return the response of the suggestion route to a request as the search box sends it."""
    query = urlencode({"q": text, "lang": lang}).encode()
    headers = [(serving.TOKEN_HEADER.lower().encode(), token.encode())]
    return serving._suggest(Request({"type": "http", "method": "GET", "query_string": query, "headers": headers}))


def test_each_suggestion_says_what_it_is_and_where() -> None:
    first = suggestions("临川区", "zh")[0]
    assert first == {"key": "county:361002", "title": "临川区", "about": "县级 · 抚州市 · 361002"}
    english = suggestions("linchuan", "en")[0]
    assert english["title"] == "Linchuan District"
    assert "Fuzhou" in english["about"]


def test_a_suggestion_without_a_location_says_so() -> None:
    (hit,) = [row for row in suggestions("临川智汇产业园", "zh") if row["title"] == "临川智汇产业园"]
    assert hit["about"].endswith("仅明确到县（市），无具体位置")


def test_metres_name_their_system_and_only_those_in_our_counties_are_offered() -> None:
    rows = suggestions("3093000, 435000", "zh")
    assert rows
    assert all("EPSG:" in row["about"] and row["key"].startswith("point:") for row in rows)
    assert any("EPSG:4548" in row["about"] and "临川区" in row["about"] for row in rows)


def test_a_point_outside_the_counties_is_suggested_as_such() -> None:
    (row,) = suggestions("39.9N 116.4E", "zh")
    assert row["about"] == "不在本系统的县区内"
    assert row["key"] == "point:116.400000,39.900000"


@pytest.mark.parametrize("text", ["", "<script>alert(1)</script>", "%' OR 1=1", "\x00", "🗺️" * 300])
def test_whatever_is_typed_is_only_text(text: str) -> None:
    assert suggestions(text, "zh") == []


def test_the_route_answers_sessions_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "signing_key", lambda: b"for this test")
    assert request_suggestions("临川区").status_code == 403
    assert request_suggestions("临川区", token="made up").status_code == 403
    response = request_suggestions("临川区", token=serving.new_token("test"), lang="en")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert json.loads(bytes(response.body))[0]["title"] == "Linchuan District"


@pytest.mark.parametrize("key", ["point:abc", "point:500,10", "point:1", "layer:projects:gone", "x", "county:999999"])
def test_an_unknown_key_has_no_result(key: str) -> None:
    assert search_box._resolve(key) is None
