"""The routes, asked as a browser asks them (ASGI, no network)."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import stat
from urllib.parse import urljoin

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit import config
from streamlit.web.server.starlette.starlette_gzip_middleware import SelectiveGZipMiddleware

from carto.map.assets import bundle
from geo.errors import RedlineError
from tests.helpers import run_to_end
from views.server import endpoints as serving
from views.server import signing as tokens

NAME = hashlib.sha256(b"layer").hexdigest()
CONTENT = bytes(range(256)) * 200
TOKEN = serving.TOKEN_HEADER


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    tokens.signing_key.cache_clear()
    folder = tmp_path / "tiles" / "county"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.pmtiles").write_bytes(CONTENT)
    (folder / f"{NAME}.json").write_text('{"points":[],"labels":[]}' * 100)
    (tmp_path / "secret.pmtiles").write_bytes(b"not for you")
    yield tmp_path
    tokens.signing_key.cache_clear()


@pytest.fixture
def ask(home):
    """GET a path; status, headers, body. Behind the same compressing layer as in the app."""
    app = Starlette(routes=serving.routes(), middleware=[Middleware(SelectiveGZipMiddleware)])

    def get(path, **headers):
        sent = []

        asked = []

        async def receive():
            if asked:
                await asyncio.Event().wait()  # nothing more comes
            asked.append(1)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": raw, "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1",
        }  # fmt: skip
        run_to_end(app(scope, receive, send))
        answered = {key.decode().lower(): value.decode() for key, value in sent[0]["headers"]}
        return sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:])

    return get


def tile(name=f"{NAME}.pmtiles", layer="county"):
    return f"/redline/tiles/{layer}/{name}"


def test_a_session_gets_its_tiles(ask):
    status, headers, body = ask(tile(), **{TOKEN: serving.new_token("session")})
    assert (status, body) == (200, CONTENT)
    assert headers["etag"] == f'"{NAME}"'
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_part_of_a_file_is_that_part_and_not_compressed(ask):
    status, headers, body = ask(
        tile(), **{TOKEN: serving.new_token("s"), "Range": "bytes=100-299", "Accept-Encoding": "gzip"}
    )
    assert (status, body) == (206, CONTENT[100:300])
    assert headers["content-range"] == f"bytes 100-299/{len(CONTENT)}"
    assert "content-encoding" not in headers


def test_a_part_beyond_the_end_is_refused(ask):
    status, _, _ = ask(tile(), **{TOKEN: serving.new_token("s"), "Range": f"bytes={len(CONTENT) + 5}-"})
    assert status == 416


def test_marks_are_compressed(ask):
    status, headers, body = ask(tile(f"{NAME}.json"), **{TOKEN: serving.new_token("s"), "Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert gzip.decompress(body).startswith(b'{"points"')


def test_without_a_token_there_are_no_tiles(ask):
    token = serving.new_token("s")
    assert ask(tile())[0] == 403
    for wrong in ("", "x", token[:-2] + "xx", token + "x", "." + token):
        status, _, body = ask(tile(), **{TOKEN: wrong})
        assert status == 403
        assert CONTENT[:50] not in body


def test_a_token_of_another_server_is_worth_nothing(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "other"))
    tokens.signing_key.cache_clear()
    foreign = serving.new_token("s")
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    tokens.signing_key.cache_clear()
    assert ask(tile(), **{TOKEN: foreign})[0] == 403


def test_a_token_ends(ask, monkeypatch):
    token = serving.new_token("s")
    monkeypatch.setattr(serving, "_TOKEN_SECONDS", -1)
    assert ask(tile(), **{TOKEN: token})[0] == 403


def test_a_token_outlives_a_restart_and_its_key_is_private(ask, home):
    token = serving.new_token("s")
    tokens.signing_key.cache_clear()
    assert ask(tile(), **{TOKEN: token})[0] == 200
    assert stat.S_IMODE((home / "token.key").stat().st_mode) == 0o600
    assert len((home / "token.key").read_bytes()) == 32
    assert [path.name for path in home.iterdir() if path.name.startswith("tmp")] == []


@pytest.mark.parametrize(
    "path",
    [
        tile(hashlib.sha256(b"other").hexdigest() + ".pmtiles"),
        tile(layer="no_such"),
        tile(layer=".."),
        tile(layer="../.."),
        tile("../../secret.pmtiles"),
        tile("..%2f..%2fsecret.pmtiles"),
        tile(f"{NAME}.pmtiles/"),
        tile(f"{NAME.upper()}.pmtiles"),
        tile(f"{NAME}.key"),
        tile(f"{NAME}.pmtiles\x00.json"),
        "/redline/tiles/secret.pmtiles",
        "/redline/tiles//etc/passwd",
        "/redline/token.key",
        "/redline/",
        "/redline/assets/0/map.js",
    ],
)
def test_what_is_not_there_is_404_and_not_a_page(ask, path):
    status, headers, body = ask(path, **{TOKEN: serving.new_token("s")})
    assert status == 404
    assert headers["content-type"].startswith("text/plain")
    assert b"not for you" not in body


def test_no_other_site_may_read_anything(ask):
    for path in (tile(), "/redline/nothing"):
        _, headers, _ = ask(path, **{TOKEN: serving.new_token("s"), "Origin": "https://evil.example"})
        assert not [name for name in headers if name.startswith("access-control")]
        assert headers["x-content-type-options"] == "nosniff"


def test_assets_are_named_by_content_and_kept_for_ever(ask):
    try:
        held = bundle()
    except RedlineError as fault:
        pytest.skip(fault.text("en"))
    root = f"/redline/assets/{held.digest}"
    status, headers, body = ask(f"{root}/map.js", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == held.files["map.js"]
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"].startswith("text/javascript")
    status, headers, body = ask(f"{root}/map.css")
    assert (status, body) == (200, held.files["map.css"])
    assert "content-encoding" not in headers
    assert ask(f"{root}/images/marker-icon.png")[1]["content-type"] == "image/png"
    assert ask(f"{root}/images/../map.js")[0] == 404


def test_the_relief_is_the_one_that_the_catalogue_names(ask, monkeypatch, tmp_path):
    (tmp_path / "relief.webp").write_bytes(b"RIFFwebp")
    monkeypatch.setattr(serving, "relief_file", lambda _: tmp_path / "relief.webp")
    assert ask("/redline/base/hillshade.webp")[2] == b"RIFFwebp"
    monkeypatch.setattr(serving, "relief_file", lambda _: None)
    assert ask("/redline/base/hillshade.webp")[0] == 404


@pytest.mark.parametrize("base", ["plan/map", "/plan/map/"])
def test_routes_stand_below_the_base_path(base, monkeypatch):
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda key: base if key == "server.baseUrlPath" else real(key))
    page, health, ready, *others = (route.path for route in serving.routes())
    assert (page, health, ready) == ("/plan/map/map", "/plan/map/health", "/plan/map/ready")
    assert all(path.startswith("/plan/map/redline/") for path in others)


def test_the_component_finds_our_folder_from_its_own_page():
    """st_folium's page is <base>/component/streamlit_folium.st_folium/index.html."""
    page = "http://h/plan/component/streamlit_folium.st_folium/index.html"
    assert urljoin(page, serving.FROM_COMPONENT + "/tiles/x") == "http://h/plan/redline/tiles/x"
