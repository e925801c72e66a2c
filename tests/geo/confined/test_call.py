"""Whatever a reader does to its process costs one sentence; it sees and reaches nothing else."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.confined import Ceilings, call, confined, confinement
from geo.confined.kernel import landlock_version
from geo.errors import BadInput, CrsError
from geo.forks import client
from tests.geo.confined import acts

LINUX = pytest.mark.skipif(not landlock_version(), reason="the kernel has no Landlock")


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give calls a folder for their folders, and assert that none is left there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.glob("redline-*")) == []


def test_a_result_comes_back_as_it_is() -> None:
    value = {"a": (1, 2.5, None), "b": ["甲", b"\x00\xff"]}
    assert confined(acts.give, value, ceilings=Ceilings()) == value
    assert confined(acts.give, 1, more="x", ceilings=Ceilings()) == [1, {"more": "x"}]


def test_files_are_handed_over_as_copies(tmp_path: Path) -> None:
    path = tmp_path / "own.bin"
    path.write_bytes(b"abc")
    assert confined(acts.content, path, ceilings=Ceilings()) == [b"abc", True]
    assert confined(acts.content, b"abc", ceilings=Ceilings()) == [b"abc", False]
    assert path.read_bytes() == b"abc"


def test_a_fault_is_raised_here_with_all_it_says() -> None:
    with pytest.raises(CrsError) as caught:
        confined(acts.refuse, ceilings=Ceilings())
    assert caught.value.key == "geo.crs_missing"
    assert [one.crs for one in caught.value.candidates] == ["EPSG:4490"]


def test_a_fault_comes_through_whatever_its_values_are() -> None:
    for kind in ("set", "text"):
        with pytest.raises(BadInput, match="甲") as caught:
            confined(acts.refuse_with, kind, ceilings=Ceilings())
        assert caught.value.key == "geo.no_features"


@pytest.mark.parametrize(
    ("act", "ceilings", "key", "says"),
    [
        (acts.die, Ceilings(), "geo.reading_crashed", ""),
        (acts.break_off, Ceilings(), "geo.reading_crashed", ""),
        (acts.reply_by_pipe, Ceilings(), "geo.reading_crashed", ""),
        (acts.say_nothing, Ceilings(), "geo.reading_crashed", ""),
        (acts.sleep, Ceilings(seconds=1), "geo.reading_too_long", "limits.read_seconds"),
        (acts.spin, Ceilings(seconds=1), "geo.reading_too_long", "limits.read_seconds"),
        (acts.swell, Ceilings(memory_mb=300), "geo.reading_too_heavy", "limits.read_memory_mb"),
        (acts.write_much, Ceilings(written_mb=8), "geo.reading_too_large", "limits.unpacked_mb"),
        (acts.go_deep, Ceilings(), "geo.reading_too_deep", ""),
    ],
)
def test_what_ends_a_reader_is_one_sentence(
    act, ceilings: Ceilings, key: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "redline"), pytest.raises(BadInput) as caught:
        confined(act, ceilings=ceilings, file="甲.gpkg")
    assert caught.value.key == key
    for lang in ("zh", "en"):
        assert "甲.gpkg" in caught.value.text(lang)
        assert says in caught.value.text(lang)
        assert "\n" not in caught.value.text(lang)
    assert (act is acts.break_off) == ("the inside of a reader" in caplog.text), "the log has the traceback"
    assert confined(acts.give, 1, ceilings=Ceilings()) == 1, "the next file is read"


@LINUX
@pytest.mark.parametrize(
    "what",
    ["read", "list", "write", "remove", "link", "make a pipe", "make a link", "connect", "look up", "signal", "run"],
)
def test_a_reader_sees_and_reaches_nothing(what: str, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert acts.try_to("connect", str(outside), port) == "", "the door is open to others"
        assert confined(acts.try_to, what, str(outside), port, ceilings=Ceilings(seconds=20)) != ""
    assert outside.read_text() == "secret"


@LINUX
def test_what_this_machine_closes_is_found_out() -> None:
    found = confinement()
    assert (found.process, found.memory, found.files, found.network) == (True, True, True, True)


def test_many_at_once_do_not_mix() -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: confined(acts.give, number, ceilings=Ceilings()), range(40)))
    assert results == list(range(40))


def test_a_fork_server_that_was_ended_is_replaced() -> None:
    confined(acts.give, 1, ceilings=Ceilings())
    server = call._FORKS._server()
    os.kill(server._process.pid, signal.SIGKILL)
    assert confined(acts.give, 2, ceilings=Ceilings()) == 2
    assert call._FORKS._server() is not server


def test_a_server_that_does_not_take_a_request_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    confined(acts.give, 1, ceilings=Ceilings())
    server = call._FORKS._server()
    heard, wait = threading.Event(), server._process.wait
    monkeypatch.setattr(server._process, "wait", lambda: (heard.wait(60), wait()))  # who listens is slow to say so
    os.kill(server._process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, server._process.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert confined(acts.give, 2, ceilings=Ceilings()) == 2
    finally:
        heard.set()


def test_a_call_that_loses_its_server_is_made_again() -> None:
    confined(acts.give, 1, ceilings=Ceilings())
    process = call._FORKS._server()._process
    threading.Timer(0.5, process.kill).start()
    begun = time.monotonic()
    with pytest.raises(BadInput, match="甲"):
        confined(acts.sleep, ceilings=Ceilings(seconds=3), file="甲")
    assert time.monotonic() - begun >= 3, "the second server gave it its time"


def test_what_a_reader_reports_is_passed_on() -> None:
    told: list[tuple[float, str]] = []
    assert confined(acts.count_up, ceilings=Ceilings(), progress=lambda share, doing="": told.append((share, doing)))
    assert told == sorted(told)
    assert told[-1] == (1.0, "step 1.0")


@pytest.mark.parametrize("text", ["1", "[1]", '["x", "y"]', '[{"a": 1}, ""]', "[" * 9000])
def test_what_is_no_report_is_passed_over(text: str) -> None:
    told: list[float] = []
    confined(
        acts.report_nonsense, text=text, ceilings=Ceilings(seconds=20),
        progress=lambda share, _doing="": told.append(share),
    )  # fmt: skip
    assert told == []


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_a_report_is_looked_for_in_a_plain_file_only(make: Callable[[Path], None], tmp_path: Path) -> None:
    """Landlock keeps readers from making these; where there is none, they are not followed."""
    make(tmp_path / "progress.json")
    told: list[float] = []
    client._report(tmp_path, lambda share, _doing="": told.append(share))
    assert told == []


def test_whoever_stops_waiting_ends_the_reader() -> None:
    class Stopped(Exception):
        """The page was left."""

    def stop(_share: float, _doing: str = "", /) -> None:
        raise Stopped

    for _ in range(8):  # more than run at once: none of them is still at work
        with pytest.raises(Stopped):
            confined(acts.report_and_sleep, ceilings=Ceilings(seconds=120), progress=stop)
    begun = time.monotonic()
    assert confined(acts.give, 1, ceilings=Ceilings()) == 1
    assert time.monotonic() - begun < 60


@LINUX
def test_nothing_that_a_reader_began_outlives_it() -> None:
    other = confined(acts.leave_somebody_behind, 300.0, ceilings=Ceilings())
    until = time.monotonic() + 10
    while Path(f"/proc/{other}").exists() and "Z" not in Path(f"/proc/{other}/stat").read_text().split()[2]:
        assert time.monotonic() < until, "it is still there"


def test_a_reader_is_handed_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_PROXY_SECRET", "x")
    monkeypatch.setenv("PGPASSWORD", "x")
    call._FORKS._server().close()  # the next one is started with these
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call._FORKS, "_current", None)
        found = confined(acts.environment, ceilings=Ceilings())
        call._FORKS._server().close()
    assert "PATH" in found
    assert not {"REDLINE_PROXY_SECRET", "PGPASSWORD", "HOME"} & set(found)
