"""The catalogue in use: ``config.toml`` with what the user brought in its place. Browser, command line and server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geo.errors import ConfigError, RedlineError
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.model import LayerSpec
from layers.catalogue.territory import common
from layers.catalogue.user_layers import Overlay, OverlayVersion, read_overlay

__all__ = ["Current", "current_catalogue", "merged"]


@dataclass(frozen=True)
class Current:
    """What is in use.

    Attributes
    ----------
    catalogue : Catalogue
        Shipped entries in their order, then the user's own.
    overlay : Overlay
        What the user brought, all versions; empty where it cannot be read.
    fault : RedlineError or None
        Why the overlay is left out.
    """

    catalogue: Catalogue
    overlay: Overlay
    fault: RedlineError | None = None


def current_catalogue(path: Path) -> Current:
    """Read ``config.toml`` and the overlay of the user's data folder.

    Raises
    ------
    ConfigError
        If ``config.toml`` is wrong. A wrong overlay stops nothing: the catalogue is then as shipped, and `fault` says
        what to mend.
    """
    shipped = read_catalogue(path)
    try:
        overlay = read_overlay()
        return Current(merged(shipped, overlay), overlay)
    except ConfigError as fault:
        return Current(shipped, Overlay(), fault)


def merged(shipped: Catalogue, overlay: Overlay) -> Catalogue:
    """Return a catalogue with the versions that are in use; ground that they take over is left to them."""
    used = {entry.id: entry.in_use for entry in overlay.entry}
    brought = {layer_id: version for layer_id, version in used.items() if version is not None}
    specs = [brought[spec.id].layer if spec.id in brought else spec for spec in shipped.layer]
    for version in brought.values():
        ids = [spec.id for spec in specs]
        if version.layer.id not in ids:  # beside the one whose ground it takes, else at the end
            at = ids.index(version.takes_over) + 1 if version.takes_over in ids else len(specs)
            specs.insert(at, version.layer)
    inside = {spec.stands_for for spec in shipped.layer if spec.must_be_inside}
    specs = [spec.model_copy(update={"must_be_inside": True}) if spec.stands_for in inside else spec for spec in specs]
    narrowed = [_narrowed(spec, list(brought.values())) for spec in specs]
    left = [spec for spec in narrowed if spec is not None]
    return shipped.model_copy(update={"layer": [_derived(spec, left, list(brought.values())) for spec in left]})


def _derived(spec: LayerSpec, specs: list[LayerSpec], brought: list[OverlayVersion]) -> LayerSpec:
    """Return an entry whose source is made of the layers that are in use, those that took ground over among them."""
    takers: dict[str, list[str]] = {}
    for version in brought:
        if version.takes_over:
            takers.setdefault(version.takes_over, []).append(version.layer.id)
    source = spec.source.beside(takers, [one.id for one in specs])
    return spec if source == spec.source else spec.model_copy(update={"source": source})


def _narrowed(spec: LayerSpec, brought: list[OverlayVersion]) -> LayerSpec | None:
    """Return an entry without the ground that other layers took over; None where nothing is left of it."""
    takers = [version for version in brought if version.takes_over == spec.id and version.layer.id != spec.id]
    if not takers:
        return spec
    left, gone = list(spec.extent), list(spec.outside)
    for version in takers:
        left = common(left, version.leaves) if left else list(version.leaves)
        gone += version.layer.extent
        if not left:  # an empty extent would mean everywhere
            return None
    return spec.model_copy(update={"extent": left, "outside": list(dict.fromkeys(gone))})
