"""A file on its way in."""

from views.parts.intake.layer_file import Brought, ask_file, inspected, let_go, settle
from views.parts.intake.reading import Reading, read_source
from views.parts.intake.source import FORMATS, MAP_KEY, Source, choose_source, note_drawings

__all__ = [
    "FORMATS",
    "MAP_KEY",
    "Brought",
    "Reading",
    "Source",
    "ask_file",
    "choose_source",
    "inspected",
    "let_go",
    "note_drawings",
    "read_source",
    "settle",
]
