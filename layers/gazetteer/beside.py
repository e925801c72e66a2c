"""Check a join by the other columns of a table that name territories: a 西湖区 of 杭州 is not the one of 南昌."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from layers.catalogue import lies_in
from layers.gazetteer.joins import JoinReport, as_text

if TYPE_CHECKING:
    from layers.gazetteer.gazetteer import Gazetteer

__all__ = ["ELSEWHERE", "checked_by_other_columns"]

ELSEWHERE: Final = "elsewhere"
"""``join_how`` of a row whose other columns name another territory than its key would mean."""

_PLACE: Final = r"(?:所在|所属|归属|隶属)?"
_PROVINCE: Final = re.compile(
    _PLACE + r"(?:省|省份|省级|省名|省名称|省市|省区市?|省[（(].+[)）]|province)", re.IGNORECASE
)
_CITY: Final = re.compile(
    _PLACE + r"(?:市|市级|市名|市名称|市州|州市|地市|地级市|设区市|城市|地区|prefecture|city)", re.IGNORECASE
)
_CODE: Final = re.compile(r".*(?:代码|编码|区划|adcode|code).*", re.IGNORECASE)
_ADCODE: Final = re.compile(r"[1-8]\d{5}(?:\d{3}|\d{6})?")
_NOWHERE: Final = re.compile(
    r"|[-—/]+|.*(?:市辖区|省直|直辖|合计|小计|总计|全省|全市|全国).*|无|未知|不详|null|nan", re.IGNORECASE
)
"""Cells that name no territory."""


def checked_by_other_columns(report: JoinReport, table: pd.DataFrame) -> JoinReport:
    """Return a join without the matches that other columns of the table contradict (a province, a city, a code).

    Columns of provinces and cities are recognised by their headings, columns of codes by headings and cells. An
    ambiguous name is resolved if they are consistent with one meaning only.

    Parameters
    ----------
    report : JoinReport
        Of the table by its key column.
    table : DataFrame
        Text, on the same index.
    """
    location_columns = list(_location_columns(table, report.key, report.gazetteer))
    if not location_columns:
        return report
    units = report.gazetteer.units_of(report.level)
    added = report.frame[["unit_adcode", "unit_candidates", "join_status", "join_how"]].astype(str)
    claims = zip(*(zip(cells, codes, strict=True) for cells, codes in location_columns), strict=True)
    rows = zip(added.itertuples(index=False, name=None), claims, strict=True)
    resolved = [_resolve_row(row, [codes for cell, codes in row_claims if cell], units) for row, row_claims in rows]
    code, status, how = (list(part) for part in zip(*resolved, strict=True)) if resolved else ([], [], [])
    row_texts = [" ".join(filter(None, cells)) for cells in zip(*(cells for cells, _ in location_columns), strict=True)]
    names = pd.Series(code, dtype=str).map(report.gazetteer.names).fillna("").to_list()
    frame = report.frame.assign(unit_adcode=code, unit_name=names, join_status=status, join_how=how, row_says=row_texts)
    used = set(code)
    return replace(report, frame=frame, absent=tuple(unit for unit in units if unit not in used))


def _resolve_row(row: tuple[str, str, str, str], claims: list[str], units: list[str]) -> tuple[str, str, str]:
    """Return adcode, status and ``join_how`` of a row, given the codes that its other cells may mean."""
    meant, candidates, status, how = row
    if not claims or not candidates:
        return meant, status, how
    possible = [code for code in candidates.split(";") if _consistent(code, claims)]
    if not possible:
        return "", "unmatched", ELSEWHERE
    if status == "ambiguous" and len(possible) == 1 and possible[0] in units:
        return possible[0], "matched", how
    return meant, status, how


def _consistent(code: str, claims: list[str]) -> bool:
    """Return whether a territory contains, or lies in, one of the territories of every claim."""
    return all(
        any(lies_in(code, named) or lies_in(named, code) for named in codes.split(";") if named) for codes in claims
    )


def _location_columns(table: pd.DataFrame, key: str, gazetteer: Gazetteer) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Yield for each other column of territories its cells, and the adcodes that each may mean."""
    for name in table.columns:
        heading = re.sub(r"\s", "", str(name))
        if key in {name, heading}:
            continue
        cells = as_text(table[name]).str.strip()
        cells = cells.where(~cells.map(lambda text: bool(_NOWHERE.fullmatch(text))), "")
        if _CODE.fullmatch(heading):
            filled = cells[cells != ""]
            if filled.empty or not filled.map(lambda text: bool(_ADCODE.fullmatch(text))).all():
                continue
            codes = cells.str[:6]
            known = gazetteer.look_up_all(codes)["adcodes"]  # abolished codes too
            yield cells, known.where(known != "", codes)
        elif _PROVINCE.fullmatch(heading) or _CITY.fullmatch(heading):
            found = gazetteer.look_up_all(cells)["adcodes"]
            found = found.where(found != "", cells.map(gazetteer.provinces).fillna(""))
            codes = _city_or_county(found, cells, gazetteer, city=bool(_CITY.fullmatch(heading)))
            unparsed = (codes == "") & cells.str.contains("|".join(map(re.escape, _province_and_city_names(gazetteer))))
            yield cells.where(~unparsed, ""), codes  # a name of the region in an unknown spelling


def _province_and_city_names(gazetteer: Gazetteer) -> list[str]:
    """Return the names of the provinces and prefectures of the region; those of prefectures without 市."""
    cities = gazetteer.names[gazetteer.units_of("prefecture")]
    return sorted({name.removesuffix("市") for name in cities} | set(gazetteer.provinces))


def _city_or_county(found: pd.Series, cells: pd.Series, gazetteer: Gazetteer, *, city: bool) -> pd.Series:
    """Return adcodes of cells; in a column of cities a name of both a city and a county (吉安) means the city."""
    if not city:
        return found
    cities = gazetteer.look_up_all(cells.where(cells.str.endswith("市"), cells + "市"))["adcodes"]
    return cities.where(cities != "", found)
