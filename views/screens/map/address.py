"""Encode the view of the map page as the query of a link, and decode it. Pure functions: no session, no Streamlit.

A query is untrusted text: a value that `to_query` could not have written is ignored.

| key | what |
|---|---|
| ``c`` | longitude, latitude, zoom |
| ``l`` | layers, top first, joined by ``~``: ``-`` before one: off; ``.60`` behind it: 60 % opaque; then its years |
| ``base`` | the base map |
| ``cmp`` | left layer, right layer and the divider in per cent, joined by ``~`` |
| ``at`` | longitude, latitude of the point that was clicked |
| ``region`` | the region chosen last |
| ``lang`` | language |
| ``i2`` | the indicator right of the divider |
| ``i_…`` | the choice of indicator and its classes (`views.parts.indicators.CHOICE`), a key each |

Years of a layer: ``@2021-2025``; with ``d`` behind them, or ``@dated`` for all years, without undated features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from carto.scene import Compare, LayerDisplay, Scene, View
from words import LANGUAGES

__all__ = ["VIEW_KEYS", "ViewAddress", "from_query", "is_view_key", "to_query"]

VIEW_KEYS: Final = frozenset({"c", "l", "base", "cmp", "at", "region", "lang", "i2"})
_INDICATOR_PREFIX: Final = "i_"

_ID: Final = r"[a-z][a-z0-9_]{1,40}"
_NUMBER: Final = r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?"
_VIEW: Final = re.compile(rf"({_NUMBER}),({_NUMBER}),([0-9]{{1,2}})")
_POINT: Final = re.compile(rf"({_NUMBER}),({_NUMBER})")
_LAYER: Final = re.compile(
    rf"(-?)({_ID})(?:\.(?P<opaque>[0-9]{{1,3}}))?"
    r"(?:@(?:(?P<first>[12][0-9]{3})-(?P<last>[12][0-9]{3})(?P<only>d?)|(?P<dated>dated)))?"
)
_COMPARE: Final = re.compile(rf"({_ID})?~({_ID})?~([0-9]{{1,3}})")
_NAME: Final = re.compile(_ID)
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,20}")
_SECOND_INDICATOR: Final = re.compile(r"@?[a-z0-9][a-z0-9_-]{0,59}")
_MAX_LENGTH: Final = 4000
_MAX_FIELD_LENGTH: Final = 200
_MAX_FIELDS: Final = 20
_MAX_ZOOM: Final = 22
_MIN_OPACITY_PERCENT: Final = 10


@dataclass(frozen=True)
class ViewAddress:
    """The view of the map page, as far as a link encodes it.

    Attributes
    ----------
    scene : Scene
    region : str
        Id of a region of the catalogue, "" for none.
    indicator : dict of str to str
        The choice of indicator and its classes, as `views.parts.indicators.CHOICE` holds it.
    second_indicator : str
        Id of the indicator right of the divider, "" for none.
    lang : str
        Language code, "" for the one that the reader has chosen.
    """

    scene: Scene = field(default_factory=Scene)
    region: str = ""
    indicator: Mapping[str, str] = field(default_factory=dict)
    second_indicator: str = ""
    lang: str = ""


def is_view_key(key: str) -> bool:
    """Return whether a key of a query is one that `to_query` writes."""
    return key in VIEW_KEYS or key.startswith(_INDICATOR_PREFIX)


def to_query(address: ViewAddress) -> dict[str, str]:
    """Return the query of a view; what is not set is left out.

    Examples
    --------
    >>> to_query(ViewAddress(Scene(View(115.9, 28.7, 9), (LayerDisplay("rivers", True, 0.6),)), lang="zh"))
    {'c': '115.9,28.7,9', 'l': 'rivers.60', 'lang': 'zh'}
    """
    scene = address.scene
    query = {}
    if scene.view is not None:
        query["c"] = f"{_degrees_text(scene.view.lon)},{_degrees_text(scene.view.lat)},{scene.view.zoom}"
    query["l"] = "~".join(_layer_text(one) for one in scene.panel)
    query["base"] = scene.base
    if scene.compare is not None:
        query["cmp"] = f"{scene.compare.left}~{scene.compare.right}~{round(100 * scene.compare.share)}"
    if scene.clicked is not None:
        query["at"] = f"{_degrees_text(scene.clicked[0])},{_degrees_text(scene.clicked[1])}"
    query["region"] = address.region
    query["lang"] = address.lang
    query["i2"] = address.second_indicator
    query |= {f"{_INDICATOR_PREFIX}{name}": value for name, value in address.indicator.items()}
    return {key: value for key, value in query.items() if value}


def from_query(query: Mapping[str, str]) -> ViewAddress:
    """Return the view that a query encodes; values that are not valid are left out.

    Parameters
    ----------
    query : mapping of str to str
        Untrusted.

    Examples
    --------
    >>> from_query({"c": "115.9,28.7,9", "at": "<script>", "l": "rivers.60~-nosuch"}).scene.view
    View(lon=115.9, lat=28.7, zoom=9)
    """
    values = {key: value for key, value in query.items() if isinstance(value, str) and len(value) <= _MAX_LENGTH}
    view, point = _VIEW.fullmatch(values.get("c", "")), _POINT.fullmatch(values.get("at", ""))
    compare = _COMPARE.fullmatch(values.get("cmp", ""))
    centre = _parse_lon_lat(view[1], view[2]) if view else None
    scene = Scene(
        view=View(*centre, min(int(view[3]), _MAX_ZOOM)) if view and centre else None,
        panel=_parse_layers(values.get("l", "")),
        base=values["base"] if _NAME.fullmatch(values.get("base", "")) else "",
        compare=_parse_compare(compare) if compare else None,
        clicked=_parse_lon_lat(point[1], point[2]) if point else None,
    )
    prefixed = {key: value for key, value in values.items() if key.startswith(_INDICATOR_PREFIX)}
    choice = {key.removeprefix(_INDICATOR_PREFIX): value for key, value in prefixed.items()}
    valid = {name: value for name, value in choice.items() if _FIELD.fullmatch(name) and _is_short_text(value)}
    return ViewAddress(
        scene=scene,
        region=values["region"] if _NAME.fullmatch(values.get("region", "")) else "",
        indicator=dict(list(valid.items())[:_MAX_FIELDS]),
        second_indicator=values["i2"] if _SECOND_INDICATOR.fullmatch(values.get("i2", "")) else "",
        lang=values["lang"] if values.get("lang") in LANGUAGES else "",
    )


def _degrees_text(value: float) -> str:
    """Return degrees to five decimals (about a metre), without trailing zeros."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def _layer_text(layer: LayerDisplay) -> str:
    """Return a layer as the key ``l`` has it: ``-rivers.60@2021-2025d``."""
    opacity = f".{round(100 * layer.opacity)}" if layer.opacity < 1 else ""
    years = f"@{layer.years[0]}-{layer.years[1]}{'' if layer.undated else 'd'}" if layer.years else ""
    return f"{'' if layer.on else '-'}{layer.id}{opacity}{years or ('' if layer.undated else '@dated')}"


