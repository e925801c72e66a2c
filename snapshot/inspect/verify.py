"""A snapshot held against its own manifest, to tell whether it is still what was written.

A manifest finds damage and change, also by accident in another program. It is no signature: whoever changes a file on
purpose can write a new manifest.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import unescape

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from rasterio.errors import RasterioError
from shapely.errors import ShapelyError

from geo.errors import BadInput
from layers.catalogue import Layer
from snapshot.proof import (
    DOCX_MEMBER,
    MANIFEST_MEMBER,
    MANIFEST_VERSION,
    OWN_HASH,
    features_digest,
    own_hash,
    read_docx,
    read_html,
    read_pdf,
    read_png,
    read_raster,
    table_digest,
)
from snapshot.vector import MANIFEST_SHEET, MANIFEST_TABLE, PARQUET_KEY, kml_digest, sheet_digests
from words import Lang, t

__all__ = ["ManifestCheck", "Problem", "verify_file"]

_MOST_BYTES: Final = 2 << 30
_MOST_TEXT: Final = 600 << 20
_MOST_MANIFEST: Final = 64 << 20
_CHUNK: Final = 1 << 20
_BROKEN: Final = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RuntimeError,  # PROJ, an archive with a password, recursion without end
    ArithmeticError,
    SyntaxError,  # XML
    StopIteration,
    OSError,
    EOFError,
    MemoryError,
    ShapelyError,
    zipfile.BadZipFile,
    zlib.error,
    sqlite3.Error,
    pa.ArrowException,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    RasterioError,
    struct.error,
)
"""What damaged files raise in the libraries, and manifests that are not built like ours here."""


@dataclass(frozen=True)
class Problem:
    """One thing that is not as the manifest says: a code (``takeaway.problem_<code>``) and what it is about."""

    code: str
    name: str

    def text(self, lang: Lang = "zh") -> str:
        """Return the sentence in `lang`."""
        return t(f"takeaway.problem_{self.code}", lang, name=self.name)


@dataclass(frozen=True)
class ManifestCheck:
    """What the check of a file came to.

    Attributes
    ----------
    name : str
        Of the file.
    manifest : dict
        As it stands in the file.
    checked : tuple of str
        Tables, sheets or members whose content was hashed.
    problems : tuple of Problem
        ``missing``, ``added``, ``changed``; empty if the file is what was written.
    stale : tuple of Problem
        ``layer_changed``, ``layer_gone``: layers that are other in today's catalogue. No fault of the file.
    """

    name: str
    manifest: Mapping[str, Any]
    checked: tuple[str, ...]
    problems: tuple[Problem, ...]
    stale: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the file is what was written."""
        return not self.problems

    def text(self, lang: Lang = "zh") -> str:
        """Return the outcome in sentences, one a line."""
        manifest = self.manifest
        head = t(
            "takeaway.verify_ok" if self.ok else "takeaway.verify_changed",
            lang,
            name=self.name,
            version=manifest["software"]["version"],
            written=manifest["written"],
            count=len(self.checked),
        )
        return "\n".join([head, *(problem.text(lang) for problem in (*self.problems, *self.stale))])


def verify_file(path: Path, layers: Mapping[str, Layer] | None = None) -> ManifestCheck:
    """Hold a snapshot against its manifest.

    Parameters
    ----------
    path : Path
        A file written by ``snapshot.deliver.deliver`` or ``snapshot.report.build.write_report``, in any of their forms.
    layers : mapping of str to Layer, optional
        Today's catalogue as loaded: layers that changed since are named.

    Raises
    ------
    BadInput
        If the file cannot be read, or holds no manifest of ours.
    """
    try:
        manifest, expected, found = _reader(path)(path)
        said = manifest.get("redline_manifest") == MANIFEST_VERSION and {
            "version": manifest["software"]["version"],
            "written": manifest["written"],
            "form": manifest["form"],
        }
        own = own_hash(manifest) if said else ""
        stale = _stale(manifest, layers) if said and layers is not None else []
    except _BROKEN:
        raise BadInput("takeaway.verify_unreadable", name=path.name) from None
    if not said:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    problems = [Problem("missing", name) for name in expected if name not in found]
    problems += [Problem("added", name) for name in found if name not in expected]
    problems += [Problem("changed", name) for name in expected if name in found and expected[name] != found[name]]
    if manifest.get(OWN_HASH, own) != own:
        problems.append(Problem("changed", MANIFEST_MEMBER))
    return ManifestCheck(path.name, manifest, tuple(found), tuple(problems), tuple(stale))


_Read = tuple[dict[str, Any], dict[str, Any], dict[str, str]]
"""Manifest, hashes that it states, hashes of what is there; both by name."""


def _reader(path: Path) -> Callable[[Path], _Read]:
    """Choose by the first bytes, not by the name."""
    with path.open("rb") as source:
        head = source.read(1024)
    for start, reader in _READERS.items():
        if head.startswith(start):
            return reader
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _geojson
    if b"<kml" in head:
        return _kml
    raise BadInput("takeaway.verify_no_manifest", name=path.name)


