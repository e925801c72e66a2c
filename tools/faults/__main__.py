"""``python -m tools.faults [--every N] [SCENARIO …]``: a fault at every write, flush and rename, and a kill at each.

Each scenario is first run as it is, and its calls that concern the data folder are listed; then once more for each of
them and each of: no space left, an input/output error, a kill. After each run another process looks whether all that
was acknowledged is there and verifies, whether nothing is half written, and what stays behind.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from geo.errors import RedlineError
from siting.ledger import write_backup
from tools.faults.injected import Ending, Injection, calls_within, run
from tools.faults.scenarios import Scenario, Workshop, broken, copy_of

WRONG = ("error=ENOSPC", "error=EIO", "signal=KILL")


def main() -> int:
    """Print a line for each scenario, then each thing that does not hold; return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth call")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        base, place = Path(folder) / "base", Path(folder) / "work"
        os.environ["REDLINE_HOME"] = str(base / "home")
        workshop = Workshop()
        workshop.fill()
        write_backup(base / "home", base / "before.zip")
        os.environ["REDLINE_HOME"] = str(place / "home")
        sums: Counter[str] = Counter()
        wrong: list[str] = []
        for scenario in workshop.scenarios():
            if not arguments.scenarios or scenario.name in arguments.scenarios:
                wrong += _try_all(scenario, base, place, arguments.every, sums)
    print("in all: " + ", ".join(f"{what} {count:,}" for what, count in sorted(sums.items())))
    print("\n".join(sorted(set(wrong))) or "all that was acknowledged is there and verifies; nothing is half written")
    return int(bool(wrong))


def _try_all(scenario: Scenario, base: Path, place: Path, every: int, sums: Counter[str]) -> list[str]:
    """Run a scenario once for each call and each thing that goes wrong; return what does not hold."""
    copy_of(base, place)
    plain = run(scenario.act, None)
    calls = calls_within(plain.log, place)[::every]
    wrong = [f"{scenario.name}: does not run" for _ in range(int(plain.status != 0))]
    counts: Counter[str] = Counter()
    for call, when in calls:
        for what in WRONG:
            copy_of(base, place)
            injection = Injection(call, when, what)
            ending = run(scenario.act, injection)
            counts[what] += 1
            counts["acknowledged"] += bool(ending.acknowledged)
            wrong += [f"{scenario.name}: {call} {when} {what}: {fault}" for fault in _looked_at(scenario, ending)]
    sums.update(counts)
    told = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
    print(f"{scenario.name:24} {len(calls):4} calls  {told}  {len(wrong)} wrong", flush=True)
    return wrong


def _looked_at(scenario: Scenario, ending: Ending) -> list[str]:
    """Return what a process that comes afterwards finds wrong."""

    def look(told: Callable[[str], None]) -> None:
        try:
            faults = broken(scenario, ending.acknowledged)
        except (RedlineError, OSError) as fault:
            faults = [f"{type(fault).__name__}: {str(fault)[:200]}"]
        for fault in faults:
            told(fault)

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(reader)
            look(lambda text: os.write(writer, f"{text}\n".encode()) and None)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        found = told.read().decode().splitlines()
    _, status = os.waitpid(child, 0)
    return [*found, *(["looking at it broke"] if status else [])]


if __name__ == "__main__":
    sys.exit(main())
