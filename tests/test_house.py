"""The rules of the house, held by a machine: imports run one way, screens stay upstairs, rooms stay small."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "words": set(),
    "geo": {"words"},
    "layers": {"geo", "words"},
    "siting": {"layers", "geo", "words"},
    "carto": {"layers", "geo", "words"},
    "snapshot": {"siting", "carto", "layers", "geo", "words"},
    "views": {"snapshot", "siting", "carto", "layers", "geo", "words"},
}
ROOMS = set(FLOORS) | {"app", "cli", "tools", "tests"}
SOURCES = [path for room in FLOORS for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert (imported(path) & ROOMS) - {room} <= FLOORS[room]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_screens_stay_upstairs(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = imported(path)
    assert room == "views" or not names & {"streamlit", "streamlit_folium"}
    assert room in {"views", "carto"} or not names & {"folium", "branca"}


def test_no_room_grows_beyond_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in committed()
        if path.suffix == ".py"
        and path.exists()
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


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
