"""The pages of `make docs`: every room and what its door names, every page of the checkout, nothing from elsewhere."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.helpers import ROOT
from tools.docs.offline import foreign_loads
from tools.docs.pages import HOUSES, public_modules, rooms, write_pages


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    source = tmp_path_factory.mktemp("docs")
    return source, write_pages(source)


def pages_of(nav):
    for entry in nav:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from pages_of([value] if isinstance(value, str) else value)


def test_every_room_has_a_page_with_all_that_its_door_names(written) -> None:
    source, _ = written
    doors = [
        door
        for house in HOUSES
        for door in (ROOT / house).rglob("*/__init__.py")
        if any(path != door for path in door.parent.glob("*.py"))
    ]
    assert len(doors) > 35
    for door in doors:
        name = ".".join(door.parent.relative_to(ROOT).parts)
        page = (source / "api" / name.partition(".")[0] / f"{name}.md").read_text(encoding="utf-8")
        named = re.findall(r"^::: (\S+)$", page, re.M)
        assert named == [f"{name}.{public}" for public in importlib.import_module(name).__all__]


def test_modules_directly_in_a_house_stand_on_its_page(written) -> None:
    source, _ = written
    assert {module.name for module in public_modules("geo")} >= {"geo.errors", "geo.whole_file"}
    for house in HOUSES:
        page = (source / "api" / house / "index.md").read_text(encoding="utf-8")
        assert [f"## {module.name} " in page for module in public_modules(house)].count(False) == 0
        assert [f"]({room.name}.md)" in page for room in rooms(house)].count(False) == 0


def test_every_page_is_in_the_navigation(written) -> None:
    source, nav = written
    listed = list(pages_of(nav))
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.relative_to(source).as_posix() for path in source.rglob("*.md")}
    assert set(listed) >= {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}


def test_a_link_to_a_folder_or_the_licence_can_be_followed(written) -> None:
    source, _ = written
    for page in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (source / page).read_text(encoding="utf-8")):
            assert (source / link).is_file(), link


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://elsewhere.test/a.js"></script>',
        '<link rel="stylesheet" href="//elsewhere.test/a.css">',
        '<img srcset="https://elsewhere.test/a.png 2x">',
        '<p style="background: url(https://elsewhere.test/a.png)">',
        "<style>@import 'https://elsewhere.test/a.css';</style>",
    ],
)
def test_what_would_be_loaded_from_elsewhere_is_found(page, tmp_path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.html").write_text(page, encoding="utf-8")
    (found,) = foreign_loads(tmp_path)
    assert found.startswith("sub/a.html: ")
    assert "//elsewhere.test/a" in found


def test_a_font_in_a_style_is_found_and_a_link_to_click_is_not(tmp_path) -> None:
    (tmp_path / "a.css").write_text("@font-face { src: url('https://elsewhere.test/a.woff2') }", encoding="utf-8")
    (tmp_path / "a.html").write_text(
        '<a href="https://elsewhere.test/">there</a><script src="vendor/a.js"></script>', encoding="utf-8"
    )
    assert foreign_loads(tmp_path) == ["a.css: https://elsewhere.test/a.woff2"]
