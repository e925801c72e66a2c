"""Layers whose tiles are still being made: small ones are waited for, large ones come to the map when ready."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from carto.tiles import Job, is_large, started
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
    jobs = started(layers, tiles_folder())
    _wait([job for job in jobs if not is_large(job.layer)], lang)
    large = [job for job in jobs if is_large(job.layer)]
    if not large:
        return list(layers)
    _follow(large, lang)
    away = {job.layer.id for job in large}
    return [Layer(layer.spec, "loaded") if layer.id in away else layer for layer in layers]


def make_tiles(layers: Sequence[Layer], lang: Lang) -> None:
    """Make the tiles of layers, large ones too, and show how far; if the page is left they are made all the same.

    Raises
    ------
    RedlineError
        If they cannot be written.
    """
    _wait(started(layers, tiles_folder()), lang)


def _wait(jobs: Sequence[Job], lang: Lang) -> None:
    place = st.empty()
    for job in jobs:
        while not job.over.wait(_LOOK_S):
            place.progress(job.share, _text(job, lang))
        if job.fault is not None:
            raise RedlineError("carto.prepare_failed", layer=job.layer.spec.title(lang), fault=str(job.fault))
    place.empty()


@st.fragment(run_every=2.0)
def _follow(jobs: list[Job], lang: Lang) -> None:
    """Show how far large layers are; the page is run again when one is ready."""
    for job in jobs:
        if job.fault is not None:
            st.error(t("carto.prepare_failed", lang, layer=job.layer.spec.title(lang), fault=str(job.fault)))
        elif job.over.is_set():
            st.rerun()
    under_way = [job for job in jobs if not job.over.is_set()]
    if under_way:
        furthest = max(under_way, key=lambda job: job.share)
        st.progress(furthest.share, _text(furthest, lang))


def _text(job: Job, lang: Lang) -> str:
    return t("carto.preparing", lang, layer=job.layer.spec.title(lang), share=f"{job.share:.0%}")
