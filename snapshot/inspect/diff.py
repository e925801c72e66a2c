"""Differences between two states of a layer: features added, removed, moved (how far), attributes changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.style import Symbol, symbol_of
from geo.crs import STORE_CRS, to_store
from geo.errors import BadInput
from geo.measure import areas_of, degrees_per_metre, distance_m
from layers.catalogue import Style
from snapshot.selection import Category, Sheet, settled, write_geopackage
from words import LANGUAGES, Lang, t

__all__ = ["CHANGES", "Diff", "colour_of", "compare", "compare_layers", "write_diff"]

CHANGES: Final = ("added", "removed", "moved", "changed", "moved_changed")
"""What became of a feature; ``takeaway.change_<code>`` says each in words."""

_TOLERANCE_M: Final = 0.001
_COLOURS: Final = {
    "added": "#1b7837",
    "removed": "#b2182b",
    "moved": "#2166ac",
    "changed": "#e08214",
    "moved_changed": "#762a83",
}
_TABLE: Final = ("layer", "feature_id", "name", "change", "moved_m", "area_change_m2", "columns")
_VALUES: Final = ("layer", "feature_id", "column", "before", "after")


@dataclass(frozen=True)
class Diff:
    """The differences between two states of one layer.

    Attributes
    ----------
    layer : str
    table : DataFrame
        A row per feature that differs: ``layer``, ``feature_id``, ``name``, ``change`` (one of `CHANGES`),
        ``moved_m`` (greatest geodesic distance that any vertex moved, or, where the vertices are others, the Hausdorff
        distance of the outlines; NaN unless moved), ``area_change_m2`` (ellipsoidal, after less before; NaN where
        there is no area), ``columns`` (that changed, joined by ``; ``).
    attributes : DataFrame
        A row per attribute that changed: ``layer``, ``feature_id``, ``column``, ``before``, ``after`` (as text, None
        where missing).
    frame : GeoDataFrame
        EPSG:4490: the table with the shapes of after, of before for what was removed.
    before, after : int
        Features in each state.
    columns_added, columns_removed : tuple of str
        Columns that only one state has; they make no feature differ.
    """

    layer: str
    table: pd.DataFrame
    attributes: pd.DataFrame
    frame: gpd.GeoDataFrame
    before: int
    after: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return how many were added, removed, moved and changed; one that moved and changed counts in both."""
        change = self.table["change"]
        return {
            "added": int((change == "added").sum()),
            "removed": int((change == "removed").sum()),
            "moved": int(change.isin(["moved", "moved_changed"]).sum()),
            "changed": int(change.isin(["changed", "moved_changed"]).sum()),
        }

    def text(self, lang: Lang = "zh") -> str:
        """Return one line: the layer and its counts."""
        return t("takeaway.diff_line", lang, layer=self.layer, before=self.before, after=self.after, **self.counts())


