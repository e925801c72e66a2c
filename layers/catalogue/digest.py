"""Content hash of a layer: equal for files with the same features, whatever their order or file format.

SHA-256 over the sorted SHA-256 of each feature as read: raw-double WKB, typed NFC attributes, declared CRS. Nothing is
rounded, because rounding flips at the last digit (docs/architecture.md, Stores).
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from json.encoder import encode_basestring
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

__all__ = ["frame_digest"]

_ROWS_AT_ONCE: Final = 50_000


def frame_digest(frame: gpd.GeoDataFrame) -> str:
    """Return the SHA-256 content hash of a frame, independent of the order of its rows.

    Parameters
    ----------
    frame : GeoDataFrame
        Any CRS (part of the hash), any columns.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> one = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs=4490)
    >>> frame_digest(one) == frame_digest(one.iloc[::-1])
    True
    """
    digests: list[bytes] = []
    for begin in range(0, len(frame), _ROWS_AT_ONCE):
        digests += _feature_digests(frame.iloc[begin : begin + _ROWS_AT_ONCE])
    whole = hashlib.sha256((frame.crs.to_wkt() if frame.crs else "").encode())
    for digest in sorted(digests):
        whole.update(digest)
    return whole.hexdigest()


def _feature_digests(frame: gpd.GeoDataFrame) -> list[bytes]:
    """Return the SHA-256 of each feature, over its WKB and its attributes as JSON with sorted keys."""
    geometry = frame.geometry.name
    shapes = shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1, include_srid=False, flavor="iso")
    texts = {
        unicodedata.normalize("NFC", str(name)): [_text(value) for value in frame[name].tolist()]
        for name in sorted((column for column in frame.columns if column != geometry), key=str)
    }
    names = sorted(texts)
    heads = [f"{', ' if at else '{'}{encode_basestring(name)}: " for at, name in enumerate(names)]
    rows = zip(*(texts[name] for name in names), strict=True) if names else iter([()] * len(frame))
    tail = "}" if names else "{}"
    digests = []
    for shape, row in zip(shapes, rows, strict=True):
        attributes = "".join([part for pair in zip(heads, row, strict=True) for part in pair]) + tail
        digests.append(hashlib.sha256((shape or b"") + attributes.encode()).digest())
    return digests


def _text(value: Any) -> str:
    """Return a cell as JSON text: any missing value as null, strings in NFC."""
    if isinstance(value, str):
        return encode_basestring(value if value.isascii() else unicodedata.normalize("NFC", value))
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "null"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return encode_basestring(unicodedata.normalize("NFC", str(value)))
