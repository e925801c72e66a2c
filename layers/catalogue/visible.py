"""The catalogue as a person may see it: without the layers that are closed to them, which one entry stands for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from layers.access import Person
from layers.catalogue.in_use import UNREADABLE_LAYERS, CatalogueInUse, merge_user_catalogue
from layers.catalogue.model import Bilingual, LayerSpec
from layers.catalogue.user_layers import stored_layer_ids
from layers.sources import NoAccessSource

__all__ = ["CLOSED_LAYERS", "closed_layers", "is_restricted", "visible_catalogue"]

CLOSED_LAYERS: Final = "closed_layers"
"""Id of the one entry that stands for all layers that a person may not see."""


def closed_layers(in_use: CatalogueInUse, person: Person) -> frozenset[str]:
    """Return the ids of the layers, in use or not, that a person may not see."""
    access = in_use.shipped.access
    if not access.is_on:
        return frozenset()
    imported = {entry.id for entry in in_use.user_catalogue.entry}
    if in_use.fault is not None:  # stored checks still know them
        imported |= set(stored_layer_ids())
    everywhere = {spec.id for spec in in_use.catalogue.layer if spec.role == "boundary"}
    known = imported | {spec.id for spec in in_use.shipped.layer} | set(access.layers)
    known -= everywhere  # a check needs them, and nothing in them is secret
    return frozenset(one for one in known if not access.may_see(person, one, imported=one in imported))


def is_restricted(in_use: CatalogueInUse, layer_id: str) -> bool:
    """Return whether somebody with a role may not see a layer."""
    access, imported = in_use.shipped.access, in_use.user_catalogue.of(layer_id) is not None
    return not access.may_see(Person("somebody", role="viewer"), layer_id, imported=imported)


def visible_catalogue(in_use: CatalogueInUse, closed: Collection[str]) -> CatalogueInUse:
    """Return the catalogue without closed layers and without what is derived from them.

    A layer that a closed one supersedes is whole again: what is left of it would show where the closed one lies.
    One entry stands for all that is missing (`CLOSED_LAYERS`); it tells neither how many they are nor what.
    """
    if not closed:
        return in_use
    entries = [entry for entry in in_use.user_catalogue.entry if entry.id not in closed]
    user_catalogue = in_use.user_catalogue.model_copy(update={"entry": entries})
    merged = merge_user_catalogue(in_use.shipped, user_catalogue)
    missing = set(closed)
    left = [*merged.layer, *(one for one in in_use.catalogue.layer if one.id == UNREADABLE_LAYERS)]
    while made_of_them := [one for one in left if one.id in missing or not missing.isdisjoint(one.source.made_of)]:
        missing |= {one.id for one in made_of_them}
        left = [one for one in left if one.id not in missing]
    if not missing.isdisjoint(spec.id for spec in in_use.catalogue.layer):
        left = [*left, _stand_in()]
    catalogue = merged.model_copy(update={"layer": left, "closed": frozenset(closed)})
    return replace(in_use, catalogue=catalogue, user_catalogue=user_catalogue)


def _stand_in() -> LayerSpec:
    """Return the entry that stands for the layers that a person may not see."""
    return LayerSpec(
        id=CLOSED_LAYERS,
        title=Bilingual(zh="本账号无权查看的图层", en="Layers that you may not see"),
        group="own",
        role="other",
        stands_for=CLOSED_LAYERS,
        source=NoAccessSource(kind="no_access"),
        publisher=Bilingual(zh="—", en="—"),
        licence="not public",
        as_of="unknown",
        basis="statutory",
        export="findings",
    )
