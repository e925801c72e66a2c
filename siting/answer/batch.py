"""The answer for many sites: how many lie on what, and how much of it they take together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from geo.measure import MEETING
from layers.catalogue import LayerSpec
from siting.answer.amounts import distance_text, hectares_text
from siting.answer.places import layer_name
from siting.records import VERDICTS
from words import Lang, t

__all__ = ["batch_overlaps", "batch_sentence"]

_MOST_LAYERS: Final = 3


def batch_overlaps(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the layers that sites lie on, those that most of them lie on first.

    Parameters
    ----------
    findings : DataFrame
        A row per site and layer: ``layer``, ``relation``, ``must_be_inside``, ``overlap_m2``, ``overlap_m``.

    Returns
    -------
    DataFrame
        Index ``layer``; ``sites`` (how many lie on it), ``area_m2``, ``length_m`` (sums, 0 for none).
    """
    inside = findings["must_be_inside"].fillna(value=False).astype(bool)
    met = findings[findings["relation"].isin(MEETING) & ~inside]
    measures = met[["overlap_m2", "overlap_m"]].apply(pd.to_numeric)
    sums = measures.assign(layer=met["layer"], sites=1).groupby("layer", sort=False).sum()
    named: pd.DataFrame = sums.rename(columns={"overlap_m2": "area_m2", "overlap_m": "length_m"})
    return named.sort_values(["sites", "area_m2"], ascending=False, kind="stable")


def batch_sentence(verdicts: Sequence[str], findings: pd.DataFrame, specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    """Return the answer for several sites in one sentence: the layers that most of them lie on, then verdicts.

    Parameters
    ----------
    verdicts : sequence of str
        One a site.
    findings : DataFrame
        As of `batch_overlaps`.
    specs : mapping of str to LayerSpec
        Catalogue entries by layer id.
    lang : {"zh", "en"}
    """
    total = len(verdicts)
    counts = {code: sum(verdict == code for verdict in verdicts) for code in VERDICTS}
    told = t("answer.list", lang).join(
        t("answer.batch_verdict", lang, verdict=t(f"siting.verdict_{code}", lang), count=count)
        for code, count in counts.items()
        if count
    )
    overlaps = batch_overlaps(findings[findings["layer"].isin(list(specs))])
    parts = []
    for row in overlaps.head(_MOST_LAYERS).reset_index().to_dict("records"):
        area_m2, length_m = float(row["area_m2"]), float(row["length_m"])
        amount = hectares_text(area_m2, lang) if area_m2 else distance_text(length_m, lang) if length_m else ""
        spec = specs[str(row["layer"])]
        name = layer_name(spec, lang)
        if spec.indicative:
            name = t("answer.batch_indicative", lang, layer=name)
        key = "answer.batch_layer" if amount else "answer.batch_layer_bare"
        parts.append(t(key, lang, met=row["sites"], total=total, layer=name, amount=amount))
    if not parts:
        parts.append(t("answer.batch_nothing", lang, total=total))
    return t("answer.clause_break", lang).join([*parts, told]) + t("answer.full_stop", lang)
