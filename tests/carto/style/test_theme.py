"""One home for the colours of the surface: style sheets and code take them by name."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

from carto.style.theme import THEME, theme_css
from tests.helpers import ROOT

HOUSES = ("carto", "cli", "geo", "layers", "siting", "snapshot", "views", "words")
NO_CHOICE = {"#ffffff", "#000000"}
CHANCE = {
    "#b8860b",  # agriculture among projects; permanent farmland as a layer of one's own
    "#1b7837",  # ecology among projects; what a comparison found to be new
    "#8c6d31",  # cycle among projects; a limit in the chart of an indicator
}
"""The same shade for two things that have nothing to do with each other."""


def sources() -> list[Path]:
    endings = {".py", ".css", ".html", ".svg"}
    return [path for house in HOUSES for path in (ROOT / house).rglob("*") if path.suffix in endings]


def whole(colour: str) -> str:
    """Write ``#abc`` as ``#aabbcc``."""
    return colour.lower() if len(colour) == 7 else "#" + "".join(sign * 2 for sign in colour[1:].lower())


def test_a_colour_stands_in_one_file() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        for colour in re.findall(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b", path.read_text(encoding="utf-8")):
            where[whole(colour)].add(path.relative_to(ROOT).as_posix())
    assert {
        colour: names for colour, names in where.items() if len(names) > 1 and colour not in NO_CHOICE | CHANCE
    } == {}


def test_every_variable_that_a_sheet_takes_is_there() -> None:
    given = set(re.findall(r"--(rl-[a-z-]+):", theme_css()))
    assert len(given) == len(THEME) == len(set(THEME.values()))
    set_in_markup = {"rl-menu", "rl-upload", "rl-upload-limit", "rl-verdict"}  # of the frame, and of the banner
    for path in sources():
        text = path.read_text(encoding="utf-8")
        own = set(re.findall(r"--(rl-[a-z-]+):", text))
        assert set(re.findall(r"var\(--(rl-[a-z-]+)\)", text)) <= given | own | set_in_markup, path


def test_streamlit_is_told_the_same_colour() -> None:
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert told["primaryColor"] == THEME["accent"]
