"""Streamlit's own files as they are sent: compressed, the first page with words; everything else untouched."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import brotli
import pytest
import streamlit
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from carto.map import bundle
from tests.helpers import ROOT, run_to_end
from views.server.shell_files import middleware

FRAME = Path(str(find_spec("streamlit_folium").origin)).parent / "frontend" / "build"  # type: ignore[union-attr]
STATIC = Path(streamlit.__file__).parent / "static"
PAGE = (STATIC / "index.html").read_text(encoding="utf-8")
OTHER = "<!doctype html><title>Streamlit</title><p>an export"


def inner(request: Request) -> Response:
    assert "accept-encoding" not in request.headers or "text/html" not in request.headers.get("accept", "")
    if request.url.path == "/page":
        return HTMLResponse(PAGE, headers={"etag": "of the page without our words"})
    return HTMLResponse(OTHER) if request.url.path == "/other" else PlainTextResponse("as it is")


@dataclass
class Answer:
    """What an app sent."""

    headers: Headers
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def get(path: str, accept: str = "*/*", encoding: str = "gzip, br") -> Answer:
    """Ask the app for a path as the server does: percent signs decoded."""
    app = Starlette(routes=[Route("/{rest:path}", inner)], middleware=middleware())
    asked = [(b"host", b"127.0.0.1"), (b"accept", accept.encode()), (b"accept-encoding", encoding.encode())]
    scope = {"type": "http", "method": "GET", "path": unquote(path), "query_string": b"", "headers": asked}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    run_to_end(app(scope, receive, send))
    return Answer(Headers(raw=sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:]))


@pytest.mark.parametrize(
    ("encoding", "takes", "read"),
    [("gzip, deflate, br, zstd", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_scripts_and_styles_are_sent_compressed_and_whole(encoding: str, takes: str, read: Any) -> None:
    for kind in ("js", "css"):
        path = next(iter(sorted((STATIC / "static" / kind).glob(f"index.*.{kind}"))))
        answer = get(f"/static/{kind}/{path.name}", encoding=encoding)
        assert answer.headers["content-encoding"] == takes
        assert "immutable" in answer.headers["cache-control"]
        faces = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")
        assert len(faces.findall(path.read_bytes())) == (2 if kind == "css" else 0)  # fetched and not shown: left out
        flags = re.compile(rb",`([a-z]*)v([a-z]*)`\)")
        assert flags.sub(rb",`\1u\2`)", read(answer.content)) == flags.sub(
            rb",`\1u\2`)", faces.sub(b"", path.read_bytes())
        ), "but for the flag of patterns that older browsers do not know"
        assert len(answer.content) < 0.45 * path.stat().st_size


@pytest.mark.skipif(shutil.which("node") is None, reason="no node found: patterns not compiled")
def test_patterns_that_older_browsers_do_not_know_mean_the_same_as_they_are_sent() -> None:
    """Chromium has the flag ``v`` since 112. It is the same as ``u`` where a class holds no class and no operator."""
    path = next((STATIC / "static" / "js").glob("index.*.js"))
    sent = brotli.decompress(get(f"/static/js/{path.name}", encoding="br").content).decode()
    flagged = re.compile(r"RegExp\((`[^`]*`),`[a-z]*v[a-z]*`\)")
    patterns = flagged.findall(path.read_text(encoding="utf-8"))
    assert patterns
    assert flagged.findall(sent) == []
    operators = re.compile(r"--|&&|\\\\q|\[[^\]]*[^\\]\[")
    assert [one for one in patterns if operators.search(one)] == []
    script = "".join(f"new RegExp({one}, 'u');" for one in patterns)
    assert subprocess.run(["node", "-e", script], check=False).returncode == 0


def test_icons_are_those_that_are_used() -> None:
    """The font is small, and each icon that Streamlit or the app names is drawn as in Streamlit's own."""
    source = next((STATIC / "static" / "media").glob("MaterialSymbols-*.woff2"))
    answer = get(f"/static/media/{source.name}")
    assert answer.headers["content-type"] == "font/woff2"
    assert len(answer.content) < 0.2 * source.stat().st_size
    ours, whole = TTFont(io.BytesIO(answer.content)), TTFont(source)
    scripts = [path.read_text(encoding="utf-8", errors="ignore") for path in (STATIC / "static" / "js").glob("*.js")]
    views = [path.read_text(encoding="utf-8") for path in (ROOT / "views").rglob("*.py")]
    named = set(re.findall(r":material/([a-z0-9_]+):", "".join([*scripts, *views]))) & set(whole.getGlyphOrder())
    assert {"keyboard_arrow_down", "upload", "palette"} <= named
    assert [name for name in named if outline(ours, name) != outline(whole, name)] == []
    spelled = ligatures(ours)
    assert [name for name in named if spelled.get(tuple(name)) != name] == []