def compare(
    a: gpd.GeoDataFrame,
    b: gpd.GeoDataFrame,
    *,
    layer: str = "",
    key: str | None = "feature_id",
    tolerance_m: float = _TOLERANCE_M,
) -> Diff:
    """Return the differences between two states of a layer.

    Features are matched by `key`. Where it is missing, empty or doubled in either state, or only counts the rows, they
    are matched by what they are: first shape and attributes alike, then shape alike, then attributes alike; the rest
    came or went.

    Parameters
    ----------
    a, b : GeoDataFrame
        Before and after, each in any system that ``geo.crs.systems`` understands.
    layer : str
        Its name in the tables.
    key : str or None
        Column that names a feature in both states.
    tolerance_m : float
        A shape that differs by no more has not moved.
    """
    before, after = (to_store(gpd.GeoDataFrame(settled(f)), layer).reset_index(drop=True) for f in (a, b))
    shared = [str(c) for c in before.columns if c in after.columns and c != before.geometry.name]
    left, right = (_comparable(frame, shared) for frame in (before, after))
    pairs = _by_key(left, right, key) if key in shared else None
    if pairs is None:
        pairs = _by_content(before.geometry.to_numpy(), after.geometry.to_numpy(), left, right)
    i, j = pairs
    moved_m = _moved_m(before.geometry.to_numpy()[i], after.geometry.to_numpy()[j])
    moved = ~(moved_m <= tolerance_m)
    differs = left.to_numpy()[i] != right.to_numpy()[j]
    changed = differs.any(axis=1) if shared else np.zeros(len(i), bool)
    touched = np.flatnonzero(moved | changed)
    gone = np.setdiff1d(np.arange(len(before)), i)
    come = np.setdiff1d(np.arange(len(after)), j)
    label = key if key in shared else None
    rows = pd.concat(
        [
            _rows(after, come, "added", label),
            _rows(before, gone, "removed", label),
            _rows(after, j[touched], _codes(moved[touched], changed[touched]), label).assign(
                moved_m=np.where(moved, moved_m, np.nan)[touched],
                area_change_m2=_area_change(before, after, i[touched], j[touched]),
                columns=["; ".join(np.array(shared)[row]) for row in differs[touched]],
            ),
        ],
        ignore_index=True,
    ).assign(layer=layer)
    shapes = [after.geometry.to_numpy()[come], before.geometry.to_numpy()[gone], after.geometry.to_numpy()[j[touched]]]
    table = rows.reindex(columns=list(_TABLE))
    frame = gpd.GeoDataFrame(table.copy(), geometry=np.concatenate(shapes), crs=STORE_CRS)
    names = table["feature_id"].to_numpy()[len(come) + len(gone) :]
    values = _values(left, right, (i[touched], j[touched]), differs[touched], names).assign(layer=layer)
    extra = [tuple(str(c) for c in x.columns if c not in y.columns) for x, y in ((after, before), (before, after))]
    return Diff(layer, table, values.reindex(columns=list(_VALUES)), frame, len(before), len(after), extra[0], extra[1])


def compare_layers(a: Mapping[str, gpd.GeoDataFrame], b: Mapping[str, gpd.GeoDataFrame]) -> dict[str, Diff]:
    """Return the differences of two snapshots by layer; a layer in one of them only is added or removed."""
    found = {}
    for name in dict.fromkeys((*a, *b)):
        before = a[name] if name in a else b[name].iloc[:0]
        after = b[name] if name in b else a[name].iloc[:0]
        found[name] = compare(before, after, layer=name)
    return found


def write_diff(target: Path, diffs: Mapping[str, Diff], *, written: str, lang: Lang = "zh") -> None:
    """Write differences as a GeoPackage coloured by kind, changed values as a table.

    Raises
    ------
    BadInput
        If nothing differs.
    """
    sheets = [_sheet(diff, lang) for diff in diffs.values() if len(diff.table)]
    if not sheets:
        raise BadInput("takeaway.diff_nothing")
    values = pd.concat([diff.attributes for diff in diffs.values()], ignore_index=True)
    rows = [
        {"layer": diff.layer, "before": diff.before, "after": diff.after, **diff.counts()} for diff in diffs.values()
    ]
    sheets.append(Sheet("changed_values", t("takeaway.diff_values", lang), "", values))
    sheets.append(Sheet("counts", t("takeaway.diff_counts", lang), "", pd.DataFrame(rows)))
    write_geopackage(target, sheets, written=written, lang=lang)


def _sheet(diff: Diff, lang: Lang) -> Sheet:
    present = [code for code in CHANGES if (diff.table["change"] == code).any()]
    categories = [Category(code, t(f"takeaway.change_{code}", lang), _symbol(code)) for code in present]
    frame = diff.frame.assign(**{f"change_{one}": _change_text(diff.frame["change"], one) for one in LANGUAGES})
    return Sheet(f"diff_{diff.layer}", diff.text(lang), "", frame, _symbol("changed"), "change", categories, "name")


def _change_text(codes: pd.Series, lang: Lang) -> pd.Series:
    return codes.map({code: t(f"takeaway.change_{code}", lang) for code in CHANGES})