def _parse_layers(text: str) -> tuple[LayerDisplay, ...]:
    """Return the layers of the key ``l``; of a layer named twice, the first."""
    layers: dict[str, LayerDisplay] = {}
    for part in text.split("~"):
        match = _LAYER.fullmatch(part)
        if match and match[2] not in layers:
            opacity = max(_MIN_OPACITY_PERCENT, min(100, int(match["opaque"]))) / 100 if match["opaque"] else 1.0
            years = (int(match["first"]), int(match["last"])) if match["first"] else None
            undated = not (match["only"] or match["dated"])
            if years is None or years[0] <= years[1]:
                layers[match[2]] = LayerDisplay(match[2], not match[1], opacity, years, undated)
    return tuple(layers.values())


def _parse_compare(match: re.Match[str]) -> Compare | None:
    """Return the comparison of two layers; None where both sides are the same."""
    left, right = match[1] or "", match[2] or ""
    if left == right:
        return None
    return Compare(left, right, min(int(match[3]), 100) / 100)


def _parse_lon_lat(lon: str, lat: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees; None where a Mercator map cannot show them."""
    x, y = float(lon), float(lat)
    return (x, y) if -180 <= x <= 180 and -85 <= y <= 85 else None


def _is_short_text(value: str) -> bool:
    return 0 < len(value) <= _MAX_FIELD_LENGTH and value.isprintable()
