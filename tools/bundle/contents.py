"""What lies in a bundle beside the wheels, and the archive made of all of it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tools import assets, icons
from tools.bundle.targets import GLIBC, Pinned, Target
from tools.environments import ROOT

__all__ = ["archive", "requirement_lines", "write_program", "write_sums"]

INSTALLER: Final = Path(__file__).with_name("installer")
_PACKED: Final = frozenset({".whl", ".webp", ".png", ".woff2"})
"""What is compressed already."""


def write_program(folder: Path, commit: str, version: str, targets: Sequence[Target]) -> None:
    """Write the program of a commit with its front-end files, the installer and the facts that it reads."""
    tree = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(tree)) as packed:
        assets.unpack(packed, folder / "app")
    if absent := assets.missing(assets.read_manifest(folder / "app" / "tools" / "assets.toml")):
        assets.fetch(absent)
    icons.write_icons()
    shutil.copytree(assets.VENDOR, folder / "app" / "static" / "vendor", dirs_exist_ok=True)
    for path in sorted(INSTALLER.iterdir()):
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    systems: dict[str, list[str]] = {}
    for target in targets:
        systems.setdefault(target.system, []).append(target.python)
    facts = {"version": version, "commit": commit, "glibc": list(GLIBC), "targets": systems}
    (folder / "bundle.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def requirement_lines(packages: Iterable[Pinned]) -> str:
    """Return packages as a file of requirements with hashes, which pip reads on each system by its markers."""
    return "\n".join(one.line for one in packages) + "\n"


def write_sums(folder: Path) -> int:
    """Write ``SHA256SUMS`` of every file in a folder, as ``sha256sum -c`` reads it; return how many there are."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
    return len(lines)


def archive(folder: Path, target: Path, moment: tuple[int, int, int, int, int, int]) -> None:
    """Write a folder as one ZIP file, which every system opens; the same folder and moment give the same bytes."""
    part = target.with_name(target.name + ".part")
    with zipfile.ZipFile(part, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo((Path(folder.name) / path.relative_to(folder)).as_posix(), moment)
            entry.external_attr = (0o755 if path.suffix == ".sh" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
            with path.open("rb") as read, packed.open(entry, "w", force_zip64=True) as written:
                while block := read.read(1 << 20):
                    written.write(block)
    part.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
