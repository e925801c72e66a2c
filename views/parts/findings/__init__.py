"""Findings of a site on the screen: the form of a check, verdict, findings and rules as HTML."""

from views.parts.findings.checked import KeyedRun, last_checked, remember_checked
from views.parts.findings.form import (
    CHECK_ACTIVITY,
    CHECK_MODE,
    activity_title,
    choose_settings,
    show_required,
)
from views.parts.findings.result import COLOURS, CSS, facts_html, findings_html, rules_html, show_verdict, verdict_html
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
    "choose_settings",
    "facts_html",
    "findings_html",
    "last_checked",
    "layer_title",
    "remember_checked",
    "rule_code_text",
    "rules_html",
    "run_number",
    "show_required",
    "show_verdict",
    "site_result_of",
    "size_text",
    "square_metres",
    "stands_for_title",
    "verdict_html",
]
