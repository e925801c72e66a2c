"""Names of checked sites on a map: all of them, or none where they would hide one another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from snapshot.sheet import map_picture


@pytest.mark.parametrize(
    ("count", "step_deg", "written"),
    [
        (9, 0.0005, "some"),  # few: as many as find room
        (200, 0.05, "all"),  # far apart
        (200, 0.0005, "none"),  # close together: which of them would stand would be chance
    ],
)
def test_names_of_sites(count: int, step_deg: float, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr(
        "snapshot.sheet.marks.put_text", lambda _axes, _place, text, *_rest, **_options: names.append(text)
    )
    size = 0.6 * step_deg
    corners = [(116.0 + step_deg * (at % 20), 27.0 + step_deg * (at // 20)) for at in range(count)]
    shapes = [box(lon, lat, lon + size, lat + size) for lon, lat in corners]
    sites = gpd.GeoDataFrame({"site_id": [str(at) for at in range(count)]}, geometry=shapes, crs=4490)
    west, south, east, north = np.array(sites.total_bounds) + np.array([-0.02, -0.02, 0.02, 0.02])
    map_picture([], (west, south, east, north), 400, 300, catalogue=[], lang="zh", sites=sites)
    assert {"some": 0 < len(names) <= count, "all": len(names) == count, "none": not names}[written]
