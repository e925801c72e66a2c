"""Variants of sound files with bytes changed, and what comes of reading them."""

from __future__ import annotations

import io
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.confined import Ceilings, confined
from geo.errors import RedlineError
from geo.raster.open import raster_facts
from geo.raster.zones import zonal_figures
from geo.read.formats import read_sites
from geo.sites import ReadLimits
from tests.geo.formats import DEGREES, METRES

__all__ = ["SOUND", "read_in_turn", "read_variants", "variants_of"]

CEILINGS: Final = Ceilings(memory_mb=2000, seconds=120)
LIMITS: Final = ReadLimits(upload_mb=5, unpacked_mb=20, sites=1000, vertices=100_000)
TOO_LONG_S: Final = 20
_AT_ONCE: Final = 60
_FRAME: Final = gpd.GeoDataFrame(
    {"名称": ["甲", "乙"], "area_m2": [1.5, 2.5]},
    geometry=[
        shapely.box(116, 27, 116.01, 27.01),
        shapely.box(117, 28, 117.02, 28.02) - shapely.box(117.01, 28.01, 117.015, 28.015),
    ],
    crs=4490,
)
_NAMES: Final = {kind: (name, crs) for kind, (name, _, crs) in {**DEGREES, "txt": METRES["txt"]}.items()} | {
    **{f"shp member {suffix}": ("a.zip", None) for suffix in ("shp", "shx", "dbf", "prj")},
    "geotiff": ("a.tif", None),
}


def _written(kind: str) -> Callable[[], bytes]:
    def build() -> bytes:
        frame = _FRAME.to_crs(4527) if kind == "txt" else _FRAME
        write = METRES["txt"][1] if kind == "txt" else DEGREES[kind][1]
        with tempfile.TemporaryDirectory() as folder:
            return write(frame, Path(folder))

    return build


def _member(suffix: str) -> Callable[[], bytes]:
    def build() -> bytes:
        with zipfile.ZipFile(io.BytesIO(_written("shp")())) as archive:
            return next(archive.read(name) for name in archive.namelist() if name.endswith(suffix))

    return build


def _geotiff() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tif"
        with rasterio.open(
            path, "w", driver="GTiff", width=40, height=40, count=2, dtype="int16", crs="EPSG:4490", nodata=-1,
            transform=from_origin(116, 28, 0.01, 0.01), compress="deflate", tiled=True, blockxsize=16, blockysize=16,
        ) as grid:  # fmt: skip
            grid.write(np.arange(3200).reshape(2, 40, 40).astype("int16"))
        return path.read_bytes()


SOUND: Final[dict[str, Callable[[], bytes]]] = {
    **{kind: _written(kind) for kind in (*DEGREES, "txt")},
    **{f"shp member {suffix}": _member(suffix) for suffix in ("shp", "shx", "dbf", "prj")},
    "geotiff": _geotiff,
}
"""What builds one small sound file of each format, by its name here."""


def variants_of(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield variants: in turn a bit flipped, some bytes overwritten, a piece cut out or put in, the end cut off."""
    chance = random.Random(seed)
    for number in range(count):
        held = bytearray(content)
        at = chance.randrange(len(held))
        match number % 5:
            case 0:
                held[at] ^= 1 << chance.randrange(8)
            case 1:
                for _ in range(chance.choice([2, 8, 30])):
                    held[chance.randrange(len(held))] = chance.randrange(256)
            case 2:
                del held[at : at + chance.choice([1, 4, 100])]
            case 3:
                held[at:at] = chance.choice(
                    [b"\0" * 4, b"\xff" * 8, b"9" * 30, b"[", b"-1e999", b"<a>", b"\x7f\xff\xff\xff"]
                )
            case _:
                del held[at:]
        yield bytes(held)


def read_variants(variants: Sequence[bytes], kind: str) -> Counter[str]:
    """Return how many variants of a format ended how, read many to a process."""
    found: Counter[str] = Counter()
    for begin in range(0, len(variants), _AT_ONCE):
        batch = list(variants[begin : begin + _AT_ONCE])
        try:
            found.update(confined(read_in_turn, batch, kind, ceilings=CEILINGS))
        except RedlineError:
            for one in batch:
                found.update(_read_alone(one, kind))
    return found


def _read_alone(variant: bytes, kind: str) -> list[str]:
    """Return how one variant ended in a process of its own."""
    try:
        return confined(read_in_turn, [variant], kind, ceilings=CEILINGS)
    except RedlineError as fault:
        return [{"geo.reading_crashed": "broke", "geo.reading_too_long": "too long"}.get(fault.key, fault.key)]


def read_in_turn(variants: list[bytes], kind: str) -> list[str]:
    """Return how each variant ended: read, a sentence, no sentence (with the error), or too long."""
    return [_outcome(one, kind) for one in variants]


def _outcome(variant: bytes, kind: str) -> str:
    begun = time.monotonic()
    try:
        _read(variant, kind)
        how = "read"
    except RedlineError as fault:
        how = "a sentence" if fault.text("zh") and "\n" not in fault.text("zh") else "no sentence"
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:  # noqa: BLE001 -- that is what is looked for
        how = f"no sentence: {type(fault).__name__}: {str(fault)[:60]}"
    return "too long" if time.monotonic() - begun > TOO_LONG_S else how


def _read(variant: bytes, kind: str) -> Any:
    name, crs = _NAMES[kind]
    if kind == "geotiff":
        path = Path(tempfile.gettempdir()) / "variant.tif"
        path.write_bytes(variant)
        facts = raster_facts(path, name)
        return zonal_figures(path, facts, _FRAME, "mean", band=len(facts.bands))
    if kind.startswith("shp member"):
        return read_sites(_shapefile_with(kind.rsplit(" ", maxsplit=1)[-1], variant), name, limits=LIMITS)
    return read_sites(variant, name, crs=crs, limits=LIMITS)


def _shapefile_with(suffix: str, member: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_sound_shapefile())) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, member if name.endswith(suffix) else archive.read(name))
    return out.getvalue()


_SHAPEFILE: list[bytes] = []


def _sound_shapefile() -> bytes:
    if not _SHAPEFILE:
        _SHAPEFILE.append(_written("shp")())
    return _SHAPEFILE[0]
