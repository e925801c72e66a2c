"""Subjects: a theme with figures of territories at one or several moments, and the change between two of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any, Final, Literal

import pandas as pd

from layers.catalogue import Bilingual
from layers.indicators.derived import DERIVED
from layers.indicators.indicators import Indicator, Level, grouped_records, published_indicator
from words import all_texts, t

__all__ = [
    "DERIVED_THEMES",
    "Moment",
    "Subject",
    "change_between",
    "changes_of",
    "derived_subjects",
    "published_subjects",
    "unit_text",
]

_ONE_MOMENT: Final = ["kind", "change", "year", "year_from", "adcode"]
_ORDER: Final = {"actual": 0, "cumulative": 1, "limit": 2, "target": 3, "change": 4}

DERIVED_THEMES: Final[dict[str, tuple[str, ...]]] = {
    "protection": ("redline_share", "redline_area", "protected_sites", "protected_area"),
    "water": ("river_length", "water_area"),
    "ground": ("land_area", "mean_elevation", "relief", "mean_slope"),
}
"""Themes of derived figures; all other figures count projects."""


@dataclass(frozen=True)
class Moment:
    """A year and what its figure is (actual, target, sum, limit, change), or a column of a user's table.

    Attributes
    ----------
    key : str
        Short, of ``[0-9a-z-]``; unique in its subject; "" for a subject of one moment.
    title : Bilingual
    kind : str
        actual, target, cumulative, limit, change; "" for what has none.
    unit : Bilingual
    summed : bool
        Whether it is for a run of years and not for one.
    """

    key: str
    title: Bilingual
    kind: str
    unit: Bilingual
    summed: bool = False


@dataclass(frozen=True)
class Subject:
    """A theme with one indicator of territories for each of its moments.

    Attributes
    ----------
    id : str
    title, unit : Bilingual
    level : {"province", "prefecture", "county"}
    basis : {"published", "derived", "own"}
    theme : str
        A topic of the plans, a key of `DERIVED_THEMES`, "projects" or "own".
    documents : tuple of str
        Ids of the documents that publish it.
    adcodes : tuple of str
        Territories that have a figure, where that is known beforehand.
    moments : tuple of Moment
        In order of time; at least one.
    figures : Mapping of str to Indicator
        By key of the moment; empty for derived subjects, whose figures are computed on demand.
    rows : DataFrame or None
        The rows of the plan tables that it is from.
    """

    id: str
    title: Bilingual
    unit: Bilingual
    level: Level
    basis: Literal["published", "derived", "own"]
    theme: str
    documents: tuple[str, ...]
    adcodes: tuple[str, ...]
    moments: tuple[Moment, ...]
    figures: Mapping[str, Indicator] = field(default_factory=dict)
    rows: pd.DataFrame | None = None


def derived_subjects() -> list[Subject]:
    """Return one subject for each derived figure, in the order of ``DERIVED``; one moment each."""
    themes = {name: theme for theme, names in DERIVED_THEMES.items() for name in names}
    nothing = Bilingual(zh="—", en="—")
    return [
        Subject(
            name, recipe.title, recipe.unit, "county", "derived", themes.get(name, "projects"), (), (),
            (Moment("", nothing, "", recipe.unit),),
        )
        for name, recipe in DERIVED.items()
    ]  # fmt: skip


def published_subjects(rows: pd.DataFrame) -> list[Subject]:
    """Return one subject for each published name, unit and level, with a moment for each year and kind.

    Parameters
    ----------
    rows : DataFrame
        ``indicators.csv`` and ``limits.csv`` one after the other. Rows that repeat a figure under another series
        join it; where two series disagree, each stands by itself.
    """
    numbers = rows[rows["value"].notna()].reset_index(drop=True)
    numbers["change"] = numbers["cell"] == "change"
    named = ["name", "unit", "level"]
    spread = numbers.groupby([*named, *_ONE_MOMENT], dropna=False)["value"].transform("nunique")
    clash = numbers.assign(spread=spread).groupby(named, dropna=False)["spread"].transform("max") > 1
    numbers["apart"] = numbers["series"].where(clash, "")
    records = [row | {"at": at} for at, row in enumerate(numbers.to_dict("records"))]
    groups = grouped_records(records, [*named, "apart"])
    return [_published_subject(group, numbers.iloc[[row["at"] for row in group]]) for group in groups]


def _published_subject(records: Sequence[Mapping[Hashable, Any]], rows: pd.DataFrame) -> Subject:
    """Return the subject of rows, given as dicts and as a frame."""
    first = records[0]
    unit = unit_text(str(first["unit"]))
    moments: list[tuple[tuple[int, int], Moment, Indicator]] = []
    for group in grouped_records(records, _ONE_MOMENT[:4]):
        one = group[0]
        code = "change" if one["change"] else str(one["kind"])
        moment = _moment(code, one["year"], one["year_from"], unit)
        order = (int(years) if (years := str(one["year"])).isdigit() else 0, _ORDER[code])
        moments.append((order, moment, published_indicator(group)))
    moments.sort(key=lambda made: made[0])
    return Subject(
        id=str(first["series"]),
        title=Bilingual(zh=str(first["name"]), en=str(first["name_en"])),
        unit=unit,
        level=first["level"],
        basis="published",
        theme=str(first["topic"]),
        documents=tuple(dict.fromkeys(str(row["document"]) for row in records)),
        adcodes=tuple(dict.fromkeys(str(row["adcode"]) for row in records)),
        moments=tuple(moment for _, moment, _ in moments),
        figures={moment.key: indicator for _, moment, indicator in moments},
        rows=rows,
    )


def _moment(code: str, year: Any, since: Any, unit: Bilingual) -> Moment:
    """Return the moment of rows of one kind and year (and first year, for sums)."""
    years = "" if pd.isna(year) else str(int(year))
    run = "" if pd.isna(since) else str(int(since))
    when = f"{run}–{years}" if run and run != years else years
    key = "-".join(part for part in (run, years, code) if part)
    title = Bilingual(
        zh=f"{when} {t(f'indicators.kind_{code}', 'zh')}".strip(),
        en=f"{when} {t(f'indicators.kind_{code}', 'en')}".strip(),
    )
    return Moment(key, title, code, _unit_of_change(unit) if code == "change" else unit, bool(run and run != years))


def changes_of(subject: Subject) -> list[tuple[Moment, Moment]]:
    """Return the pairs of moments whose difference is a change: earlier and later, of one unit, neither itself one.

    A sum over some years and a value of one year do not go together, nor does a limit with anything.
    """
    plain = [moment for moment in subject.moments if moment.kind in {"actual", "target", ""} and not moment.summed]
    return [
        (a, b)
        for a, b in combinations(plain, 2)
        if a.key and a.unit == b.unit and _have_common_territory(subject, a, b)
    ]


def _have_common_territory(subject: Subject, first: Moment, second: Moment) -> bool:
    """Return whether some territory has a figure for both moments."""
    earlier, later = (subject.figures[moment.key].figures.dropna().index for moment in (first, second))
    return bool(earlier.isin(later).any())


def change_between(subject: Subject, first: Moment, second: Moment) -> Indicator:
    """Return the later figure less the earlier, for each territory that has both.

    Percentages differ by percentage points.
    """
    before, after = subject.figures[first.key], subject.figures[second.key]
    figures = (after.figures - before.figures).rename_axis("adcode")
    title = Bilingual(
        zh=t("indicators.change_title", "zh", title=subject.title.zh, first=first.title.zh, second=second.title.zh),
        en=t("indicators.change_title", "en", title=subject.title.en, first=first.title.en, second=second.title.en),
    )
    both = [before.source, after.source] if before.source != after.source else [before.source]
    source = Bilingual(
        zh=t("indicators.change_source", "zh", source="；".join(one.zh for one in both)),
        en=t("indicators.change_source", "en", source="; ".join(one.en for one in both)),
    )
    return Indicator(
        f"{subject.id}-{first.key}..{second.key}", title, _unit_of_change(first.unit), subject.level, before.basis,
        source, figures.astype(float),
    )  # fmt: skip


def _unit_of_change(unit: Bilingual) -> Bilingual:
    """Return the unit of a difference: percentage points for %, else the same unit."""
    points = t("units.points", "zh")
    return Bilingual(zh=points, en=t("units.points", "en")) if unit.zh == "%" else unit


def unit_text(unit: str) -> Bilingual:
    """Return a printed unit in both languages; the English is the printed one where no translation is known.

    A document's 千米 is shown as 公里, as everywhere in the app.
    """
    unit = unit.replace("千米", "公里")
    return Bilingual(zh=unit or "—", en=_english_units().get(unit, unit or "—"))


@cache
def _english_units() -> dict[str, str]:
    return {texts["zh"]: texts["en"] for key, texts in all_texts().items() if key.startswith("units.")}
