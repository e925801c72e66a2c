"""The pages of the site: the Markdown files of the checkout, and one for each room with its public names."""

from __future__ import annotations

import ast
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.environments import ROOT

__all__ = ["HOUSES", "Room", "config_text", "public_modules", "rooms", "write_pages"]

HOUSES: Final = ("geo", "layers", "siting", "carto", "snapshot", "views", "words", "cli")
"""From the ground up, as in docs/architecture.md."""
_TOP: Final = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "data/SOURCES.md")
_LINK: Final = re.compile(r"(?<=\]\()([^)#:\s]+)(?=\))")


@dataclass(frozen=True)
class Room:
    """A package or module with its public names.

    Attributes
    ----------
    name : str
        Dotted, as it is imported.
    summary : str
        The first line of its docstring.
    public : tuple of str
        Its ``__all__``.
    """

    name: str
    summary: str
    public: tuple[str, ...]


def _read_module(path: Path, name: str) -> Room:
    """Return the summary and public names of a module, parsed from its file without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    public: tuple[str, ...] = ()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            public = tuple(ast.literal_eval(node.value))
    return Room(name, summary, public)


def rooms(house: str, root: Path = ROOT) -> list[Room]:
    """Return the rooms of a house, nested ones too, without those that have no public name."""
    doors = sorted((root / house).rglob("*/__init__.py"))
    found = [_read_module(door, ".".join(door.parent.relative_to(root).parts)) for door in doors]
    return [room for room in found if room.public]


def public_modules(house: str, root: Path = ROOT) -> list[Room]:
    """Return the modules with public names outside the rooms of a house: its ``__init__`` and those beside it."""
    found = [
        _read_module(path, house if path.stem == "__init__" else f"{house}.{path.stem}")
        for path in sorted((root / house).glob("*.py"))
        if path.stem != "__main__"
    ]
    return [module for module in found if module.public]


def write_pages(source: Path, root: Path = ROOT) -> list[Any]:
    """Write every page into `source`, in the layout of the checkout; return the ``nav`` of mkdocs.yml."""
    for path in [root / name for name in _TOP] + [path for path in (root / "docs").rglob("*") if path.is_file()]:
        to = source / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            to.write_text(_with_site_links(path), encoding="utf-8")
        else:
            shutil.copy(path, to)
    (source / "LICENSE").rename(source / "LICENSE.txt")  # a browser shows it rather than asks where to save it
    decisions = sorted((root / "docs/decisions").glob("*.md"))
    _write_index(source / "docs/decisions/index.md", "Decisions", [(path.name, _title(path)) for path in decisions])
    pages = sorted((root / "docs").glob("*.md"))
    return [
        "README.md",
        "CONTRIBUTING.md",
        *[path.relative_to(root).as_posix() for path in pages],
        "data/SOURCES.md",
        "CHANGELOG.md",
        {"Decisions": ["docs/decisions/index.md", *[path.relative_to(root).as_posix() for path in decisions]]},
        *[{f"{house}/": _write_house(house, source, root)} for house in HOUSES],
    ]


def _write_house(house: str, source: Path, root: Path) -> list[Any]:
    """Write the page of a house and those of its rooms; return their part of ``nav``."""
    folder = source / "api" / house
    folder.mkdir(parents=True)
    found = rooms(house, root)
    for room in found:
        (folder / f"{room.name}.md").write_text(
            f"# {room.name}\n\n{room.summary}\n\n{_directives(room)}", encoding="utf-8"
        )
    own = _read_module(root / house / "__init__.py", house)
    _write_index(
        folder / "index.md", f"{house}/", [(f"{room.name}.md", f"`{room.name}`: {room.summary}") for room in found]
    )
    with (folder / "index.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{own.summary}\n")
        for module in public_modules(house, root):
            page.write(f"\n## {module.name} {{ .module }}\n\n{module.summary}\n\n{_directives(module, level=3)}")
    here = f"api/{house}"
    return [f"{here}/index.md", *[{room.name.partition(".")[2]: f"{here}/{room.name}.md"} for room in found]]


def _directives(room: Room, level: int = 2) -> str:
    """Return a directive of mkdocstrings for each public name, as Markdown."""
    options = f"    options:\n      heading_level: {level}\n"
    return "\n".join(f"::: {room.name}.{name}\n{options}" for name in room.public)


def _write_index(page: Path, title: str, lines: list[tuple[str, str]]) -> None:
    """Write a page of links."""
    links = "".join(f"- [{text}]({to})\n" for to, text in lines)
    page.write_text(f"# {title}\n\n{links}", encoding="utf-8")


def _title(path: Path) -> str:
    """Return the heading of a page."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")


def _with_site_links(path: Path) -> str:
    """Return the text of a page, with links to folders and to LICENSE replaced by the pages of the site."""

    def site_link(match: re.Match[str]) -> str:
        to = match[1]
        if to == "LICENSE":
            return "LICENSE.txt"
        return f"{to.rstrip('/')}/index.md" if (path.parent / to).is_dir() else to

    return _LINK.sub(site_link, path.read_text(encoding="utf-8"))


def config_text(template: str, nav: list[Any], folder: Path, root: Path = ROOT) -> str:
    """Return the text of mkdocs.yml: the template with navigation and folders, written as JSON (which is YAML)."""
    folders = {"docs_dir": str(folder / "source"), "site_dir": str(folder / "site"), "nav": nav}
    lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in folders.items())
    handler = "        python:\n"
    return template.replace(handler, f"{handler}          paths: [{json.dumps(str(root))}]\n") + lines
