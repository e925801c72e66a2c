"""Write layers the same way every time: EPSG:4490, provenance on every feature, same bytes for the same input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from pyproj import Geod

from tools.data.packages import ROOT, manifest

DATA = ROOT / "data"
CRS = 4490
GEOD = Geod(ellps="GRS80")  # the CGCS2000 ellipsoid differs from GRS 80 by 0.1 mm in the minor axis


@dataclass(frozen=True)
class Provenance:
    """Source, licence, date, positional accuracy and basis of a feature."""

    source: str
    licence: str
    as_of: str
    accuracy_m: float
    basis: str


def provenance(key: str, as_of: str, accuracy_m: float, basis: str, via: str = "") -> Provenance:
    """Return the provenance of features of the package `key`; `via` names the processing."""
    entry = manifest()[key]
    source = f"{entry.get('name', key)} {entry['version']}" + (f", {via}" if via else "")
    return Provenance(source, entry["licence"], as_of, accuracy_m, basis)


def stamp(frame: gpd.GeoDataFrame, origin: Provenance) -> gpd.GeoDataFrame:
    """Return a frame with the five provenance columns set."""
    return frame.assign(
        source=origin.source,
        licence=origin.licence,
        as_of=origin.as_of,
        accuracy_m=float(origin.accuracy_m),
        basis=origin.basis,
    )


def area_m2(geometry: shapely.Geometry) -> float:
    """Return the ellipsoidal area by Karney's geodesics, for which the edges of the data are short enough."""
    return abs(GEOD.geometry_area_perimeter(geometry)[0])


def write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a frame as FlatGeobuf, columns in the frame's order, geometry last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    columns = [c for c in frame.columns if c != "geometry"]
    frame[[*columns, "geometry"]].to_file(path, driver="FlatGeobuf", engine="pyogrio", promote_to_multi=True)
    print(f"  {path.relative_to(ROOT)}: {len(frame)} features, {path.stat().st_size / 1e3:.0f} kB", flush=True)
