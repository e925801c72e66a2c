"""Indicators: published ones at the level they were published for, and county figures derived from layers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import pandas as pd

from layers.catalogue import Bilingual, Layer, counties_of
from layers.indicators.derived import DERIVED, CountyLayers, Recipe, text_of
from layers.plans import clause_text, document_name
from words import LANGUAGES, Lang, t

__all__ = [
    "DERIVED",
    "Indicator",
    "Level",
    "Recipe",
    "derived_values",
    "grouped_records",
    "published_indicator",
    "published_indicators",
]

Level = Literal["province", "prefecture", "county"]

_SAME_FIGURE: Final = ["name", "unit", "kind", "change", "year", "year_from", "level"]
"""Rows equal in these columns belong to one indicator, whatever document and region they are from."""


@dataclass(frozen=True)
class Indicator:
    """One figure for each territory of a level, with unit and source.

    Attributes
    ----------
    id : str
    title : Bilingual
    unit : Bilingual
    level : {"province", "prefecture", "county"}
        The level that the values are for; they are painted on no other.
    basis : {"published", "derived", "own"}
        ``own``: of a file that the user gave this session.
    source : Bilingual
        Documents and clauses, or how it was derived, from which layers on which basis, and what it leaves out.
    figures : Series
        Index adcode (str), value float. Zero: the layer covers the territory and holds nothing there. NaN: not known.
    made_of : tuple of str
        Ids of the layers that a derived figure measures: where one must stay in, the figure does too.
    modelled : bool
        A layer that it measures was drawn by a model: territories are not ranked by it.
    """

    id: str
    title: Bilingual
    unit: Bilingual
    level: Level
    basis: Literal["published", "derived", "own"]
    source: Bilingual
    figures: pd.Series
    made_of: tuple[str, ...] = ()
    modelled: bool = False


def derived_values(indicator_id: str, layers: Mapping[str, Layer]) -> Indicator | None:
    """Return a county indicator derived from the loaded layers; None where nothing it needs is loaded.

    Parameters
    ----------
    indicator_id : str
        A key of `DERIVED`.
    layers : Mapping of Layer
        By id; layers are found by what they stand for, so that a bureau's own layer takes the place of ours, and
        several that stand for one thing (a red line for each city) count together.

    Raises
    ------
    DataFault
        If no county layer is loaded.
    """
    recipe = DERIVED[indicator_id]
    usable = [layer for layer in layers.values() if layer.state == "loaded"]
    by_kind = {
        stands_for: [layer for layer in usable if layer.spec.stands_for == stands_for] for stands_for in recipe.needs
    }
    if not all(by_kind.values()):
        return None
    data = CountyLayers(counties_of(layers), by_kind)
    values = recipe.measure(data)
    for stands_for in recipe.needs:
        values = values.where(data.complete_in_counties(stands_for))
    values.index = pd.Index(data.counties["adcode"].astype(str), name="adcode")
    used = [layer for stands_for in recipe.needs for layer in by_kind[stands_for]]
    used = used or [layer for layer in usable if layer.spec.stands_for == "county"]
    title = recipe.title
    modelled = any(layer.spec.basis == "modelled" for layer in used)
    if modelled:
        title = _bilingual(lambda lang: t("indicators.modelled", lang, title=recipe.title(lang)))
    source = _bilingual(lambda lang: _derivation_text(recipe, data, used, lang))
    made_of = tuple(layer.id for layer in used)
    figures = values.astype(float)
    return Indicator(indicator_id, title, recipe.unit, "county", "derived", source, figures, made_of, modelled)


def published_indicators(rows: pd.DataFrame) -> list[Indicator]:
    """Return one indicator for each published figure that is a number.

    Rows of the same name, unit, kind, year (and first year, for sums) and level are one indicator, whichever documents
    and regions they are from: cities can then be compared on one map. Years are never mixed. Where two rows have a
    region with different values under one name, they are two indicators, by their series.

    Parameters
    ----------
    rows : DataFrame
        ``indicators.csv`` or ``limits.csv`` or both (docs/plans-schema.md).
    """
    numbers = rows[rows["value"].notna()].reset_index(drop=True)
    numbers["change"] = numbers["cell"] == "change"
    spread = numbers.groupby([*_SAME_FIGURE, "adcode"], dropna=False)["value"].transform("nunique")
    clash = numbers.assign(spread=spread).groupby(_SAME_FIGURE, dropna=False)["spread"].transform("max") > 1
    numbers["apart"] = numbers["series"].where(clash, "")
    return [
        published_indicator(group) for group in grouped_records(numbers.to_dict("records"), [*_SAME_FIGURE, "apart"])
    ]


def grouped_records(
    rows: Iterable[Mapping[Hashable, Any]], columns: Sequence[str]
) -> list[list[Mapping[Hashable, Any]]]:
    """Return rows in groups that are equal in `columns` (two missing values are equal), in the order of the first rows.

    For hundreds of groups of a few rows, where frames would take seconds.

    Examples
    --------
    >>> grouped_records([{"a": 1, "b": 3}, {"a": 2, "b": 4}, {"a": 1, "b": 5}], ["a"])
    [[{'a': 1, 'b': 3}, {'a': 1, 'b': 5}], [{'a': 2, 'b': 4}]]
    """
    groups: dict[tuple[Any, ...], list[Mapping[Hashable, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(None if pd.isna(row[name]) else row[name] for name in columns), []).append(row)
    return list(groups.values())


def published_indicator(rows: Sequence[Mapping[Hashable, Any]]) -> Indicator:
    """Return the indicator of rows that are equal in `_SAME_FIGURE`, and in the value of each territory."""
    first = rows[0]
    figures: dict[str, float] = {}
    for row in rows:
        figures.setdefault(str(row["adcode"]), float(row["value"]))
    year = "" if pd.isna(first["year"]) else f"{int(first['year'])}"
    kind = text_of(f"indicators.kind_{'change' if first['change'] else first['kind']}")
    unit = str(first["unit"] or "") or "—"
    code = "change" if first["change"] else str(first["kind"])
    return Indicator(
        id="-".join(part for part in (str(first["series"]), code, year, str(first["level"])) if part),
        title=Bilingual(
            zh=" ".join(part for part in (str(first["name"]), year, kind.zh) if part),
            en=" ".join(part for part in (str(first["name_en"]), year, kind.en) if part),
        ),
        unit=Bilingual(zh=unit, en=unit),
        level=cast(Level, first["level"]),
        basis="published",
        source=_bilingual(lambda lang: _citations(rows, lang)),
        figures=pd.Series(figures, dtype=float, name="value").rename_axis("adcode"),
    )


def _citations(rows: Sequence[Mapping[Hashable, Any]], lang: Lang) -> str:
    """Return the citation of every document and clause that the rows are from, as one text."""
    places = dict.fromkeys((str(row["document"]), str(row["clause"])) for row in rows)
    texts = [
        t("indicators.document", lang, document=document_name(one, lang), clause=clause_text(one, clause, lang))
        for one, clause in places
    ]
    return _join_text(texts, lang)


def _derivation_text(recipe: Recipe, data: CountyLayers, used: list[Layer], lang: Lang) -> str:
    """Return the text of how a figure was derived, what is left out, and from which layers on which basis."""
    parts = [recipe.source(lang)]
    left_out = 0 if recipe.left_out is None else recipe.left_out(data)
    if left_out:
        parts.append(t("indicators.left_out", lang, count=left_out))
    for layer in used:
        basis = t(f"indicators.basis_{layer.spec.basis}", lang)
        parts.append(t("indicators.from_layer", lang, title=layer.spec.title(lang), basis=basis))
    return _join_text(parts, lang)


def _join_text(parts: list[str], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _bilingual(text: Callable[[Lang], str]) -> Bilingual:
    """Return the results of a text function for both languages."""
    zh, en = (text(lang) for lang in LANGUAGES)
    return Bilingual(zh=zh, en=en)
