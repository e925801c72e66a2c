"""Suggestions (where an activity could stand) as a table to read, JSON, GeoJSON and GeoPackage."""

from snapshot.suggestions.files import SuggestionForm, write_feasible, write_suggestion
from snapshot.suggestions.text import suggestion_text

__all__ = ["SuggestionForm", "suggestion_text", "write_feasible", "write_suggestion"]
