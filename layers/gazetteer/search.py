"""Search by name over the gazetteer and the features of the loaded layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely

from layers.catalogue import INDICATIVE_BASES, Layer
from layers.gazetteer.spellings import normalised

__all__ = ["Hit", "find", "find_index", "hit_of", "searched_layers"]

_COLUMNS: Final = (
    "key", "kind", "layer", "name_zh", "name_en", "adcodes", "lon", "lat", "west", "south", "east", "north",
    "drawn_as", "former_adcodes", "zh", "en", "also", "weight",
)  # fmt: skip
_TERRITORIES: Final = ("county", "prefecture", "province")
_SEATS: Final = ("city", "county_seat", "district")
_ROLES: Final = {"project": 6, "protected": 4, "river": 4}
"""Weight of the features of a role among equal matches; lower is better."""
_OWN: Final = 5
_NONE: Final = 9
_LONGEST: Final = 60
_SPELT: Final = 50_000
"""Names beyond so many of one layer are found by their characters only: spelling them out would keep people waiting."""


@dataclass(frozen=True)
class Hit:
    """One search result.

    Attributes
    ----------
    key : str
        Key for `hit_of`: ``county:361002``, ``place:…``, ``layer:projects:000-…``.
    kind : str
        county, prefecture, province, zone, a kind of place (town, city …), or the role of the layer.
    layer : str
        Id of the layer; "" for what stands in the gazetteer.
    name_zh, name_en : str
    adcodes : str
        Territories that it is, or lies in, ";" between; "" where that is not written down.
    lon, lat : float or None
        EPSG:4490 degrees; None where only the territory is known.
    bounds : tuple of float or None
        West, south, east, north of what is drawn.
    exact : bool
        False where only the territory is known: a symbol in it, or nothing, is drawn.
    """

    key: str
    kind: str
    layer: str
    name_zh: str
    name_en: str
    adcodes: str
    lon: float | None
    lat: float | None
    bounds: tuple[float, float, float, float] | None
    exact: bool


def searched_layers(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers whose features can be found by name.

    Boundaries are found through the gazetteer; a corridor bears the name of its river, a modelled polygon that of its
    city: neither is what somebody who types the name looks for.
    """
    return [
        layer
        for layer in layers
        if layer.frame is not None
        and len(layer.frame)
        and layer.spec.role not in ("boundary", "raster", "indicator")
        and layer.spec.source.kind != "corridor"
        and not (layer.spec.basis == "modelled" and layer.spec.basis in INDICATIVE_BASES)
    ]


def find_index(places: pd.DataFrame, layers: Iterable[Layer]) -> pd.DataFrame:
    """Return the search index, with a row for each name of each source.

    Parameters
    ----------
    places : DataFrame
        `layers.gazetteer.gazetteer.Gazetteer.places`.
    layers : iterable of Layer
        From `searched_layers`. Features of a layer that share a name are one row: a river drawn in nine pieces.

    Returns
    -------
    DataFrame
        The fields of `Hit`, ``zh``, ``en``, ``also`` (normalised names), ``py`` and ``ini`` (names in pinyin, and its
        first letters), ``weight``.
    """
    parts = [_places(places), *(_features(layer) for layer in layers)]
    every = pd.concat([part.reindex(columns=list(_COLUMNS)) for part in parts], ignore_index=True)
    names = pd.Series(every["name_zh"].unique())
    counted = every.groupby("layer")["name_zh"].transform("size") <= _SPELT
    spelt = names[names.isin(set(every.loc[counted, "name_zh"]))]
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- its dictionaries take a second; a check searches nothing

    syllables = [lazy_pinyin(name, errors="default") for name in spelt]
    spelling = pd.DataFrame(
        {"py": ["".join(each) for each in syllables], "ini": ["".join(s[:1] for s in each) for each in syllables]},
        index=pd.Index(spelt, name="name_zh"),
    ).apply(normalised)
    for column in ("py", "ini"):
        every[column] = every["name_zh"].map(spelling[column]).fillna("")
    return every


def find(index: pd.DataFrame, text: str, limit: int = 12) -> list[Hit]:
    """Return search results for `text`: exact names first, then those beginning with it, then any other match.

    Parameters
    ----------
    index : DataFrame
        From `find_index`.
    text : str
        As typed: a name in Chinese, English or pinyin, the first letters of its pinyin, or an adcode. Never read as a
        pattern.
    limit : int
    """
    query = str(normalised(pd.Series([text[:_LONGEST]])).iloc[0]).replace(";", "")
    if not query or limit < 1:
        return []
    rank = _by_code(index, query) if query.isdigit() else _by_name(index, query)
    found = index.assign(rank=rank, length=index["zh"].str.len())[rank < _NONE]
    found = found.sort_values(["rank", "weight", "length", "zh", "key"], kind="stable").head(limit)
    return [_hit(row) for row in found.to_dict("records")]


def hit_of(index: pd.DataFrame, key: str) -> Hit | None:
    """Return the search result of a key; None if the layer no longer has it."""
    rows = index[index["key"] == key]
    return _hit(rows.iloc[0].to_dict()) if len(rows) else None


