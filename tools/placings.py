"""How the features of the plan tables are placed: ``python -m tools.placings [--before REV]``.

Prints how each is known, by document and category, now and at an earlier commit; the statements of public sources that
are used; what a second reader found; with ``--searches`` also what could not be placed and what was searched.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
from tabulate import tabulate

ROOT = Path(__file__).resolve().parent.parent
BEFORE = "ba313a5"
"""The commit before the features were looked up one by one."""
HOW = {
    "projects": ("location_basis", "category"),
    "protected_sites": ("extent_kind", "type"),
    "waters": ("location_basis", "kind"),
}


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default=BEFORE, help="commit to compare with")
    parser.add_argument("--searches", action="store_true", help="list what could not be placed, with what was searched")
    options = parser.parse_args()
    for table, (how, category) in HOW.items():
        now, then = _table(table), _table_at(table, options.before)
        print(f"\n{table}: {how}, now" + (" (before)" if then is not None else ""))
        for column in ("document", category):
            print(tabulate(_counts(now, then, column, how), headers="keys", tablefmt="github"))
            print()
    sources, searches = _table("place_sources"), _table("place_searches")
    used = sources[sources["used"] == "yes"]
    print(f"{len(sources)} statements of {sources['feature'].nunique()} features, {len(used)} used, by kind:")
    print(tabulate(pd.crosstab(sources["kind"], sources["used"]), headers="keys", tablefmt="github"))
    print(f"\nnothing stated of {len(searches)} features:")
    print(tabulate(pd.crosstab(searches["table"], searches["result"]), headers="keys", tablefmt="github"))
    reviewed = sources[sources["review"] != ""]
    print("\nlooked at again by another reader:")
    columns = ["feature", "stated", "publisher", "used", "review"]
    print(tabulate(reviewed[columns], headers="keys", showindex=False, tablefmt="github"))
    if options.searches:
        nothing = searches[searches["result"] == "nothing"]
        print(tabulate(nothing[["table", "id", "searched"]], headers="keys", showindex=False, tablefmt="github"))
    return 0


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "data" / "plans" / f"{name}.csv", dtype=str, keep_default_na=False)


def _table_at(name: str, revision: str) -> pd.DataFrame | None:
    """Return a table as it stood at a commit; None where git does not have that commit."""
    shown = subprocess.run(
        ["git", "show", f"{revision}:data/plans/{name}.csv"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return pd.read_csv(io.StringIO(shown.stdout), dtype=str, keep_default_na=False) if shown.returncode == 0 else None


def _counts(now: pd.DataFrame, then: pd.DataFrame | None, by: str, how: str) -> pd.DataFrame:
    """Return the number of rows by `by` and `how`; that of `then` in brackets where it differs."""
    present = pd.crosstab(now[by], now[how], margins=True, margins_name="all")
    if then is None:
        return present.astype(str)
    past = pd.crosstab(then[by], then[how], margins=True, margins_name="all").reindex_like(present).fillna(0)
    rows = {
        name: [f"{a}" if a == b else f"{a} ({b})" for a, b in zip(present[name], past[name].astype(int), strict=True)]
        for name in present.columns
    }
    return pd.DataFrame(rows, index=present.index)


if __name__ == "__main__":
    sys.exit(main())
