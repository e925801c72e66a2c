"""The address of a view: what the map page shows, as the query of a link and back. Pure: no session, no screen.

What a link brings is anybody's text: each value is taken only if it is one that we could have written; the rest is as
if it were not there.

| key | what |
|---|---|
| ``c`` | longitude, latitude, zoom |
| ``l`` | layers, top first, joined by ``~``: ``-`` before one: off; ``.60`` behind it: 60 % opaque; then its years |
| ``base`` | the base map |
| ``cmp`` | left layer, right layer and the divider in per cent, joined by ``~`` |
| ``at`` | longitude, latitude of the spot that was clicked |
| ``region`` | the region chosen last |
| ``lang`` | language |
| ``i2`` | the indicator right of the divider |
| ``i_…`` | the indicator and its classes, as the page that chooses them keeps them |

Years of a layer: ``@2021-2025``; with ``d`` behind them, or ``@dated`` for all years, nothing without a date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from carto.scene import Compare, LayerDisplay, Scene, View
from words import LANGUAGES

__all__ = ["OURS", "ViewAddress", "from_query", "is_ours", "to_query"]

OURS: Final = frozenset({"c", "l", "base", "cmp", "at", "region", "lang", "i2"})
_INDICATOR: Final = "i_"

_ID: Final = r"[a-z][a-z0-9_]{1,40}"
_NUMBER: Final = r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?"
_VIEW: Final = re.compile(rf"({_NUMBER}),({_NUMBER}),([0-9]{{1,2}})")
_SPOT: Final = re.compile(rf"({_NUMBER}),({_NUMBER})")
_LAYER: Final = re.compile(
    rf"(-?)({_ID})(?:\.(?P<opaque>[0-9]{{1,3}}))?"
    r"(?:@(?:(?P<first>[12][0-9]{3})-(?P<last>[12][0-9]{3})(?P<only>d?)|(?P<dated>dated)))?"
)
_COMPARE: Final = re.compile(rf"({_ID})?~({_ID})?~([0-9]{{1,3}})")
_NAME: Final = re.compile(_ID)
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,20}")
_BESIDE: Final = re.compile(r"@?[a-z0-9][a-z0-9_-]{0,59}")
_LONGEST: Final = 4000
_LONGEST_VALUE: Final = 200
_MOST_FIELDS: Final = 20
_CLOSEST: Final = 22
_FAINTEST: Final = 10


@dataclass(frozen=True)
class ViewAddress:
    """All of a view that a link carries.

    Attributes
    ----------
    scene : Scene
    region : str
        Id of a region of the catalogue, "" for none.
    indicator : dict of str to str
        Whatever the indicators' page keeps of its choice.
    beside : str
        The indicator right of the divider, "" for none.
    lang : str
        "" for the one of the reader.
    """

    scene: Scene = field(default_factory=Scene)
    region: str = ""
    indicator: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    lang: str = ""


def is_ours(key: str) -> bool:
    """Tell whether a key of a query belongs to the view; others are left alone."""
    return key in OURS or key.startswith(_INDICATOR)


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
        query["c"] = f"{_degrees(scene.view.lon)},{_degrees(scene.view.lat)},{scene.view.zoom}"
    query["l"] = "~".join(_layer(one) for one in scene.panel)
    query["base"] = scene.base
    if scene.compare is not None:
        query["cmp"] = f"{scene.compare.left}~{scene.compare.right}~{round(100 * scene.compare.share)}"
    if scene.clicked is not None:
        query["at"] = f"{_degrees(scene.clicked[0])},{_degrees(scene.clicked[1])}"
    query["region"] = address.region
    query["lang"] = address.lang
    query["i2"] = address.beside
    query |= {f"{_INDICATOR}{name}": value for name, value in address.indicator.items()}
    return {key: value for key, value in query.items() if value}


def from_query(query: Mapping[str, str]) -> ViewAddress:
    """Return the view that a query asks for; what does not hold is left out.

    Parameters
    ----------
    query : mapping of str to str
        From anybody.

    Examples
    --------
    >>> from_query({"c": "115.9,28.7,9", "at": "<script>", "l": "rivers.60~-nosuch"}).scene.view
    View(lon=115.9, lat=28.7, zoom=9)
    """
    told = {key: value for key, value in query.items() if isinstance(value, str) and len(value) <= _LONGEST}
    view, spot = _VIEW.fullmatch(told.get("c", "")), _SPOT.fullmatch(told.get("at", ""))
    compare = _COMPARE.fullmatch(told.get("cmp", ""))
    place = _place(view[1], view[2]) if view else None
    scene = Scene(
        view=View(*place, min(int(view[3]), _CLOSEST)) if view and place else None,
        panel=_panel(told.get("l", "")),
        base=told["base"] if _NAME.fullmatch(told.get("base", "")) else "",
        compare=_compare(compare) if compare else None,
        clicked=_place(spot[1], spot[2]) if spot else None,
    )
    fields = {key.removeprefix(_INDICATOR): value for key, value in told.items() if key.startswith(_INDICATOR)}
    sound = {name: value for name, value in fields.items() if _FIELD.fullmatch(name) and _short(value)}
    return ViewAddress(
        scene=scene,
        region=told["region"] if _NAME.fullmatch(told.get("region", "")) else "",
        indicator=dict(list(sound.items())[:_MOST_FIELDS]),
        beside=told["i2"] if _BESIDE.fullmatch(told.get("i2", "")) else "",
        lang=told["lang"] if told.get("lang") in LANGUAGES else "",
    )


def _degrees(value: float) -> str:
    """Return degrees to about a metre, without idle zeros."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def _layer(one: LayerDisplay) -> str:
    faint = f".{round(100 * one.opacity)}" if one.opacity < 1 else ""
    years = f"@{one.years[0]}-{one.years[1]}{'' if one.undated else 'd'}" if one.years else ""
    return f"{'' if one.on else '-'}{one.id}{faint}{years or ('' if one.undated else '@dated')}"


def _panel(text: str) -> tuple[LayerDisplay, ...]:
    """Return the layers of a link; the first mention of one counts."""
    found: dict[str, LayerDisplay] = {}
    for part in text.split("~"):
        one = _LAYER.fullmatch(part)
        if one and one[2] not in found:
            opacity = max(_FAINTEST, min(100, int(one["opaque"]))) / 100 if one["opaque"] else 1.0
            years = (int(one["first"]), int(one["last"])) if one["first"] else None
            undated = not (one["only"] or one["dated"])
            if years is None or years[0] <= years[1]:
                found[one[2]] = LayerDisplay(one[2], not one[1], opacity, years, undated)
    return tuple(found.values())


def _compare(found: re.Match[str]) -> Compare | None:
    """Return a comparison that has two different sides."""
    left, right = found[1] or "", found[2] or ""
    if left == right:
        return None
    return Compare(left, right, min(int(found[3]), 100) / 100)


def _place(lon: str, lat: str) -> tuple[float, float] | None:
    """Return a place on the earth that a Mercator map can show."""
    x, y = float(lon), float(lat)
    return (x, y) if -180 <= x <= 180 and -85 <= y <= 85 else None


def _short(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_VALUE and value.isprintable()
