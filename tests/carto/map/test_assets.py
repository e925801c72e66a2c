from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from carto.map import assets
from carto.map.assets import bundle
from carto.map.drawing_texts import drawing_texts
from geo.errors import RedlineError
from tests.helpers import ROOT
from words import LANGUAGES

JS = sorted((ROOT / "carto" / "js").rglob("*.js"))


@pytest.fixture
def fetched():
    try:
        return bundle()
    except RedlineError as fault:
        pytest.skip(fault.text("en"))


def test_the_sheet_names_only_images_that_are_served(fetched):
    sheet = fetched.files["map.css"].decode()
    named = {name.strip("'\"") for name in re.findall(r"url\(([^)]+)\)", sheet)}
    unused = {"images/layers.png", "images/layers-2x.png", "#default#VML"}  # of Leaflet's layer control and of IE 8
    assert named - unused <= set(fetched.files)


def test_no_source_maps_are_promised(fetched):
    assert b"sourceMappingURL" not in fetched.files["map.js"] + fetched.files["map.css"]


def test_our_own_files_are_all_in_it(fetched):
    for path in JS:
        if path.name in {"page.js", "hits.js"}:  # of the stand-alone page (snapshot/page/page.py)
            continue
        assert path.read_bytes().splitlines()[0] in fetched.files["map.js"]


@pytest.mark.parametrize("path", JS, ids=lambda path: path.name)
def test_our_scripts_ask_nothing_of_other_servers(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", text)
    assert "innerHTML" not in text, "text goes in as text"
    assert "eval(" not in text


@pytest.mark.skipif(shutil.which("node") is None, reason="no node found: scripts not parsed")
@pytest.mark.parametrize("path", JS, ids=lambda path: path.name)
def test_our_scripts_parse(path):
    done = subprocess.run(["node", "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_missing_file_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "_SCRIPTS", (ROOT / "static/vendor/no/such.js",))
    with pytest.raises(RedlineError) as fault:
        bundle.__wrapped__()
    assert "make setup" in fault.value.text("en")
    assert "static/vendor/no/such.js" in fault.value.text("zh")


def test_every_text_of_the_drawing_tools_is_there_in_both_languages(fetched):
    """Laid beside Leaflet.draw's own table: a text that we lack would stay English on a Chinese map."""
    script = fetched.files["map.js"].decode()
    own = re.search(r"drawLocal=(\{draw:.*?\}\}\}\})", script)
    assert own is not None
    leaves = set(re.findall(r"(\w+):\"", own.group(1))) - {"circlemarker"}  # a tool that we do not offer
    for lang in LANGUAGES:
        given = set(re.findall(r"\"(\w+)\": \"", json.dumps(drawing_texts(lang), ensure_ascii=False)))
        assert leaves <= given, leaves - given
