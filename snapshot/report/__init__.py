"""The report of a check, as PDF or DOCX."""

from snapshot.report.deliver import deliver_report, results_selection
from snapshot.report.docx import DOCX_READER

__all__ = ["DOCX_READER", "deliver_report", "results_selection"]
