"""Names of administrative units: short Chinese name, English name, former names and codes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pypinyin import lazy_pinyin

CHANGES = Path(__file__).with_name("county_changes.csv")
SUFFIX = {"省": "Province", "市": "City", "县": "County", "区": "District"}
# 都 reads du in every place name here; pypinyin says dou.
READING = {"都": "du"}


def short_name(name: str, reserved: frozenset[str] = frozenset()) -> str:
    """Return a name without 省, 市, 县 or 区; unchanged if one character would be left or the short form is `reserved`.

    >>> short_name("资溪县"), short_name("赣县区"), short_name("吉安县", frozenset({"吉安"}))
    ('资溪', '赣县', '吉安县')
    """
    cut = name[:-1] if name[-1] in SUFFIX else name
    return name if len(cut) < 2 or cut in reserved else cut


def romanise(text: str) -> str:
    """Return the pinyin of a name as one capitalised word, with the apostrophe of the spelling rules.

    >>> romanise("吉安"), romanise("于都")
    ("Ji'an", 'Yudu')
    """
    word = ""
    for syllable, character in zip(lazy_pinyin(text), text, strict=True):
        reading = READING.get(character, syllable)
        word += f"'{reading}" if word and reading[0] in "aeo" else reading
    return word.capitalize()


def english_name(name: str) -> str:
    """Return the English name of a unit.

    >>> english_name("资溪县"), english_name("赣县区")
    ('Zixi County', 'Ganxian District')
    """
    return f"{romanise(short_name(name))} {SUFFIX[name[-1]]}"


def _joined_unique(column: pd.Series[str]) -> str:
    """Return the distinct non-empty values of a column, joined by semicolons."""
    return ";".join(dict.fromkeys(v for v in column if v))


def changes(present: dict[str, str]) -> pd.DataFrame:
    """Return former names and codes of each unit, latest first.

    Parameters
    ----------
    present
        Present name by adcode: a unit that was only re-coded has no former name.

    Returns
    -------
    DataFrame indexed by adcode: former_names, former_adcodes (both semicolon-separated), change_note.
    """
    table = pd.read_csv(CHANGES, dtype=str, keep_default_na=False)
    table = table.sort_values(["adcode", "to_year", "former_adcode"], ascending=[True, False, True])
    table["name"] = table["former_name"].where(table["former_name"] != table["adcode"].map(present), "")
    table["code"] = table["former_adcode"].where(table["former_adcode"] != table["adcode"], "")
    label = table["former_name"] + ("（" + table["former_adcode"] + "）").where(table["former_adcode"] != "", "")
    table["line"] = (label + "：").where(label != "", "") + table["note"]
    grouped = table[table["note"] != ""].groupby("adcode")
    notes = grouped["line"].agg("；".join)
    lists = table.groupby("adcode")[["name", "code"]].agg(_joined_unique)
    return lists.set_axis(["former_names", "former_adcodes"], axis=1).assign(change_note=notes)
