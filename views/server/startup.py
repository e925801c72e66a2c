"""What the first start makes ready before the browser opens: the tiles of every layer, once for each content hash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carto.tiles import prepare as prepare_tiles
from layers.catalogue import Layer, current_catalogue, load_layers
from views.server.endpoints import tiles_folder
from words import Lang, t

__all__ = ["prepare"]


def prepare(config: Path, progress: Callable[[str], None], lang: Lang = "zh") -> None:
    """Load the catalogue of `config` and make the tiles that are not there yet, telling `progress` of each.

    Raises
    ------
    ConfigError
        If the catalogue is wrong: better now, in the console, than on the first page.
    """
    told: dict[str, int] = {}

    def step(layer: Layer, share: float) -> None:
        tenth = int(share * 10)
        if told.get(layer.id) == tenth:
            return
        told[layer.id] = tenth
        progress(t("carto.preparing", lang, layer=layer.spec.title(lang), share=f"{tenth * 10}%"))

    current = current_catalogue(config)
    if current.fault is not None:
        progress(current.fault.text(lang))
    layers = load_layers(current.catalogue)
    for layer in layers.values():
        if layer.fault is not None:
            progress(layer.fault.text(lang))
    prepare_tiles(layers.values(), tiles_folder(), step)
