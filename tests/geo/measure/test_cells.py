"""Cut polygons against whole ones: the same rows, whatever the sites and however near they lie to an edge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from numpy.typing import NDArray

from geo.measure import FeatureIndex, areas_of, nearest, overlay
from geo.measure.cells import HEAVY_POINTS, Cells
from geo.measure.overlays import feature_pairs
from tests.helpers import frame_4490

WEST, SOUTH = 116.0, 27.0
Shapes = NDArray[np.object_]


def rough(seed: int, *, vertices: int = 3000, radius: float = 0.05, at: tuple[float, float] = (0.1, 0.1)) -> object:
    """Return a polygon with a rough outline, valid, of about as many vertices."""
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    wave = np.arange(1, 12)
    height, phase = chance.normal(0, 0.25 / wave), chance.uniform(0, 2 * np.pi, 11)
    shape = 1 + (height[:, None] * np.sin(wave[:, None] * angle + phase[:, None])).sum(0)
    r = radius * np.clip(shape + chance.normal(0, 5e-4, vertices), 0.2, None)
    return shapely.make_valid(
        shapely.Polygon(np.column_stack([WEST + at[0] + r * np.cos(angle), SOUTH + at[1] + r * np.sin(angle)]))
    )


def layer() -> Shapes:
    """Return polygons as layers have them: rough, holed, nested, of several parts, touching, long and thin, tiny."""
    plain, other = rough(1), rough(2, at=(0.25, 0.12))
    holed = shapely.difference(rough(3, at=(0.1, 0.3)), rough(4, at=(0.1, 0.3), radius=0.02))
    nested = rough(4, at=(0.1, 0.3), radius=0.02)  # fills the hole
    parts = shapely.union(rough(5, at=(0.3, 0.3), radius=0.02), rough(6, at=(0.38, 0.3), radius=0.02))
    ring = shapely.get_coordinates(plain)
    neighbour = shapely.difference(shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2), plain)  # shares every edge
    ribbon = shapely.buffer(shapely.affinity.translate(shapely.LineString(ring[:2000]), 0.0, 0.25), 2e-5)
    square = shapely.segmentize(shapely.box(WEST + 0.25, SOUTH, WEST + 0.3125, SOUTH + 0.0625), 1e-4)  # along the cells
    tiny = shapely.box(WEST + 0.1, SOUTH + 0.1, WEST + 0.1001, SOUTH + 0.1001)
    return np.array([plain, other, holed, nested, parts, neighbour, ribbon, square, tiny], dtype=object)


def sites() -> Shapes:
    """Return sites of every size: far inside, across edges, along them, made of the features' own edges, wider."""
    chance = np.random.default_rng(7)
    corner = chance.uniform((WEST - 0.02, SOUTH - 0.02), (WEST + 0.45, SOUTH + 0.45), (1500, 2))
    size = 0.001 * chance.lognormal(0, 1.5, (1500, 2))
    free = shapely.box(*corner.T, *(corner + size).T)
    plain, *_ = layer()
    ring = shapely.get_coordinates(plain)
    at = chance.integers(0, len(ring) - 40, 200)
    edges = [shapely.make_valid(shapely.Polygon(ring[start : start + 40])) for start in at]
    exact = [one for one in edges if one.geom_type == "Polygon" and one.area > 0]
    corners = np.stack(np.meshgrid(np.arange(24), np.arange(9)), axis=-1).reshape(-1, 2) / 64 + (WEST, SOUTH)
    cells = shapely.box(*corners.T, *(corners + 1 / 64).T)
    whole = [plain, shapely.buffer(plain, 0.001), shapely.box(WEST - 1, SOUTH - 1, WEST + 1, SOUTH + 1)]
    points = [*shapely.points(ring[:50]), *shapely.points(corner[:200])]
    lines = [shapely.LineString(ring[:300]), *shapely.linestrings(np.stack([corner[:99], corner[1:100]], axis=1))]
    return np.array([*free, *exact, *cells, *whole, *points, *lines], dtype=object)


def rows(table: pd.DataFrame) -> dict[tuple[int, int], str]:
    return dict(zip(zip(table["site"], table["feature"], strict=True), table["relation"], strict=True))


