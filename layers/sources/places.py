"""Source that reads the towns and townships of ``data/gazetteer`` as points."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd
from pydantic import Field

from geo.crs import STORE_CRS
from layers.paths import PRODUCT, data_root
from layers.places import place_files, place_table
from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["PlacesSource"]

_COLUMNS: Final = ("place_id", "name_zh", "name_en", "adcode", "source", "licence", "as_of", "accuracy_m", "basis")


class PlacesSource(Source):
    """The places of ``data/gazetteer`` that have a point and a Chinese name."""

    kind: Literal["places"]
    kinds: list[str] = Field(min_length=1)
    """The kinds of places to keep, those first that are named first where there is no room for all names."""

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the paths of the tables."""
        return place_files(_gazetteer(folder))

    def files_read(self, folder: Path) -> list[Path] | None:
        """Return the paths of the tables."""
        return self.shipped_files(folder)

    def read(self, request: ReadRequest) -> SourceData:
        """Return one point for each place, in the order of `kinds`, the most populous first."""
        places = place_table(_gazetteer(request.folder))
        places = places[places["kind"].isin(self.kinds) & (places["name_zh"] != "")]
        rank = places["kind"].map({kind: at for at, kind in enumerate(self.kinds)})
        people = pd.to_numeric(places["population"], errors="coerce").fillna(0)
        ordered = places.loc[
            pd.DataFrame({"rank": rank, "people": -people}).sort_values(["rank", "people"], kind="stable").index
        ]
        points = gpd.points_from_xy(ordered["lon"].astype(float), ordered["lat"].astype(float), crs=STORE_CRS)
        return SourceData(gpd.GeoDataFrame(ordered[list(_COLUMNS)].reset_index(drop=True), geometry=points))


def _gazetteer(folder: Path) -> Path:
    """Return the gazetteer beside the plan tables, else the product's."""
    beside = data_root(folder) / "gazetteer"
    return beside if beside.is_dir() else PRODUCT / "data" / "gazetteer"
