"""What the search box offers while somebody types."""

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
    """Return what a text typed may mean: ``key``, ``title`` and ``about`` of each. Runs outside of any session."""
    layers = current_layers()
    counties = counties_of(layers)
    rows = []
    for spot in spots_in(text):
        here = county_at(spot.lon, spot.lat, counties)
        lon, lat = f"{spot.lon:.6f}", f"{spot.lat:.6f}"
        where = (here["name_zh"] if language == "zh" else here["name_en"]) if here else t("search.nowhere", language)
        system = system_text(spot.crs, language) if spot.crs else ""
        if spot.swapped:
            system = t("search.swapped", language, system=system)
        parts = [where, t("search.read_as", language, system=system) if system else ""]
        row = {
            "key": f"point:{lon},{lat}",
            "title": t("search.point", language, lon=lon, lat=lat),
            "about": " · ".join(part for part in parts if part),
        }
        rows.append((here is None, row))
    rows.sort(key=lambda pair: pair[0])
    inside = [row for outside, row in rows if not outside]
    places = inside or [row for _, row in rows]
    named = [suggestion(hit, layers, language) for hit in find(search_index(), text, _MOST)]
    return [*places, *named][:_MOST]


def suggestion(hit: Hit, layers: dict[str, Layer], language: Lang) -> dict[str, str]:
    parts = [_kind(hit, layers, language)]
    if hit.kind in ("county", "prefecture", "province"):
        parts += [_above(hit.adcodes, language), hit.adcodes]
    else:
        parts.append(_places_text(hit.adcodes, language))
    if not hit.exact:
        parts.append(t("search.by_county", language))
    return {"key": hit.key, "title": hit_title(hit, language), "about": " · ".join(part for part in parts if part)}


def hit_title(hit: Hit, language: Lang) -> str:
    return (hit.name_zh or hit.name_en) if language == "zh" else (hit.name_en or hit.name_zh)


def _kind(hit: Hit, layers: dict[str, Layer], language: Lang) -> str:
    if hit.layer in layers:
        return layers[hit.layer].spec.title(language)
    return t(f"search.kind_{hit.kind}" if has(f"search.kind_{hit.kind}") else "search.kind_place", language)


def _above(adcode: str, language: Lang) -> str:
    """Return the prefecture of a county, the province of a prefecture; "" for a province."""
    if adcode.endswith("0000"):
        return ""
    return region_text(adcode[:2] + "0000" if adcode.endswith("00") else adcode[:4] + "00", language)


def _places_text(adcodes: str, language: Lang) -> str:
    codes = [code for code in adcodes.split(";") if code]
    return regions_text(";".join(codes[:3]), language) + ("…" if len(codes) > 3 else "")


def search_index() -> Any:
    """Return the index over gazetteer and layers, made again when one of them changes."""
    searched = searched_layers(current_layers().values())
    return _built(str(data_root(catalogue().folder)), stamp(), searched)


@st.cache_resource(show_spinner=False, max_entries=2)
def _built(folder: str, now: Stamp, _layers: list[Layer]) -> Any:  # noqa: ARG001 -- the key
    return find_index(Gazetteer.from_data(Path(folder)).places, _layers)
