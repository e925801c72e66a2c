"""The one function that writes exports: tables, shapes, sheets, rasters, pages, each with its manifest sealed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geo.errors import BadInput
from geo.progress import Progress, no_progress
from layers.catalogue import Layer, withheld_ids
from layers.indicators import DERIVED, derived_values
from snapshot.form import Form
from snapshot.pictures import PICTURES, Picture, PictureJob
from snapshot.selection import Selection, kept_rows, safe_name, territory
from snapshot.vector import FORMS, form_epsg, write

__all__ = ["ALL_FORMS", "Order", "check_order", "deliver"]

ALL_FORMS: Final[dict[str, Form[Any]]] = {**FORMS, **PICTURES}
"""Every form by its name, in the order in which they are offered."""
_PAD: Final = 0.02


@dataclass(frozen=True)
class Order:
    """An export to be made: selection, form, and settings of a picture.

    Attributes
    ----------
    form : str
        One of `ALL_FORMS`.
    selection : Selection
        Of a picture, `chosen` are the layers that are on; its extent is the selection's: the smallest box round the
        counties, the extent and, where there is neither, the sites or all that is taken.
    picture : Picture
    """

    form: str
    selection: Selection
    picture: Picture = field(default_factory=Picture)


def check_order(order: Order) -> None:
    """Raise for an order that cannot be met, before any work is done.

    Raises
    ------
    BadInput
        One sentence: what is wrong, and what may be given.
    """
    if order.form not in ALL_FORMS:
        raise BadInput("takeaway.no_such_form", form=order.form, known=", ".join(ALL_FORMS))
    if order.form in FORMS:
        form_epsg(order.selection, order.form)
    order.selection.taken_layers()


def deliver(order: Order, target: Path, progress: Progress = no_progress) -> Path:
    """Write an export with its manifest, whole or not at all; return the file written.

    Parameters
    ----------
    order : Order
    target : Path
        Its folder and stem are used, made safe for Windows; the suffix is the form's.
    progress : Progress

    Raises
    ------
    BadInput
        If the order cannot be met, in one sentence.
    """
    check_order(order)
    order = dataclasses.replace(order, selection=_without_withheld_indicator(order.selection))
    if order.form in FORMS:
        return write(_with_figures(order.selection, order.form), order.form, target, progress)
    form = PICTURES[order.form]
    suffixes = {one.suffix for one in PICTURES.values()}
    stem = target.name.removesuffix(target.suffix) if target.suffix.lower() in suffixes else target.name
    path = target.with_name(safe_name(stem.rstrip(" .") + form.suffix))

    def named(share: float, _doing: str = "", /) -> None:
        progress(share, path.name)

    selection = dataclasses.replace(order.selection, extent=_bounds(order.selection))
    form.write(path, PictureJob(form.name, selection, order.picture, _filtered(selection), named))
    return path


def _without_withheld_indicator(selection: Selection) -> Selection:
    """Return a selection without its indicator if that measures a layer that must not be exported."""
    withheld = withheld_ids(layer.spec for layer in selection.layers.values())
    if selection.shown is None or withheld.isdisjoint(selection.shown[0].made_of):
        return selection
    return dataclasses.replace(selection, shown=None)


def _with_figures(selection: Selection, form: str) -> Selection:
    """Return a selection with the derived county figures, for a workbook without any.

    A figure derived from a layer whose measures must not leave does not leave either.
    """
    if form not in {"xlsx", "csv"} or selection.indicators:
        return selection
    withheld = withheld_ids(layer.spec for layer in selection.layers.values())
    closed = {selection.layers[name].spec.stands_for for name in withheld}
    able = [name for name, recipe in DERIVED.items() if not closed & set(recipe.needs)]
    found = [derived_values(name, selection.layers) for name in able]
    return dataclasses.replace(selection, indicators=tuple(one for one in found if one is not None))


def _filtered(selection: Selection) -> Mapping[str, Layer]:
    """Return the catalogue with the filters applied; the extent is cut by who draws."""
    ruled = {rule.layer for rule in selection.filters}
    return {
        name: dataclasses.replace(layer, frame=layer.frame[kept_rows(layer, selection)].reset_index(drop=True))
        if name in ruled and layer.frame is not None
        else layer
        for name, layer in selection.layers.items()
    }


def _bounds(selection: Selection) -> tuple[float, float, float, float]:
    """Return the bounds that a picture shows."""
    if selection.extent is not None:
        return selection.extent
    if selection.adcodes:
        shapes = [territory(selection.layers, selection.adcodes)]
    elif selection.sites is not None:
        shapes = list(selection.sites.frame.geometry)
    else:
        shapes = [
            shapely.box(*layer.frame.total_bounds)
            for layer in selection.taken_layers()
            if layer.frame is not None and len(layer.frame)
        ]
    boxes = shapely.bounds(np.array(shapes, dtype=object))
    if not len(boxes):
        raise BadInput("takeaway.nothing_to_take", kept="—")
    west, south = (float(edge) for edge in boxes[:, :2].min(axis=0))
    east, north = (float(edge) for edge in boxes[:, 2:].max(axis=0))
    pad = max(_PAD * max(east - west, north - south), 0.002)
    return west - pad, south - pad, east + pad, north + pad
