"""Table of all spellings of territories and the adcodes that they mean, used by the gazetteer."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

__all__ = ["FORM_COLUMNS", "history", "normalised", "resolve", "short_names", "unit_forms", "zone_forms"]

FORM_COLUMNS: Final = ("form", "target", "level", "how", "tier")
"""What `unit_forms` and `zone_forms` return: a normalised spelling, the adcodes meant (";" between), the level they are
of, how it names them, and its tier: of the meanings of a spelling only those of the lowest tier count."""

HOWS: Final = (
    "code", "name", "short_name", "english", "english_short", "town_code", "zone",
    "former_name", "former_short_name", "former_code",
)  # fmt: skip
"""Ways to name a territory; where two ways lead from one spelling to one territory the first counts."""

_TIER: Final = {
    "code": 1, "name": 1, "english": 1, "town_code": 1,
    "former_name": 2, "former_code": 2, "zone": 2,
    "short_name": 3, "english_short": 3, "former_short_name": 3,
}  # fmt: skip
_RECENT: Final = 2000
"""A short form of a name given up before this year is not read as that territory: 鹅湖 would be 浮梁县."""

_SUFFIX: Final = r"(?:地区|市|县|区)$"
_ENGLISH_SUFFIX: Final = r"(?:county|city|district|province)$"
_PIECE: Final = r"^(?P<name>[^（：]+(?:（[^0-9）]+）)?)（(?P<code>\d{6})）：(?P<what>.*)$"
_ZONE_NAME: Final = r"(?:开发区|园区|工业园|新区|新城|集聚区)$"


def normalised(names: pd.Series) -> pd.Series:
    """Return names and codes in the normalised spelling of the table.

    Full-width letters become plain ones, spaces, dashes, dots and quotes go, English is lower case; a code that a
    spreadsheet turned into a number (``361002.0``) or that statistics filled up to 9 or 12 digits is cut to the code.

    Parameters
    ----------
    names : Series
        Text or numbers; missing values become "".

    Returns
    -------
    Series of str
        On the same index.
    """
    text = names.astype("Int64") if _whole_numbers(names) else names
    text = text.astype("string").fillna("").str.normalize("NFKC").str.casefold()
    text = text.str.replace(r"^\s*(\d+)\.0+\s*$", r"\1", regex=True)
    text = text.str.replace(r"[\s\-—–―‐·・•.,'’‘\"“”\u200b-\u200f\ufeff]", "", regex=True)
    text = text.str.replace(r"^(\d{6})0{3}(?:0{3})?$", r"\1", regex=True)
    return text.str.replace(r"^(\d{9})0{3}$", r"\1", regex=True).astype(object)


def _whole_numbers(values: pd.Series) -> bool:
    """Return whether a column holds whole numbers: codes that were read as numbers."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return False
    known = values.dropna()
    return bool(((known % 1) == 0).all() and (known.abs() < 1e15).all())


def history(units: pd.DataFrame) -> pd.DataFrame:
    """Return the former names and codes of territories, one per row.

    Parameters
    ----------
    units : DataFrame
        ``adcode``, ``former_names``, ``former_adcodes`` (";" between), ``change_note`` as in ``data/boundaries``.

    Returns
    -------
    DataFrame
        ``adcode``, ``kind`` ("name" or "code"), ``former``, ``year`` (Int64, of the first change told of it; NA where
        none is), ``what`` (the Chinese note on it, "").
    """
    changes = _parsed_change_notes(units)
    parts = [
        units.assign(former=units[column].str.split(";"))[["adcode", "former"]].explode("former").assign(kind=kind)
        for column, kind in (("former_names", "name"), ("former_adcodes", "code"))
    ]
    former = pd.concat(parts, ignore_index=True)
    former = former[former["former"].fillna("") != ""]
    by_former = pd.concat(
        [changes.rename(columns={kind: "former"})[["adcode", "former", "year", "what"]].assign(kind=kind)
         for kind in ("name", "code")]
    )  # fmt: skip
    # a name may have been given up in steps (南康市 its code in 1998, itself in 2013): the last year tells its end
    by_former = by_former.sort_values("year").drop_duplicates(["adcode", "kind", "former"], keep="last")
    every = former.merge(by_former, how="left", on=["adcode", "kind", "former"])
    return every.assign(what=every["what"].fillna(""), year=every["year"].astype("Int64"))


