"""The catalogue in use: ``config.toml`` with the user's imported layers merged in, for browser, CLI and server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.errors import ConfigError, RedlineError
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.model import Bilingual, LayerSpec
from layers.catalogue.territory import common_territories
from layers.catalogue.user_layers import UserCatalogue, UserVersion, read_user_catalogue
from layers.sources import UnreadableSource

__all__ = ["UNREADABLE_LAYERS", "CatalogueInUse", "current_catalogue", "merge_user_catalogue"]

UNREADABLE_LAYERS: Final = "unreadable_layers"
"""Id of the entry that stands for the user's own layers while their catalogue cannot be read."""


@dataclass(frozen=True)
class CatalogueInUse:
    """The catalogue in use and the user catalogue merged into it.

    Attributes
    ----------
    catalogue : Catalogue
        Shipped entries in their order, then the user's own; where those cannot be read, an entry that stands for them.
    user_catalogue : UserCatalogue
        All versions of the user's layers; empty where it cannot be read.
    shipped : Catalogue
        ``config.toml`` alone.
    fault : RedlineError or None
        Why the user catalogue was not merged.
    """

    catalogue: Catalogue
    user_catalogue: UserCatalogue
    shipped: Catalogue
    fault: RedlineError | None = None

    @property
    def closed(self) -> frozenset[str]:
        """Ids of the layers that are left out because a person may not see them (`layers.catalogue.visible`)."""
        return self.catalogue.closed


def current_catalogue(path: Path) -> CatalogueInUse:
    """Return ``config.toml`` with the catalogue of the user's data folder merged in.

    Raises
    ------
    ConfigError
        If ``config.toml`` is wrong. A wrong user catalogue raises nothing: one entry then stands for its layers, which
        fails to load (a check names it as not checked), and `fault` is the reason.
    """
    shipped = read_catalogue(path)
    try:
        user_catalogue = read_user_catalogue()
        return CatalogueInUse(merge_user_catalogue(shipped, user_catalogue), user_catalogue, shipped)
    except ConfigError as fault:
        catalogue = shipped.model_copy(update={"layer": [*shipped.layer, _stand_in(fault)]})
        return CatalogueInUse(catalogue, UserCatalogue(), shipped, fault)


def _stand_in(fault: ConfigError) -> LayerSpec:
    """Return the entry that stands for the user's own layers while their catalogue cannot be read."""
    return LayerSpec(
        id=UNREADABLE_LAYERS,
        title=Bilingual(zh="自有图层", en="Own layers"),
        group="own",
        role="other",
        stands_for=UNREADABLE_LAYERS,
        source=UnreadableSource(
            kind="unreadable",
            file=str(fault.values.get("file", "")),
            before=str(fault.values.get("before", "")),
            fault=str(fault.values.get("fault", fault)),
        ),
        publisher=Bilingual(zh="—", en="—"),
        licence="not public",
        as_of="unknown",
        basis="statutory",
        export="findings",
    )


def merge_user_catalogue(shipped: Catalogue, user_catalogue: UserCatalogue) -> Catalogue:
    """Return a catalogue with the user catalogue's versions in use; layers that they supersede lose that extent."""
    in_use = {entry.id: entry.in_use for entry in user_catalogue.entry}
    versions = {layer_id: version for layer_id, version in in_use.items() if version is not None}
    specs = [versions[spec.id].layer if spec.id in versions else spec for spec in shipped.layer]
    for version in versions.values():
        ids = [spec.id for spec in specs]
        if version.layer.id not in ids:  # after the layer that it supersedes, else at the end
            at = ids.index(version.takes_over) + 1 if version.takes_over in ids else len(specs)
            specs.insert(at, version.layer)
    inside = {spec.stands_for for spec in shipped.layer if spec.must_be_inside}
    specs = [spec.model_copy(update={"must_be_inside": True}) if spec.stands_for in inside else spec for spec in specs]
    remaining = [_without_superseded_extent(spec, list(versions.values())) for spec in specs]
    left = [spec for spec in remaining if spec is not None]
    return shipped.model_copy(
        update={"layer": [_with_current_sources(spec, left, list(versions.values())) for spec in left]}
    )


def _with_current_sources(spec: LayerSpec, specs: list[LayerSpec], versions: list[UserVersion]) -> LayerSpec:
    """Return an entry whose source is derived from the layers in use, those that supersede one of its own included."""
    superseding: dict[str, list[str]] = {}
    for version in versions:
        if version.takes_over:
            superseding.setdefault(version.takes_over, []).append(version.layer.id)
    source = spec.source.with_superseding(superseding, [one.id for one in specs])
    return spec if source == spec.source else spec.model_copy(update={"source": source})


def _without_superseded_extent(spec: LayerSpec, versions: list[UserVersion]) -> LayerSpec | None:
    """Return an entry without the extent that other layers supersede; None where no extent is left."""
    superseding = [version for version in versions if version.takes_over == spec.id and version.layer.id != spec.id]
    if not superseding:
        return spec
    left, outside = list(spec.extent), list(spec.outside)
    for version in superseding:
        left = common_territories(left, version.leaves) if left else list(version.leaves)
        outside += version.layer.extent
        if not left:  # an empty extent would mean everywhere
            return None
    return spec.model_copy(update={"extent": left, "outside": list(dict.fromkeys(outside))})
