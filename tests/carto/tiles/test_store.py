"""A file is made once, also by two processes; a killed build blocks nobody; old files go."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from carto.tiles import store as tile_store
from carto.tiles.background import start_missing
from carto.tiles.store import make_once, remove_unused

DAY_S = 86_400


def whole(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.1.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def seen(folder: Path) -> list[str]:
    """Names in a folder, but for the locks."""
    return [path.name for path in folder.iterdir() if path.name != ".locks"]


def test_another_process_waits_and_sees_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(tile_store, "_POLL_S", 0.01)
    other = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(f"""
            import sys
            from pathlib import Path
            from carto.tiles import store
            store._POLL_S = 0.0
            path = Path({str(tmp_path / "a.pmtiles")!r})
            def make(told):
                told(0.25)
                print("begun", flush=True)
                sys.stdin.readline()
                path.write_text("by the other")
            store.make_once(path, make)
        """)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert other.stdout.readline() == "begun\n"
    shares, made = [], []

    def told(share, doing=""):
        shares.append(share)
        if share == 0.25 and not other.stdin.closed:
            other.stdin.close()  # the other goes on to the end

    make_once(tmp_path / "a.pmtiles", lambda _: made.append(1), told)
    other.wait(20)
    assert (tmp_path / "a.pmtiles").read_text() == "by the other"
    assert made == []
    assert 0.25 in shares
    assert seen(tmp_path) == ["a.pmtiles"]


def test_what_a_killed_build_left_blocks_nobody_and_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(tile_store, "_POLL_S", 0.01)
    path = tmp_path / "a.pmtiles"
    killed = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(f"""
            import sys
            from pathlib import Path
            from carto.tiles import store
            path = Path({str(path)!r})
            def make(progress):
                path.with_name(".a.0000.part").write_text("half")
                progress(0.4)
                print("begun", flush=True)
                sys.stdin.readline()
            store.make_once(path, make)
        """)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert killed.stdout.readline() == "begun\n"
    killed.kill()
    killed.wait(20)
    make_once(path, lambda _: whole(path))
    assert path.read_text(encoding="utf-8") == "x"
    assert seen(tmp_path) == ["a.pmtiles"]
    assert [left.name for left in (tmp_path / ".locks").iterdir()] == ["a.pmtiles"], "only the empty file of the lock"


def test_a_build_that_fails_lets_the_next_one_try(tmp_path):
    path = tmp_path / "a.pmtiles"

    def full(_):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        make_once(path, full)
    assert seen(tmp_path) == []
    make_once(path, lambda _: whole(path))
    assert path.exists()


def test_files_of_older_versions_go_and_the_disk_has_a_bound(tmp_path):
    for name, age_days in (("own/new", 0), ("own/old", 20), ("other/old", 20), ("other/week", 7), ("third/day", 1)):
        whole(tmp_path / f"{name}.pmtiles", "x" * 100)
        when = time.time() - age_days * DAY_S
        os.utime(tmp_path / f"{name}.pmtiles", (when, when))
    remove_unused(tmp_path, "own")
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")}
    assert left == {"own/new.pmtiles", "other/old.pmtiles", "other/week.pmtiles", "third/day.pmtiles"}
    remove_unused(tmp_path, "own", most_bytes=250)
    assert {path.parent.name for path in tmp_path.glob("*/*")} == {"own", "third"}
    remove_unused(tmp_path, "own", most_bytes=10)
    assert [path.parent.name for path in tmp_path.glob("*/*")] == ["own"], "what is in use stays"


def test_sessions_share_one_build_and_a_failed_one_is_told_and_tried_again(make_layer, squares, tmp_path, monkeypatch):
    go, made = threading.Event(), []

    def slow(layer, kind, folder, progress):
        progress(0.5)
        made.append(kind)
        assert go.wait(20)
        raise OSError("no space left")

    monkeypatch.setattr("carto.tiles.files.ensure_file", slow)
    layer = make_layer(squares)
    (one,), (two,) = start_missing([layer], tmp_path), start_missing([layer], tmp_path)
    assert one.task is two.task
    assert not one.task.ended.is_set()
    go.set()
    assert one.task.ended.wait(20)
    assert (made, one.task.share, str(one.task.fault)) == (["shapes"], 0.45, "no space left")
    monkeypatch.undo()
    (again,) = start_missing([layer], tmp_path)
    assert again.task is not one.task
    assert again.task.ended.wait(20)
    assert (again.task.fault, again.task.share) == (None, 1.0)
    assert start_missing([layer], tmp_path) == []
