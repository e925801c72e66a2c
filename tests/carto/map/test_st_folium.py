"""What st_folium does not promise and we use all the same is still there: carto/js/map/st_folium.toml."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.helpers import ROOT

LIST = ROOT / "carto" / "js" / "map" / "st_folium.toml"
MEMBERS = tomllib.loads(LIST.read_text(encoding="utf-8"))["member"]


def there(at: str) -> str:
    """The text of the package's files that a pattern names."""
    package, _, inside = at.partition("/")
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(found.origin).parent.glob(inside)))


def lacking(member: dict[str, str], text: str) -> str:
    """One sentence for whoever upgrades: what is gone, and what it was for; "" where it is there."""
    if member["seen"] in text:
        return ""
    package = member["at"].partition("/")[0]
    return (
        f"{package} {version(package)} has no longer {member['name']} ({member['seen']!r} in {member['at']}), "
        f"which {member['by']} uses ({member['why']}): see what stands in its place, "
        "then mend that file and carto/js/map/st_folium.toml, or stay with the older version."
    )


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member["name"])
def test_what_we_lean_on_is_in_the_package(member):
    assert not (fault := lacking(member, there(member["at"]))), fault


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member["name"])
def test_what_is_listed_is_used(member):
    assert member["used"] in (ROOT / member["by"]).read_text(encoding="utf-8"), "strike it from the list"


def test_a_member_that_is_gone_is_one_clear_sentence():
    told = lacking(MEMBERS[0], "window.startComponent=(")
    assert told.startswith("streamlit_folium ")
    assert "has no longer window.initComponent" in told
    assert "carto/js/map/st_folium.js" in told


def test_the_keys_that_it_sends_are_those_we_take_as_known():
    """What is compared is JSON text: other keys or another order, and the script runs once too often."""
    script = there("streamlit_folium/frontend/build/static/js/main.*.js")
    ours = (ROOT / "carto/js/map/st_folium.js").read_text(encoding="utf-8")
    sent = re.search(r"\{last_clicked:.*?selected_tags:", script, re.S)
    known = re.search(r"const known = \{.*?\n    \};", ours, re.S)
    assert sent is not None
    assert known is not None
    assert re.findall(r"^\s+(\w+):", known[0], re.M) == re.findall(r"[{,](\w+):", sent[0])


@pytest.mark.parametrize("name", ["__GLOBAL_DATA__", "initComponent"])
def test_one_script_alone_touches_the_component(name):
    scripts = [*(ROOT / "carto" / "js").rglob("*.js"), *(ROOT / "views" / "js").rglob("*.js")]
    assert [path.name for path in scripts if name in path.read_text(encoding="utf-8")] == ["st_folium.js"]
