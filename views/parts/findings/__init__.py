"""Findings of a site on the screen."""

from views.parts.findings.checked import Checked, last_checked, note_checked
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
    Seen,
    code_text,
    layer_title,
    run_number,
    seen_of,
    size_text,
    square_metres,
    word_title,
)

__all__ = [
    "CHECK_ACTIVITY",
    "CHECK_MODE",
    "COLOURS",
    "CSS",
    "RUN_NUMBER",
    "Checked",
    "Seen",
    "activity_title",
    "choose_settings",
    "code_text",
    "facts_html",
    "findings_html",
    "last_checked",
    "layer_title",
    "note_checked",
    "rules_html",
    "run_number",
    "seen_of",
    "show_required",
    "show_verdict",
    "size_text",
    "square_metres",
    "verdict_html",
    "word_title",
]