def colour_of(code: str) -> str:
    """Return the colour of a change, ``#rrggbb``."""
    return _COLOURS[code]


def _symbol(code: str) -> Symbol:
    colour = _COLOURS[code]
    return symbol_of(Style(stroke=colour, stroke_px=2, fill=colour, fill_opacity=0.3, radius_px=5))


def _comparable(frame: gpd.GeoDataFrame, columns: list[str]) -> pd.DataFrame:
    """Return attributes as text that is equal where values are: 1 equals 1.0, missing is empty."""
    return pd.DataFrame({c: _as_text(frame[c]) for c in columns}, index=frame.index, dtype=object)


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map(lambda value: str(int(value)), na_action="ignore").astype(object).where(values.notna(), "")
    if pd.api.types.is_float_dtype(values.dtype):
        return values.map(_number, na_action="ignore").astype(object).where(values.notna(), "")
    return values.map(str, na_action="ignore").astype(object).where(values.notna(), "")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


_Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Positions before and after of the features that are matched."""


def _by_key(left: pd.DataFrame, right: pd.DataFrame, key: str | None) -> _Pairs | None:
    """Return pairs of features matched by a unique column; None if no column is unique."""
    ours, theirs = left[key], right[key]
    if any((names.duplicated() | (names == "")).any() for names in (ours, theirs)) or _numbered(ours):
        return None
    place = pd.Series(np.arange(len(theirs)), index=theirs.to_numpy())
    found = ours.map(place)
    i = np.flatnonzero(found.notna())
    return i, found.to_numpy(float)[i].astype(np.int64)


def _numbered(names: pd.Series) -> bool:
    """Return whether names are only row numbers, which shift when a row is removed."""
    return len(names) > 0 and set(names) == {str(n) for n in range(1, len(names) + 1)}


def _by_content(a: NDArray[Any], b: NDArray[Any], left: pd.DataFrame, right: pd.DataFrame) -> _Pairs:
    """Return pairs matched by shape and attributes, then by shape, then by attributes."""
    shapes = [shapely.to_wkb(shapely.normalize(x)) for x in (a, b)]
    rows = [x.agg("\x1f".join, axis=1).to_numpy(object) if len(x.columns) and len(x) else np.full(len(x), "", object)
            for x in (left, right)]  # fmt: skip
    open_a, open_b = np.arange(len(a)), np.arange(len(b))
    found: list[_Pairs] = []
    both = [list(zip(shape, text, strict=True)) for shape, text in zip(shapes, rows, strict=True)]
    for names_a, names_b in ((both[0], both[1]), (shapes[0], shapes[1]), (None, None), (rows[0], rows[1])):
        if names_a is None or names_b is None:  # two ways of writing a file differ in the last digits
            texts = [[text[n] for n in places] for text, places in zip(rows, (open_a, open_b), strict=True)]
            i, j = _nearly_same(a[open_a], b[open_b], texts)
        elif names_a is rows[0] and not len(left.columns):
            break
        else:
            i, j = _same([names_a[n] for n in open_a], [names_b[n] for n in open_b])
        found.append((open_a[i], open_b[j]))
        open_a, open_b = np.delete(open_a, i), np.delete(open_b, j)
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


def _same(ours: list[Any], theirs: list[Any]) -> _Pairs:
    """Return pairs of equal values, the n-th of one side with the n-th of the other."""
    waiting: dict[Any, list[int]] = {}
    for place, value in enumerate(theirs):
        waiting.setdefault(value, []).append(place)
    pairs = [(n, places.pop(0)) for n, value in enumerate(ours) if (places := waiting.get(value))]
    i, j = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return i, j


def _nearly_same(a: NDArray[Any], b: NDArray[Any], rows: list[list[Any]]) -> _Pairs:
    """Return pairs of shapes that differ within the tolerance, those of equal attributes first."""
    corners = [shapely.points(shapely.bounds(x)[:, :2]) for x in (a, b)]
    ours, theirs = shapely.STRtree(corners[1]).query(corners[0], predicate="dwithin", distance=_TOLERANCE_M / 20_000)
    alike = [rows[0][n] == rows[1][m] for n, m in zip(ours, theirs, strict=True)]
    order = np.lexsort((theirs, ours, ~np.array(alike, dtype=bool)))
    left, right = (shapely.normalize(x) for x in (a, b))
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for n, m in zip(ours[order].tolist(), theirs[order].tolist(), strict=True):
        if n not in paired and m not in taken and _distance(left[n], right[m]) <= _TOLERANCE_M:
            paired[n] = m
            taken.add(m)
    found = sorted(paired.items())
    i, j = (np.array([pair[side] for pair in found], np.int64) for side in (0, 1))
    return i, j


def _moved_m(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far shapes moved; NaN where only one of the two is there."""
    moved = np.zeros(len(a))
    for n in np.flatnonzero(~shapely.equals_identical(a, b)):
        moved[n] = _distance(a[n], b[n])
    return moved


