"""The answer for many sites: how many lie on what, and how much of it they take together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from geo.measure import MEETING
from layers.catalogue import LayerSpec
from siting.answer.amounts import distance_text, hectares_text
from siting.answer.places import layer_name
from siting.records import VERDICTS, SiteRecord
from words import Lang, t

__all__ = ["batch_sentence"]

_MOST_LAYERS: Final = 3


def batch_sentence(sites: Sequence[SiteRecord], specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    """Return the answer for several sites in one sentence: verdicts, then the layers that most of them lie on."""
    counts = {code: sum(site["verdict"] == code for site in sites) for code in VERDICTS}
    verdicts = t("answer.list", lang).join(
        t("answer.batch_verdict", lang, verdict=t(f"siting.verdict_{code}", lang), count=count)
        for code, count in counts.items()
        if count
    )
    met: dict[str, list[tuple[float, float]]] = {}
    for site in sites:
        for finding in site["findings"]:
            if finding["relation"] in MEETING and not finding.get("must_be_inside") and finding["layer"] in specs:
                sizes = (finding["overlap_m2"] or 0.0, finding["overlap_m"] or 0.0)
                met.setdefault(finding["layer"], []).append(sizes)
    ranked = sorted(met.items(), key=lambda item: (-len(item[1]), -sum(area for area, _ in item[1])))
    parts = []
    for layer, overlaps in ranked[:_MOST_LAYERS]:
        area_m2, length_m = sum(area for area, _ in overlaps), sum(length for _, length in overlaps)
        amount = hectares_text(area_m2, lang) if area_m2 else distance_text(length_m, lang) if length_m else ""
        name = layer_name(specs[layer], lang)
        if specs[layer].indicative:
            name = t("answer.batch_indicative", lang, layer=name)
        key = "answer.batch_layer" if amount else "answer.batch_layer_bare"
        parts.append(t(key, lang, met=len(overlaps), total=len(sites), layer=name, amount=amount))
    if not parts:
        parts.append(t("answer.batch_nothing", lang, total=len(sites)))
    return t("answer.clause_break", lang).join([*parts, verdicts]) + t("answer.full_stop", lang)
