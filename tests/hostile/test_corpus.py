"""Every file of the corpus by every way in: a result or one sentence, within the limits, and nothing left behind."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import RedlineError
from tests.hostile.corpus import corpus
from tests.hostile.ways import LIMITS, WAYS, fault_of, memory_mb

FILES = corpus()
LATE_S = 40
"""A reader waits for another to end on a machine that is busy; then it has its time."""
GROWTH_MB = 400


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give readings a folder for temporary files, and assert that nothing stays in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def test_the_corpus_is_large_enough() -> None:
    assert len(FILES) >= 120


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_one_sentence(name: str) -> None:
    content = FILES[name]()
    assert len(content) < LIMITS.upload_mb << 20, "it is refused for what it is, not for its size"
    before = memory_mb()
    for way, read in WAYS.items():
        begun = time.monotonic()
        fault = fault_of(read, content, name)
        assert time.monotonic() - begun < LIMITS.read_seconds + LATE_S, way
        if fault is not None:
            assert_one_sentence(fault, way)
    assert memory_mb() - before < GROWTH_MB, "this process has grown"


def assert_one_sentence(fault: RedlineError, way: str) -> None:
    """Assert that a fault is one short sentence in both languages, without the inside of a program."""
    for lang in ("zh", "en"):
        text = fault.text(lang)
        assert text, way
        assert "\n" not in text, way
        assert len(text) < 1500, way
        assert "Traceback" not in text, way
