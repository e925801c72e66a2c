"""The Chromium of this machine, cut off from every host but this one."""

from __future__ import annotations

import shutil
from typing import Final

from playwright.sync_api import Browser, Playwright

__all__ = ["PROGRAM", "launch"]

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
    if PROGRAM is None:
        raise SystemExit("no Chromium found (Debian: apt-get install chromium)")
    return playwright.chromium.launch(executable_path=PROGRAM, args=list(_ARGUMENTS))
