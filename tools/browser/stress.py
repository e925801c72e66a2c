"""Browser tests again and again while two busy loops take the processors: ``python -m tools.browser.stress --runs 10``.

No test is tried again. Ends with 1 if a run was not clean.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Run the tests, print what each run ended with, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--loops", type=int, default=2, help="busy loops beside the tests")
    parser.add_argument("tests", nargs="*", default=["tests/browser"])
    options = parser.parse_args()
    rows = []
    for number in range(1, options.runs + 1):
        begun = time.monotonic()
        with busy_loops(options.loops):
            command = [sys.executable, "-m", "pytest", "-q", *options.tests]
            environment = os.environ | {"REDLINE_TEST_ONCE": "1"}
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        ending = run.stdout.strip().splitlines()[-1].strip("= ")
        clean = run.returncode == 0 and "skipped" not in ending
        rows.append([number, "clean" if clean else "NOT CLEAN", ending, f"{time.monotonic() - begun:.0f} s"])
        print(*rows[-1], flush=True)
        if not clean:
            print(run.stdout, run.stderr, flush=True)
    print(tabulate(rows, headers=["run", "", "pytest", "time"]))
    return int(any(row[1] != "clean" for row in rows))


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Keep `count` processes at full load; they end with this one, however it ends."""
    loop = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


if __name__ == "__main__":
    sys.exit(main())
