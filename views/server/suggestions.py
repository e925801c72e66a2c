"""Suggestions of the search box: places, layers' features and coordinates that a text may mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

from layers.catalogue import Layer, counties_of
from layers.gazetteer import Gazetteer, Hit, county_at, find, find_index, searched_layers, spots_in
from layers.paths import data_root
from views.session import Stamp, catalogue, current_layers, region_text, regions_text, stamp, system_text
from words import Lang, has, t

__all__ = ["suggestions"]


_MOST: Final = 12


def suggestions(text: str, language: Lang) -> list[dict[str, str]]:
    """Return suggestions for a text as dicts with ``key``, ``title`` and ``about``; needs no session."""
    layers = current_layers()
    counties = counties_of(layers)
    rows = []
    for spot in spots_in(text):
        county = county_at(spot.lon, spot.lat, counties)
        lon, lat = f"{spot.lon:.6f}", f"{spot.lat:.6f}"
        where = (
            (county["name_zh"] if language == "zh" else county["name_en"]) if county else t("search.nowhere", language)
        )
        system = system_text(spot.crs, language) if spot.crs else ""
        if spot.swapped:
            system = t("search.swapped", language, system=system)
        parts = [where, t("search.read_as", language, system=system) if system else ""]
        row = {
            "key": f"point:{lon},{lat}",
            "title": t("search.point", language, lon=lon, lat=lat),
            "about": " · ".join(part for part in parts if part),
        }
        rows.append((county is None, row))
    rows.sort(key=lambda pair: pair[0])
    inside = [row for outside, row in rows if not outside]
    spots = inside or [row for _, row in rows]
    named = [suggestion(hit, layers, language) for hit in find(search_index(), text, _MOST)]
    return [*spots, *named][:_MOST]


def suggestion(hit: Hit, layers: dict[str, Layer], language: Lang) -> dict[str, str]:
    """Return ``key``, ``title`` and ``about`` of a search hit."""
    parts = [_kind(hit, layers, language)]
    if hit.kind in ("county", "prefecture", "province"):
        parts += [_parent_name(hit.adcodes, language), hit.adcodes]
    else:
        parts.append(_territories_text(hit.adcodes, language))
    if not hit.exact:
        parts.append(t("search.by_county", language))
    return {"key": hit.key, "title": hit_title(hit, language), "about": " · ".join(part for part in parts if part)}


def hit_title(hit: Hit, language: Lang) -> str:
    """Return the name of a search hit in a language, in the other one if it has none."""
    return (hit.name_zh or hit.name_en) if language == "zh" else (hit.name_en or hit.name_zh)


def _kind(hit: Hit, layers: dict[str, Layer], language: Lang) -> str:
    if hit.layer in layers:
        return layers[hit.layer].spec.title(language)
    return t(f"search.kind_{hit.kind}" if has(f"search.kind_{hit.kind}") else "search.kind_place", language)


def _parent_name(adcode: str, language: Lang) -> str:
    """Return the name of a county's prefecture or a prefecture's province; "" for a province."""
    if adcode.endswith("0000"):
        return ""
    return region_text(adcode[:2] + "0000" if adcode.endswith("00") else adcode[:4] + "00", language)


def _territories_text(adcodes: str, language: Lang) -> str:
    codes = [code for code in adcodes.split(";") if code]
    return regions_text(";".join(codes[:3]), language) + ("…" if len(codes) > 3 else "")


def search_index() -> Any:
    """Return the search index over gazetteer and layers, rebuilt when one of them changes."""
    searched = searched_layers(current_layers().values())
    return _cached_index(str(data_root(catalogue().folder)), stamp(), searched)


@st.cache_resource(show_spinner=False, max_entries=4)
def _cached_index(folder: str, now: Stamp, _layers: list[Layer]) -> Any:  # noqa: ARG001 -- the key
    return find_index(Gazetteer.from_data(Path(folder)).places, _layers)
