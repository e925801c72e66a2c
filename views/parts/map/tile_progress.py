"""Layers whose tiles are still being made: small ones are waited for, large ones come to the map when ready."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from carto.tiles import LayerTask, is_large, start_missing
from geo.errors import RedlineError
from layers.catalogue import Layer
from views.server import tiles_folder
from words import Lang, t

__all__ = ["drawable", "make_tiles"]

_LOOK_S = 0.2


def drawable(layers: Sequence[Layer], lang: Lang) -> list[Layer]:
    """Return the layers as the map can show them now: those whose tiles are under way come without their features.

    Small layers are made first, with a bar that shows how far. A large one is made in the background, for all sessions
    at once; a bar above the map follows it and brings it in.

    Raises
    ------
    RedlineError
        If the tiles of a small layer cannot be written.
    """
    tasks = start_missing(layers, tiles_folder())
    _wait([one for one in tasks if not is_large(one.layer)], lang)
    large = [one for one in tasks if is_large(one.layer)]
    if not large:
        return list(layers)
    _follow(large, lang)
    away = {one.layer.id for one in large}
    return [Layer(layer.spec, "loaded") if layer.id in away else layer for layer in layers]


def make_tiles(layers: Sequence[Layer], lang: Lang) -> None:
    """Make the tiles of layers, large ones too, and show how far; if the page is left they are made all the same.

    Raises
    ------
    RedlineError
        If they cannot be written.
    """
    _wait(start_missing(layers, tiles_folder()), lang)


def _wait(tasks: Sequence[LayerTask], lang: Lang) -> None:
    place = st.empty()
    for one in tasks:
        while not one.task.ended.wait(_LOOK_S):
            place.progress(one.task.share, _text(one, lang))
        if one.task.fault is not None:
            raise RedlineError("carto.prepare_failed", layer=one.layer.spec.title(lang), fault=str(one.task.fault))
    place.empty()


@st.fragment(run_every=2.0)
def _follow(tasks: list[LayerTask], lang: Lang) -> None:
    """Show how far large layers are; the page is run again when one is ready."""
    for one in tasks:
        if one.task.fault is not None:
            title = one.layer.spec.title(lang)
            st.error(t("carto.prepare_failed", lang, layer=title, fault=str(one.task.fault)))
        elif one.task.ended.is_set():
            st.rerun()
    under_way = [one for one in tasks if not one.task.ended.is_set()]
    if under_way:
        furthest = max(under_way, key=lambda one: one.task.share)
        st.progress(furthest.task.share, _text(furthest, lang))


def _text(one: LayerTask, lang: Lang) -> str:
    return t("carto.preparing", lang, layer=one.layer.spec.title(lang), share=f"{one.task.share:.0%}")
