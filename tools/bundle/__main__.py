"""Write one archive from which Redline is installed without network: ``make bundle`` (``python -m tools.bundle``).

It holds the program of the last commit, its front-end files and fonts, the data, wheels for Linux (x86-64, aarch64) and
Windows under Python 3.11 to 3.13, the installer, and the SHA-256 of every file.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tabulate import tabulate

from geo.errors import RedlineError
from tools.bundle.contents import archive, requirement_lines, write_program, write_sums
from tools.bundle.own_wheels import build, can_build, lacks_wheel
from tools.bundle.targets import PYTHONS, SYSTEMS, Pinned, Target, needed, parse_lock, parts, targets
from tools.bundle.wheels import download
from tools.environments import ROOT

BUILD: Final = ROOT / ".build" / "bundle"
HERE: Final = ".".join(map(str, sys.version_info[:2]))


def main() -> int:
    """Write the archive and print what is in it; return 1 if something cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--system", action="append", choices=list(SYSTEMS), help="only for this system")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only for this Python")
    options = parser.parse_args()
    begun = time.monotonic()
    try:
        path = write_bundle(targets(options.system or SYSTEMS, options.python or PYTHONS))
    except RedlineError as fault:
        print(fault.text("zh"), fault.text("en"), sep="\n", file=sys.stderr)
        return 1
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:,.0f} MB, {time.monotonic() - begun:.0f} s")
    return 0


def write_bundle(wanted: list[Target]) -> Path:
    """Write the archive for some systems and Pythons and return its path.

    Raises
    ------
    RedlineError
        If a wheel or a front-end file cannot be had.
    """
    commit, moment = _git("rev-parse", "HEAD"), int(_git("log", "-1", "--format=%ct"))
    if _git("status", "--porcelain"):
        print("Only what is committed goes into the bundle.", file=sys.stderr)
    version = tomllib.loads(_git("show", f"{commit}:pyproject.toml"))["project"]["version"]
    folder = BUILD / f"redline-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    have = _add_wheels(folder, wanted, commit)
    write_program(folder, commit, version, have)
    count = write_sums(folder)
    print(f"{count} files")
    path = BUILD / f"{folder.name}.zip"
    archive(folder, path, datetime.fromtimestamp(moment, UTC).timetuple()[:6])
    shutil.rmtree(folder)  # a second checkout within this one would bewilder the checks of scripts
    return path


def _add_wheels(folder: Path, wanted: list[Target], commit: str) -> list[Target]:
    """Put the wheels of the targets and the lists of them into the bundle; return the targets that are served."""
    lock = parse_lock(_git("show", f"{commit}:requirements.txt"))
    names = parts(_git("show", f"{commit}:requirements.in"))
    wheels, rows, served = folder / "wheels", [], []
    lists: dict[str, dict[str, Pinned]] = {"requirements.txt": {}, "requirements-tests.txt": {}}
    for target in wanted:
        product = needed(names["product"], lock, target.environment)
        every = needed(names["product"] + names["tests"], lock, target.environment)
        own = [one for one in every if lacks_wheel(one, target)]
        if own and not can_build(target):
            why = f"left out: {own[0].name} has no wheel there, and is compiled for Python {HERE} only"
            rows.append([target.system, target.python, why])
            continue
        download(target, [one for one in every if one not in own], wheels)
        built = [build(one, target, wheels) for one in own]
        served.append(target)
        rows.append([target.system, target.python, f"{len(product)} packages, {len(every)} with those of the tests"])
        for name, packages in zip(lists, (product, every), strict=True):
            for one in packages:
                lists[name][one.name] = _with_hashes(lists[name].get(one.name, one), built)
    for name, packages in lists.items():
        (folder / name).write_text(requirement_lines(packages[one] for one in sorted(packages)), encoding="utf-8")
    print(tabulate(rows, headers=["system", "Python", ""]), flush=True)
    return served


def _with_hashes(package: Pinned, built: list[Pinned]) -> Pinned:
    """Return a package with the hashes of what was compiled here beside those of the lock file."""
    more = [digest for one in built if one.name == package.name for digest in one.hashes]
    return replace(package, hashes=(*package.hashes, *(one for one in more if one not in package.hashes)))


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
