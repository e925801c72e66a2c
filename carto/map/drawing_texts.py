"""Texts of the drawing tools in the structure of ``L.drawLocal``, the text table of Leaflet.draw."""

from __future__ import annotations

from typing import Any, Final

from words import Lang, t

__all__ = ["drawing_texts"]

_PATHS: Final = {
    "draw.toolbar.actions.title": "draw_cancel_tip",
    "draw.toolbar.actions.text": "draw_cancel",
    "draw.toolbar.finish.title": "draw_finish_tip",
    "draw.toolbar.finish.text": "draw_finish",
    "draw.toolbar.undo.title": "draw_undo_tip",
    "draw.toolbar.undo.text": "draw_undo",
    "draw.toolbar.buttons.polyline": "draw_line",
    "draw.toolbar.buttons.polygon": "draw_area",
    "draw.toolbar.buttons.rectangle": "draw_rectangle",
    "draw.toolbar.buttons.circle": "draw_circle",
    "draw.toolbar.buttons.marker": "draw_point",
    "draw.handlers.circle.tooltip.start": "draw_circle_start",
    "draw.handlers.circle.radius": "draw_radius",
    "draw.handlers.marker.tooltip.start": "draw_point_start",
    "draw.handlers.polygon.tooltip.start": "draw_area_start",
    "draw.handlers.polygon.tooltip.cont": "draw_next",
    "draw.handlers.polygon.tooltip.end": "draw_area_end",
    "draw.handlers.polyline.error": "draw_crossing",
    "draw.handlers.polyline.tooltip.start": "draw_line_start",
    "draw.handlers.polyline.tooltip.cont": "draw_next",
    "draw.handlers.polyline.tooltip.end": "draw_line_end",
    "draw.handlers.rectangle.tooltip.start": "draw_rectangle_start",
    "draw.handlers.simpleshape.tooltip.end": "draw_release",
    "edit.toolbar.actions.save.title": "draw_save_tip",
    "edit.toolbar.actions.save.text": "draw_save",
    "edit.toolbar.actions.cancel.title": "draw_revert_tip",
    "edit.toolbar.actions.cancel.text": "draw_cancel",
    "edit.toolbar.actions.clearAll.title": "draw_clear_tip",
    "edit.toolbar.actions.clearAll.text": "draw_clear",
    "edit.toolbar.buttons.edit": "draw_edit",
    "edit.toolbar.buttons.editDisabled": "draw_edit_none",
    "edit.toolbar.buttons.remove": "draw_remove",
    "edit.toolbar.buttons.removeDisabled": "draw_remove_none",
    "edit.handlers.edit.tooltip.text": "draw_edit_hint",
    "edit.handlers.edit.tooltip.subtext": "draw_edit_subhint",
    "edit.handlers.remove.tooltip.text": "draw_remove_hint",
}


def drawing_texts(lang: Lang) -> dict[str, Any]:
    """Return the texts of the drawing tools, nested as in ``L.drawLocal``."""
    table: dict[str, Any] = {}
    for path, key in _PATHS.items():
        *folders, last = path.split(".")
        node = table
        for folder in folders:
            node = node.setdefault(folder, {})
        node[last] = t(f"carto.{key}", lang)
    return table
