"""The report of a check, as PDF or DOCX."""

from snapshot.report.deliver import deliver_report, results_selection

__all__ = ["deliver_report", "results_selection"]
