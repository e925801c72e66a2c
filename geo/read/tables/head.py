"""Find the header row of a table, the role of each column, and tables side by side in one sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from geo.errors import BadInput

__all__ = ["MAPPABLE", "blocks", "coordinate_columns", "header_row", "roles_of", "unique_names"]

_LONGEST: Final = 200
_HEAD_ROWS: Final = 20
_UNIT_TAIL: Final = r"\s*(?:[(（][^)）]*[)）])?\s*"
_ROLES: Final = {
    "wkt": r"wkt|geometry|geom|the_geom|shape_wkt|图形|几何",
    "east": r"经度|lon|lng|long|longitude|东坐标|东坐标值|东|e|east|easting|point_x",
    "north": r"纬度|lat|latitude|北坐标|北坐标值|北|n|north|northing|point_y",
    "a": r"x|x坐标|坐标x|x值|横坐标",
    "b": r"y|y坐标|坐标y|y值|纵坐标",
    "group": r"地块编号|地块号|地块名称|地块|宗地号|图斑号|图斑编号|项目编号|"
    r"parcel|parcel_id|group|site|site_id|polygon_id",
    "ring": r"圈号|环号|ring|ring_id|part",
    "order": r"点序|序号|顺序|点号|界址点号|order|seq|vertex|point|point_id|no\.?",
}
_PAIRS: Final = (("east", "north"), ("a", "b"))
MAPPABLE: Final = frozenset({"x", "y", "wkt", "group", "ring", "order", "shape"})
"""What a user may say of a table."""


def header_row(cells: pd.DataFrame, columns: Mapping[str, str]) -> int:
    """Return the position of the header: the first of the top rows that names the user's columns, or coordinates."""
    wanted = {text for role, text in columns.items() if role in MAPPABLE - {"shape"}}
    for row in range(min(_HEAD_ROWS, len(cells))):
        texts = [str(text).strip() for text in cells.iloc[row]]
        roles = {_role(text) for text in texts}
        if (wanted and wanted <= set(texts)) or "wkt" in roles or any(set(pair) <= roles for pair in _PAIRS):
            return row
    return 0


def _role(text: str) -> str | None:
    """Return the role that a column's name implies; what is longer than a name implies none."""
    if len(text) > _LONGEST:
        return None
    for role, pattern in _ROLES.items():
        if re.fullmatch(rf"(?:{pattern}){_UNIT_TAIL}", text.strip(), re.IGNORECASE):
            return role
    return None


def blocks(names: Sequence[str]) -> list[range]:
    """Return the column ranges of the tables of a sheet: several if pairs of coordinate columns repeat.

    Examples
    --------
    >>> blocks(["点号", "X", "Y", "", "点号", "X", "Y", "备注"])
    [range(0, 3), range(4, 8)]
    >>> blocks(["地块", "X", "Y", "经度", "纬度"])
    [range(0, 5)]
    """
    roles = [_role(text) for text in names]
    for pair in _PAIRS:
        places = [[at for at, role in enumerate(roles) if role == one] for one in pair]
        ends = [max(both) for both in zip(*places, strict=False)]
        if len(ends) > 1 and len(places[0]) == len(places[1]):
            starts = [0, *(_begin(names, roles, end + 1, pair) for end in ends[:-1])]
            stops = [*starts[1:], len(names)]
            return [_trimmed(names, start, stop) for start, stop in zip(starts, stops, strict=True)]
    return [range(len(names))]


def _begin(names: Sequence[str], roles: Sequence[str | None], after: int, pair: tuple[str, str]) -> int:
    """Return the first column of the next table: after a blank column, or where a name of the first table repeats."""
    following = next(at for at in range(after, len(roles)) if roles[at] in pair)
    for at in range(following, after - 1, -1):
        if not names[at].strip():
            return at + 1
    again = [at for at in range(after, following) if names[at] in names[:after]]
    return again[0] if again else following


def _trimmed(names: Sequence[str], start: int, stop: int) -> range:
    while stop > start and not names[stop - 1].strip():
        stop -= 1
    return range(start, stop)


def unique_names(names: Sequence[str]) -> list[str]:
    """Return column names made unique."""
    found: list[str] = []
    for number, text in enumerate(names, start=1):
        base = text or f"列{number}"
        found.append(base if base not in found else f"{base}_{number}")
    return found


def roles_of(names: list[str], columns: Mapping[str, str], label: str) -> dict[str, str]:
    """Return the column of each role: the user's choice, else by name.

    Raises
    ------
    BadInput
        If a column that the user names is not there.
    """
    chosen = {role: text for role, text in columns.items() if role in MAPPABLE}
    for role, text in chosen.items():
        if role != "shape" and text not in names:
            raise BadInput("geo.no_such_column", name=label, column=text)
    found: dict[str, str] = {}
    for text in names:
        named = _role(text)
        if named is not None:
            found.setdefault(named, text)
    if "x" in chosen or "y" in chosen or "wkt" in chosen:
        for role in ("east", "north", "a", "b", "wkt"):
            found.pop(role, None)
    renamed = {"x": "east", "y": "north"}
    return found | {renamed.get(role, role): text for role, text in chosen.items()}


def coordinate_columns(mapping: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the pair of coordinate columns, east first if named so; None if there is none."""
    for pair in _PAIRS:
        if pair[0] in mapping and pair[1] in mapping:
            return mapping[pair[0]], mapping[pair[1]]
    return None
