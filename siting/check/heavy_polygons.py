"""Cut the heavy polygons of all layers before the first question, so that every process measures the same pieces."""

from __future__ import annotations

from collections.abc import Mapping

from geo.measure import index_of
from layers.catalogue import Layer, counties_of
from siting.measures import prepared

__all__ = ["cut_heavy_polygons"]


def cut_heavy_polygons(layers: Mapping[str, Layer]) -> None:
    """Cut the heavy polygons of the counties and of the checked layers into cells, unless they are cut already.

    Without this a layer is cut once it was asked often enough (docs/decisions/engine.md). Areas measured before and
    after that may differ in their last digit, so that the rows of two processes would depend on how many sites each
    of them had checked before.

    Parameters
    ----------
    layers : mapping of str to Layer
        The whole catalogue as loaded.

    Raises
    ------
    DataFault
        If no layer of counties is loaded.
    """
    index_of(counties_of(layers)).cut_heavy()
    for layer in layers.values():
        if layer.spec.checked and layer.frame is not None and not layer.frame.empty:
            prepared(layer.frame).index.cut_heavy()
