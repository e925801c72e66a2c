"""The registry of vector forms, and the function that writes a selection in any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from geo.crs import describe, gk3_epsg
from geo.errors import BadInput
from geo.progress import Progress, no_progress
from geo.whole_file import whole_file
from layers.catalogue import may_export
from snapshot.form import Form
from snapshot.selection import Selection, Taken, by_kind, safe_name, selected
from snapshot.vector.cad import DXF, TXT
from snapshot.vector.geopackage import GPKG
from snapshot.vector.job import Job
from snapshot.vector.kml import KML, KMZ
from snapshot.vector.open_formats import FGB, GEOJSON, PARQUET
from snapshot.vector.shapefile import SHP
from snapshot.vector.spreadsheets import CSV, XLSX

__all__ = ["FORMS", "form_epsg", "write"]

FORMS: Final[dict[str, Form[Job]]] = {
    form.name: form for form in (GPKG, SHP, GEOJSON, KML, KMZ, FGB, PARQUET, DXF, TXT, XLSX, CSV)
}
"""The forms of tables and shapes, in the order in which they are offered: the one list of them."""


def form_epsg(selection: Selection, form: str) -> int:
    """Return the EPSG code in which a selection is written in a form.

    Raises
    ------
    BadInput
        If there is no such form, or it cannot be in the system asked for.
    """
    if form not in FORMS:
        raise BadInput("takeaway.no_such_form", form=form, known=", ".join(FORMS))
    rule = FORMS[form]
    if rule.systems == "none":
        return 4490
    if selection.epsg is None:
        return _zone_of(selection) if rule.default is None else rule.default
    reading = describe(selection.epsg)
    if rule.systems == "wgs84" and selection.epsg != 4326:
        raise BadInput("takeaway.form_needs_wgs84", form=form.upper(), epsg=selection.epsg)
    if rule.systems == "metres" and reading.geographic:
        raise BadInput("takeaway.form_needs_metres", form=form.upper(), epsg=selection.epsg)
    if rule.systems == "zone" and reading.family not in {"gk3", "gk3_prefix"}:
        raise BadInput("takeaway.form_needs_zone", epsg=selection.epsg)
    return selection.epsg


def write(selection: Selection, form: str, target: Path, progress: Progress = no_progress) -> Path:
    """Write a selection with its manifest, whole or not at all; return the file written.

    Parameters
    ----------
    selection : Selection
    form : str
        One of `FORMS`.
    target : Path
        Its folder and stem are used, made safe for Windows; the suffix is the form's. A file of that name is replaced.
    progress : callable, optional
        Called with the share done and what is being written. If it raises, the export ends and leaves nothing.

    Returns
    -------
    Path

    Raises
    ------
    BadInput
        If nothing is left to take, or the form cannot hold it.
    """
    epsg = form_epsg(selection, form)
    rule = FORMS[form]
    tables = [table for table in selected(selection, epsg) if len(table.frame) or table.unplaced is not None]
    drawn_only = rule.systems in {"metres", "zone"}  # a drawing, or the corners of parcels
    if rule.systems != "none" and not any(len(table.frame) or not drawn_only for table in tables):
        kept = [layer.id for layer in selection.taken_layers() if not may_export(layer, selection.layers)]
        raise BadInput("takeaway.nothing_to_take", kept=", ".join(kept) or "—")
    job = Job(selection, form, epsg, tables, progress)
    suffix = rule.alone if rule.alone and _single(job) else rule.suffix
    stem = target.name.removesuffix(target.suffix) if target.suffix.lower() in _SUFFIXES else target.name
    path = target.with_name(safe_name(stem.rstrip(" .") + suffix))
    with whole_file(path) as draft:
        rule.write(draft, job)
        job.progress(1.0, path.name)
    return path


_SUFFIXES: Final = frozenset(
    [form.suffix for form in FORMS.values()] + [form.alone for form in FORMS.values() if form.alone]
) | {".shp", ".fgb", ".dxf", ".txt", ".csv"}


def _single(job: Job) -> bool:
    """Return whether a job is one table of one kind of geometry."""
    return len(job.tables) == 1 and job.tables[0].unplaced is None and len(by_kind(job.tables[0].frame)) == 1


def _zone_of(selection: Selection) -> int:
    """Return the 3-degree zone (EPSG, with prefix) of the middle of the selection."""
    tables = selected(selection, 4490)
    sites = [table for table in tables if table.kind == "site"]
    bounds = [_bounds(table) for table in (sites or tables) if len(table.stored)]
    if not bounds:
        return gk3_epsg(117.0, prefix=True)
    held = np.array(bounds)
    return gk3_epsg(float(held[:, 0].min() + held[:, 2].max()) / 2, prefix=True)


def _bounds(table: Taken) -> list[float]:
    return [float(value) for value in table.stored.total_bounds]
