"""Cells: their shares against an intersection by GEOS, the choice against the area it must keep."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.tiles.cells import CELLS, coarser, coverage, outlines, select_cells


def scattered(count, seed):
    """Rings with a hole, from a millionth of the tile to a thirtieth, joined where they overlap."""
    chance = np.random.default_rng(seed)
    centre, reach = chance.uniform(0.1, 0.9, (count, 2)), 10 ** chance.uniform(-6, -1.5, count)
    dots = shapely.points(centre)
    rings = shapely.difference(shapely.buffer(dots, reach), shapely.buffer(dots, reach / 2))
    return shapely.get_parts(shapely.union_all([*rings, shapely.box(0.1, 0.1, 0.3, 0.2), shapely.box(0, 0.5, 0.1, 1)]))


def test_a_share_is_what_an_intersection_gives():
    shapes = scattered(200, 1)
    cover = coverage(shapes, 1.0, (0.0, 0.0))
    assert cover.sum() / CELLS**2 == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)
    chance = np.random.default_rng(2)
    rows, columns = np.nonzero((cover > 0) & (cover < 1))
    for at in chance.choice(len(rows), 300, replace=False):
        row, column = rows[at], columns[at]
        cell = shapely.box(column / CELLS, row / CELLS, (column + 1) / CELLS, (row + 1) / CELLS)
        wanted = shapely.area(shapely.intersection(shapes, cell)).sum() * CELLS**2
        assert cover[row, column] == pytest.approx(wanted, abs=1e-8)


def test_a_share_counts_from_the_tiles_own_corner():
    half = [shapely.box(5.25, 9.5, 5.75, 10)]
    cover = coverage(np.array(shapely.transform(half, lambda xy: xy / 16)), 16.0, (5.0, 9.0))
    assert cover[CELLS // 2 :, CELLS // 4 : 3 * CELLS // 4].all()
    assert cover.sum() == CELLS * CELLS / 4


@pytest.mark.parametrize("times", [1, 2, 8])
def test_as_many_cells_as_the_area_is_worth_and_none_twice(times):
    shapes = scattered(150, 3)
    half = len(shapes) // 2
    covers = {4: coverage(shapes[:half], 1.0, (0.0, 0.0)), 9: coverage(shapes[half:], 1.0, (0.0, 0.0))}
    covers = {number: coarser(cover, times) for number, cover in covers.items()}
    cells = select_cells(covers)
    for number, cover in covers.items():
        assert (cells == number + 1).sum() == pytest.approx(cover.sum(), abs=1)
    blocks = [np.add.reduceat(np.add.reduceat(m, range(0, len(m), 16), 0), range(0, len(m), 16), 1)
              for m in ((cells > 0).astype(float), sum(covers.values()))]  # fmt: skip
    assert np.abs(blocks[0] - blocks[1]).max() < 2.5, "each block has its own area, but for what is carried on"


def test_cells_already_taken_are_left_and_the_area_stays():
    cells = select_cells({2: np.full((64, 64), 0.25), 5: np.full((64, 64), 0.5)})
    values, counts = np.unique(cells, return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {0: 1024, 3: 1024, 6: 2048}


def test_outlines_go_round_cells_of_an_id_and_on_beyond_the_edge():
    cells = np.zeros((16, 16), np.int64)
    cells[0:4, 0:4], cells[1, 1], cells[8:10, 8:10] = 1, 0, 8
    shapes, ids = outlines(cells, 2)
    found = dict(zip(ids.tolist(), shapes, strict=True))
    assert set(found) == {0, 7}
    assert found[0].equals(shapely.box(-2 / 16, -2 / 16, 4 / 16, 4 / 16) - shapely.box(1 / 16, 1 / 16, 2 / 16, 2 / 16))
    assert found[7].equals(shapely.box(0.5, 0.5, 10 / 16, 10 / 16))
    assert len(outlines(np.zeros((16, 16), np.int64), 2)[0]) == 0
