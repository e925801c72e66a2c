"""Work beside the pages: bounded, cancelled without a trace, given to its own session only, removed after a time."""

from __future__ import annotations

import errno
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from geo.errors import BadInput
from geo.progress import Progress
from views.server import job_queue
from views.server.job_queue import Job, Jobs, Work

PATIENCE_S = 20.0


@pytest.fixture
def store(tmp_path: Path):
    made = Jobs(tmp_path / "exports", workers=1)
    yield made
    made.close()


def ended(job: Job) -> Job:
    """Wait until a job has ended."""
    beat = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if not job.task.active:
            return job
        beat.wait(0.01)
    raise AssertionError(job)


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def quick(folder: Path, progress: Progress) -> Path:
    progress(0.5, "half")
    (folder / "a.txt").write_text("there")
    return folder / "a.txt"


def test_a_file_is_made_and_kept_for_its_owner(store: Jobs) -> None:
    job = ended(store.start("me", "a file", quick))
    assert (job.task.state, job.task.share) == ("done", 1.0)
    assert job.path is not None
    assert job.path.read_text() == "there"
    assert store.get(job.id, "me") is job
    assert store.get(job.id, "another") is None
    assert store.of("another") == []
    store.drop(job)
    assert store.of("me") == []
    assert not job.path.exists()


def test_cancelled_work_leaves_nothing_and_lets_the_next_in(store: Jobs, tmp_path: Path) -> None:
    begun, told = threading.Event(), threading.Event()

    def slow(folder: Path, progress: Progress) -> Path:
        (folder / "half.txt").write_text("half")
        begun.set()
        assert told.wait(PATIENCE_S)
        progress(0.5, "more")
        raise AssertionError("went on")

    job = store.start("me", "slow", slow)
    waiting = store.start("me", "waiting", quick)
    assert begun.wait(PATIENCE_S)
    store.cancel(waiting)
    store.cancel(job)
    told.set()
    after = ended(store.start("me", "after", quick))
    assert [job.task.state, waiting.task.state, after.task.state] == ["cancelled", "cancelled", "done"]
    assert [path.name for path in left(tmp_path)] == ["a.txt"]


def test_faults_are_told_and_leave_nothing(store: Jobs, tmp_path: Path) -> None:
    def bad(folder: Path, progress: Progress) -> Path:
        (folder / "half.txt").write_text("half")
        raise BadInput("takeaway.nothing_to_take", kept="—")

    def broken(folder: Path, progress: Progress) -> Path:
        raise ZeroDivisionError

    job = ended(store.start("me", "bad", bad))
    assert job.task.state == "failed"
    assert job.fault is not None
    assert job.fault.key == "takeaway.nothing_to_take"
    other = ended(store.start("me", "broken", broken))
    assert other.fault is not None
    assert other.fault.key == "take.broke"
    assert left(tmp_path) == []


def _read_only(_folder: Path, _progress: Progress) -> Path:
    raise OSError(errno.EROFS, "Read-only file system", "/secret/path")


def _gdal_on_a_full_disk(_folder: Path, _progress: Progress) -> Path:
    raise RuntimeError("sqlite3_exec failed: disk I/O error")


@pytest.mark.parametrize(
    ("work", "free", "key"),
    [
        (_read_only, 1 << 30, "take.no_room"),
        (_gdal_on_a_full_disk, 0, "take.no_room"),
        (_gdal_on_a_full_disk, 1 << 30, "take.broke"),
    ],
)
def test_a_folder_that_takes_nothing_more_is_said_to_be_why(
    store: Jobs, monkeypatch: pytest.MonkeyPatch, work: Work, free: int, key: str
) -> None:
    monkeypatch.setattr(job_queue.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    job = ended(store.start("me", "a", work))
    assert job.fault is not None
    assert job.fault.key == key
    assert "/secret" not in job.fault.text("zh")


def test_nothing_is_made_before_there_is_a_job(tmp_path: Path) -> None:
    """So that a server on a full or read-only disk starts."""
    Jobs(tmp_path / "exports").close()
    assert not (tmp_path / "exports").exists()


def test_a_session_cannot_fill_the_line(store: Jobs) -> None:
    hold = threading.Event()

    def waits(folder: Path, progress: Progress) -> Path:
        assert hold.wait(PATIENCE_S)
        return quick(folder, progress)

    mine = [store.start("me", str(at), waits) for at in range(3)]
    with pytest.raises(BadInput):
        store.start("me", "one more", quick)
    yours = store.start("you", "yours", quick)
    hold.set()
    assert {ended(job).task.state for job in (*mine, yours)} == {"done"}


def test_jobs_that_wait_to_expire_share_one_thread(tmp_path: Path) -> None:
    kept = Jobs(tmp_path / "kept", workers=2, keep_s=60.0)
    ended(kept.start("first", "a", quick))
    before = threading.active_count()
    for at in range(10):
        ended(kept.start(f"owner {at}", "a", quick))
    assert threading.active_count() <= before + 1  # at most the second worker
    kept.close()


def test_a_file_is_removed_after_its_time_and_at_the_end(tmp_path: Path) -> None:
    short = Jobs(tmp_path / "short", workers=1, keep_s=0.05)
    job = ended(short.start("me", "a", quick))
    assert job.path is not None
    tick = threading.Event()
    for _ in range(3000):  # forgotten first, then removed
        if not short.of("me") and not job.path.exists():
            break
        tick.wait(0.01)
    assert short.of("me") == []
    assert not job.path.exists()
    short.close()
    assert list((tmp_path / "short").iterdir()) == []