def _distance(a: Any, b: Any) -> float:
    """Return the greatest move of a vertex, or of the outlines where the vertices are others."""
    if a is None or b is None or a.is_empty or b.is_empty:
        return 0.0 if (a is None or a.is_empty) and (b is None or b.is_empty) else float("nan")
    xy, uv = shapely.get_coordinates(a), shapely.get_coordinates(b)
    alike = a.geom_type == b.geom_type and len(xy) == len(uv)
    apart = float(distance_m(xy[:, 0], xy[:, 1], uv[:, 0], uv[:, 1]).max()) if alike else np.inf
    if apart <= _TOLERANCE_M:
        return apart
    lon_deg, lat_deg = degrees_per_metre(np.array([(xy[:, 1].mean() + uv[:, 1].mean()) / 2]))
    scale = (1 / float(lon_deg[0]), 1 / float(lat_deg[0]))
    plain = [shapely.transform(shape, lambda points: points * scale) for shape in (a, b)]
    outlines = float(shapely.hausdorff_distance(*plain))
    return apart if alike and apart <= 4 * outlines else outlines


def _codes(moved: NDArray[np.bool_], changed: NDArray[np.bool_]) -> NDArray[Any]:
    return np.where(moved & changed, "moved_changed", np.where(moved, "moved", "changed"))


def _rows(frame: gpd.GeoDataFrame, places: NDArray[np.int64], change: Any, key: str | None) -> pd.DataFrame:
    """Return how features are named; without a key, by their number from 1."""
    names = next((c for c in ("name_zh", "name", "name_en") if c in frame), None)
    ids = frame[key].astype("str").to_numpy(object)[places] if key else (places + 1).astype(str).astype(object)
    return pd.DataFrame(
        {
            "feature_id": pd.Series(ids, dtype="str"),
            "name": pd.Series(frame[names].to_numpy(object)[places] if names else [None] * len(places), dtype="str"),
            "change": pd.Series(np.broadcast_to(change, len(places)), dtype="str"),
            "moved_m": np.full(len(places), np.nan),
            "area_change_m2": np.full(len(places), np.nan),
            "columns": pd.Series([""] * len(places), dtype="str"),
        }
    )


def _area_change(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, i: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.float64]:
    change: NDArray[np.float64] = areas_of(after.geometry.to_numpy()[j]) - areas_of(before.geometry.to_numpy()[i])
    return change


def _values(
    left: pd.DataFrame, right: pd.DataFrame, pairs: _Pairs, differs: NDArray[np.bool_], names: NDArray[Any]
) -> pd.DataFrame:
    """Return each attribute that changed, with what it was and is."""
    row, column = np.nonzero(differs)
    old, new = left.to_numpy()[pairs[0][row], column], right.to_numpy()[pairs[1][row], column]
    columns = np.array(left.columns, dtype=object)[column]
    frame = pd.DataFrame({"feature_id": names[row], "column": columns, "before": old, "after": new})
    blank = frame[["before", "after"]] == ""
    return frame.assign(**frame[["before", "after"]].mask(blank, None)).astype("str").where(~frame.isna(), None)
