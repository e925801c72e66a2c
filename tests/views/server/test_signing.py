"""The key that signs tokens: whole, never a part that could be guessed, and there where nothing can be stored."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.helpers import ROOT
from views.server import signing


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    signing.signing_key.cache_clear()
    yield tmp_path
    signing.signing_key.cache_clear()


def stored_key(path: Path) -> bytes:
    return signing._stored_key(path)


def test_servers_that_start_at_once_have_the_same_key(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(stored_key, [home / "token.key"] * 8))
    assert keys == {(home / "token.key").read_bytes()}
    assert stat.S_IMODE((home / "token.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("left", [b"", b"x", b"x" * 31])
def test_a_key_that_is_cut_short_is_made_anew(home: Path, left: bytes) -> None:
    (home / "token.key").write_bytes(left)
    key = signing.signing_key()
    assert len(key) == 32
    assert not key.startswith(left or b"\0" * 32)
    assert (home / "token.key").read_bytes() == key


def test_where_nothing_can_be_stored_the_process_has_a_key_of_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(signing, "whole_file", refuse)
    first = signing.signing_key()
    assert len(first) == 32
    assert signing.signing_key() == first, "the same for all its sessions"
    signing.signing_key.cache_clear()
    assert signing.signing_key() == first, "also for two threads that ask at once"
    assert not (home / "token.key").exists()
    code = "from views.server import signing; print(signing._OF_PROCESS.hex())"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert bytes.fromhex(other.stdout.strip()) != first, "and no other process has it"
