"""Install the bundle in a clean root without network, try it there and run its tests: ``python -m tools.bundle.proof``.

The root is what debootstrap makes of Debian with nothing but Python; the network namespace has a loopback alone. As
root: ``--machine aarch64`` runs programs of another processor by qemu. Ends with 1 if a step falls short.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tabulate import tabulate

from tools.environments import ROOT

BUILD: Final = ROOT / ".build" / "bundle"
_DEBIAN: Final = {"x86_64": "amd64", "aarch64": "arm64"}
_INSTALLED: Final = "/opt/redline/redline"
_NO_NETWORK: Final = """
import socket, urllib.request
for try_ in (lambda: socket.create_connection(("1.1.1.1", 53), 3), lambda: socket.getaddrinfo("deb.debian.org", 80)):
    try:
        try_()
    except OSError as fault:
        print(type(fault).__name__, fault)
    else:
        raise SystemExit("there is a network")
"""
_SERVED: Final = """
import json, subprocess, time, urllib.request
server = subprocess.Popen(["/opt/redline/redline", "serve", "--port", "8501"])
begun = time.monotonic()
try:
    while True:
        try:
            told = json.load(urllib.request.urlopen("http://127.0.0.1:8501/ready", timeout=5))
            break
        except OSError:
            if time.monotonic() - begun > 300 or server.poll() is not None:
                raise
            time.sleep(0.2)
    page = urllib.request.urlopen("http://127.0.0.1:8501/", timeout=30).read()
    assert told["ready"] and b"script" in page, told
    print(json.dumps(told), f"{time.monotonic() - begun:.1f} s")
finally:
    server.terminate()
    server.wait(30)
"""
_NOT_THERE: Final = (
    "tests/browser", "tests/test_house.py", "tests/test_html.py", "tests/test_docstrings.py",
    "tests/tools/test_import_contracts.py",
)  # fmt: skip
"""Tests that need a browser, and those of the sources, which need git and the tools for checks."""
_SITE: Final = {
    "type": "Polygon",
    "coordinates": [[[117.201, 27.786], [117.209, 27.786], [117.209, 27.794], [117.201, 27.794], [117.201, 27.786]]],
}


@dataclass(frozen=True)
class CleanRoot:
    """A root folder with Debian and Python, of a processor; what runs in it has no network."""

    folder: Path
    machine: str

    def run(self, *command: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        """Run a command in it, in a network namespace of its own, and return how it ended."""
        inside = ["su", "--shell", "/bin/sh", user, "-c", " ".join(map(_quoted, command))]
        up = 'ip link set lo up && exec "$@"'
        whole = ["unshare", "--net", "sh", "-c", up, "sh", "chroot", str(self.folder), *inside]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}
        return subprocess.run(whole, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    """Run every step, print how it ended and how long it took; return 1 if one fell short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, help="the archive; else the newest in .build/bundle")
    parser.add_argument("--machine", choices=list(_DEBIAN), default=platform.machine())
    parser.add_argument("--without-tests", action="store_true", help="leave out the tests")
    options = parser.parse_args()
    bundle = options.bundle or max(BUILD.glob("redline-*.zip"), key=lambda path: path.stat().st_mtime)
    with clean_root(options.machine) as root:
        with zipfile.ZipFile(bundle) as packed:
            packed.extractall(root.folder / "srv")
        rows = [["bundle", f"{bundle.stat().st_size / 1e6:,.0f} MB", bundle.name]]
        good = True
        for name, step in _steps(root, f"/srv/{bundle.stem}", with_tests=not options.without_tests):
            begun = time.monotonic()
            ended = step()
            told = (ended.stdout.strip() or ended.stderr.strip()).splitlines() or [""]
            rows.append([name, f"{time.monotonic() - begun:.0f} s", told[-1][:110]])
            if ended.returncode != 0:
                good = False
                print(name, "FAILED", ended.stdout, ended.stderr, sep="\n")
                break
    print(tabulate(rows, headers=["step", "", "last line"]))
    return int(not good)


Step = Callable[[], "subprocess.CompletedProcess[str]"]


def _steps(root: CleanRoot, bundle: str, *, with_tests: bool) -> Iterator[tuple[str, Step]]:
    python = "/usr/bin/python3"
    (root.folder / "srv" / "site.geojson").write_text(json.dumps(_SITE), encoding="utf-8")
    yield "no network", lambda: root.run(python, "-c", _NO_NETWORK)
    more = ["--with-tests"] if with_tests else []
    yield "install", lambda: root.run("sh", f"{bundle}/install.sh", "--service", *more)
    yield "again", lambda: root.run("sh", f"{bundle}/install.sh", *more)
    yield "serve", lambda: root.run(python, "-c", _SERVED, user="redline")
    check = [_INSTALLED, "check", "/srv/site.geojson", "--activity", "chemical_project", "--store"]
    yield "check", lambda: _expect(root.run(*check, user="redline"), r"R\d{8}-\w{4}")
    report = [_INSTALLED, "report", "/srv/site.geojson", "--out", "/tmp/report.pdf"]
    yield "report", lambda: root.run(*report, user="redline")
    if with_tests:
        app = next((root.folder / "opt" / "redline").glob("*/app")).relative_to(root.folder)
        run = f"cd /{app} && exec ../venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup tests"
        left_out = " ".join(f"--ignore={one}" for one in _NOT_THERE)
        yield "tests", lambda: root.run("sh", "-c", f"{run} {left_out}")


def _expect(ended: subprocess.CompletedProcess[str], pattern: str) -> subprocess.CompletedProcess[str]:
    """Return how a command ended; as failed if it did not print the pattern."""
    found = re.search(pattern, ended.stdout + ended.stderr)
    return ended if found else subprocess.CompletedProcess(ended.args, 1, ended.stdout, ended.stderr)


@contextmanager
def clean_root(machine: str) -> Iterator[CleanRoot]:
    """Make a root folder with nothing but Debian's smallest set and Python, and take it away in the end."""
    BUILD.mkdir(parents=True, exist_ok=True)
    if machine != platform.machine():
        _emulate(machine)
    kept = BUILD / f"debian-{machine}"
    if not kept.is_dir():
        part = BUILD / f"debian-{machine}.part"
        shutil.rmtree(part, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", "--include=python3,python3-venv", f"--arch={_DEBIAN[machine]}"]
        subprocess.run([*command, "bookworm", part], check=True, stdout=subprocess.DEVNULL)
        part.rename(kept)
    folder = BUILD / f"root-{os.getpid()}"
    subprocess.run(["cp", "--archive", "--reflink=auto", kept, folder], check=True)
    mounts = [("proc", "proc"), ("tmpfs", "dev/shm")]
    try:
        for kind, place in mounts:
            subprocess.run(["mount", "-t", kind, kind, folder / place], check=True)
        yield CleanRoot(folder, machine)
    finally:
        for _, place in mounts:
            subprocess.run(["umount", folder / place], check=False)
        if not any((folder / place).is_mount() for _, place in mounts):
            shutil.rmtree(folder)


def _emulate(machine: str) -> None:
    """Let the kernel run programs of another processor by qemu (Debian: qemu-user-static)."""
    kernel = Path("/proc/sys/fs/binfmt_misc")
    if not (kernel / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", kernel], check=True)
    if not (kernel / f"qemu-{machine}").exists():
        known = Path(f"/usr/lib/binfmt.d/qemu-{machine}.conf").read_text(encoding="utf-8")
        (kernel / "register").write_text(known, encoding="utf-8")


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    sys.exit(main())