@pytest.mark.parametrize("tolerance_m", [0.0, 0.001, 1.0])
def test_cut_polygons_give_the_rows_of_whole_ones(tolerance_m: float) -> None:
    ours, theirs = frame_4490(*sites()), layer()
    cut = FeatureIndex(theirs)
    cut.cut_heavy()
    assert len(cut.heavy) == 8
    found = feature_pairs(ours, cut, touch_tolerance_m=tolerance_m)
    expected = feature_pairs(ours, FeatureIndex(theirs, plain=True), touch_tolerance_m=tolerance_m)
    assert rows(found) == rows(expected)
    assert set(expected["relation"]) == {"within", "covers", "overlaps", "touches", "crosses"}
    for name in ("overlap_m2", "overlap_m", "share"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, atol=1e-6)
    has = expected["piece"].notna().to_numpy()
    assert (found["piece"].notna().to_numpy() == has).all()
    apart = shapely.hausdorff_distance(found["piece"][has].to_numpy(), expected["piece"][has].to_numpy())
    assert np.nanmax(apart) < 1e-10


def test_distances_to_cut_polygons_are_those_to_whole_ones() -> None:
    ours, theirs = frame_4490(*sites()[:400]), layer()
    cut = FeatureIndex(theirs)
    cut.cut_heavy()
    found, expected = nearest(ours, cut), nearest(ours, FeatureIndex(theirs, plain=True))
    assert 0 < (expected["distance_m"] == 0).sum() < len(expected)
    pd.testing.assert_frame_equal(found, expected)


def test_pieces_make_up_their_polygon_and_are_few_points_each() -> None:
    shapes = layer()[:8]
    cells = Cells(shapes)
    everywhere = cells.around(np.array([[WEST - 1, SOUTH - 1, WEST + 1, SOUTH + 1]]))
    assert everywhere.polygon.tolist() == list(range(8))
    assert shapely.equals(everywhere.shape, shapes).all()
    corners = np.stack(np.meshgrid(np.arange(32), np.arange(32)), axis=-1).reshape(-1, 2) / 64 + (WEST, SOUTH)
    boxes = np.hstack([corners, corners + 1 / 64])
    near = cells.around(boxes)
    pieces = shapely.intersection(near.shape, shapely.box(*boxes[near.box].T))
    summed = np.bincount(near.polygon, weights=np.nan_to_num(areas_of(pieces)), minlength=8)
    np.testing.assert_allclose(summed, areas_of(shapes), rtol=1e-12, atol=1e-5)


def test_polygons_are_cut_once_questions_cost_as_much_and_not_for_a_click() -> None:
    index = FeatureIndex(layer())
    click = frame_4490(shapely.box(WEST + 0.1, SOUTH + 0.1, WEST + 0.101, SOUTH + 0.101))
    overlay(click, index)
    assert not index.is_cut
    overlay(frame_4490(*sites()), index)
    assert index.is_cut
    light = FeatureIndex(np.array([shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1)]))
    overlay(frame_4490(*sites()), light)
    assert not light.is_cut


def test_threads_that_share_an_index_find_the_same() -> None:
    ours, index = frame_4490(*sites()), FeatureIndex(layer())
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: overlay(ours, index), range(8)))
    for one in found[1:]:
        pd.testing.assert_frame_equal(one, found[0], rtol=1e-9)


def test_many_sites_are_taken_in_portions_with_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, index = frame_4490(*sites()), FeatureIndex(layer())
    index.cut_heavy()
    at_once = overlay(ours, index)
    monkeypatch.setattr("geo.measure.overlays._PORTION", 100)
    pd.testing.assert_frame_equal(overlay(ours, index), at_once)


def test_what_fast_clipping_breaks_is_made_again_by_intersection(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = layer()[:2]
    clip = shapely.clip_by_rect

    def poor(shape: object, *bounds: float) -> object:
        clipped = clip(shape, *bounds)
        return shapely.Polygon() if shapely.get_num_coordinates(clipped) < HEAVY_POINTS else clipped

    monkeypatch.setattr(shapely, "clip_by_rect", poor)
    index = FeatureIndex(shapes)
    index.cut_heavy()
    ours = frame_4490(*sites()[:300])
    found, expected = overlay(ours, index), overlay(ours, FeatureIndex(shapes, plain=True))
    assert rows(found) == rows(expected)
    np.testing.assert_allclose(found["overlap_m2"], expected["overlap_m2"], rtol=1e-9, atol=1e-6)
