"""Findings of a site on the screen: the form of a check, verdict, findings and rules as HTML."""

from views.parts.findings.checked import KeyedRun
from views.parts.findings.form import (
    CHECK_ACTIVITY,
    CHECK_MODE,
    activity_title,
    ask_activity,
    choose_settings,
    kept_settings,
    show_required,
)
from views.parts.findings.result import (
    COLOURS,
    CSS,
    answer_html,
    facts_html,
    findings_html,
    rules_html,
    show_answer,
    show_verdict,
    verdict_html,
)
from views.parts.findings.site_view import (
    RUN_NUMBER,
    SiteResult,
    layer_title,
    rule_code_text,
    run_number,
    site_result_of,
    size_text,
    square_metres,
    stands_for_title,
)

__all__ = [
    "CHECK_ACTIVITY",
    "CHECK_MODE",
    "COLOURS",
    "CSS",
    "RUN_NUMBER",
    "KeyedRun",
    "SiteResult",
    "activity_title",
    "answer_html",
    "ask_activity",
    "choose_settings",
    "facts_html",
    "findings_html",
    "kept_settings",
    "layer_title",
    "rule_code_text",
    "rules_html",
    "run_number",
    "show_answer",
    "show_required",
    "show_verdict",
    "site_result_of",
    "size_text",
    "square_metres",
    "stands_for_title",
    "verdict_html",
]
