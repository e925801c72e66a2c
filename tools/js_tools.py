"""Fetch the checkers of scripts from pinned npm packages into ``node_modules/``: ``python -m tools.js_tools``.

Only npm's client touches the network (``npm pack``: no install, no scripts of the packages are run). A second run finds
every package with its hash and ends at once.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from geo.errors import RedlineError
from tools.assets import pack, run, tarball_name, unpack

__all__ = ["Tool", "current_platform", "fetch", "missing", "read_manifest"]

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path(__file__).with_name("js_packages.toml")
MODULES = ROOT / "node_modules"
MARK = ".sha256"
TOP = ".whole"
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Tool:
    """One npm package at one version, with the sha256 of its tarball; for one platform or, with "", for all."""

    name: str
    version: str
    sha256: str
    platform: str = ""

    @property
    def spec(self) -> str:
        """The package and version as npm writes them: ``name@version``."""
        return f"{self.name}@{self.version}"


def current_platform() -> str:
    """Return this platform as the packages name it: ``linux-x64``, ``darwin-arm64``."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"


def read_manifest(path: Path = MANIFEST, on: str | None = None) -> list[Tool]:
    """Return the packages that `path` pins for a platform, this one unless another is named."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["package"]
    tools = [Tool(one["name"], one["version"], one["sha256"], one.get("platform", "")) for one in tables]
    return [tool for tool in tools if tool.platform in {"", on or current_platform()}]


def missing(tools: list[Tool], modules: Path = MODULES) -> list[Tool]:
    """Return the packages that are not in `modules`, or are there from another tarball than the pinned one."""
    return [tool for tool in tools if _unpacked_hash(modules / tool.name) != tool.sha256]


def fetch(tools: list[Tool], modules: Path = MODULES) -> None:
    """Fetch `tools` by npm and unpack them into `modules`, replacing earlier versions.

    Raises
    ------
    RedlineError
        If npm is not installed, cannot fetch a package, or a package is not the pinned one. Nothing is written then.
    """
    modules.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=modules, prefix=".fetch-") as name:
        folder = Path(name)
        pack([tool.spec for tool in tools], folder)
        for number, tool in enumerate(tools):
            _unpack(tool, folder / tarball_name(tool.name, tool.version), folder / str(number))
        for number, tool in enumerate(tools):
            target = modules / tool.name
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / str(number)).rename(target)


def _unpack(tool: Tool, tarball: Path, into: Path) -> None:
    """Unpack a tarball without its top folder; raise RedlineError if its hash is not the pinned one."""
    if not tarball.is_file():
        raise RedlineError("carto.asset_absent", package=tool.spec, file=tarball.name, listed="tools/js_packages.toml")
    if hashlib.sha256(tarball.read_bytes()).hexdigest() != tool.sha256:
        raise RedlineError("carto.asset_changed", package=tool.spec, file=tarball.name, listed="tools/js_packages.toml")
    into.mkdir()
    with tarfile.open(tarball) as archive:
        unpack(archive, into / TOP)
    for path in (into / TOP).glob("*/*"):
        path.rename(into / path.name)
    shutil.rmtree(into / TOP)
    (into / MARK).write_text(tool.sha256, encoding="ascii")


def _unpacked_hash(folder: Path) -> str | None:
    """Return the sha256 of the tarball from which a folder was unpacked, None if it has none."""
    mark = folder / MARK
    return mark.read_text(encoding="ascii") if mark.is_file() else None


def main() -> int:
    """Fetch the tools that are missing."""
    absent = missing(read_manifest())
    return run(lambda: fetch(absent), "node_modules", [tool.spec for tool in absent])


if __name__ == "__main__":
    sys.exit(main())
