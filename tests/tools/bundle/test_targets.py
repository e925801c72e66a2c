"""Which packages a bundle takes for each system and Python."""

from __future__ import annotations

import ast
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tools.bundle.targets import PYTHONS, SYSTEMS, Pinned, Target, needed, parse_lock, parts, targets

ROOT = Path(__file__).resolve().parents[3]
LOCK = parse_lock((ROOT / "requirements.txt").read_text(encoding="utf-8"))
PARTS = parts((ROOT / "requirements.in").read_text(encoding="utf-8"))
ROOMS = ("geo", "layers", "siting", "carto", "snapshot", "views", "words", "cli")


def imported(folders: tuple[str, ...]) -> set[str]:
    """Return the top names of all modules that the files of some folders import, `app.py` among them."""
    names = set()
    for path in [ROOT / "app.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(ROOMS) - {"tests", "tools", "benchmarks"}


def test_the_lock_file_is_read_as_pip_reads_it() -> None:
    text = "# made\nA.b==1.2 ; sys_platform == 'win32' \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nc==3\n"
    assert parse_lock(text) == {
        "a-b": Pinned("a-b", "1.2", 'sys_platform == "win32"', ("sha256:00", "sha256:11")),
        "c": Pinned("c", "3", "", ()),
    }
    line = 'a-b==1.2 ; sys_platform == "win32" \\\n    --hash=sha256:00 \\\n    --hash=sha256:11'
    assert parse_lock(text)["a-b"].line == line
    assert all(one.hashes for one in LOCK.values())


def test_the_product_part_has_all_that_the_product_imports() -> None:
    packages = metadata.packages_distributions()
    wanted = {canonicalize_name(packages[name][0]) for name in imported(ROOMS)}
    target = Target("linux-x86_64", PYTHONS[0])
    assert wanted - {one.name for one in needed(PARTS["product"], LOCK, target.environment)} == set()


def test_the_parts_together_are_the_whole_file() -> None:
    assert set(PARTS) == {"product", "tests", "checks"}
    every = [name for names in PARTS.values() for name in names]
    assert len(every) == len(set(every))
    environment = Target("linux-x86_64", PYTHONS[0]).environment
    assert {canonicalize_name(one.name) for one in needed(every, LOCK, environment)} <= set(LOCK)


@pytest.mark.parametrize("target", targets(), ids=lambda target: f"{target.system}-{target.python}")
def test_what_is_of_one_system_is_left_out_elsewhere(target: Target) -> None:
    names = {one.name for one in needed(PARTS["product"] + PARTS["tests"], LOCK, target.environment)}
    assert ("colorama" in names) == target.system.startswith("windows")
    assert names.isdisjoint({"ruff", "mypy", "playwright", "pre-commit"})


def test_the_oldest_tags_of_wheels_come_last() -> None:
    tags = Target("linux-aarch64", "3.11").platform_tags
    assert tags[0] == "manylinux_2_28_aarch64"
    assert "manylinux2014_aarch64" in tags
    assert not any("2_29" in tag or "x86" in tag for tag in tags)
    assert Target("windows-amd64", "3.11").platform_tags == ["win_amd64"]
    assert len(targets()) == len(SYSTEMS) * len(PYTHONS)
