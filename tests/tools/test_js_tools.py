"""The fetching of what scripts are checked with, with an npm made for the test: no network."""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
import tarfile

import pytest

from geo.errors import RedlineError
from tools import js_tools
from tools.js_tools import MANIFEST, Tool, current_platform, fetch, missing, read_manifest


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put an npm first on the path that leaves a package made of `members`; returns the package as it is pinned."""

    def install(members: dict[str, bytes]) -> Tool:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        with tarfile.open(folder / "t.tgz", "w:gz") as archive:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(content), 0o755
                archive.addfile(info, io.BytesIO(content))
        program = folder / "npm"
        program.write_text(
            f"#!{sys.executable}\nimport shutil, sys\n"
            "to = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
            f"shutil.copy({str(folder / 't.tgz')!r}, to + '/at-tool-1.0.0.tgz')\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return Tool("@at/tool", "1.0.0", hashlib.sha256((folder / "t.tgz").read_bytes()).hexdigest())

    return install


def test_a_package_is_unpacked_whole_and_only_once(npm, tmp_path):
    tool = npm({"package/bin/tool": b"#!/bin/sh\n", "package/package.json": b"{}"})
    modules = tmp_path / "node_modules"
    assert missing([tool], modules) == [tool]
    fetch([tool], modules)
    assert missing([tool], modules) == []
    assert (modules / "@at/tool/bin/tool").read_bytes() == b"#!/bin/sh\n"
    assert os.access(modules / "@at/tool/bin/tool", os.X_OK)
    assert [path.name for path in modules.iterdir()] == ["@at"]


def test_another_version_takes_the_place_of_the_one_before(npm, tmp_path):
    modules = tmp_path / "node_modules"
    fetch([npm({"package/old": b"1"})], modules)
    tool = npm({"package/new": b"2"})
    assert missing([tool], modules) == [tool]
    fetch([tool], modules)
    assert sorted(path.name for path in (modules / "@at/tool").iterdir()) == [".sha256", "new"]


def test_a_package_that_is_not_the_pinned_one_is_not_taken(npm, tmp_path):
    npm({"package/bin/tool": b"evil"})
    modules = tmp_path / "node_modules"
    with pytest.raises(RedlineError) as fault:
        fetch([Tool("@at/tool", "1.0.0", "0" * 64)], modules)
    assert "@at/tool@1.0.0" in fault.value.text("en")
    assert "tools/js_packages.toml" in fault.value.text("zh")
    assert list(modules.iterdir()) == []


def test_nothing_is_unpacked_outside_its_folder(npm, tmp_path):
    tool = npm({"package/../../../out": b"evil"})
    with pytest.raises(tarfile.TarError):
        fetch([tool], tmp_path / "node_modules")
    assert not (tmp_path / "out").exists()


def test_every_platform_has_one_program_of_the_same_version():
    for name in ("linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64"):
        taken = read_manifest(MANIFEST, name)
        assert [tool.name for tool in taken if tool.platform] == [f"@biomejs/cli-{name}"]
        assert all(re.fullmatch(r"[0-9a-f]{64}", tool.sha256) for tool in taken)
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", tool.version) for tool in taken)
    names = ("linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64")
    assert len({tool.version for name in names for tool in read_manifest(MANIFEST, name) if tool.platform}) == 1
    assert re.fullmatch(r"[a-z]+-[a-z0-9]+", current_platform())


def test_nothing_missing_asks_nobody(monkeypatch):
    monkeypatch.setattr(js_tools, "missing", lambda tools: [])
    monkeypatch.setattr(js_tools, "fetch", lambda tools: pytest.fail("asked npm"))
    assert js_tools.main() == 0
