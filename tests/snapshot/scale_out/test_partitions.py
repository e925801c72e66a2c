"""Partitions on disk hold every site once, and all that a check asks of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from geo.sites import Sites, sites_from_points
from siting.check import run_batch
from snapshot.scale_out.partitions import read_partition, write_partitions
from tests.snapshot.scale_out.conftest import Small


@pytest.mark.parametrize("most", [1, 7, 40, 10_000])
def test_every_site_is_in_one_partition_with_its_own_values(small: Small, tmp_path: Path, most: int) -> None:
    sites = small.sites
    sizes = write_partitions(sites, tmp_path, most)
    parts = [read_partition(path) for path in sorted(tmp_path.iterdir())]
    assert sizes == [len(part.sites) for part in parts]
    assert max(sizes) <= most
    positions = np.concatenate([part.positions for part in parts])
    assert sorted(positions.tolist()) == list(range(len(sites)))
    back = pd.concat([part.sites.frame for part in parts]).iloc[np.argsort(positions)].reset_index(drop=True)
    ours = sites.frame[list(back.columns)]
    assert (back.geometry.to_wkb() == ours.geometry.to_wkb()).all()
    plain = [pd.DataFrame(frame).drop(columns="geometry") for frame in (back, ours)]
    pd.testing.assert_frame_equal(*plain, check_exact=True, check_dtype=False)
    names = pd.concat([part.attributes.to_pandas() for part in parts])["编号"].iloc[np.argsort(positions)]
    assert names.tolist() == sites.frame["编号"].tolist()
    assert {(part.sites.crs, part.sites.name, part.sites.sha256) for part in parts} == {
        (sites.crs, sites.name, sites.sha256)
    }


def test_notices_of_other_sites_stay_with_them(small: Small, tmp_path: Path) -> None:
    dropped = next(notice for notice in small.sites.notices if notice.code == "z_dropped")
    assert 0 < len(dropped.sites) < len(small.sites)
    write_partitions(small.sites, tmp_path, 10)
    found: list[str] = []
    for path in tmp_path.iterdir():
        sites = read_partition(path).sites
        mine = {site for notice in sites.notices if notice.code == "z_dropped" for site in notice.sites}
        assert mine == set(sites.frame["site_id"]) & set(dropped.sites)
        found += mine
    assert sorted(found) == sorted(dropped.sites)


def test_a_check_of_a_partition_says_what_the_whole_said_of_these_sites(small: Small, tmp_path: Path) -> None:
    whole = run_batch(small.sites, small.layers, small.settings).report()["sites"]
    write_partitions(small.sites, tmp_path, 40)
    for path in tmp_path.iterdir():
        part = read_partition(path)
        said = run_batch(part.sites, small.layers, small.settings).report()["sites"]
        assert json.dumps(said) == json.dumps([whole[position] for position in part.positions])


def test_sites_of_a_partition_are_neighbours(small: Small, tmp_path: Path) -> None:
    write_partitions(small.sites, tmp_path, 20)
    ground = [shapely.box(*read_partition(path).sites.frame.total_bounds).area for path in tmp_path.iterdir()]
    at_random = np.array_split(np.random.default_rng(1).permutation(len(small.sites)), len(ground))
    spread = [shapely.box(*small.sites.frame.iloc[rows].total_bounds).area for rows in at_random]
    assert sum(ground) < 0.5 * sum(spread)


def test_a_partition_is_geoparquet(small: Small, tmp_path: Path) -> None:
    write_partitions(small.sites, tmp_path, 1000)
    geo = json.loads(pq.read_schema(tmp_path / "part-00000.parquet").metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4490}


@pytest.mark.parametrize("points", [[(117.0, 27.5)], [(117.0, 27.5)] * 3])
def test_sites_at_one_place_have_a_place_on_the_curve(points: list[tuple[float, float]], tmp_path: Path) -> None:
    sites: Sites = replace(sites_from_points(points), name="点")
    assert write_partitions(sites, tmp_path, 2) == [len(some) for some in np.array_split(points, -(-len(points) // 2))]
