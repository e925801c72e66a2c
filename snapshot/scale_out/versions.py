"""What the rows of a check depend on besides its sites: versions of the software, the rules and the layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from layers.catalogue import Layer, withheld_ids
from siting.check import canonical, counts, software_now
from siting.law import law_digest

__all__ = ["Versions", "versions_of"]


@dataclass(frozen=True)
class Versions:
    """Versions of all that the rows of a check depend on besides its sites.

    Attributes
    ----------
    software : dict
        Of Redline, GEOS and PROJ, by name.
    law_sha256 : str
        Of all tables of rules.
    layers : dict
        By id, a hash of the content, the state and the catalogue entry of each layer that counts.
    """

    software: dict[str, str]
    law_sha256: str
    layers: dict[str, str]

    def differences(self, other: Versions) -> list[str]:
        """Return what differs, by name: software, ``data/law``, layers by their id."""
        named = (
            (self.software, other.software),
            ({"data/law, data/plans": self.law_sha256}, {"data/law, data/plans": other.law_sha256}),
            (self.layers, other.layers),
        )
        return [name for ours, theirs in named for name in ours | theirs if ours.get(name) != theirs.get(name)]

    @property
    def digest(self) -> str:
        """A hash of all of them."""
        return sha256(canonical(asdict(self)).encode()).hexdigest()


def versions_of(layers: Mapping[str, Layer]) -> Versions:
    """Return the versions of this process.

    Parameters
    ----------
    layers : mapping of str to Layer
        The whole catalogue as loaded.
    """
    withheld = withheld_ids(layer.spec for layer in layers.values())
    return Versions(
        asdict(software_now()),
        law_digest(),
        {layer.id: _layer_digest(layer, withheld) for layer in layers.values() if counts(layer)},
    )


def _layer_digest(layer: Layer, withheld: set[str]) -> str:
    """Return a hash of a layer: its content, its entry but for the place of its files, whether measures may leave."""
    entry = layer.spec.model_dump(mode="json", exclude={"source", "style"})
    return sha256(canonical([entry, layer.state, layer.digest, layer.id in withheld]).encode()).hexdigest()