def _stated(manifest: Any, name: str) -> dict[str, Any]:
    """Return the hashes that a manifest states of its tables."""
    if not isinstance(manifest, dict) or not isinstance(manifest.get("tables"), list):
        raise BadInput("takeaway.verify_no_manifest", name=name)
    return {str(table["name"]): table.get("sha256") for table in manifest["tables"]}


def _geopackage(path: Path) -> _Read:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        kinds = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        names = [str(row[0]) for row in database.execute(kinds)]
        if MANIFEST_TABLE not in names:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        manifest = json.loads(database.execute(f"SELECT manifest FROM {MANIFEST_TABLE}").fetchone()[0])  # noqa: S608
    content = [name for name in names if name not in {MANIFEST_TABLE, "layer_styles"}]
    return manifest, _stated(manifest, path.name), {name: _table(path, name) for name in content}


def _table(path: Path, name: str) -> str:
    return table_digest(pyogrio.read_dataframe(path, layer=name))


def _parquet(path: Path) -> _Read:
    told = (pq.read_schema(path).metadata or {}).get(PARQUET_KEY)
    if told is None:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    manifest = json.loads(told)
    expected = _stated(manifest, path.name)
    return manifest, expected, {next(iter(expected)): table_digest(gpd.read_parquet(path))}


def _geojson(path: Path) -> _Read:
    if path.stat().st_size > _MOST_TEXT:
        raise BadInput("takeaway.verify_too_large", name=path.name)
    held = json.loads(path.read_text(encoding="utf-8-sig"))
    manifest = held.get("redline_manifest")
    expected = _stated(manifest, path.name)
    return manifest, expected, {next(iter(expected)): features_digest(held.get("features"))}


def _sealed(read: Callable[[bytes], _Read | None]) -> Callable[[Path], _Read]:
    """Return a reader of a sealed file (``snapshot.proof.sealing``)."""

    def reader(path: Path) -> _Read:
        if path.stat().st_size > _MOST_TEXT:
            raise BadInput("takeaway.verify_too_large", name=path.name)
        found = read(path.read_bytes())
        if found is None:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        return found

    return reader


def _raster(path: Path) -> _Read:
    found = read_raster(path)
    if found is None:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    return found


def _kml(path: Path) -> _Read:
    if path.stat().st_size > _MOST_TEXT:
        raise BadInput("takeaway.verify_too_large", name=path.name)
    digest, told = kml_digest(path.read_bytes())
    if told is None:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    manifest = json.loads(unescape(told.decode("utf-8")))
    stated = _stated(manifest, path.name)
    return manifest, {path.suffix: next((sha for sha in stated.values() if sha), None)}, {path.suffix: digest}


def _zipped(path: Path) -> _Read:
    """Hash the members of an archive; a workbook is one too, and is read as what it is."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        if "xl/workbook.xml" in members:
            return _workbook(path)
        own = DOCX_MEMBER if "word/document.xml" in members else MANIFEST_MEMBER
        if own not in members or members[own].file_size > _MOST_MANIFEST:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        manifest = read_docx(archive.read(own)) if own == DOCX_MEMBER else json.loads(archive.read(own))
        if not isinstance(manifest, dict) or not isinstance(manifest.get("members"), dict):
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        if sum(member.file_size for member in members.values()) > _MOST_BYTES:
            raise BadInput("takeaway.verify_too_large", name=path.name)
        found = {name: _hashed(archive, name) for name in members if name != own}
    return manifest, manifest["members"], found


def _hashed(archive: zipfile.ZipFile, name: str) -> str:
    """Hash a member in portions; one that is damaged has no hash."""
    whole = hashlib.sha256()
    try:
        with archive.open(name) as source:
            while portion := source.read(_CHUNK):
                whole.update(portion)
    except _BROKEN:
        return ""
    return whole.hexdigest()


def _workbook(path: Path) -> _Read:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        if MANIFEST_SHEET not in book.sheetnames:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        cells = [row[0] for row in book[MANIFEST_SHEET].iter_rows(min_row=2, max_col=1, values_only=True)]
    finally:
        book.close()
    manifest = json.loads("".join(str(cell) for cell in cells if cell is not None))
    return manifest, _stated(manifest, path.name), sheet_digests(path)


def _stale(manifest: Mapping[str, Any], layers: Mapping[str, Layer]) -> list[Problem]:
    """Name the layers that are no longer what they were."""
    found = []
    for entry in manifest["layers"]:
        if not entry["included"]:
            continue
        now = layers.get(entry["id"])
        if now is None or now.digest is None:
            found.append(Problem("layer_gone", entry["id"]))
        elif now.digest != entry["sha256"]:
            found.append(Problem("layer_changed", entry["id"]))
    return found


_READERS: Final[dict[bytes, Callable[[Path], _Read]]] = {
    b"SQLite format 3\0": _geopackage,
    b"PAR1": _parquet,
    b"PK": _zipped,
    b"II*\0": _raster,
    b"II+\0": _raster,
    b"\x89PNG": _sealed(read_png),
    b"%PDF": _sealed(read_pdf),
    b"<!doctype html>": _sealed(read_html),
}
"""By the first bytes of a file."""
