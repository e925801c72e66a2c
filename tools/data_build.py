"""Rebuild everything under `data/` except `data/plans`: `python -m tools.data_build [step ...]`.

Build-time libraries (flow directions, the HDF5 reader) are no business of the product, so this script has `.venv-data`
made from `tools/requirements-data.txt`, then runs `tools.data.build` in it.
Downloaded packages are kept in `.venv-data/packages`.
"""

from __future__ import annotations

import subprocess
import sys

from tools.environments import ROOT, ready_python


def main() -> int:
    """Run the build in its own environment; the exit code is the build's."""
    command = [ready_python("data"), "-m", "tools.data.build", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
