"""The Chromium of this machine, cut off from every host but this one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Playwright

__all__ = ["PROGRAM", "launch", "launch_profile"]

PROGRAM: Final = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
"""Its path; None where there is none."""
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def launch(playwright: Playwright) -> Browser:
    """Return a new browser without windows.

    Raises
    ------
    SystemExit
        If there is no Chromium: one line that says how to get it.
    """
    return playwright.chromium.launch(executable_path=_program(), args=list(_ARGUMENTS))


def launch_profile(playwright: Playwright, folder: Path) -> BrowserContext:
    """Return a new browser with a profile in a folder, as a person has one: it keeps what it fetched and compiled.

    Raises
    ------
    SystemExit
        As `launch`.
    """
    return playwright.chromium.launch_persistent_context(folder, executable_path=_program(), args=list(_ARGUMENTS))


def _program() -> str:
    if PROGRAM is None:
        raise SystemExit("no Chromium found (Debian: apt-get install chromium)")
    return PROGRAM
