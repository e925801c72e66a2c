"""``python -m tools.hostile.variants [--each N] [FORMAT …]``: read files with bytes changed, count what comes of it.

Of each format one small sound file; of it N variants: a bit flipped, bytes overwritten, a piece cut out or put in, or
the end cut off. They are read many to a process, as a hostile file would be read; a process that ends is looked into
one variant at a time. What must not be: an error that is no sentence, a process that breaks, one that takes too long.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.hostile.variants import SOUND, read_variants, variants_of

__all__ = ["main"]


def main() -> int:
    """Print a line for each format, then the sums; return 1 if any variant did what none may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    arguments = parser.parse_args()
    sums: Counter[str] = Counter()
    for name, build in SOUND.items():
        if arguments.formats and name not in arguments.formats:
            continue
        begun, content = time.monotonic(), build()
        found = read_variants(list(variants_of(content, arguments.each, arguments.seed)), name)
        sums.update(found)
        told = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.items()))
        print(f"{name:16} {len(content):8,} bytes {time.monotonic() - begun:7.1f} s  {told}", flush=True)
    print("in all: " + ", ".join(f"{kind} {count:,}" for kind, count in sorted(sums.items())))
    return int(any(sums[kind] for kind in sums if kind.startswith(("broke", "too long", "no sentence"))))


if __name__ == "__main__":
    sys.exit(main())
