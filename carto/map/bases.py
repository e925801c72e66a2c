"""Base maps: shaded relief, a plain colour, and the online services that the configuration allows (none by default)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from carto.style import THEME
from layers.catalogue import OnlineMap
from words import Lang, t

__all__ = ["PLAIN", "RELIEF", "ShadedRelief", "allowed_hosts", "base_maps"]

RELIEF: Final = "relief"
PLAIN: Final = "plain"
_PLAIN_COLOUR: Final = "#f6f6f4"


@dataclass(frozen=True)
class ShadedRelief:
    """The shaded relief: URL, bounds as ((south, west), (north, east)) in degrees, colour outside of them."""

    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    background: str = THEME["map-ground"]


def base_maps(relief: ShadedRelief | None, online: Sequence[OnlineMap], lang: Lang) -> list[dict[str, Any]]:
    """Return the base maps as the browser reads them, the default one first."""
    maps: list[dict[str, Any]] = []
    if relief is not None:
        maps.append({
            "id": RELIEF, "kind": "image", "title": t("map.base_relief", lang), "url": relief.url,
            "bounds": relief.bounds, "background": relief.background, "attribution": t("map.base_relief_by", lang),
        })  # fmt: skip
    maps.append({"id": PLAIN, "kind": "plain", "title": t("map.base_plain", lang), "background": _PLAIN_COLOUR})
    return maps + [_online_base_map(service, lang) for service in online]


def _online_base_map(service: OnlineMap, lang: Lang) -> dict[str, Any]:
    """Return an online tile service as the browser reads it; without its API key it is listed but cannot be chosen."""
    common = {"id": service.id, "kind": "tiles", "title": service.title(lang), "background": _PLAIN_COLOUR}
    key = os.environ.get(service.key_env, "") if service.key_env else ""
    if service.key_env and not key:
        return {**common, "absent": t("map.base_no_key", lang, name=service.key_env)}
    return {
        **common,
        "url": service.template.replace("{key}", quote(key, safe="")),
        "subdomains": service.subdomains,
        "attribution": service.attribution,
        "maxZoom": service.max_zoom,
    }


def allowed_hosts(online: Sequence[OnlineMap]) -> frozenset[str]:
    """Return the hosts (with port) of the online services that the configuration allows."""
    return frozenset(urlsplit(service.url).netloc for service in online)
