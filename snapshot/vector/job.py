"""Shared by the writers of vector forms: the job, archives with manifest and README, records of tables."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geo.progress import Progress, no_progress
from snapshot.findings import write_csv
from snapshot.form import Reader
from snapshot.proof import (
    MANIFEST_MEMBER,
    TableRecord,
    build_manifest,
    has_member,
    layers_out,
    manifest_text,
    read_archive,
    readme_text,
)
from snapshot.selection import GeometryKind, Selection, Taken, by_kind, settled

__all__ = ["ARCHIVE", "README_MEMBER", "Job", "Piece", "with_unplaced", "write_archive"]

"""Called with the share done and what is being written; what it raises ends the export, which leaves nothing."""

README_MEMBER: Final = "README.txt"


def _is_archive(head: bytes, path: Path) -> bool:
    """Return whether a file is an archive of ours; a workbook, a zip too, is not."""
    return has_member(head, path, MANIFEST_MEMBER) and not has_member(head, path, "xl/workbook.xml")


ARCHIVE: Final = Reader(_is_archive, read_archive)
"""Of an archive with a manifest."""


@dataclass(frozen=True)
class Piece:
    """The features of one table that have one kind of geometry."""

    name: str
    kind: GeometryKind
    taken: Taken
    frame: gpd.GeoDataFrame

    @property
    def layer_id(self) -> str | None:
        """The catalogue's id; None for sites."""
        return self.taken.layer_id

    def record(self, **more: Any) -> TableRecord:
        """Return the manifest's record of the table."""
        return TableRecord(**{"name": self.name, "layer": self.layer_id, "rows": len(self.frame)} | more)


@dataclass(frozen=True)
class Job:
    """One vector export to be made."""

    selection: Selection
    form: str
    epsg: int
    tables: Sequence[Taken]
    progress: Progress = no_progress

    def pieces(self) -> Iterator[Piece]:
        """Yield the tables by kind of geometry, with types that files hold."""
        for number, taken in enumerate(self.tables):
            self.progress(number / max(len(self.tables), 1), taken.sheet.title)
            frame = settled(taken.frame)
            assert isinstance(frame, gpd.GeoDataFrame)
            kinds = by_kind(frame)
            for kind, part in kinds.items():
                name = taken.sheet.name if len(kinds) == 1 else f"{taken.sheet.name}_{kind}"
                yield Piece(name, kind, taken, part.reset_index(drop=True))

    def unplaced(self) -> Iterator[tuple[str, Taken, pd.DataFrame]]:
        """Yield name, table and rows of what is known by a territory alone, with types that files hold."""
        for taken in self.tables:
            if taken.unplaced is not None:
                yield f"{taken.sheet.name}_unplaced", taken, settled(taken.unplaced)

    def parts(self, draft: Path) -> Path:
        """Return a temporary folder beside the draft for the files of an archive."""
        folder = draft.parent / "parts"
        folder.mkdir(exist_ok=True)
        return folder

    def manifest(self, records: Sequence[TableRecord]) -> dict[str, Any]:
        """Return the manifest of what was written."""
        return build_manifest(self.selection, self.form, self.epsg, records)


def with_unplaced(
    job: Job, files: Mapping[str, Path | bytes], records: Sequence[TableRecord]
) -> tuple[dict[str, Path | bytes], list[TableRecord]]:
    """Return files and records with a CSV more for each table that has rows without a place (``Taken.unplaced``)."""
    every, told = dict(files), list(records)
    for name, taken, frame in job.unplaced():
        text = io.StringIO(newline="")
        write_csv(text, frame, bom=True)
        every[f"{name}.csv"] = text.getvalue().encode()
        told.append(TableRecord(f"{name}.csv", taken.layer_id, len(frame)))
    return every, told


def write_archive(
    draft: Path, job: Job, files: Mapping[str, Path | bytes], records: Sequence[TableRecord], *, epsg: int | None
) -> None:
    """Write a zip archive with its manifest and a README for people.

    Parameters
    ----------
    draft : Path
    job : Job
    files : mapping
        Content by name in the archive, in its order.
    records : sequence of TableRecord
    epsg : int or None
        None where the files hold no coordinates.
    """
    manifest = build_manifest(job.selection, job.form, epsg, records)
    readme = readme_text(manifest, layers_out(job.selection)).encode("utf-8-sig")
    stamp = time.strptime(job.selection.written, "%Y-%m-%dT%H:%M:%SZ")[:6]
    hashes = {}
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate({**files, README_MEMBER: readme}.items()):
            job.progress(0.8 + 0.2 * number / (len(files) + 1), name)
            hashes[name] = _add(archive, name, content, stamp)
        manifest["members"] = hashes
        _add(archive, MANIFEST_MEMBER, manifest_text(manifest).encode(), stamp)


def _add(archive: zipfile.ZipFile, name: str, content: Path | bytes, stamp: Any) -> str:
    """Add a file to an archive; return its SHA-256."""
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    whole = hashlib.sha256()
    with archive.open(entry, "w", force_zip64=not isinstance(content, bytes)) as sink:
        if isinstance(content, bytes):
            whole.update(content)
            sink.write(content)
        else:
            with content.open("rb") as source:
                while portion := source.read(1 << 20):
                    whole.update(portion)
                    sink.write(portion)
    return whole.hexdigest()
