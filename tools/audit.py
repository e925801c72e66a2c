"""Hold the packages of ``requirements.txt`` against known vulnerabilities, by pip-audit: ``make audit``.

The data comes from PyPI. Ends with 1 if a package has a known vulnerability, with 2 if some could not be looked up:
then nothing is known of those.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tools.environments import ROOT, ready_python

__all__ = ["verdict"]


def main() -> int:
    """Run pip-audit, print what it found, return the exit code."""
    command = [ready_python("audit"), "-m", "pip_audit", "--requirement", ROOT / "requirements.txt", "--disable-pip"]
    run = subprocess.run([*command, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        told = json.loads(run.stdout)
    except ValueError:
        print(run.stderr, file=sys.stderr)
        return 2
    lines, code = verdict(told)
    print(*lines, sep="\n")
    return code


def verdict(told: dict) -> tuple[list[str], int]:
    """Return what pip-audit's JSON says in lines, and the exit code.

    Examples
    --------
    >>> flaw = {"id": "PYSEC-1", "fix_versions": ["2.1"]}
    >>> verdict({"dependencies": [{"name": "a", "version": "2.0", "vulns": [flaw]}, {"name": "b", "vulns": []}]})
    (['a 2.0: PYSEC-1, mended in 2.1', '2 packages: 1 vulnerable, 0 not looked up'], 1)
    >>> verdict({"dependencies": [{"name": "a", "skip_reason": "not found"}]})
    (['1 packages: 0 vulnerable, 1 not looked up'], 2)
    """
    packages = told["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", [])
    ]
    vulnerable = len({line.split()[0] for line in lines})
    lines.append(f"{len(packages)} packages: {vulnerable} vulnerable, {len(skipped)} not looked up")
    return lines, 1 if vulnerable else 2 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
