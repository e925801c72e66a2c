"""Findings as text and tables."""

from snapshot.findings.answer_text import answer_lines, counts_text, run_summary
from snapshot.findings.audit import audit_csv, audit_rows, day_of_entry
from snapshot.findings.listing import changes_text, checks_text, layer_rows, layers_text, verification_text
from snapshot.findings.page import Page
from snapshot.findings.results import as_text, report_json, write_results
from snapshot.findings.schemes import labels_of, schemes_of, schemes_text, write_schemes
from snapshot.findings.site_text import section_sums, stored_text
from snapshot.findings.wording import amount, county_text, details, exact_area_text, length_text
from snapshot.findings.workbook import write_csv, write_workbook

__all__ = [
    "Page",
    "amount",
    "answer_lines",
    "as_text",
    "audit_csv",
    "audit_rows",
    "changes_text",
    "checks_text",
    "counts_text",
    "county_text",
    "day_of_entry",
    "details",
    "exact_area_text",
    "labels_of",
    "layer_rows",
    "layers_text",
    "length_text",
    "report_json",
    "run_summary",
    "schemes_of",
    "schemes_text",
    "section_sums",
    "stored_text",
    "verification_text",
    "write_csv",
    "write_results",
    "write_schemes",
    "write_workbook",
]
