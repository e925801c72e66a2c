"""Archives of others write where they are told to, by Python's own filter and without it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tools.assets import unpack


@pytest.fixture(params=[True, False], ids=["as it is", "before 3.11.4"])
def old_or_new(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


def archive(**kinds: bytes | None) -> tarfile.TarFile:
    """Return an archive whose members have a content, or are links to a file outside."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as written:
        for name, data in kinds.items():
            member = tarfile.TarInfo(name.replace("_", "/").replace("UP", ".."))
            if data is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            member.size = len(data or b"")
            written.addfile(member, io.BytesIO(data or b""))
    content.seek(0)
    return tarfile.open(fileobj=content)


@pytest.mark.usefixtures("old_or_new")
def test_files_come_out_in_their_folders(tmp_path: Path) -> None:
    unpack(archive(a=b"1", b_c=b"2"), tmp_path)
    assert {
        path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    } == {
        "a": b"1",
        "b/c": b"2",
    }


@pytest.mark.usefixtures("old_or_new")
@pytest.mark.parametrize("members", [{"UP_out": b"x"}, {"a": None}], ids=["above", "a link away"])
def test_nothing_comes_out_elsewhere(members: dict[str, bytes | None], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(tarfile.TarError):
        unpack(archive(**members), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
