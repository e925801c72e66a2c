"""Drafts survive a restart, belong to one session at a time, expire, and cannot be reached by a crafted id."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from views.work import draft_store
from views.work.draft_store import Draft, DraftFile, DraftStore

DRAFT = Draft({"chk-activity": "farm", "drawings": [{"type": "Feature"}]}, DraftFile("地块.geojson", b"{}"))


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts", keep_days=30)


def test_what_was_saved_is_opened_also_by_another_process(store: DraftStore, tmp_path: Path) -> None:
    name = store.new_id()
    assert store.save(name, DRAFT, "a")
    assert DraftStore(tmp_path / "drafts", keep_days=30).open(name, "b") == DRAFT


def test_who_opens_it_takes_it_over(store: DraftStore) -> None:
    name = store.new_id()
    assert store.save(name, DRAFT, "first")
    assert store.open(name, "second") == DRAFT
    assert not store.save(name, Draft({"chk-activity": "port"}), "first")
    assert store.save(name, Draft({"chk-activity": "wind"}), "second")
    opened = store.open(name, "third")
    assert opened is not None
    assert opened.values == {"chk-activity": "wind"}
    assert opened.file is None


def test_a_file_that_is_replaced_does_not_stay(store: DraftStore, tmp_path: Path) -> None:
    name = store.new_id()
    store.save(name, DRAFT, "a")
    store.save(name, Draft({}, DraftFile("b.txt", b"other")), "a")
    assert len(list((tmp_path / "drafts" / name).iterdir())) == 2


def test_only_the_owner_may_read(store: DraftStore, tmp_path: Path) -> None:
    name = store.new_id()
    store.save(name, DRAFT, "a")
    folder = tmp_path / "drafts" / name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_what_is_old_is_gone(store: DraftStore, tmp_path: Path) -> None:
    old, new = store.new_id(), store.new_id()
    for name in (old, new):
        store.save(name, DRAFT, "a")
    long_ago = time.time() - 31 * 86_400
    os.utime(tmp_path / "drafts" / old / "draft.json", (long_ago, long_ago))
    assert store.open(old, "a") is None
    assert store.expire() == 1
    assert [path.name for path in (tmp_path / "drafts").iterdir()] == [new]


@pytest.mark.parametrize("name", ["", "..", "../../etc", "a" * 21, "a" * 23, "a" * 21 + "/", "草" * 22])
def test_what_is_no_id_opens_nothing(store: DraftStore, name: str) -> None:
    assert store.open(name, "a") is None
    with pytest.raises(ValueError, match="id"):
        store.save(name, DRAFT, "a")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 1}', '{"version": 9, "holder": "a", "values": {}, "file": null}']
)
def test_a_record_that_is_none_opens_nothing(store: DraftStore, tmp_path: Path, text: str) -> None:
    name = store.new_id()
    store.save(name, DRAFT, "a")
    (tmp_path / "drafts" / name / "draft.json").write_text(text, encoding="utf-8")
    assert store.open(name, "a") is None


def test_a_file_that_was_altered_is_not_opened(store: DraftStore, tmp_path: Path) -> None:
    name = store.new_id()
    store.save(name, DRAFT, "a")
    (file,) = (path for path in (tmp_path / "drafts" / name).iterdir() if path.suffix != ".json")
    file.write_bytes(b"altered")
    assert store.open(name, "a") is None


def test_ids_are_long_and_never_the_same(store: DraftStore) -> None:
    names = {store.new_id() for _ in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {22}


def test_a_draft_that_cannot_be_held_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that is full or read only, two sessions would write into one draft later."""
    store = DraftStore(tmp_path, 30)
    draft_id = store.new_id()
    assert store.save(draft_id, Draft({"a": 1}), "first")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draft_store, "whole_file", full)
    assert store.open(draft_id, "second") is None
    with pytest.raises(OSError, match="No space"):
        store.save(draft_id, Draft({"a": 2}), "first")
