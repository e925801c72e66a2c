"""Fetch front-end files of the map from pinned npm packages into ``static/vendor/``: ``python -m tools.assets``.

Only npm's client touches the network (``npm pack``: no install, no scripts of the packages are run). A second run finds
every file with its hash and ends at once.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import RedlineError

__all__ = ["Package", "fetch", "missing", "pack", "read_manifest", "run", "tarball_name", "unpack"]

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path(__file__).with_name("assets.toml")
MANIFEST_NAME = "tools/assets.toml"
VENDOR = ROOT / "static" / "vendor"
NPM_SECONDS = 300


@dataclass(frozen=True)
class Package:
    """One npm package at one version, the files to take from it with their sha256, and their folder."""

    name: str
    version: str
    files: dict[str, str]
    into: str = ""

    @property
    def folder(self) -> str:
        """Folder of the files in ``static/vendor``: the package's name unless the manifest says otherwise."""
        return self.into or self.name

    @property
    def spec(self) -> str:
        """The package and version as npm writes them: ``name@version``."""
        return f"{self.name}@{self.version}"

    @property
    def tarball(self) -> str:
        """The name of the file that ``npm pack`` writes."""
        return tarball_name(self.name, self.version)


def tarball_name(name: str, version: str) -> str:
    """Return the name of the file that ``npm pack`` writes for a package."""
    return f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"


def read_manifest(path: Path = MANIFEST) -> list[Package]:
    """Return the packages that `path` pins."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["package"]
    return [Package(table["name"], table["version"], dict(table["files"]), table.get("into", "")) for table in tables]


def missing(packages: list[Package], vendor: Path = VENDOR) -> list[Package]:
    """Return the packages with a file in `vendor` that is absent or has another hash than the pinned one."""
    return [
        package
        for package in packages
        if any(_digest(vendor / package.folder / name) != digest for name, digest in package.files.items())
    ]


def fetch(packages: list[Package], vendor: Path = VENDOR) -> None:
    """Fetch `packages` by npm and write their files into `vendor`.

    Raises
    ------
    RedlineError
        If npm is not installed, cannot fetch a package, or a file is not the pinned one. Nothing is written then.
    """
    with tempfile.TemporaryDirectory() as folder:
        pack([package.spec for package in packages], Path(folder))
        contents = {
            vendor / package.folder / name: _verified(package, name, content)
            for package in packages
            for name, content in _read_members(Path(folder) / package.tarball, package).items()
        }
    for target, content in contents.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        part.replace(target)


def pack(specs: list[str], folder: Path) -> None:
    """Fetch the tarballs of `specs` into `folder` by npm."""
    command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), *specs]
    try:
        completed = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
    except FileNotFoundError:
        raise RedlineError("carto.npm_missing") from None
    except subprocess.TimeoutExpired:
        raise RedlineError("carto.npm_failed", packages=" ".join(specs), fault=f"> {NPM_SECONDS} s") from None
    if completed.returncode != 0:
        errors = [line for line in completed.stderr.splitlines() if "error" in line] or ["npm pack"]
        raise RedlineError("carto.npm_failed", packages=" ".join(specs), fault=errors[0][:200])


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack an open archive into a folder, as ``extractall(filter="data")`` does, which Python has since 3.11.4.

    Raises
    ------
    tarfile.TarError
        If a member would be written elsewhere; before 3.11.4 also if it is a link or a device.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    for member in archive:
        inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name!r} is no file of the archive's own")
        archive.extract(member, folder)


def _read_members(tarball: Path, package: Package) -> dict[str, bytes]:
    """Return the contents of the package's files by name, read from its tarball."""
    contents: dict[str, bytes] = {}
    with tarfile.open(tarball) as archive:
        for name in package.files:
            try:
                member = archive.extractfile(f"package/{name}")
            except KeyError:
                member = None
            if member is None:
                raise RedlineError("carto.asset_absent", package=package.spec, file=name, listed=MANIFEST_NAME)
            contents[name] = member.read()
    return contents


def _verified(package: Package, name: str, content: bytes) -> bytes:
    """Return `content` if its hash is the pinned one, else raise RedlineError."""
    if hashlib.sha256(content).hexdigest() != package.files[name]:
        raise RedlineError("carto.asset_changed", package=package.spec, file=name, listed=MANIFEST_NAME)
    return content


def _digest(path: Path) -> str | None:
    """Return the sha256 of a file, None if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def run(fetch_packages: Callable[[], None], folder: str, specs: Sequence[str]) -> int:
    """Fetch packages if any are missing and print one line; return the exit code.

    Parameters
    ----------
    fetch_packages : callable
        Fetches the packages.
    folder : str
        Their target, for the printed line.
    specs : sequence of str
        Names and versions of what is missing.
    """
    if not specs:
        return 0
    try:
        fetch_packages()
    except RedlineError as fault:
        print(fault.text("zh"), fault.text("en"), sep="\n", file=sys.stderr)
        return 1
    print(f"{folder}: {', '.join(specs)}")
    return 0


def main() -> int:
    """Fetch the front-end assets that are missing."""
    absent = missing(read_manifest())
    return run(lambda: fetch(absent), "static/vendor", [package.spec for package in absent])


if __name__ == "__main__":
    sys.exit(main())
