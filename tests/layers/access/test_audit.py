"""The audit log: a line that is altered, missing, put in or cut off shows; nothing is lost between processes."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.errors import DataFault
from layers.access import AuditLog, AuditState, Person

LI = Person("李", role="checker")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    log = AuditLog(tmp_path / "audit")
    for number in range(5):
        log.add(LI, "check", f"R20261130-{number}", "1 site")
    return log


def lines(tmp_path: Path) -> list[str]:
    return (tmp_path / "audit" / "log.jsonl").read_text(encoding="utf-8").splitlines()


def write(tmp_path: Path, rows: list[str]) -> None:
    (tmp_path / "audit" / "log.jsonl").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def test_what_was_added_is_there_in_order(log: AuditLog) -> None:
    found = list(log.entries())
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert {(entry.person, entry.role, entry.action, entry.detail) for entry in found} == {
        ("李", "checker", "check", "1 site")
    }
    assert [entry.before for entry in found[1:]] == [entry.hash for entry in found[:-1]]
    assert log.state() == AuditState(5)
    assert log.state().is_whole


def altered(rows: list[str]) -> list[str]:
    return [row.replace("李", "王") if at == 2 else row for at, row in enumerate(rows)]


def altered_with_its_hash(rows: list[str]) -> list[str]:
    """Change a line and give it the hash that belongs to it, as somebody would who knows how."""
    import hashlib  # noqa: PLC0415

    fields = json.loads(rows[2]) | {"person": "王"}
    text = json.dumps({k: v for k, v in fields.items() if k != "hash"}, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":"))  # fmt: skip
    return [*rows[:2], json.dumps(fields | {"hash": hashlib.sha256(text.encode()).hexdigest()}), *rows[3:]]


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        (altered, 3),
        (altered_with_its_hash, 4),  # the next no longer follows
        (lambda rows: [*rows[:2], *rows[3:]], 3),
        (lambda rows: [rows[1], rows[0], *rows[2:]], 1),
        (lambda rows: [*rows[:2], rows[1], *rows[2:]], 3),
        (lambda rows: rows[:-1], 5),  # cut off at the end
        (lambda rows: rows[:1], 2),
        (lambda rows: rows[1:], 1),
        (lambda _: [], 1),
        (lambda rows: [*rows[:2], "{", *rows[3:]], 3),
        (lambda rows: [*rows[:2], "null", *rows[3:]], 3),
        (lambda rows: [*rows[:2], rows[2].replace('"number": 3', '"number": "3"'), *rows[3:]], 3),
    ],
)
def test_a_log_that_somebody_changed_says_where(
    log: AuditLog, tmp_path: Path, change: Callable[[list[str]], list[str]], broken_at: int
) -> None:
    write(tmp_path, change(lines(tmp_path)))
    assert log.state().broken_at == broken_at
    log.add(LI, "open", "map")
    assert not log.state().is_whole, "what is added later does not heal it"


def test_without_what_says_how_many_there_are_it_is_not_whole(log: AuditLog, tmp_path: Path) -> None:
    (tmp_path / "audit" / "head.json").unlink()
    assert not log.state().is_whole


def test_what_a_killed_writer_left_is_cut_off_and_nothing_is_lost(log: AuditLog, tmp_path: Path) -> None:
    with (tmp_path / "audit" / "log.jsonl").open("ab") as file:
        file.write(b'{"number": 6, "at": "2026')
    assert log.state() == AuditState(5)
    log.add(LI, "open", "map")
    assert log.state() == AuditState(6)
    assert [entry.action for entry in log.entries()][-1] == "open"


def test_a_line_that_the_second_file_does_not_know_yet_is_no_fault(log: AuditLog, tmp_path: Path) -> None:
    head = (tmp_path / "audit" / "head.json").read_text(encoding="utf-8")
    log.add(LI, "open", "map")
    (tmp_path / "audit" / "head.json").write_text(head, encoding="utf-8")  # killed between the two
    assert log.state() == AuditState(6)


def _add_many(folder: Path, who: str) -> None:
    for number in range(40):
        AuditLog(folder).add(Person(who, role="viewer"), "open", str(number))


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(tmp_path, who)) for who in ("a", "b", "c")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    log = AuditLog(tmp_path)
    assert log.state() == AuditState(120)
    assert {who: [e.subject for e in log.entries() if e.person == who] for who in "abc"} == {
        who: [str(number) for number in range(40)] for who in "abc"
    }


def test_where_it_cannot_be_written_a_sentence_says_that_nothing_was_done(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file in its place")
    with pytest.raises(DataFault) as fault:
        AuditLog(tmp_path / "audit").add(LI, "export", "pdf")
    assert fault.value.key == "access.audit_not_written"


def test_of_a_line_that_a_full_disk_took_in_part_nothing_stays(
    log: AuditLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = (tmp_path / "audit" / "log.jsonl").read_bytes(), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, line: write(handle, line[:20]))
        with pytest.raises(DataFault, match="No space"):
            log.add(LI, "export", "pdf")
    assert (tmp_path / "audit" / "log.jsonl").read_bytes() == before
    log.add(LI, "export", "pdf")
    assert log.state() == AuditState(6)


def test_a_log_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert list(AuditLog(tmp_path).entries()) == []
    assert AuditLog(tmp_path).state() == AuditState(0)


def test_long_texts_and_line_breaks_stay_in_one_line(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.add(Person("x\n{}\r\n" + "y" * 1000), "open", "a\nb")
    log.add(LI, "open", "\u2028\x85")
    assert log.state() == AuditState(2)
    assert len(next(log.entries()).person) == 300
