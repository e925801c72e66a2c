"""A selection written in any form, whole or not at all, with its manifest inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from geo.crs import describe, gk3_epsg
from geo.errors import BadInput
from geo.whole_file import whole_file
from layers.catalogue import may_export
from snapshot.proof import TableRecord
from snapshot.selection import Selection, Taken, by_kind, safe_name, selected
from snapshot.vector.cad import write_dxf, write_survey
from snapshot.vector.geopackage import write_gpkg
from snapshot.vector.job import Job, Piece, Progress, write_archive
from snapshot.vector.kml import write_kml
from snapshot.vector.open_formats import write_flatgeobuf, write_geojson, write_parquet
from snapshot.vector.shapefile import write_shapefiles
from snapshot.vector.spreadsheets import write_csv_pages, write_xlsx

__all__ = ["FORMS", "Form", "form_epsg", "write"]

_PieceWriter = Callable[[Path, Job, Piece], TableRecord]


@dataclass(frozen=True)
class Form:
    """One form of file.

    Attributes
    ----------
    suffix : str
        Of what is delivered.
    systems : str
        What it may hold: ``any``; ``wgs84`` by definition; ``metres``; ``zone``, a 3-degree zone; ``none``.
    default : int or None
        System where none is asked for; None for the zone that the selection lies in.
    alone : str
        Suffix of one table by itself, where the form can be a plain file; empty where it is always one file.
    """

    suffix: str
    systems: Literal["any", "wgs84", "metres", "zone", "none"]
    default: int | None
    alone: str = ""


FORMS: Final[dict[str, Form]] = {
    "gpkg": Form(".gpkg", "any", 4490),
    "shp": Form(".zip", "any", 4490),
    "geojson": Form(".zip", "any", 4326, ".geojson"),
    "kml": Form(".kml", "wgs84", 4326),
    "kmz": Form(".kmz", "wgs84", 4326),
    "fgb": Form(".zip", "any", 4490),
    "parquet": Form(".zip", "any", 4490, ".parquet"),
    "dxf": Form(".zip", "metres", None),
    "txt": Form(".zip", "zone", None),
    "xlsx": Form(".xlsx", "none", 4490),
    "csv": Form(".zip", "none", 4490),
}
"""The forms, in the order in which they are offered."""


def form_epsg(selection: Selection, form: str) -> int:
    """Return the system in which a selection is written in a form.

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


def write(selection: Selection, form: str, target: Path, progress: Progress | None = None) -> Path:
    """Write a selection; return the file that was written.

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
    tables = [table for table in selected(selection, epsg) if len(table.frame)]
    rule = FORMS[form]
    if not tables and rule.systems != "none":
        kept = [layer.id for layer in selection.taken_layers() if not may_export(layer, selection.layers)]
        raise BadInput("takeaway.nothing_to_take", kept=", ".join(kept) or "—")
    job = Job(selection, form, epsg, tables, progress)
    suffix = rule.alone if rule.alone and _single(job) else rule.suffix
    stem = target.name.removesuffix(target.suffix) if target.suffix.lower() in _SUFFIXES else target.name
    path = target.with_name(safe_name(stem.rstrip(" .") + suffix))
    with whole_file(path) as draft:
        _fill(draft, job)
        job.step(1.0, path.name)
    return path


_SUFFIXES: Final = frozenset(
    [form.suffix for form in FORMS.values()] + [form.alone for form in FORMS.values() if form.alone]
) | {".shp", ".fgb", ".dxf", ".txt", ".csv"}
_PLAIN: Final[dict[str, tuple[_PieceWriter, str]]] = {
    "geojson": (write_geojson, ".geojson"),
    "parquet": (write_parquet, ".parquet"),
    "fgb": (write_flatgeobuf, ".fgb"),
}


def _fill(draft: Path, job: Job) -> None:
    """Write the draft in its form."""
    folder = draft.parent / "parts"
    folder.mkdir()
    if job.form == "gpkg":
        write_gpkg(draft, job)
    elif job.form == "xlsx":
        write_xlsx(draft, job)
    elif job.form == "kml":
        draft.write_bytes(write_kml(job, icons=False)[0])
    elif job.form == "kmz":
        document, icons, records = write_kml(job, icons=True)
        write_archive(draft, job, {"doc.kml": document, **icons}, records, epsg=job.epsg)
    elif job.form in _PLAIN:
        _fill_plain(draft, job, folder)
    elif job.form == "shp":
        files, records = write_shapefiles(folder, job)
        write_archive(draft, job, files, records, epsg=job.epsg)
    elif job.form == "dxf":
        drawing = folder / "redline.dxf"
        records = write_dxf(drawing, job)
        write_archive(draft, job, {drawing.name: drawing}, records, epsg=job.epsg)
    elif job.form == "txt":
        texts, records = write_survey(job)
        write_archive(draft, job, texts, records, epsg=job.epsg)
    else:
        pages, records = write_csv_pages(job)
        write_archive(draft, job, pages, records, epsg=None)


def _fill_plain(draft: Path, job: Job, folder: Path) -> None:
    """Write each table in a file of its own: the only one by itself, several in an archive."""
    writer, suffix = _PLAIN[job.form]
    if draft.suffix == suffix:
        writer(draft, job, next(job.pieces()))
        return
    files: dict[str, Path | bytes] = {}
    records = []
    for piece in job.pieces():
        path = folder / f"{piece.name}{suffix}"
        records.append(writer(path, job, piece))
        files[path.name] = path
    write_archive(draft, job, files, records, epsg=job.epsg)


def _single(job: Job) -> bool:
    """Tell whether a job is one table of one kind."""
    return len(job.tables) == 1 and len(by_kind(job.tables[0].frame)) == 1


def _zone_of(selection: Selection) -> int:
    """Return the 3-degree zone, with its prefix, that holds the middle of what is taken."""
    tables = selected(selection, 4490)
    sites = [table for table in tables if table.kind == "site"]
    bounds = [_bounds(table) for table in (sites or tables) if len(table.stored)]
    if not bounds:
        return gk3_epsg(117.0, prefix=True)
    held = np.array(bounds)
    return gk3_epsg(float(held[:, 0].min() + held[:, 2].max()) / 2, prefix=True)


def _bounds(table: Taken) -> list[float]:
    return [float(value) for value in table.stored.total_bounds]
