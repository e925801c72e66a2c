"""The pages: those that stand in the checkout, and one a room, of what its door names."""

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
    """A package or module and what it names as public.

    Attributes
    ----------
    name : str
        Dotted, as it is imported.
    says : str
        The first line of its docstring.
    public : tuple of str
        Its ``__all__``.
    """

    name: str
    says: str
    public: tuple[str, ...]


def _read(path: Path, name: str) -> Room:
    """Read the docstring and ``__all__`` of a file, without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    says = (ast.get_docstring(tree) or "").partition("\n")[0]
    public: tuple[str, ...] = ()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            public = tuple(ast.literal_eval(node.value))
    return Room(name, says, public)


def rooms(house: str, root: Path = ROOT) -> list[Room]:
    """Return the rooms of a house, those within others too; one that names nothing only holds others."""
    doors = sorted((root / house).rglob("*/__init__.py"))
    found = [_read(door, ".".join(door.parent.relative_to(root).parts)) for door in doors]
    return [room for room in found if room.public]


def public_modules(house: str, root: Path = ROOT) -> list[Room]:
    """Return what is public of a house outside its rooms: itself, and the modules directly in it."""
    found = [
        _read(path, house if path.stem == "__init__" else f"{house}.{path.stem}")
        for path in sorted((root / house).glob("*.py"))
        if path.stem != "__main__"
    ]
    return [module for module in found if module.public]


def write_pages(source: Path, root: Path = ROOT) -> list[Any]:
    """Write every page into `source`, laid out as the checkout is, and return what `nav` of mkdocs.yml says of them."""
    for path in [root / name for name in _TOP] + [path for path in (root / "docs").rglob("*") if path.is_file()]:
        to = source / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            to.write_text(_linked(path), encoding="utf-8")
        else:
            shutil.copy(path, to)
    (source / "LICENSE").rename(source / "LICENSE.txt")  # a browser shows it rather than asks where to save it
    decisions = sorted((root / "docs/decisions").glob("*.md"))
    _index(source / "docs/decisions/index.md", "Decisions", [(path.name, _title(path)) for path in decisions])
    pages = sorted((root / "docs").glob("*.md"))
    return [
        "README.md",
        "CONTRIBUTING.md",
        *[path.relative_to(root).as_posix() for path in pages],
        "data/SOURCES.md",
        "CHANGELOG.md",
        {"Decisions": ["docs/decisions/index.md", *[path.relative_to(root).as_posix() for path in decisions]]},
        *[{f"{house}/": _house(house, source, root)} for house in HOUSES],
    ]


def _house(house: str, source: Path, root: Path) -> list[Any]:
    """Write the page of a house and those of its rooms; return them."""
    folder = source / "api" / house
    folder.mkdir(parents=True)
    found = rooms(house, root)
    for room in found:
        (folder / f"{room.name}.md").write_text(f"# {room.name}\n\n{room.says}\n\n{_members(room)}", encoding="utf-8")
    own = _read(root / house / "__init__.py", house)
    _index(folder / "index.md", f"{house}/", [(f"{room.name}.md", f"`{room.name}`: {room.says}") for room in found])
    with (folder / "index.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{own.says}\n")
        for module in public_modules(house, root):
            page.write(f"\n## {module.name} {{ .module }}\n\n{module.says}\n\n{_members(module, level=3)}")
    here = f"api/{house}"
    return [f"{here}/index.md", *[{room.name.partition(".")[2]: f"{here}/{room.name}.md"} for room in found]]


def _members(room: Room, level: int = 2) -> str:
    """Write one directive of mkdocstrings for each public name."""
    options = f"    options:\n      heading_level: {level}\n"
    return "\n".join(f"::: {room.name}.{name}\n{options}" for name in room.public)


def _index(page: Path, title: str, lines: list[tuple[str, str]]) -> None:
    """Write a page of links."""
    links = "".join(f"- [{text}]({to})\n" for to, text in lines)
    page.write_text(f"# {title}\n\n{links}", encoding="utf-8")


def _title(path: Path) -> str:
    """Return the heading of a page."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")


def _linked(path: Path) -> str:
    """Return a page's text, with links that a site can follow where the checkout has a folder or a bare licence."""

    def followed(match: re.Match[str]) -> str:
        to = match[1]
        if to == "LICENSE":
            return "LICENSE.txt"
        return f"{to.rstrip('/')}/index.md" if (path.parent / to).is_dir() else to

    return _LINK.sub(followed, path.read_text(encoding="utf-8"))


def config_text(template: str, nav: list[Any], folder: Path, root: Path = ROOT) -> str:
    """Return mkdocs.yml: the template, the pages, and where everything is; JSON is YAML."""
    places = {"docs_dir": str(folder / "source"), "site_dir": str(folder / "site"), "nav": nav}
    told = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in places.items())
    handler = "        python:\n"
    return template.replace(handler, f"{handler}          paths: [{json.dumps(str(root))}]\n") + told
