"""Export on the screen: settings, running exports, download."""

from views.parts.takeaway.file_link import show_file_link
from views.parts.takeaway.form import ExportContext, view_bounds
from views.parts.takeaway.orders import show_exports, start_export
from views.parts.takeaway.panel import show_export
from views.parts.takeaway.survey_format import choose_survey_format

__all__ = [
    "ExportContext",
    "choose_survey_format",
    "show_export",
    "show_exports",
    "show_file_link",
    "start_export",
    "view_bounds",
]
