"""Rebuild everything under `data/` except `data/plans`: `python -m tools.data_build [step ...]`.

Build-time libraries (flow directions, the HDF5 reader) are no business of the product, so this script makes
`.venv-data` from `tools/requirements-data.txt` the first time, and again when that file changes, then runs
`tools.data.build` in it.
Downloaded packages are kept in `.venv-data/packages`.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENV = ROOT / ".venv-data"
LOCK = ROOT / "tools" / "requirements-data.txt"


def ready_python() -> Path:
    """Path of the interpreter of `.venv-data`, made or renewed if its lock has changed."""
    python = ENV / "bin" / "python"
    stamp = ENV / "lock.sha256"
    want = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == want:
        return python
    print("making .venv-data from tools/requirements-data.txt", flush=True)
    venv.EnvBuilder(with_pip=True).create(ENV)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK], check=True)
    stamp.write_text(want, encoding="ascii")
    return python


def main() -> int:
    """Run the build in its own environment; the exit code is the build's."""
    return subprocess.run([ready_python(), "-m", "tools.data.build", *sys.argv[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
