"""Base maps: shaded relief, a plain colour, and what the configuration allows from outside (nothing by default)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from carto.style import THEME
from layers.catalogue import OnlineMap
from words import Lang, t

__all__ = ["PLAIN", "RELIEF", "Base", "allowed_hosts", "bases_of"]

RELIEF: Final = "relief"
PLAIN: Final = "plain"
_PLAIN_COLOUR: Final = "#f6f6f4"


@dataclass(frozen=True)
class Base:
    """The shaded relief: its address, its bounds as ((south, west), (north, east)) in degrees, the colour around it."""

    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    background: str = THEME["map-ground"]


def bases_of(relief: Base | None, online: Sequence[OnlineMap], lang: Lang) -> list[dict[str, Any]]:
    """Return the base maps to choose from, the one to begin with first."""
    found: list[dict[str, Any]] = []
    if relief is not None:
        found.append({
            "id": RELIEF, "kind": "image", "title": t("map.base_relief", lang), "url": relief.url,
            "bounds": relief.bounds, "background": relief.background, "attribution": t("map.base_relief_by", lang),
        })  # fmt: skip
    found.append({"id": PLAIN, "kind": "plain", "title": t("map.base_plain", lang), "background": _PLAIN_COLOUR})
    return found + [_online(one, lang) for one in online]


def _online(one: OnlineMap, lang: Lang) -> dict[str, Any]:
    """Return a service outside; without its key it stands in the list and cannot be chosen."""
    told = {"id": one.id, "kind": "tiles", "title": one.title(lang), "background": _PLAIN_COLOUR}
    key = os.environ.get(one.key_env, "") if one.key_env else ""
    if one.key_env and not key:
        return {**told, "absent": t("map.base_no_key", lang, name=one.key_env)}
    return {
        **told,
        "url": one.template.replace("{key}", quote(key, safe="")),
        "subdomains": one.subdomains,
        "attribution": one.attribution,
        "maxZoom": one.max_zoom,
    }


def allowed_hosts(online: Sequence[OnlineMap]) -> frozenset[str]:
    """Return the hosts that the configuration allows, as they stand in the addresses."""
    return frozenset(urlsplit(one.url).netloc for one in online)
