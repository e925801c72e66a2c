"""What is said of packages with known vulnerabilities, and of those that nobody looked up."""

from __future__ import annotations

import pytest

from tools.audit import verdict

SOUND = {"name": "a", "version": "1", "vulns": []}
FLAWS = [{"id": "X-1", "fix_versions": []}, {"id": "X-2", "fix_versions": ["3"]}]
FLAWED = {"name": "b", "version": "2", "vulns": FLAWS}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "last", "code"),
    [
        ([SOUND], "1 packages: 0 vulnerable, 0 not looked up", 0),
        ([SOUND, FLAWED], "2 packages: 1 vulnerable, 0 not looked up", 1),
        ([SOUND, SKIPPED], "2 packages: 0 vulnerable, 1 not looked up", 2),
        ([FLAWED, SKIPPED], "2 packages: 1 vulnerable, 1 not looked up", 1),
    ],
)
def test_what_was_not_looked_up_is_not_called_sound(packages: list[dict], last: str, code: int) -> None:
    lines, found = verdict({"dependencies": packages})
    assert (lines[-1], found) == (last, code)


def test_each_flaw_is_named_with_what_mends_it() -> None:
    lines, _ = verdict({"dependencies": [FLAWED]})
    assert lines[:2] == ["b 2: X-1, mended in no version yet", "b 2: X-2, mended in 3"]
