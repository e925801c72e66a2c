"""Files made when a link is followed: one URL a place, for as long as the session lasts; a fault is one sentence."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import pytest

from geo.errors import BadInput
from tests.views.server.test_downloads import Client
from views.server import offers


class Session:
    """Stands for the state of a session: what `offers` keeps in its slot."""

    def __init__(self) -> None:
        self.kept: dict[str, dict] = {}

    def is_set(self) -> bool:
        return "mine" in self.kept

    def get(self) -> dict:
        return self.kept["mine"]

    def set(self, value: dict) -> None:
        self.kept["mine"] = value


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Session], None]]:
    """Return a function that makes a session the current one."""
    monkeypatch.setattr(offers, "lang", lambda: "en")
    return lambda session: monkeypatch.setattr(offers, "_MINE", session)


def test_an_address_outlives_the_runs_of_the_page_and_of_other_sessions(enter: Callable[[Session], None]) -> None:
    """The press of a reader who looks at what an earlier run put up gives the file, made anew each time."""
    mine, other = Session(), Session()
    enter(mine)
    first = offers.offer("results-csv", "抚州 图.csv", lambda: b"first")
    assert offers.offer("results-csv", "抚州 图.csv", lambda: b"second") == first
    enter(other)
    assert offers.offer("results-csv", "theirs.csv", lambda: b"theirs") != first
    gc.collect()
    for _ in range(2):
        answer = Client().get(first)
        assert (answer.status_code, answer.content) == (200, b"second")
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''%E6%8A%9A%E5%B7%9E%20%E5%9B%BE.csv"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "no-store" in answer.headers["cache-control"]


def test_an_offer_ends_with_its_session(enter: Callable[[Session], None]) -> None:
    session = Session()
    enter(session)
    address = offers.offer("results-csv", "a.csv", lambda: b"a")
    assert Client().get(address).status_code == 200
    session.kept.clear()
    gc.collect()
    assert Client().get(address).status_code == 404
    assert Client().get("/redline/file/0123").status_code == 404


def test_what_cannot_be_made_is_one_sentence(
    enter: Callable[[Session], None], caplog: pytest.LogCaptureFixture
) -> None:
    """A fault that a user can mend is said as it is; any other is in the log, and is said without its text."""

    def told() -> bytes:
        raise BadInput("take.too_many")

    def broken() -> bytes:
        raise ValueError("inner")

    enter(Session())
    answer = Client().get(offers.offer("a", "a.csv", told))
    assert (answer.status_code, answer.content.decode()) == (500, BadInput("take.too_many").text("en"))
    assert "content-disposition" not in answer.headers
    with caplog.at_level(logging.ERROR, "redline"):
        answer = Client().get(offers.offer("b", "b.csv", broken))
    assert answer.status_code == 500
    assert "inner" not in answer.content.decode()
    assert "inner" in caplog.text
