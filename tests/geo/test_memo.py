from __future__ import annotations

import gc

import shapely

from geo.measure.index import index_of
from geo.memo import per_frame
from tests.helpers import frame_4490


def test_built_once_and_forgotten_with_the_frame() -> None:
    built: list[int] = []

    @per_frame
    def count(frame) -> int:
        built.append(len(frame))
        return len(frame)

    first, second = frame_4490(shapely.Point(0, 0)), frame_4490(shapely.Point(0, 0))
    assert [count(first), count(first), count(second)] == [1, 1, 1]
    assert len(built) == 2
    held = count.__closure__
    kept = next(c.cell_contents for c in held if isinstance(c.cell_contents, dict))
    assert len(kept) == 2
    del first
    gc.collect()
    assert len(kept) == 1


def test_the_index_of_a_frame_is_kept() -> None:
    frame = frame_4490(shapely.box(0, 0, 1, 1))
    assert index_of(frame) is index_of(frame)
    assert index_of(index_of(frame)) is index_of(frame)
    assert index_of(frame.copy()) is not index_of(frame)
