"""The steps of `make data`, in order; run inside `.venv-data` by `tools.data_build`."""

from __future__ import annotations

import importlib
import sys
import time

STEPS = ("boundaries", "terrain", "hillshade", "water", "redline", "gazetteer", "sources")


def main(steps: list[str]) -> int:
    """Run the named steps (all without names)."""
    unknown = [s for s in steps if s not in STEPS]
    if unknown:
        raise SystemExit(f"no such step: {', '.join(unknown)}; steps are {', '.join(STEPS)}")
    for step in STEPS:
        if steps and step not in steps:
            continue
        start = time.perf_counter()
        print(step, flush=True)
        importlib.import_module(f"tools.data.{step}").build()
        print(f"  {time.perf_counter() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
