"""Background work: shared by its key, stopped at its next step, its fault kept for whoever waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from geo.background import TaskPool
from geo.errors import BadInput
from geo.progress import Progress

PATIENCE_S = 20.0


@pytest.fixture
def pool() -> Iterator[TaskPool]:
    made = TaskPool("test", 1)
    yield made
    made.close()


def test_work_returns_its_result_and_how_far_it_was(pool: TaskPool) -> None:
    def work(progress: Progress) -> int:
        progress(0.5, "half")
        return 7

    task = pool.start("seven", work)
    assert task.ended.wait(PATIENCE_S)
    assert (task.state, task.share, task.doing, task.result, task.fault) == ("done", 1.0, "half", 7, None)


def test_the_same_key_is_the_same_task_while_it_is_active(pool: TaskPool) -> None:
    go = threading.Event()
    first = pool.start("a", lambda _: go.wait(PATIENCE_S), key="a")
    assert pool.start("a", lambda _: True, key="a") is first
    other = pool.start("b", lambda _: True, key="b")
    assert other is not first
    go.set()
    assert first.ended.wait(PATIENCE_S)
    assert other.ended.wait(PATIENCE_S)
    again = pool.start("a", lambda _: True, key="a")
    assert again is not first
    assert again.ended.wait(PATIENCE_S)


def test_cancelled_work_stops_at_its_next_step_and_waiting_work_never_begins(pool: TaskPool) -> None:
    begun, go, ran = threading.Event(), threading.Event(), []

    def work(progress: Progress) -> None:
        begun.set()
        assert go.wait(PATIENCE_S)
        progress(0.5)
        ran.append("went on")

    task, waiting = pool.start("slow", work), pool.start("next", lambda _: ran.append("began"))
    assert begun.wait(PATIENCE_S)
    task.cancel()
    waiting.cancel()
    go.set()
    assert task.ended.wait(PATIENCE_S)
    assert waiting.ended.wait(PATIENCE_S)
    assert (task.state, waiting.state, ran) == ("cancelled", "cancelled", [])


@pytest.mark.parametrize("fault", [BadInput("take.too_many"), ZeroDivisionError("no")])
def test_a_fault_is_kept(pool: TaskPool, fault: Exception) -> None:
    def work(_: Progress) -> None:
        raise fault

    task = pool.start("bad", work)
    assert task.ended.wait(PATIENCE_S)
    assert (task.state, task.fault) == ("failed", fault)