def _parsed_change_notes(units: pd.DataFrame) -> pd.DataFrame:
    """Return the change notes parsed into ``adcode``, ``name``, ``code``, ``what`` and ``year``."""
    pieces = units[["adcode", "change_note"]].assign(piece=units["change_note"].str.split("；")).explode("piece")
    notes = pieces["piece"].fillna("").str.extract(_PIECE)
    notes["adcode"] = pieces["adcode"].to_numpy()
    notes = notes[notes["name"].notna()].reset_index(drop=True)
    notes["year"] = pd.to_numeric(notes["what"].str.extract(r"(\d{4})年")[0]).astype("Int64")
    return notes


def unit_forms(units: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Return the spellings of counties, prefectures and provinces: names, short, former, English, codes, paths.

    A path is a name after those of its prefecture or province (``江西省抚州市临川区``, ``抚州临川``).

    Parameters
    ----------
    units : DataFrame
        ``adcode``, ``name_zh``, ``name_en``, ``level``, ``prefecture_zh``, ``province_zh``.
    past : DataFrame
        From `history`.

    Returns
    -------
    DataFrame
        `FORM_COLUMNS`.
    """
    chinese = pd.concat([_current(units), _former(past)], ignore_index=True)
    chinese = chinese.merge(units[["adcode", "level", "prefecture_adcode", "province_zh"]], on="adcode")
    chinese = pd.concat([chinese, _paths(chinese, units, past)], ignore_index=True)
    english = _with_short(units, "name_en", _ENGLISH_SUFFIX, "english", "english_short")
    codes = pd.concat(
        [
            pd.DataFrame({"adcode": units["adcode"], "form": units["adcode"], "how": "code"}),
            _rows(past[past["kind"] == "code"], "former_code"),
        ]
    )
    rest = pd.concat([english, codes]).merge(units[["adcode", "level"]], on="adcode")
    every = pd.concat([chinese, rest], ignore_index=True).rename(columns={"adcode": "target"})
    return _tiered(every)


def zone_forms(zones: pd.DataFrame, divisions: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the spellings of functional zones and the codes of towns, which mean the counties they lie in.

    Parameters
    ----------
    zones : DataFrame
        ``data/gazetteer/zones.csv``: ``name_zh``, ``name_en``, ``aliases`` and ``adcodes`` (";" between).
    divisions : DataFrame
        ``data/gazetteer/divisions.csv``; its parks and zones count where they carry the name of a territory of ours,
        for a bare 开发区 is anywhere.
    units : DataFrame
        As in `unit_forms`.

    Returns
    -------
    DataFrame
        `FORM_COLUMNS`; each zone also after the name of its city.
    """
    names = zones["name_zh"] + ";" + zones["name_en"] + ";" + zones["aliases"]
    ours = zones.assign(form=names.str.split(";")).explode("form").rename(columns={"adcodes": "target"})
    known = "|".join(sorted({re.escape(name) for name in _bare(units["name_zh"]) if len(name) > 1}, key=len))
    listed = divisions[divisions["name_zh"].str.contains(_ZONE_NAME) & divisions["name_zh"].str.contains(known)]
    listed = listed.rename(columns={"name_zh": "form", "adcode": "target"})
    short = listed.assign(
        form=listed["form"]
        .str.replace(r"^江西省?|^江苏省?", "", regex=True)
        .str.replace(r"经济(?:技术)?开发区$", "经开区", regex=True)
        .str.replace(r"高新技术产业(?:开发区|园区)$", "高新区", regex=True)
    )
    towns = divisions.rename(columns={"adcode9": "form", "adcode": "target"}).assign(how="town_code")
    named = pd.concat([ours, listed, short], ignore_index=True).assign(how="zone")
    city = named["target"].str[:6].map(units.set_index("adcode")["prefecture_zh"])
    named = pd.concat([named, named.assign(form=city + named["form"])], ignore_index=True)
    return _tiered(pd.concat([named, towns], ignore_index=True).assign(level="county"))


def resolve(forms: pd.DataFrame) -> pd.DataFrame:
    """Return the adcodes that each spelling means, with status, level and how it names them.

    Parameters
    ----------
    forms : DataFrame
        `FORM_COLUMNS`.

    Returns
    -------
    DataFrame
        Index ``form``; ``status`` (matched, renamed, ambiguous), ``adcodes`` (";" between), ``level`` ("" where they
        differ), ``how`` (of `HOWS`; "" for an ambiguous one).
    """
    best = forms[forms["tier"] == forms.groupby("form")["tier"].transform("min")]
    best = best.sort_values(["form", "order", "target"]).drop_duplicates(["form", "target"])
    group = best.groupby("form", sort=False)
    found = group.agg(
        adcodes=("target", ";".join), meanings=("target", "size"), level=("level", "first"),
        levels=("level", "nunique"), how=("how", "first"),
    )  # fmt: skip
    several = found["meanings"] > 1
    found["status"] = found["how"].str.startswith("former").map({True: "renamed", False: "matched"})
    found.loc[several, ["status", "how"]] = ["ambiguous", ""]
    found.loc[found["levels"] > 1, "level"] = ""
    return found[["status", "adcodes", "level", "how"]]


def short_names(units: pd.DataFrame) -> pd.Series:
    """Return the short Chinese and English names of territories, ";" between: ``资溪;zixi``."""
    chinese, english = _bare(normalised(units["name_zh"])), normalised(units["name_en"])
    return chinese.where(chinese.str.len() > 1, "") + ";" + english.str.replace(_ENGLISH_SUFFIX, "", regex=True)


def _bare(names: pd.Series) -> pd.Series:
    return names.str.replace(_SUFFIX, "", regex=True)


def _current(units: pd.DataFrame) -> pd.DataFrame:
    return _with_short(units, "name_zh", _SUFFIX, "name", "short_name").pipe(_add_province_short, units)


def _add_province_short(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the short names of provinces added (江西): 省 is no suffix of the smaller territories."""
    provinces = units[units["level"] == "province"]
    short = pd.DataFrame(
        {"adcode": provinces["adcode"], "form": provinces["name_zh"].str.removesuffix("省"), "how": "short_name"}
    )
    return pd.concat([rows, short], ignore_index=True)


def _with_short(units: pd.DataFrame, column: str, suffix: str, full: str, short: str) -> pd.DataFrame:
    """Return the full names, and the names without their suffix where at least two letters remain."""
    names = normalised(units[column])
    bare = names.str.replace(suffix, "", regex=True)
    rows = pd.DataFrame({"adcode": units["adcode"], "form": names, "how": full})
    shorter = pd.DataFrame({"adcode": units["adcode"], "form": bare, "how": short})
    return pd.concat([rows, shorter[(bare != names) & (bare.str.len() > 1)]], ignore_index=True)


def _former(past: pd.DataFrame) -> pd.DataFrame:
    """Return former names, those with a bracket (``郊区（扬州）``) also without it, and short forms of recent ones."""
    named = past[past["kind"] == "name"]
    unbracketed = named.assign(former=named["former"].str.replace(r"（.*）$", "", regex=True))
    recent = named[(named["year"] >= _RECENT).fillna(value=False) & ~named["former"].str.contains("（|县级|郊区")]
    short = recent.assign(former=_bare(recent["former"]))
    short = short[short["former"].str.len() > 1]
    return pd.concat(
        [_rows(named, "former_name"), _rows(unbracketed, "former_name"), _rows(short, "former_short_name")]
    )


def _rows(past: pd.DataFrame, how: str) -> pd.DataFrame:
    return pd.DataFrame({"adcode": past["adcode"], "form": past["former"], "how": how})


def _paths(rows: pd.DataFrame, units: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Return the names after those of the province, of the prefecture, or of both."""
    prefectures = units[units["level"] == "prefecture"]
    above = pd.concat([_current(prefectures), _rows(past[past["kind"] == "name"], "former_name")])
    above = above.rename(columns={"adcode": "prefecture_adcode", "form": "prefix"})[["prefecture_adcode", "prefix"]]
    above = above[above["prefecture_adcode"].isin(prefectures["adcode"])]
    below = rows[rows["level"] == "county"].merge(above, on="prefecture_adcode")
    below["form"] = below["prefix"] + below["form"]
    inside = pd.concat([rows[rows["level"] != "province"], below], ignore_index=True)
    whole = inside.assign(form=inside["province_zh"] + inside["form"])
    short = inside.assign(form=inside["province_zh"].str.removesuffix("省") + inside["form"])
    return pd.concat([below, whole, short], ignore_index=True)


def _tiered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `FORM_COLUMNS` and ``order``, spellings normalised, empty ones left out."""
    every = rows.assign(form=normalised(rows["form"]))
    every = every[every["form"] != ""]
    every["tier"] = every["how"].map(_TIER)
    every["order"] = every["how"].map({how: at for at, how in enumerate(HOWS)})
    return every[[*FORM_COLUMNS, "order"]].drop_duplicates().reset_index(drop=True)
