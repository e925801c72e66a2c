"""What is made before the server opens: missing tile files of all layers, and what the map's panel tells of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carto.map import panel_json
from carto.tiles import make_missing
from geo.progress import Progress
from layers.catalogue import Layer, current_catalogue, load_layers
from layers.paths import stored_layers
from views.server.endpoints import tiles_folder
from views.session import current_layers
from words import LANGUAGES, Lang, t

__all__ = ["prepare_panels", "prepare_tiles"]


def prepare_tiles(config: Path, write_line: Callable[[str], None], lang: Lang = "zh") -> None:
    """Make the missing tile files of the catalogue of `config`; progress and faults are passed to `write_line`.

    Raises
    ------
    ConfigError
        If the catalogue is invalid.
    """
    current = current_catalogue(config)
    if current.fault is not None:
        write_line(current.fault.text(lang))
    layers = load_layers(current.catalogue, store=stored_layers())
    for layer in layers.values():
        if layer.fault is not None:
            write_line(layer.fault.text(lang))
    for layer in layers.values():
        try:
            make_missing(layer, tiles_folder(), _by_tenths(layer, write_line, lang))
        except OSError as fault:  # a full disk: the map says which layers it cannot draw, the rest works
            why = fault.strerror or type(fault).__name__
            write_line(t("carto.tiles_not_made", lang, layer=layer.spec.title(lang), fault=why))


def prepare_panels() -> None:
    """Make badges and legends of all layers, in each language: of every row once, kept for all sessions."""
    for lang in LANGUAGES:
        panel_json(list(current_layers().values()), lang, lambda _layer, _kind: "", (), None)


def _by_tenths(layer: Layer, write_line: Callable[[str], None], lang: Lang) -> Progress:
    """Return a progress callback that writes one line for each tenth of a layer."""
    written = -1

    def show(share: float, _doing: str = "", /) -> None:
        nonlocal written
        tenth = int(share * 10)
        if tenth != written:
            written = tenth
            write_line(t("carto.preparing", lang, layer=layer.spec.title(lang), share=f"{tenth * 10}%"))

    return show
