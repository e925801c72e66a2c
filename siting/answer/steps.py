"""Next steps of a site: move, ask who sees more, mend layers, tell, get the official layer, survey, apply; in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from geo.errors import DataFault
from layers.catalogue import LayerSpec
from siting.answer.amounts import area_text, distance_text
from siting.answer.places import layer_name
from siting.law import law_table
from siting.records import Bilingual, NextStepRecord, ReasonRecord, SiteRecord, StepRecord
from words import LANGUAGES, Lang, has, t

__all__ = ["has_closed_layers", "keepers", "next_steps", "unread_layers", "unread_text"]

_STAGES: Final = ("before_siting", "preapproval", "land_conversion", "before_works")
_MOST_NAMED: Final = 3
_FLAG: Final = "flag:"
_NO_WAY: Final = ("otherwise", "core_zone")
"""Conditions whose path begins with going elsewhere."""


def next_steps(
    site: SiteRecord, reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec]
) -> list[NextStepRecord]:
    """Return what to do next for a site, in order.

    Parameters
    ----------
    site : SiteRecord
    reasons : sequence of ReasonRecord
        All of them, the weightiest first.
    specs : mapping of str to LayerSpec
    """
    return [
        *_change_site(reasons, specs),
        *_closed_layers(site),
        *_unread_layers(site, specs),
        *_answers(site),
        *_official_layers(reasons, specs, keepers()),
        *_surveys(reasons, specs),
        *_approvals(site.get("approval_path", []), moved=bool(_change_site(reasons, specs))),
    ]


def _change_site(reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec]) -> list[NextStepRecord]:
    """Return the step to move or reduce the site, where a ban holds or would hold."""
    bans = [reason for reason in reasons if reason["grade"] == "ban" and reason["decided"]]
    if not bans:
        return []
    worst = bans[0]
    spec = specs[worst["layer"]]
    partly = worst["position"] == "overlap" and worst["share"] is not None and worst["share"] < 1
    key = "answer.step_move_if" if worst["indicative"] else "answer.step_move"

    def text(lang: Lang) -> str:
        move = t(key, lang, layer=layer_name(spec, lang))
        if not partly:
            return move
        area_m2, length_m = worst["overlap_m2"], worst["overlap_m"]
        amount = area_text(area_m2, lang) if area_m2 else distance_text(length_m or 0.0, lang)
        return move + t("answer.step_reduce", lang, amount=amount)

    return [{"kind": "change_site", "layers": [spec.stands_for], "text": _both(text)}]


def _closed_layers(site: SiteRecord) -> list[NextStepRecord]:
    """Return the step to have the site checked by somebody who may see the layers that are closed here."""
    if not has_closed_layers(site):
        return []
    return [{"kind": "closed_layers", "layers": [], "text": _both(lambda lang: t("answer.step_closed", lang))}]


def _unread_layers(site: SiteRecord, specs: Mapping[str, LayerSpec]) -> list[NextStepRecord]:
    """Return the step to have the layers mended that could not be read."""
    unread = unread_layers(site)
    if not unread:
        return []

    def text(lang: Lang) -> str:
        return t("answer.step_unread", lang, layers=unread_text(unread, specs, lang))

    words = list(dict.fromkeys(specs[layer].stands_for for layer in unread if layer in specs))
    return [{"kind": "unread_layers", "layers": words, "text": _both(text)}]


def unread_layers(site: SiteRecord) -> list[str]:
    """Return the ids of the layers that cover the site and could not be read."""
    return [finding["layer"] for finding in site["findings"] if finding.get("reason") == "load_failed"]


def unread_text(layers: Sequence[str], specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    """Return the titles of layers that could not be read, as a list; of many the first and how many they are."""
    titles = [specs[layer].title(lang) if layer in specs else layer for layer in layers]
    named = t("answer.list", lang).join(titles[:_MOST_NAMED])
    return named if len(titles) <= _MOST_NAMED else t("answer.unread_many", lang, layers=named, count=len(titles))


def has_closed_layers(site: SiteRecord) -> bool:
    """Return whether there were layers that whoever checked may not see."""
    return any(finding.get("reason") == "no_access" for finding in site["findings"])


def _answers(site: SiteRecord) -> list[NextStepRecord]:
    """Return the step to tell what clauses that would weigh wait for."""
    flags = dict.fromkeys(
        code.removeprefix(_FLAG)
        for finding in site["findings"]
        for rule in finding["rules"]
        if rule["counts_as"] and rule["status"] == "undecided"
        for code in rule["open"]
        if code.startswith(_FLAG)
    )
    if not flags:
        return []

    def text(lang: Lang) -> str:
        named = [t(f"check_page.flag_{flag}", lang) for flag in flags if has(f"check_page.flag_{flag}")]
        return t("answer.step_answer", lang, questions=t("answer.list", lang).join(named))

    return [{"kind": "answer", "layers": [], "text": _both(text)}]


def _official_layers(
    reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec], who: Mapping[str, Bilingual]
) -> list[NextStepRecord]:
    """Return a step a keeper: which official layers to get for the reasons whose layer only warns."""
    wanted = dict.fromkeys(
        specs[reason["layer"]].stands_for
        for reason in reasons
        if reason["indicative"] and reason["grade"] != "attention"
    )
    by_keeper: dict[str, list[str]] = {}
    for word in wanted:
        if word in who:
            by_keeper.setdefault(who[word]["zh"], []).append(word)
    steps: list[NextStepRecord] = []
    for words in by_keeper.values():
        whom = who[words[0]]

        def text(lang: Lang, words: list[str] = words, whom: Bilingual = whom) -> str:
            named = t("answer.list", lang).join(t(f"siting.layer_{word}", lang) for word in words)
            return t("answer.step_layer", lang, whom=whom[lang], layers=named)

        steps.append({"kind": "official_layer", "layers": words, "whom": whom, "text": _both(text)})
    return steps


def _surveys(reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec]) -> list[NextStepRecord]:
    """Return the step to survey the boundaries that the site is nearer to than their accuracy."""
    near = list(dict.fromkeys(reason["layer"] for reason in reasons if reason["position"] == "within_accuracy"))
    if not near:
        return []

    def text(lang: Lang) -> str:
        named = t("answer.list", lang).join(dict.fromkeys(layer_name(specs[layer], lang) for layer in near))
        return t("answer.step_survey", lang, layers=named)

    words = list(dict.fromkeys(specs[layer].stands_for for layer in near))
    return [{"kind": "survey", "layers": words, "text": _both(text)}]


def _approvals(path: Sequence[StepRecord], *, moved: bool) -> list[NextStepRecord]:
    """Return the steps of the approval path by stage, each text once; without "go elsewhere" where that is said."""
    ordered = sorted(path, key=lambda step: (_STAGES.index(step["stage"]), step["step"]))
    ordered = [step for step in ordered if not (moved and step["condition"] in _NO_WAY)]
    steps: dict[str, NextStepRecord] = {}
    for step in ordered:
        whom: Bilingual = {"zh": step["actor"], "en": step.get("actor_en") or step["actor"]}
        summary: Bilingual = {"zh": step["summary"], "en": step.get("summary_en") or step["summary"]}

        def text(lang: Lang, whom: Bilingual = whom, summary: Bilingual = summary, step: StepRecord = step) -> str:
            stage = t(f"answer.stage_{step['stage']}", lang)
            return t("answer.step_approval", lang, stage=stage, whom=whom[lang], summary=summary[lang].rstrip("。."))

        steps.setdefault(
            step["summary"],
            {"kind": "approval", "layers": [step["stands_for"]], "whom": whom, "text": _both(text)},
        )
    return list(steps.values())


def keepers() -> dict[str, Bilingual]:
    """Return which authority keeps the official layer, by the word of ``stands_for``; of the tables in use."""
    try:
        rows = law_table("keepers").to_dict("records")
    except DataFault:  # tables of an earlier version, or faulty: `redline validate` says so
        return {}
    return {str(row["stands_for"]): {"zh": str(row["keeper"]), "en": str(row["keeper_en"])} for row in rows}


def _both(text: object) -> Bilingual:
    """Return a text in both languages."""
    zh, en = (text(lang) for lang in LANGUAGES)  # type: ignore[operator]
    return {"zh": zh, "en": en}
