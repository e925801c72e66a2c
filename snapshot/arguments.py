"""``redline snapshot``, ``redline verify`` and ``redline diff``: arguments of the command line turned into files."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import geopandas as gpd
import pyogrio

from geo.confined import Ceilings, confined
from geo.errors import BadInput
from geo.progress import Progress, no_progress
from layers.catalogue import Layer
from siting.check import Run
from snapshot.deliver import ALL_FORMS, Order, check_order, deliver
from snapshot.inspect import Diff, compare_layers, held_against, manifest_of
from snapshot.pictures import Picture
from snapshot.selection import Filter, Selection, SurveyFormat
from words import Lang

__all__ = ["diff_files", "form_of", "frames_of", "parse_extent", "parse_filter", "read_snapshot", "snapshot"]

_FORM_OF_SUFFIX: Final = {f".{form}": form for form in ALL_FORMS} | {
    ".zip": "shp", ".json": "geojson", ".tiff": "tif", ".htm": "html",
}  # fmt: skip
_READABLE: Final = (".shp", ".geojson", ".fgb", ".parquet")
_STARTS: Final = {".shp": b"\x00\x00\x27\x0a", ".geojson": b"{", ".fgb": b"fgb", ".parquet": b"PAR1"}
"""First bytes of each."""


def snapshot(
    target: Path,
    layers: Mapping[str, Layer],
    *,
    form: str | None = None,
    chosen: Sequence[str] = (),
    epsg: int | None = None,
    extent: str | None = None,
    adcodes: Sequence[str] = (),
    filters: Sequence[str] = (),
    run: Run | None = None,
    picture: Picture | None = None,
    survey: SurveyFormat | None = None,
    unplaced: Literal["table", "county"] = "table",
    lang: Lang = "zh",
    version: str = "0",
    progress: Progress = no_progress,
) -> Path:
    """Write a snapshot from the arguments of the command line; return the file written.

    Parameters
    ----------
    target : Path
    layers : mapping of str to Layer
        The whole catalogue as loaded.
    form : str, optional
        One of ``snapshot.deliver.ALL_FORMS``; by the suffix of `target` without.
    chosen, epsg, adcodes
        As in `Selection`.
    extent : str, optional
        ``west,south,east,north`` in degrees.
    filters : sequence of str
        ``layer.column=value1|value2``.
    run : Run, optional
        A check (``siting.check.run.run_check``) whose sites and findings go along.
    picture : Picture, optional
        Of a sheet, a raster or a page.
    survey : SurveyFormat, optional
        Of a 勘测定界 TXT.
    unplaced : {"table", "county"}
        As in `Selection`.
    lang, version, progress
        As in `Selection` and ``snapshot.deliver.deliver``.

    Raises
    ------
    BadInput
        One sentence: what is wrong, and what may be given.
    """
    chosen_form = form or form_of(target)
    selection = Selection(
        layers,
        chosen=tuple(chosen),
        epsg=epsg,
        extent=parse_extent(extent) if extent else None,
        adcodes=tuple(adcodes),
        filters=tuple(parse_filter(text) for text in filters),
        sites=run.sites if run else None,
        result=run.result if run else None,
        lang=lang,
        version=version,
        survey=survey or SurveyFormat(),
        unplaced=unplaced,
    )
    order = Order(chosen_form, selection, picture or Picture())
    check_order(order)
    return deliver(order, target, progress)


def form_of(target: Path) -> str:
    """Return the form that the suffix of a file names; ``.zip`` is Shapefile.

    Raises
    ------
    BadInput
        If the suffix is none of ours.
    """
    form = _FORM_OF_SUFFIX.get(target.suffix.lower())
    if form is None:
        raise BadInput("takeaway.no_such_form", form=target.suffix or target.name, known=", ".join(ALL_FORMS))
    return form


def parse_extent(text: str) -> tuple[float, float, float, float]:
    """Return the bounds of the text ``west,south,east,north``.

    Examples
    --------
    >>> parse_extent("116, 27,117,28")
    (116.0, 27.0, 117.0, 28.0)
    """
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise BadInput("takeaway.extent_wrong", extent=text) from None
    return west, south, east, north


def parse_filter(text: str) -> Filter:
    """Return the filter of the text ``layer.column=value1|value2``.

    Examples
    --------
    >>> parse_filter("projects.category=waste|sewage").values
    ('waste', 'sewage')
    """
    place, equals, values = text.partition("=")
    layer, dot, column = place.strip().partition(".")
    if not (equals and dot and layer and column):
        raise BadInput("takeaway.filter_wrong", text=text)
    return Filter(layer, column, tuple(value.strip() for value in values.split("|")))


def diff_files(a: Path, b: Path) -> dict[str, Diff]:
    """Return the differences of two snapshots, layer by layer.

    Raises
    ------
    BadInput
        If one cannot be read, holds no manifest, or is of a form without shapes.
    """
    return compare_layers(read_snapshot(a), read_snapshot(b))


def read_snapshot(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables with shapes of a snapshot by name: GeoPackage, GeoJSON, GeoParquet, or a zip of files.

    The file is held against its manifest first; one that was changed is refused.

    Raises
    ------
    BadInput
        If it cannot be read, was changed, or is of a form that does not keep attributes and shapes.
    """
    return confined(frames_of, path, path.name, ceilings=Ceilings(), file=path.name)


def frames_of(path: Path, name: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the same as `read_snapshot`, naming the file `name`; called in a confined process."""
    checked = held_against(name, manifest_of(path, name))
    if not checked.ok:
        raise BadInput("takeaway.diff_changed", name=name)
    form = checked.manifest["form"]
    if form == "gpkg":
        names = [row[0] for row in pyogrio.list_layers(path) if row[1] is not None]
        return {name: pyogrio.read_dataframe(path, layer=name) for name in names}
    if form not in {"shp", "geojson", "fgb", "parquet"}:
        raise BadInput("takeaway.diff_form", name=name, form=form)
    if not zipfile.is_zipfile(path):
        return {checked.manifest["tables"][0]["name"]: _frame(path, f".{form}")}
    with tempfile.TemporaryDirectory(prefix="redline-") as folder, zipfile.ZipFile(path) as archive:
        return _read_archive(archive, Path(folder), checked.manifest["tables"])


def _read_archive(
    archive: zipfile.ZipFile, folder: Path, tables: Iterable[Mapping[str, object]]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables of a zip, read from files unpacked under names of our own, short fields with full names."""
    stated = {str(table["name"]): table for table in tables}
    for member in archive.infolist():
        if PurePosixPath(member.filename).name == member.filename:
            (folder / member.filename).write_bytes(archive.read(member))
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in _READABLE and path.stem in stated:
            fields = stated[path.stem].get("fields")
            found[path.stem] = _frame(path, path.suffix).rename(columns=fields if isinstance(fields, dict) else {})
    return found


def _frame(path: Path, suffix: str) -> gpd.GeoDataFrame:
    """Return the table of a file that is what its suffix says: GDAL would open any other as what its content says.

    Raises
    ------
    BadInput
        If it is not.
    """
    with path.open("rb") as file:
        if not file.read(64).lstrip().startswith(_STARTS[suffix]):
            raise BadInput("takeaway.verify_unreadable", name=path.name)
    return gpd.read_parquet(path) if suffix == ".parquet" else pyogrio.read_dataframe(path)
