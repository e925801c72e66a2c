"""A function of ours in a process of its own: values, faults, progress, and who stops waiting."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geo.errors import BadInput, RedlineError
from geo.forks import Forks
from geo.own_process import call, in_own_process, prepare_own_processes
from geo.progress import no_progress
from tests.geo.own_process import acts


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """Assert that what was passed on is gone, however the call ended."""
    yield
    assert list(tmp_path.glob("call-*")) == []


FORKS = pytest.mark.skipif(sys.platform == "win32", reason="no forks")


@FORKS
def test_a_value_comes_back_from_another_process_and_so_does_progress(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    here = np.arange(4)
    pid, there = in_own_process(
        acts.pid_and_product, here, 3, scratch=tmp_path, progress=lambda share, doing="": told.append((share, doing))
    )
    assert pid != os.getpid()
    assert there.tolist() == [0, 3, 6, 9]
    assert set(told) <= {(0.5, "half")}, "a call may end before anybody looks"


@FORKS
def test_a_sentence_for_the_user_comes_back_with_its_values(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="甲\\.shp") as caught:
        in_own_process(acts.refuse, "甲.shp", scratch=tmp_path, progress=no_progress)
    assert (caught.value.key, caught.value.values) == ("geo.reading_crashed", {"name": "甲.shp"})
    assert any("acts.py" in note for note in caught.value.__notes__), "where it was raised, for the log"


@FORKS
def test_what_cannot_be_pickled_is_an_error_with_its_text(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Odd"):
        in_own_process(acts.break_oddly, scratch=tmp_path, progress=no_progress)
    with pytest.raises(RuntimeError, match="lock"):
        in_own_process(acts.give_a_lock, scratch=tmp_path, progress=no_progress)


@FORKS
def test_a_process_that_the_system_ends_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RedlineError) as caught:
        in_own_process(acts.die, scratch=tmp_path, progress=no_progress)
    assert caught.value.key == "geo.process_ended"


@FORKS
def test_whoever_stops_waiting_ends_the_process(tmp_path: Path) -> None:
    class Stopped(Exception):
        """Cancelled."""

    def stop(_share: float, _doing: str = "", /) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        in_own_process(acts.write_and_wait, tmp_path / "pid", scratch=tmp_path, progress=stop)
    pid = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, "it is still at work"
        time.sleep(0.05)


@FORKS
def test_it_has_the_variables_of_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", "/somewhere")
    monkeypatch.setattr(call._FORKS, "_current", None)
    assert in_own_process(acts.variable, "REDLINE_HOME", scratch=tmp_path, progress=no_progress) == "/somewhere"
    call._FORKS._server().close()


def test_without_forks_it_is_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "may_fork", lambda: False)
    pid, _ = in_own_process(acts.pid_and_product, np.arange(2), 1, scratch=tmp_path, progress=no_progress)
    assert pid == os.getpid()


@FORKS
def test_what_is_prepared_is_loaded_before_it_is_called_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "_FORKS", Forks("geo.own_process.child", (), lambda: os.environ))
    prepare_own_processes("tests.geo.own_process.heavy")
    assert in_own_process(acts.has_loaded, "tests.geo.own_process.heavy", scratch=tmp_path, progress=no_progress)
    assert not in_own_process(acts.has_loaded, "tests.geo.own_process.no_such", scratch=tmp_path, progress=no_progress)
    call._FORKS._server().close()
