"""Export policy: how much of a layer, and of what is derived from it, may be exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from layers.catalogue.model import Export, Layer, LayerSpec, Secrecy

__all__ = ["export_levels", "export_limit", "is_for_internal_use", "may_export", "strictest_export", "withheld_ids"]

_ORDER: Final[tuple[Export, ...]] = ("none", "findings", "full")
_MOST: Final[dict[Secrecy, Export]] = {"public": "full", "internal": "full", "secret": "none"}


def strictest_export(levels: Iterable[Export]) -> Export:
    """Return the strictest of some export levels; ``full`` for an empty iterable.

    Examples
    --------
    >>> strictest_export(["full", "none", "findings"]), strictest_export([])
    ('none', 'full')
    """
    return min(levels, key=_ORDER.index, default="full")


def export_limit(export: Export, secrecy: Secrecy) -> Export:
    """Return an export level limited by secrecy: ``none`` for a secret layer.

    Examples
    --------
    >>> export_limit("full", "internal"), export_limit("full", "secret")
    ('full', 'none')
    """
    return strictest_export([export, _MOST[secrecy]])


def is_for_internal_use(layers: Iterable[Layer]) -> bool:
    """Return whether a map of some layers must be marked 内部用图: one of them has features and is not public."""
    return any(layer.spec.secrecy != "public" and layer.frame is not None and len(layer.frame) for layer in layers)


def export_levels(specs: Iterable[LayerSpec]) -> dict[str, Export]:
    """Return the export level of each layer: no higher than that of anything it is derived from, however far back.

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
        own: Export = "full" if spec.source.empty else export_limit(spec.export, spec.secrecy)
        found[layer_id] = strictest_export(
            [own, *(level(parent, below | {layer_id}) for parent in spec.source.made_of)]
        )
        return found[layer_id]

    return {layer_id: level(layer_id, frozenset()) for layer_id in known}


def withheld_ids(specs: Iterable[LayerSpec]) -> set[str]:
    """Return the ids of the layers of which neither shapes nor measurements may be exported."""
    return {layer_id for layer_id, level in export_levels(specs).items() if level == "none"}


def may_export(layer: Layer, layers: Mapping[str, Layer]) -> bool:
    """Return whether the features of a layer may be exported.

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
