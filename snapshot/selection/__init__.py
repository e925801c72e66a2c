"""The content of an export: layers, columns and shapes selected."""

from snapshot.selection.geometry_kinds import beyond, by_kind, settled
from snapshot.selection.geopackage_tables import Sheet, close_geopackage, fill_geopackage, write_geopackage, write_table
from snapshot.selection.icons import icon_png
from snapshot.selection.layer_tables import CLASS_COLUMN, about_table, findings_table
from snapshot.selection.names import safe_name, short_fields
from snapshot.selection.naming import check_file_name, export_name, place_name
from snapshot.selection.outlined import Outlined
from snapshot.selection.qml import Category, GeometryKind
from snapshot.selection.selection import Filter, Selection, Taken, kept_rows, selected, territory
from snapshot.selection.survey_format import SURVEY_ENCODINGS, SurveyEncoding, SurveyFormat

__all__ = [
    "CLASS_COLUMN",
    "SURVEY_ENCODINGS",
    "Category",
    "Filter",
    "GeometryKind",
    "Outlined",
    "Selection",
    "Sheet",
    "SurveyEncoding",
    "SurveyFormat",
    "Taken",
    "about_table",
    "beyond",
    "by_kind",
    "check_file_name",
    "close_geopackage",
    "export_name",
    "fill_geopackage",
    "findings_table",
    "icon_png",
    "kept_rows",
    "place_name",
    "safe_name",
    "selected",
    "settled",
    "short_fields",
    "territory",
    "write_geopackage",
    "write_table",
]