def outline(font: TTFont, name: str) -> list[Any]:
    """Return how a glyph is drawn."""
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    return list(pen.value)


def ligatures(font: TTFont) -> dict[tuple[str, ...], str]:
    """Return which icon the letters of a name become, by the letters."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, rules in getattr(table, "ExtSubTable", table).ligatures.items():
                for rule in rules:
                    found[tuple(letters[glyph] for glyph in (first, *rule.Component))] = rule.LigGlyph
    return found


def test_without_our_icons_streamlits_are_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("views.server.shell_files._ICON_FOLDER", tmp_path)
    assert get("/static/media/MaterialSymbols-Rounded.nEdyypZU.woff2").text == "as it is"


@pytest.mark.parametrize(
    "path",
    ["/static/js/none.js", "/static/js/../index.html", "/static/js/%2e%2e/%2e%2e/index.html", "/static/js/.hidden.js",
     "/static/css/index.js", "/static/media/x.woff2", "/redline/tiles/a.pmtiles"],
)  # fmt: skip
def test_what_is_no_script_of_streamlits_goes_on_to_the_app(path: str) -> None:
    assert get(path).text == "as it is"


def test_a_browser_that_takes_no_gzip_gets_the_app_s_own() -> None:
    name = next((STATIC / "static" / "js").glob("index.*.js")).name
    assert get(f"/static/js/{name}", encoding="identity").text == "as it is"


def test_the_first_page_says_what_is_being_opened() -> None:
    """On a line of 100 KB/s the page was white for half a minute."""
    answer = get("/page", "text/html")
    assert "正在打开" in answer.text
    assert "Opening" in answer.text
    assert "<title>Redline 红线一张图</title>" in answer.text
    assert 'as="font"' not in answer.text
    assert "etag" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.text.count("<script") == PAGE.count("<script") + 2  # ours, which must be there first
    assert answer.text.index("toSorted") < answer.text.index("history.pushState"), "what the others may need"
    assert "此浏览器版本过旧" in answer.text
    assert answer.text.index("history.pushState") < answer.text.index('<div id="root">')


def test_the_first_page_names_the_scripts_of_the_widgets_and_all_that_they_import() -> None:
    """Streamlit asks for them one after another as it meets the widgets."""
    named = re.findall(r'<link rel="modulepreload"[^>]*href="\./static/js/([^"]+)"', get("/page", "text/html").text)
    assert len(named) == len(set(named)), "none twice, also not those that Streamlit's page names"
    assert [name for name in named if not (STATIC / "static" / "js" / name).is_file()] == []
    assert {"Selectbox", "FileUploader", "ComponentInstance"} <= {name.split(".")[0] for name in named}
    own = set(re.findall(r'src="\./static/js/([^"]+)"', PAGE))
    for name in named:
        text = (STATIC / "static" / "js" / name).read_text(encoding="utf-8")
        statically = set(re.findall(r"""(?:from|import)\s*["']\./([^"']+)["']""", text))
        assert statically <= {*named, *own}, name


def test_the_frame_of_the_map_names_the_files_of_the_map() -> None:
    answer = get("/component/streamlit_folium.st_folium/index.html")
    assert answer.headers["cache-control"] == "no-store", "its word is for one answer"
    assets = f"../../redline/assets/{bundle().digest}"
    head, rest = answer.text.split("</head>")
    for name, kind in (("map.js", "script"), ("map.css", "style")):
        assert f'<link rel="preload" as="{kind}" href="{assets}/{name}">' in head
    own = (FRAME / "index.html").read_text(encoding="utf-8")
    (nonce,) = re.findall(r'<script nonce="([^"]{20,})">', head)
    assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
    assert nonce not in get("/component/streamlit_folium.st_folium/index.html").text
    head = re.sub(r'<link rel="preload"[^>]*>|<script nonce=.*?</script>', "", head, flags=re.DOTALL)
    assert head + "</head>" + rest == own


def test_scripts_of_the_first_page_are_named_in_its_policy() -> None:
    answer = get("/page", "text/html")
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts
    for script in scripts:
        name = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{name}'" in answer.headers["content-security-policy"]


def test_the_script_of_the_frame_is_sent_compressed_and_kept() -> None:
    path = next((FRAME / "static" / "js").glob("main.*.js"))
    answer = get(f"/component/streamlit_folium.st_folium/static/js/{path.name}")
    assert "immutable" in answer.headers["cache-control"]
    assert brotli.decompress(answer.content) == path.read_bytes()
    for other in (
        "other.thing/index.html",
        "streamlit_folium.st_folium/static/js/main.00.js",
        "streamlit_folium.st_folium/../x",
    ):
        assert get(f"/component/{other}").text == "as it is"


def test_other_pages_are_untouched() -> None:
    assert get("/other", "text/html").text == OTHER
    assert get("/else", "text/html").text == "as it is"
