"""Once a day what has expired goes, and the audit log has it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from layers.access import AuditLog
from tests.helpers import ROOT
from views import upkeep
from views.work import expire_drafts

CONFIG = (ROOT / "config.toml").read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").symlink_to(ROOT / "data")
    text = CONFIG.replace("inputs_days = 0", "inputs_days = 30")
    assert text != CONFIG
    text += '\n[access]\nmode = "proxy"\nroles.administrator = ["chief"]\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("REDLINE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_what_has_expired_goes_and_the_audit_log_has_it(home: Path) -> None:
    draft, left = home / "drafts" / ("A" * 22), home / "inputs" / ("a" * 64)
    for path in (draft / "draft.json", left):
        path.parent.mkdir(parents=True)
        path.write_text("{}", encoding="utf-8")
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    upkeep.tidy()
    assert not draft.exists()
    assert not left.exists()
    (line,) = AuditLog(home / "audit").entries()
    assert (line.person, line.action, line.subject, line.detail) == ("server", "change", "inputs", "1 past retention")
    upkeep.tidy()
    assert AuditLog(home / "audit").state().lines == 1, "nothing was done"


def test_drafts_in_use_stay(home: Path) -> None:
    (home / "drafts" / ("A" * 22)).mkdir(parents=True)
    assert expire_drafts(30) == 0


def test_memory_of_what_has_gone_is_given_back_to_the_system() -> None:
    """What lies below a block that stays is free, but the allocator keeps it; the system has it back afterwards."""
    blocks = [bytes(1000) for _ in range(100_000)]
    stays = bytes(1000)
    del blocks
    before = resident_bytes()
    upkeep.give_memory_back()
    assert before - resident_bytes() > 50_000_000
    assert len(stays) == 1000


def resident_bytes() -> int:
    """Return how much memory this process has of the system's (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
