"""A file is whole or not there, as private and as durable as asked."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo import whole_file as module
from geo.whole_file import draft_folder, exchange, remove_left_by_killed, remove_leftovers, whole_file


def test_what_fails_leaves_the_file_before_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("before", encoding="utf-8")

    def write() -> None:
        with whole_file(target) as draft:
            draft.write_text("half", encoding="utf-8")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write()
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_two_folders_change_names_in_one_step(tmp_path: Path) -> None:
    first, second = tmp_path / "甲", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        (folder / "who").write_text(folder.name, encoding="utf-8")
    assert exchange(first, second) is (sys.platform == "linux")
    names = ["b", "甲"] if sys.platform == "linux" else ["甲", "b"]
    assert [(folder / "who").read_text(encoding="utf-8") for folder in (first, second)] == names


def test_nothing_changes_names_with_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert not exchange(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_it_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with whole_file(target) as draft:
        draft.write_text("whole", encoding="utf-8")
        assert not target.exists()
        assert draft.name == target.name
    assert target.read_text(encoding="utf-8") == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_private_file_is_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        for private, mode in ((True, 0o600), (False, 0o666)):
            with whole_file(tmp_path / f"{private}", private=private) as draft:
                draft.write_bytes(b"x")
            assert stat.S_IMODE((tmp_path / f"{private}").stat().st_mode) == mode
    finally:
        os.umask(before)


def test_a_durable_file_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, flushed = tmp_path / "a", []
    monkeypatch.setattr(module.os, "fsync", lambda _: flushed.append(target.exists()))
    with whole_file(target, durable=True) as draft:
        draft.write_bytes(b"x")
    assert flushed == [False]


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    target = tmp_path / "a.pmtiles"
    (tmp_path / ".a.abc.part").mkdir()
    (tmp_path / ".a.abc.part" / "a.pmtiles").write_bytes(b"half")
    (tmp_path / ".a.old.part").write_bytes(b"of an older version")
    (tmp_path / ".ab.x.part").write_bytes(b"of another file")
    remove_leftovers(target)
    assert [path.name for path in tmp_path.iterdir()] == [".ab.x.part"]


def test_a_folder_that_was_not_renamed_is_removed(tmp_path: Path) -> None:
    def fill(*, rename: bool) -> None:
        with draft_folder(tmp_path / "kept") as draft:
            (draft / "a.txt").write_text("a", encoding="utf-8")
            if not rename:
                raise RuntimeError("stop")
            draft.rename(tmp_path / "kept" / "0001")

    with pytest.raises(RuntimeError, match="stop"):
        fill(rename=False)
    assert list((tmp_path / "kept").iterdir()) == []
    fill(rename=True)
    assert [path.name for path in (tmp_path / "kept").rglob("*")] == ["0001", "a.txt"]


def test_what_a_killed_process_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f".a.{gone.pid}-x1_y.part", f".a.b.{gone.pid}-x.part", f".draft-{gone.pid}-abc"):
        (tmp_path / "deep" / name / "half").mkdir(parents=True)
    (tmp_path / f".a.{gone.pid}-f.part").write_text("half")
    kept = [f"a.{gone.pid}-x.part", f".a.{gone.pid}-x.txt", ".draft-x", "whole.txt"]
    for name in kept:
        (tmp_path / name).write_text("kept")
    with whole_file(tmp_path / "b.txt") as draft, draft_folder(tmp_path) as folder:
        draft.write_text("now")
        assert remove_left_by_killed(tmp_path) == 4
        assert folder.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "b.txt", "deep"])
    assert list((tmp_path / "deep").iterdir()) == []


def test_after_a_day_the_number_is_anothers(tmp_path: Path) -> None:
    with draft_folder(tmp_path) as folder:
        os.utime(folder, (time.time() - 90_000,) * 2)
        assert remove_left_by_killed(tmp_path) == 1
        assert not folder.exists()
