"""Indicator values: published ones at the level they were published for, county figures derived from our layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import pandas as pd

from layers.catalogue import Bilingual, Layer, counties_of
from layers.indicators.derived import DERIVED, Ground, Recipe, text_of
from layers.plans import clause_text
from words import LANGUAGES, Lang, t

__all__ = ["DERIVED", "Indicator", "Level", "Recipe", "derived_values", "published_indicators"]

Level = Literal["province", "prefecture", "county"]

_SAME_FIGURE: Final = ["name", "unit", "kind", "change", "year", "year_from", "level"]
"""Rows alike in these tell one figure, whatever document and region they are from."""


@dataclass(frozen=True)
class Indicator:
    """A figure per territory.

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
    """

    id: str
    title: Bilingual
    unit: Bilingual
    level: Level
    basis: Literal["published", "derived", "own"]
    source: Bilingual
    figures: pd.Series
    made_of: tuple[str, ...] = ()


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
    standing = {word: [layer for layer in usable if layer.spec.stands_for == word] for word in recipe.needs}
    if not all(standing.values()):
        return None
    ground = Ground(counties_of(layers), standing)
    values = recipe.measure(ground)
    for word in recipe.needs:
        values = values.where(ground.covered(word))
    values.index = pd.Index(ground.counties["adcode"].astype(str), name="adcode")
    used = [layer for word in recipe.needs for layer in standing[word]]
    used = used or [layer for layer in usable if layer.spec.stands_for == "county"]
    title = recipe.title
    if any(layer.spec.basis == "modelled" for layer in used):
        title = _both(lambda lang: t("indicators.modelled", lang, title=recipe.title(lang)))
    source = _both(lambda lang: _told(recipe, ground, used, lang))
    made_of = tuple(layer.id for layer in used)
    return Indicator(indicator_id, title, recipe.unit, "county", "derived", source, values.astype(float), made_of)


def published_indicators(rows: pd.DataFrame) -> list[Indicator]:
    """Return the published figures that are numbers.

    Rows of the same name, unit, kind, year (and first year, for sums) and level are one indicator, whichever documents
    and regions they are from: cities can then be compared on one map. Years are never mixed. Where two rows tell a
    region different values under one name, both stand apart, by their series.

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
    return [_published(group) for _, group in numbers.groupby([*_SAME_FIGURE, "apart"], sort=False, dropna=False)]


def _published(rows: pd.DataFrame) -> Indicator:
    """Make one indicator of the rows that tell one figure."""
    first = rows.iloc[0].to_dict()
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
        source=_both(lambda lang: _cited(rows, lang)),
        figures=rows.drop_duplicates("adcode").set_index("adcode")["value"].astype(float),
    )


def _cited(rows: pd.DataFrame, lang: Lang) -> str:
    """Name every document and clause that the rows are from."""
    places = dict.fromkeys(zip(rows["document"].astype(str), rows["clause"].astype(str), strict=True))
    return _joined(
        [t("indicators.document", lang, document=document, clause=clause_text(document, clause, lang))
         for document, clause in places], lang,
    )  # fmt: skip


def _told(recipe: Recipe, ground: Ground, used: list[Layer], lang: Lang) -> str:
    """Return how a figure was derived, what is left out, and from which layers on which basis."""
    parts = [recipe.source(lang)]
    left_out = 0 if recipe.left_out is None else recipe.left_out(ground)
    if left_out:
        parts.append(t("indicators.left_out", lang, count=left_out))
    for layer in used:
        basis = t(f"indicators.basis_{layer.spec.basis}", lang)
        parts.append(t("indicators.from_layer", lang, title=layer.spec.title(lang), basis=basis))
    return _joined(parts, lang)


def _joined(parts: list[str], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _both(text: Callable[[Lang], str]) -> Bilingual:
    """Return what a function of the language says in both."""
    zh, en = (text(lang) for lang in LANGUAGES)
    return Bilingual(zh=zh, en=en)
