"""Progress of tiles that are being made: the map waits for small layers, large ones are added when ready."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from carto.tiles import LayerTask, ensure_file, is_large, start_missing
from layers.catalogue import Layer
from views.server import tiles_folder
from views.session import markdown_text
from words import Lang, t

__all__ = ["drawable_layers", "has_regions", "make_tiles"]

_POLL_S = 0.2


def drawable_layers(layers: Sequence[Layer], lang: Lang) -> list[Layer]:
    """Return the layers for the map, without the features of large layers whose tiles are not ready yet.

    Tiles of small layers are waited for, with a progress bar. Those of large ones are made in the background, once for
    all sessions; a progress bar above the map reruns the page when they are ready. A layer whose tiles cannot be
    written is named.
    """
    tasks = start_missing(layers, tiles_folder())
    _wait([task for task in tasks if not is_large(task.layer)], lang)
    large = [task for task in tasks if is_large(task.layer)]
    if not large:
        return list(layers)
    _follow(large, lang)
    not_ready = {task.layer.id for task in large}
    return [Layer(layer.spec, "loaded") if layer.id in not_ready else layer for layer in layers]


def make_tiles(layers: Sequence[Layer], lang: Lang) -> None:
    """Make the tiles of all layers with a progress bar; they are finished even if the page is left.

    A layer whose tiles cannot be written is named above the map, which shows the others.
    """
    _wait(start_missing(layers, tiles_folder()), lang)


def _wait(tasks: Sequence[LayerTask], lang: Lang) -> None:
    """Wait for tasks with a progress bar; name those that fail."""
    place = st.empty()
    for one in tasks:
        while not one.task.ended.wait(_POLL_S):
            place.progress(one.task.share, _progress_text(one, lang))
    place.empty()
    failed: dict[str, list[str]] = {}
    for one in tasks:
        if one.task.fault is not None:
            failed.setdefault(_why(one.task.fault), []).append(one.layer.spec.title(lang))
    for why, titles in failed.items():  # the map shows the others, and says which it cannot draw
        st.error(markdown_text(t("carto.prepare_failed", lang, layers=t("answer.list", lang).join(titles), fault=why)))


@st.fragment(run_every=2.0)
def _follow(tasks: list[LayerTask], lang: Lang) -> None:
    """Show the progress of large layers; rerun the page when one is ready."""
    for one in tasks:
        if one.task.fault is not None:
            st.error(markdown_text(_failed_text(one.layer, one.task.fault, lang)))
        elif one.task.ended.is_set():
            st.rerun()
    under_way = [one for one in tasks if not one.task.ended.is_set()]
    if under_way:
        furthest = max(under_way, key=lambda one: one.task.share)
        st.progress(furthest.task.share, _progress_text(furthest, lang))


def has_regions(layer: Layer, lang: Lang) -> bool:
    """Return whether the tiles of a layer's regions are there, made now if need be; say so where they cannot be."""
    try:
        ensure_file(layer, "regions", tiles_folder())
    except OSError as fault:
        st.error(markdown_text(_failed_text(layer, fault, lang)))
        return False
    return True


def _failed_text(layer: Layer, fault: Exception, lang: Lang) -> str:
    """Return that, and why, the tiles of a layer could not be made."""
    return t("carto.prepare_failed", lang, layers=layer.spec.title(lang), fault=_why(fault))


def _why(fault: Exception) -> str:
    """Return the reason of a fault, without a path."""
    return getattr(fault, "strerror", None) or str(fault)


def _progress_text(one: LayerTask, lang: Lang) -> str:
    return t("carto.preparing", lang, layer=one.layer.spec.title(lang), share=f"{one.task.share:.0%}")
