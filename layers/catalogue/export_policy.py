"""What may leave: the one answer to how much of a layer, and of what is derived from it, may be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from layers.catalogue.model import Export, Layer, LayerSpec

__all__ = ["export_levels", "may_export", "strictest", "withheld_ids"]

_ORDER: Final[tuple[Export, ...]] = ("none", "findings", "full")


def strictest(levels: Iterable[Export]) -> Export:
    """Return the strictest of some levels; ``full`` where there is none.

    Examples
    --------
    >>> strictest(["full", "none", "findings"]), strictest([])
    ('none', 'full')
    """
    return min(levels, key=_ORDER.index, default="full")


def export_levels(specs: Iterable[LayerSpec]) -> dict[str, Export]:
    """Return how much of each layer may leave: no more than of anything that it is derived from, however far back.

    A corridor along a layer draws that layer's line, and so does a corridor along the corridor.

    Parameters
    ----------
    specs : iterable of LayerSpec
        Of a catalogue, whole: of a layer that is missing nothing is known, so nothing derived from it may leave.

    Returns
    -------
    dict
        By id: ``none`` (neither shapes nor what was measured), ``findings`` (no shapes), ``full``.
    """
    known = {spec.id: spec for spec in specs}
    found: dict[str, Export] = {}

    def level(layer_id: str, below: frozenset[str]) -> Export:
        if layer_id in found:
            return found[layer_id]
        if layer_id not in known or layer_id in below:
            return "none"
        spec = known[layer_id]
        own: Export = "full" if spec.source.empty else spec.export  # nothing is there that could leave
        found[layer_id] = strictest([own, *(level(parent, below | {layer_id}) for parent in spec.source.made_of)])
        return found[layer_id]

    return {layer_id: level(layer_id, frozenset()) for layer_id in known}


def withheld_ids(specs: Iterable[LayerSpec]) -> set[str]:
    """Return the ids of the layers whose measures must not leave, nor their shapes."""
    return {layer_id for layer_id, level in export_levels(specs).items() if level == "none"}


def may_export(layer: Layer, layers: Mapping[str, Layer]) -> bool:
    """Tell whether the features of a layer may leave.

    Parameters
    ----------
    layer : Layer
    layers : mapping of str to Layer
        The catalogue as loaded, whole.
    """
    if layer.frame is None or layer.frame.empty:
        return False
    specs = {one.id: one.spec for one in layers.values()} | {layer.id: layer.spec}
    return export_levels(specs.values())[layer.id] == "full"
