"""The answer of a check as lines of text, the same on the command line, in reports and in workbooks."""

from __future__ import annotations

from siting.answer import summary_of
from siting.check import Run, one_site, software_now, to_json
from siting.records import SummaryRecord
from words import Lang, t

__all__ = ["answer_lines", "counts_text", "run_summary"]


def run_summary(run: Run, position: int) -> SummaryRecord:
    """Return the summary of one site of a run, by its position."""
    report = to_json(one_site(run.result, position), software_now().redline)
    return summary_of(report["sites"][0], {layer.id: layer.spec for layer in run.layers.values()})


def answer_lines(summary: SummaryRecord, lang: Lang) -> list[str]:
    """Return the answer, a line each: verdict and sentence, reasons, next steps, what could not be checked."""
    verdict = t(f"siting.verdict_{summary['verdict']}", lang)
    lines = [t("answer.line_verdict", lang, verdict=verdict, sentence=summary["sentence"][lang])]
    reasons = [reason["text"][lang] for reason in summary["reasons"]]
    if summary["more_reasons"]:
        reasons.append(t("answer.more_reasons", lang, count=summary["more_reasons"]))
    for head, texts in (
        ("answer.head_reasons", reasons),
        ("answer.head_steps", [step["text"][lang] for step in summary["next_steps"]]),
    ):
        if texts:
            lines.append(t(head, lang))
            lines += [f"  {number}. {text}" for number, text in enumerate(texts, start=1)]
    lines.append(counts_text(summary, lang))
    if summary["not_checked"] is not None:
        lines.append(summary["not_checked"][lang])
    return lines


def counts_text(summary: SummaryRecord, lang: Lang) -> str:
    """Return how many layers the site lies on, near and off, and how many were not checked."""
    return t("answer.counts", lang, **summary["counts"])
