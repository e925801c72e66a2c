"""A tile file that was cut or overwritten is made again; a whole one is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from carto.tiles import ensure_file, make_missing, missing_kinds
from carto.tiles.soundness import is_whole
from layers.catalogue import Layer, Style

BREAK: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) - 5],
    "emptied": lambda _: b"",
    "longer": lambda content: content + b"\0" * 9,
    "zeroed": lambda content: b"\0" * len(content),
    "text": lambda _: b"x" * 300,
    "only its head": lambda content: content[:50],
}


@pytest.fixture
def layer(make_layer: Callable[..., Layer]) -> Layer:
    return make_layer([shapely.box(116.1, 27.1, 116.2, 27.2)], style=Style(label="name_zh"))


@pytest.mark.parametrize("kind", ["shapes", "marks"])
@pytest.mark.parametrize("how", BREAK)
def test_a_damaged_file_is_missing_and_made_again(how: str, kind: str, layer: Layer, tmp_path: Path) -> None:
    make_missing(layer, tmp_path)
    assert missing_kinds(layer, tmp_path) == []
    path = ensure_file(layer, kind, tmp_path)
    content = path.read_bytes()
    path.write_bytes(BREAK[how](content))
    assert missing_kinds(layer, tmp_path) == [kind]
    assert ensure_file(layer, kind, tmp_path).read_bytes() == content
    assert missing_kinds(layer, tmp_path) == []


def test_a_whole_file_is_left_alone(layer: Layer, tmp_path: Path) -> None:
    path = ensure_file(layer, "shapes", tmp_path)
    before = path.stat()
    ensure_file(layer, "shapes", tmp_path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_not_there_is_not_whole(tmp_path: Path) -> None:
    assert not is_whole(tmp_path / "a.pmtiles")
    assert not is_whole(tmp_path)
