"""Wheels of a bundle: downloaded by pip for each system and Python, each with the hash of ``requirements.txt``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from geo.errors import RedlineError
from tools.bundle.targets import Pinned, Target

__all__ = ["download"]


def download(target: Target, packages: Iterable[Pinned], folder: Path) -> None:
    """Fetch the wheels of `packages` for a target into `folder`.

    Raises
    ------
    RedlineError
        If a package has no wheel there, or pip cannot fetch it, naming pip's reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "wanted.txt"
    # pip reads markers by the system it runs on, not by --platform: they have been weighed before
    listed.write_text("\n".join(Pinned(one.name, one.version, "", one.hashes).line for one in packages), "utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", "--implementation", "cp", "--python-version", target.python,
        *(word for tag in target.platform_tags for word in ("--platform", tag)),
        "--dest", folder, "--requirement", listed,
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    listed.unlink()
    if run.returncode != 0:
        reasons = [line for line in run.stderr.splitlines() if line.startswith("ERROR")] or run.stderr.splitlines()
        raise RedlineError(
            "carto.bundle_failed", what=f"pip download ({target.system}, Python {target.python})", fault=reasons[0]
        )