def _by_name(index: pd.DataFrame, query: str) -> np.ndarray:
    zh, en, py, ini = index["zh"], index["en"], index["py"], index["ini"]
    exact = (zh == query) | (en == query) | index["also"].str.contains(f";{query};", regex=False)
    begins = zh.str.startswith(query) | en.str.startswith(query)

    holds = zh.str.contains(query, regex=False) | en.str.contains(query, regex=False)
    holds |= index["also"].str.contains(query, regex=False)
    if not (query.isascii() and query.isalpha()):
        return np.select([exact, begins, holds], [0, 1, 3], _NONE)
    spelt = py.str.startswith(query)
    spelt_in = py.str.contains(query, regex=False) if len(query) > 2 else spelt
    letters = ini.str.startswith(query) if len(query) > 1 else spelt
    return np.select([exact, begins | spelt, holds, letters, spelt_in], [0, 1, 3, 4, 5], _NONE)


def _by_code(index: pd.DataFrame, query: str) -> np.ndarray:
    """Return ranks by adcode: current, then former, then beginning with the query (territories only)."""
    itself = index["kind"].isin(_TERRITORIES)
    mine, former = index["adcodes"].where(itself, ""), ";" + index["former_adcodes"].fillna("") + ";"
    named = index["name_zh"].str.contains(query, regex=False)  # G35, 318国道
    begins = mine.str.startswith(query) if 2 <= len(query) <= 6 else mine == query
    return np.select(
        [mine == query, former.str.contains(f";{query};", regex=False), begins, named], [0, 1, 2, 3], _NONE
    )


def _places(places: pd.DataFrame) -> pd.DataFrame:
    """Return the gazetteer's places with the columns of the index; seats of a territory's own name are left out."""
    territory = places["kind"].isin(_TERRITORIES)
    double = ~territory & places["kind"].isin(_SEATS) & places["name_zh"].isin(set(places.loc[territory, "name_zh"]))
    places, territory = places[~double], territory[~double]
    own = places["zone_id"].fillna(places["place_id"]).fillna(places["adcode9"]).fillna(places["adcode"])
    family = np.select([territory, places["kind"] == "zone"], [places["kind"], "zone"], "place")
    lon, lat = (pd.to_numeric(places[name], errors="coerce") for name in ("lon", "lat"))
    return places.assign(
        key=pd.Series(family, index=places.index) + ":" + own.astype(str),
        layer="",
        adcodes=places["adcode"],
        lon=lon,
        lat=lat,
        drawn_as=np.where(territory | lon.notna(), "place", "territory"),
    )


def _features(layer: Layer) -> pd.DataFrame:
    """Return the named features of a layer with the columns of the index, one row per name."""
    frame = layer.frame
    assert frame is not None
    named = frame[frame["name_zh"].notna() & (frame["name_zh"].astype(str).str.strip() != "")]
    bounds = pd.DataFrame(shapely.bounds(named.geometry.to_numpy()), columns=["west", "south", "east", "north"])
    points = shapely.point_on_surface(named.geometry.to_numpy())
    features = pd.DataFrame(
        {
            "feature_id": named["feature_id"].astype(str).to_numpy(),
            "name_zh": named["name_zh"].astype(str).to_numpy(),
            "name_en": named["name_en"].fillna("").astype(str).to_numpy(),
            "adcodes": _texts(named, "adcodes"),
            "aliases": _texts(named, "aliases"),
            "drawn_as": np.where(
                named["located"].to_numpy(dtype=bool) | (_texts(named, "drawn_as") == "water"), "place", "territory"
            ),
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
        }
    ).join(bounds)
    groups = features.groupby("name_zh", sort=False)
    one = groups.first().reset_index()
    span = groups[["west", "south", "east", "north"]].agg(
        {"west": "min", "south": "min", "east": "max", "north": "max"}
    )
    one[list(span.columns)] = span.to_numpy()
    zh = normalised(one["name_zh"])
    return one.assign(
        key=f"layer:{layer.id}:" + one["feature_id"],
        kind=layer.spec.role,
        layer=layer.id,
        zh=zh,
        en=normalised(one["name_en"]),
        also=";" + normalised(one["aliases"]) + ";",
        weight=_ROLES.get(layer.spec.role, _OWN),
    )


def _texts(frame: pd.DataFrame, column: str) -> np.ndarray:
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return frame[column].fillna("").astype(str).to_numpy(dtype=object)


def _hit(row: dict[object, object]) -> Hit:
    def number(name: str) -> float | None:
        value = row[name]
        return float(value) if isinstance(value, (int, float)) and not pd.isna(value) else None

    def text(name: str) -> str:
        value = row[name]
        return value if isinstance(value, str) else ""

    sides = [number(side) for side in ("west", "south", "east", "north")]
    whole = [side for side in sides if side is not None]
    return Hit(
        text("key"), text("kind"), text("layer"), text("name_zh"), text("name_en"), text("adcodes"),
        number("lon"), number("lat"), (whole[0], whole[1], whole[2], whole[3]) if len(whole) == 4 else None,
        text("drawn_as") == "place",
    )  # fmt: skip
