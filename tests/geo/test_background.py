"""Background work: shared by its key, stopped at its next step, its fault kept for whoever waits."""

from __future__ import annotations

import threading
import time
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


def test_who_has_one_task_does_not_wait_for_all_of_who_has_many(pool: TaskPool) -> None:
    go, order = threading.Event(), list[str]()
    hold = pool.start("hold", lambda _: go.wait(PATIENCE_S), owner="greedy")
    tasks = [
        pool.start(name, lambda _, name=name: order.append(name), owner=owner)
        for name, owner in (("a1", "greedy"), ("a2", "greedy"), ("a3", "greedy"), ("b1", "modest"), ("b2", "modest"))
    ]
    names = ["a1", "a2", "a3", "b1", "b2"]
    expected = ["b1", "a1", "b2", "a2", "a3"]
    assert [pool.ahead(task) for task in tasks] == [expected.index(name) for name in names]
    assert pool.ahead(hold) == 0
    go.set()
    for task in (hold, *tasks):
        assert task.ended.wait(PATIENCE_S)
    assert order == expected


def test_nobody_waits_for_what_was_cancelled(pool: TaskPool) -> None:
    go = threading.Event()
    pool.start("hold", lambda _: go.wait(PATIENCE_S), owner="a")
    first, second = (pool.start(name, lambda _: None, owner="b") for name in ("first", "second"))
    assert pool.ahead(second) == 1
    first.cancel()
    assert pool.ahead(second) == 0
    go.set()
    assert second.ended.wait(PATIENCE_S)


def test_turns_are_shared_among_all_who_run_at_once() -> None:
    pool = TaskPool("test", 2)
    go, running = threading.Event(), list[str]()

    def work(name: str) -> None:
        running.append(name)
        assert go.wait(PATIENCE_S)

    try:
        tasks = [pool.start(name, lambda _, name=name: work(name), owner=name[0]) for name in ("a1", "a2", "a3", "b1")]
        until = time.monotonic() + PATIENCE_S
        while len(running) < 2:
            assert time.monotonic() < until
            time.sleep(0.001)
        assert len(running) == 2
        waiting = next(task for task in tasks if task.name == "b1")
        assert waiting.state == "running" or pool.ahead(waiting) == 0
        go.set()
        assert all(task.ended.wait(PATIENCE_S) for task in tasks)
    finally:
        go.set()
        pool.close()
