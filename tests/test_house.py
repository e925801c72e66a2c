"""The rules of the house, held by a machine: imports run one way, screens stay upstairs, rooms stay small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("geo", "layers", "siting", "carto", "snapshot", "views", "words", "cli", "tools")
CODE = {".py", ".js", ".css"}
MOST_FILES = 15
MOST_LINES = 400


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_imports_keep_the_contracts() -> None:
    """One way between houses, rooms entered by their doors, no circle: [tool.importlinter] in pyproject.toml."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_no_folder_is_a_drawer() -> None:
    """A subject is a folder: no folder of code holds more files than one reads at a glance."""
    files = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in committed()
        if path.suffix in CODE and path.relative_to(ROOT).parts[0] in ROOMS and path.exists()
    )
    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}


def test_every_room_names_what_is_public() -> None:
    """A room's ``__init__`` has ``__all__`` and nothing of its own."""
    for house in ("geo", "layers", "siting", "carto", "snapshot", "views"):
        for door in (ROOT / house).rglob("*/__init__.py"):
            siblings = [path for path in door.parent.glob("*.py") if path != door]
            if not siblings:
                continue
            tree = ast.parse(door.read_text(encoding="utf-8"))
            assert ast.get_docstring(tree), door
            rest = [node for node in tree.body[1:] if not isinstance(node, ast.ImportFrom)]
            assert [ast.unparse(node.targets[0]) for node in rest if isinstance(node, ast.Assign)] == ["__all__"], door
            assert len(rest) == 1, door


def test_no_file_grows_beyond_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in committed()
        if path.suffix in {".py", ".js", ".mjs"}
        and path.exists()
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_every_script_and_sheet_says_first_what_it_holds() -> None:
    mute = [
        path.relative_to(ROOT).as_posix()
        for path in committed()
        if path.suffix in {".js", ".mjs", ".ts", ".css"} and path.exists()
        if not path.read_text(encoding="utf-8").startswith("/* ")
    ]
    assert mute == []


def test_nothing_committed_names_a_registry_or_a_machine() -> None:
    # an address on a package registry has a path or a name like these; none is spelt out here
    address = "https?" + "://"
    host = re.compile(address + r"[^\s\"'<>]*(?:/simple(?:/|$)|//registry|\bregistry\.|\bfiles\.py)|extra-ind" + "ex")
    machine = re.compile(r"(?<![\w.])/(work|root|home/[a-z]+)/")
    for path in committed():
        if path == Path(__file__) or not path.exists():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert not host.search(text), path
        assert not machine.search(text), path


def test_nothing_reaches_outside_the_checkout_for_its_data() -> None:
    for path in committed():
        if path.suffix == ".py" and path != Path(__file__) and path.exists():
            assert "../shared" not in path.read_text(encoding="utf-8"), path


def test_requirements_are_pinned_with_hashes() -> None:
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", locked, re.M))
    chosen = re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)$", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.M)
    assert len(chosen) > 20
    for name, version in chosen:
        assert versions[name.lower()] == version
    assert locked.count("--hash=sha256:") >= len(versions)


def test_where_to_change_what_is_true() -> None:
    """Every file that the table of CONTRIBUTING.md names is there, and in it the name behind the colon."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.partition("## Where to change what")[2].partition("\n## ")[0].splitlines() if "|" in line
    ]
    assert len(rows) >= 12
    for row in rows[2:]:
        named = [text for text in re.findall(r"`([^`]+)`", row) if "/" in text or text == "config.toml"]
        assert named, row
        for text in named:
            file, _, name = text.partition(":")
            assert (ROOT / file).exists(), text
            assert not name or re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8")), text


@pytest.mark.parametrize(
    ("listed", "declared"),
    [
        ("geo/read/formats.py", r"^([A-Z]+): Final = Format\("),
        ("snapshot/vector/forms.py", r"^([A-Z]+): Final = Form\("),
        ("layers/sources/kinds.py", r"^class (\w+)\(Source\)"),
    ],
)
def test_what_is_declared_is_in_the_list(listed: str, declared: str) -> None:
    """A format, a form or a source that is written and not listed would be dead."""
    files = [path for path in committed() if path.is_relative_to((ROOT / listed).parent) and path.suffix == ".py"]
    found = {name for path in files for name in re.findall(declared, path.read_text(encoding="utf-8"), re.M)}
    text = (ROOT / listed).read_text(encoding="utf-8")
    assert len(found) >= 6
    assert {name for name in found if not re.search(rf"\b{name}\b", text)} == set()


def test_the_changelog_begins_with_the_version_of_the_product() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == version
    assert headings == sorted(headings, key=lambda one: [int(part) for part in one.split(".")], reverse=True)
