"""Keep what was made of a frame for as long as the frame lives."""

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
    """Remember the result of `build` by the identity of its frame; forget it when the frame goes.

    For frames that nobody changes in place, as loaded layers are. What `build` returns must not hold the frame, or
    neither would ever go. Two threads that ask first may both build; the later result stays.
    """
    kept: dict[int, tuple[weakref.ref[gpd.GeoDataFrame], Made]] = {}
    lock = threading.Lock()

    @wraps(build)
    def remembered(frame: gpd.GeoDataFrame) -> Made:
        key = id(frame)
        with lock:
            found = kept.get(key)
        if found is not None and found[0]() is frame:
            return found[1]
        made = build(frame)
        with lock:
            kept[key] = (weakref.ref(frame, lambda gone: _forget(key, gone)), made)
        return made

    def _forget(key: int, gone: weakref.ref[gpd.GeoDataFrame]) -> None:
        # no lock: a frame may go while this thread holds it; each step on a dict is atomic
        found = kept.get(key)
        if found is not None and found[0] is gone:
            kept.pop(key, None)

    return remembered
