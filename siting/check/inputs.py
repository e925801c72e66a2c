"""Reading the input of a check by its settings: which file layer, columns and sites, and the corridor of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import BadInput
from geo.read import read_sites, sites_from_text
from geo.sites import Limits, Sites
from layers.catalogue import Layer
from siting.check.linear import Structure, corridor_sites, linear_sections
from siting.check.settings import Settings

__all__ = ["chosen_sites", "read_input", "sections_of", "structures_of", "widened"]


def read_input(source: Path | bytes, name: str, settings: Settings, limits: Limits) -> Sites:
    """Return the sites of an input, read by the settings of a check.

    Parameters
    ----------
    source : path or bytes
        The file; of coordinates that were typed or pasted, their text in UTF-8.
    name : str
        Of the file.
    settings : Settings
    limits : Limits

    Raises
    ------
    BadInput, CrsError
        As the readers, and where a chosen site is not there.
    """
    if settings.source_kind != "text":
        sites = read_sites(source, name, limits=limits, **settings.reading)
    else:
        content = source if isinstance(source, bytes) else source.read_bytes()
        shape: Any = settings.source_shape
        swap = settings.source_swap or None
        text = content.decode("utf-8", errors="replace")
        sites = sites_from_text(text, settings.crs, shape=shape, swap=swap, limits=limits)
    return chosen_sites(sites, settings.source_sites)


def chosen_sites(sites: Sites, ids: Sequence[str]) -> Sites:
    """Return the sites with the given ids in the order of the source; all sites if no id is given.

    Raises
    ------
    BadInput
        If one is not there.
    """
    if not ids:
        return sites
    known, wanted = sites.frame["site_id"], set(ids)
    for one in ids:
        if not known.eq(one).any():
            raise BadInput("siting.no_site", site=one[:60], known="、".join(known.head(20).astype(str)))
    return replace(sites, frame=sites.frame[known.isin(wanted)].reset_index(drop=True))


def widened(sites: Sites, settings: Settings) -> Sites:
    """Return the sites to check: lines replaced by their corridors if the settings have a width."""
    return corridor_sites(sites, settings.corridor_m) if settings.corridor_m else sites


def structures_of(settings: Settings) -> list[Structure]:
    """Return the bridges and tunnels of the settings."""
    return [Structure(start, end, kind) for kind, start, end in settings.structures]  # type: ignore[arg-type]


def sections_of(sites: Sites, layers: Sequence[Layer], settings: Settings) -> pd.DataFrame | None:
    """Return the sections of lines inside checked layers (`linear_sections`); None if not requested.

    Parameters
    ----------
    sites : Sites
        As read, lines not widened.
    layers : sequence of Layer
    settings : Settings
    """
    if not settings.sections:
        return None
    checked = [layer for layer in layers if layer.spec.checked]
    return linear_sections(sites.frame, checked, structures_of(settings))
