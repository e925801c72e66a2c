"""Layers as they were loaded, stored so that the next process reads them in milliseconds."""

from layers.stored.stamp import stamp_of
from layers.stored.store import StoredLayer, load_stored, store_loaded

__all__ = ["StoredLayer", "load_stored", "stamp_of", "store_loaded"]
