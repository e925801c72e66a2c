"""Verification of exported files against the manifest inside them.

A manifest finds damage and change, also by accident in another program. It is no signature: whoever changes a file on
purpose can write a new manifest.
"""

from __future__ import annotations

import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyogrio
from rasterio.errors import RasterioError
from shapely.errors import ShapelyError

from geo.confined import Ceilings, confined
from geo.errors import BadInput
from layers.catalogue import Layer
from snapshot.deliver import ALL_FORMS
from snapshot.form import Reader
from snapshot.proof import MANIFEST_MEMBER, MANIFEST_VERSION, OWN_HASH, Reading, own_hash
from snapshot.report import DOCX_READER
from words import Lang, t

__all__ = ["ManifestCheck", "Problem", "held_against", "manifest_of", "verify_file"]

_HEAD: Final = 1024
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
    """One mismatch between file and manifest: a code (``takeaway.problem_<code>``) and its subject."""

    code: str
    name: str

    def text(self, lang: Lang = "zh") -> str:
        """Return the sentence in `lang`."""
        return t(f"takeaway.problem_{self.code}", lang, name=self.name)


@dataclass(frozen=True)
class ManifestCheck:
    """The result of verifying a file.

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
    """Compare an exported file with the manifest inside it.

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
    reading = confined(manifest_of, path, path.name, ceilings=Ceilings(), file=path.name)
    return held_against(path.name, reading, layers)


def manifest_of(path: Path, name: str) -> Reading:
    """Return the manifest in a file, the hashes that it states, and those of what is there.

    Raises
    ------
    BadInput
        As `verify_file`, naming the file `name`.
    """
    try:
        return _reader(path, name)(path)
    except _BROKEN:
        raise BadInput("takeaway.verify_unreadable", name=name) from None


def held_against(name: str, reading: Reading, layers: Mapping[str, Layer] | None = None) -> ManifestCheck:
    """Return the comparison of what is there with what the manifest states; parameters and faults as `verify_file`."""
    manifest, expected, found = reading
    try:
        recognised = manifest.get("redline_manifest") == MANIFEST_VERSION and {
            "version": manifest["software"]["version"],
            "written": manifest["written"],
            "form": manifest["form"],
        }
        own = own_hash(manifest) if recognised else ""
        stale = _stale(manifest, layers) if recognised and layers is not None else []
    except _BROKEN:
        raise BadInput("takeaway.verify_unreadable", name=name) from None
    if not recognised:
        raise BadInput("takeaway.verify_no_manifest", name=name)
    problems = [Problem("missing", name) for name in expected if name not in found]
    problems += [Problem("added", name) for name in found if name not in expected]
    problems += [Problem("changed", name) for name in expected if name in found and expected[name] != found[name]]
    if manifest.get(OWN_HASH, own) != own:
        problems.append(Problem("changed", MANIFEST_MEMBER))
    return ManifestCheck(name, manifest, tuple(found), tuple(problems), tuple(stale))


def _readers() -> Iterator[Reader]:
    """Yield the readers of all forms."""
    yield DOCX_READER
    for form in ALL_FORMS.values():
        yield from form.readers


def _reader(path: Path, name: str) -> Callable[[Path], Reading]:
    """Return the reader of a file, chosen by its content, not its name."""
    with path.open("rb") as source:
        head = source.read(_HEAD)
    for reader in _readers():
        if reader.recognises(head, path):
            return reader.read
    raise BadInput("takeaway.verify_no_manifest", name=name)


def _stale(manifest: Mapping[str, Any], layers: Mapping[str, Layer]) -> list[Problem]:
    """Return the layers whose content has changed since the file was written."""
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
