"""Sites on disk in partitions: GeoParquet files of sites that lie near one another, along a space-filling curve.

A partition holds all that a check asks of `geo.sites.Sites`: the columns of its frame, how coordinate systems were
read, and which notices of the reader concern its sites; and, for the results, the attributes as they came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.notices import Notice
from geo.sites import OUR_COLUMNS, Sites
from geo.whole_file import whole_file
from siting.check import crs_from_json, crs_to_json
from snapshot.columnar import POSITION, attribute_table, file_name, shape_table

__all__ = ["Partition", "read_partition", "write_partitions"]

_HEAD: Final = b"redline_sites"
_OWN: Final = "own:"
"""Before the names of the source's attributes, which may be called as our columns are."""


@dataclass(frozen=True)
class Partition:
    """Some sites of an input.

    Attributes
    ----------
    sites : Sites
        Without attributes, the shapes as the source has them, and notices of other sites alone.
    positions : array of int
        Of each site, its place in the input.
    attributes : Table
        Of each site, from `snapshot.columnar.attribute_table` of the whole input.
    """

    sites: Sites
    positions: NDArray[np.int64]
    attributes: pa.Table

    def portions(self, size: int) -> list[Partition]:
        """Return the partition in pieces of at most so many sites."""
        return [self._rows(begin, min(begin + size, len(self.sites))) for begin in range(0, len(self.sites), size)]

    def _rows(self, begin: int, end: int) -> Partition:
        frame = self.sites.frame.iloc[begin:end].reset_index(drop=True)
        sites, positions = replace(self.sites, frame=frame), self.positions[begin:end]
        return Partition(sites, positions, self.attributes.slice(begin, end - begin))


def write_partitions(sites: Sites, folder: Path, most_sites: int) -> list[int]:
    """Write sites in partitions of neighbours; return how many are in each.

    Parameters
    ----------
    sites : Sites
    folder : Path
        Gets a file for each, named by `snapshot.columnar.file_name`.
    most_sites : int
        In a partition.
    """
    order = np.argsort(sites.frame.geometry.hilbert_distance().to_numpy(), kind="stable")
    attributes = attribute_table(sites.frame)
    attributes = attributes.rename_columns([f"{_OWN}{name}" for name in attributes.column_names])
    parts = np.array_split(order, -(-len(order) // most_sites))
    for number, rows in enumerate(parts):
        own = sites.frame.iloc[rows]
        columns: dict[str, Any] = {POSITION: pa.array(rows, pa.int64())}
        columns |= {name: pa.array(own[name].to_numpy(), from_pandas=False) for name in OUR_COLUMNS}
        columns |= dict(zip(attributes.column_names, attributes.take(pa.array(rows)).columns, strict=True))
        shapes = shape_table(own.geometry.to_numpy())
        table = pa.table(columns | {"geometry": shapes["geometry"]})
        head = json.dumps(_head(sites, set(own["site_id"])), ensure_ascii=False, default=str).encode()
        with whole_file(folder / file_name(number)) as draft:
            pq.write_table(table.replace_schema_metadata({**shapes.schema.metadata, _HEAD: head}), draft)
    return [len(rows) for rows in parts]


def read_partition(path: Path) -> Partition:
    """Return a partition that `write_partitions` wrote.

    Raises
    ------
    OSError
        If it is not there.
    """
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[_HEAD])
    ours = {name: table[name].to_numpy() for name in OUR_COLUMNS}
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    notices = [Notice(one["code"], one["values"], sites=tuple(one["sites"])) for one in head["notices"]]
    own = [name for name in table.column_names if name.startswith(_OWN)]
    attributes = table.select(own).rename_columns([name.removeprefix(_OWN) for name in own])
    return Partition(
        Sites(
            gpd.GeoDataFrame(ours, geometry=shapes, crs=STORE_CRS),
            crs_from_json(head["crs"]),
            head["name"],
            head["sha256"],
            tuple(notices),
        ),
        table[POSITION].to_numpy(),
        attributes.replace_schema_metadata(None),
    )


def _head(sites: Sites, ids: set[str]) -> dict[str, Any]:
    """Return what `Sites` says besides its frame, of the sites with these ids."""
    notices = [
        {"code": notice.code, "values": dict(notice.values), "sites": [one for one in notice.sites if one in ids]}
        for notice in sites.notices
        if not notice.sites or not ids.isdisjoint(notice.sites)
    ]
    return {"name": sites.name, "sha256": sites.sha256, "crs": crs_to_json(sites.crs), "notices": notices}
