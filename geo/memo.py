"""Cache results computed from a frame for as long as the frame lives."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import geopandas as gpd

__all__ = ["per_frame"]

Made = TypeVar("Made")


def per_frame(build: Callable[[gpd.GeoDataFrame], Made]) -> Callable[[gpd.GeoDataFrame], Made]:
    """Return `build` with its result cached by the identity of the frame, until the frame is garbage collected.

    For frames that nobody changes in place, as loaded layers are. What `build` returns must not hold the frame, or
    neither would ever be freed. Two threads that call it first may both build; the later result is cached.
    """
    cache: dict[int, tuple[weakref.ref[gpd.GeoDataFrame], Made]] = {}
    lock = threading.Lock()

    @wraps(build)
    def remembered(frame: gpd.GeoDataFrame) -> Made:
        key = id(frame)
        with lock:
            entry = cache.get(key)
        if entry is not None and entry[0]() is frame:
            return entry[1]
        made = build(frame)
        with lock:
            cache[key] = (weakref.ref(frame, lambda gone: _forget(key, gone)), made)
        return made

    def _forget(key: int, gone: weakref.ref[gpd.GeoDataFrame]) -> None:
        # no lock: a frame may go while this thread holds it; each step on a dict is atomic
        found = cache.get(key)
        if found is not None and found[0] is gone:
            cache.pop(key, None)

    return remembered
