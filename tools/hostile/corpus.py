"""``python -m tools.hostile.corpus [WORD …]``: read each file of the attack corpus by every way in; print the costs.

Time, the growth of this process (as the server's would be), what stays in the folder for temporary files, and the
sentence. With words only files whose names contain one of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.corpus import corpus
from tests.hostile.ways import WAYS, fault_of, memory_mb

__all__ = ["main"]


def main() -> int:
    """Print a line for each file and way, then the sums; return 1 if anything was left behind."""
    words = sys.argv[1:]
    wanted = {name: build for name, build in corpus().items() if not words or any(word in name for word in words)}
    total = slowest = grown = 0.0
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        for name, build in wanted.items():
            content = build()
            for way, read in WAYS.items():
                before, begun = memory_mb(), time.monotonic()
                fault = fault_of(read, content, name)
                seconds, growth = time.monotonic() - begun, memory_mb() - before
                text = "read" if fault is None else f"{fault.key}: {fault.text('en')[:110]}"
                size = f"{len(content) / 1e6:7.2f} MB"
                print(f"{name:30} {size} {way:8} {seconds:6.1f} s {growth:+6.0f} MB {text}", flush=True)
                total, slowest, grown = total + seconds, max(slowest, seconds), max(grown, growth)
        left = len(list(Path(folder).iterdir()))
        tempfile.tempdir = None
    print(
        f"{len(wanted)} files, {len(WAYS)} ways: {total:,.0f} s in all, the slowest {slowest:.1f} s; "
        f"the reading process grew by at most {grown:,.0f} MB; {left} files left behind"
    )
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
