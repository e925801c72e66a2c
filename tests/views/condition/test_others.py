"""Servers on one data folder know of each other for as long as they run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from tests.helpers import ROOT
from views.condition import announce, look, other_servers

_OTHER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from views.condition import announce
    announce(Path(sys.argv[1]))
    print("here", flush=True)
    sys.stdin.readline()
""")


def other(home: Path) -> subprocess.Popen[str]:
    """Start a process that says it works on a data folder; it does until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def test_another_server_is_named_until_it_ends_or_is_killed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    announce(tmp_path)
    assert other_servers(tmp_path) == [], "this process is no other"
    first, second = other(tmp_path), other(tmp_path)
    try:
        found = other_servers(tmp_path)
        assert len(found) == 2
        assert {name.rpartition("-")[2] for name in found} == {str(first.pid), str(second.pid)}
        (told,) = look()
        assert (told.part, told.stops) == ("alone", False)
        assert str(first.pid) in told.fault.text("zh")
        first.kill()
        first.wait(30)
        assert [name.rpartition("-")[2] for name in other_servers(tmp_path)] == [str(second.pid)]
    finally:
        for process in (first, second):
            process.stdin.close()
            process.wait(30)
            process.stdout.close()
    assert other_servers(tmp_path) == []
    assert len(list((tmp_path / "servers").iterdir())) == 1, "files of ended servers go"


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "servers").write_text("a file in its place")
    announce(tmp_path)
    assert other_servers(tmp_path) == []
