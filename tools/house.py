"""Print how the code is arranged: files and lines of every folder of every house, and import-linter's report.

Ends with 1 if a folder holds more than `MOST_FILES` modules or a contract of imports is broken.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ("geo", "layers", "siting", "carto", "snapshot", "views", "words", "cli")
MOST_FILES = 15


def main() -> int:
    """Print the table of folders and the report; return the exit status."""
    rows = [[folder.as_posix(), files, lines] for folder, (files, lines) in folder_sizes().items()]
    print(tabulate(rows, headers=["folder", "modules", "lines"]))
    print(
        f"{len(rows)} folders, {sum(row[1] for row in rows)} modules, {sum(row[2] for row in rows):,} lines of Python"
    )
    full = [row[0] for row in rows if row[1] > MOST_FILES]
    print(f"folders with more than {MOST_FILES} modules: {', '.join(full) or 'none'}\n", flush=True)
    contracts = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-logo"], cwd=ROOT, check=False)
    return int(bool(full) or contracts.returncode != 0)


def folder_sizes() -> dict[Path, tuple[int, int]]:
    """Return the number of modules (doors not counted) and the lines of Python of each folder that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *(f"{house}/*.py" for house in HOUSES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    sizes: dict[Path, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for path in map(Path, listed.stdout.split()):
        files, lines = sizes[path.parent]
        is_module = path.name != "__init__.py"
        sizes[path.parent] = files + is_module, lines + len((ROOT / path).read_bytes().splitlines())
    return dict(sorted(sizes.items()))


if __name__ == "__main__":
    sys.exit(main())
