"""Copies of the inputs, layer versions and law tables of checks, in folders addressed by content hash.

They let an old check run again and never leave the home folder, whatever a layer's ``export`` says: folders are the
owner's alone, nothing serves them, and no snapshot reads them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pandas.api import types

from geo.crs import STORE_CRS
from geo.errors import DataFault
from geo.memo import per_frame
from geo.whole_file import draft_folder, flush, whole_file
from layers.catalogue import frame_digest
from siting.law import law_digest, law_files

__all__ = ["Kept"]

_PRIVATE: Final = 0o700
_DROPPED: Final = ".dropped"


class Kept:
    """The content-addressed folders of one home folder.

    Every file is written beside its place, flushed to the disk, then renamed: it is whole or not there, and two
    processes that keep the same thing end with one file.

    Parameters
    ----------
    home : Path
        ``layers.paths.home()``.
    """

    def __init__(self, home: Path) -> None:
        self.inputs, self.layers, self.laws = home / "inputs", home / "layers", home / "laws"

    def make_folders(self) -> None:
        """Make the folders, the owner's alone; those that cannot be made are missed by the first who writes."""
        for folder in (self.inputs, self.layers, self.laws):
            with suppress(OSError):
                _make_private(folder)

    def put_bytes(self, content: bytes) -> str:
        """Store bytes; return their SHA-256, which is the name of the file in ``inputs``.

        Raises
        ------
        DataFault
            If they cannot be written; so do the other ``put_`` methods.
        """
        name = hashlib.sha256(content).hexdigest()
        if not (self.inputs / name).is_file():
            with _writing(self.inputs), whole_file(self.inputs / name, durable=True) as draft:
                draft.write_bytes(content)
        return name

    def get_bytes(self, name: str) -> bytes:
        """Return stored bytes by their SHA-256.

        Raises
        ------
        DataFault
            If it is gone, or is no longer what its name says.
        """
        try:
            content = (self.inputs / name).read_bytes()
        except OSError:
            raise DataFault("ledger.input_gone", hash=name[:12]) from None
        if hashlib.sha256(content).hexdigest() != name:
            raise DataFault("ledger.input_altered", hash=name[:12])
        return content

    def drop_bytes(self, name: str, day: str) -> None:
        """Delete stored bytes, and leave a note of the day on which that was done."""
        with _writing(self.inputs):
            with whole_file(self.inputs / f"{name}{_DROPPED}", durable=True) as note:
                note.write_text(day, encoding="ascii")
            (self.inputs / name).unlink(missing_ok=True)

    def dropped_on(self, name: str) -> str | None:
        """Return the day on which `drop_bytes` deleted stored bytes; None if it did not, or they are there again."""
        try:
            return None if (self.inputs / name).is_file() else (self.inputs / f"{name}{_DROPPED}").read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def put_frame(self, frame: gpd.GeoDataFrame) -> str:
        """Store a frame (EPSG:4490) as FlatGeobuf in ``layers``; return the hash that names it.

        Order, doubles and attributes come back as they were. Numbers, truth values and text keep their kind; anything
        else becomes text.
        """
        name = _plain_digest(frame)
        if not self._frame_path(name).is_file():
            with _writing(self.layers), whole_file(self._frame_path(name), durable=True) as draft:
                _write_frame(_plain_frame(frame), draft)
                if frame_digest(_read_frame(draft)) != name:
                    raise DataFault("ledger.copy_differs", hash=name[:12])
        return name

    def get_frame(self, name: str) -> gpd.GeoDataFrame:
        """Return a stored frame by its hash.

        Raises
        ------
        DataFault
            If it is gone, or is no longer what its name says.
        """
        path = self._frame_path(name)
        if not path.is_file():
            raise DataFault("ledger.layer_gone", hash=name[:12])
        try:
            frame = _read_frame(path)
        except (pyogrio.errors.DataSourceError, ValueError, RuntimeError):
            raise DataFault("ledger.layer_altered", hash=name[:12]) from None
        if frame_digest(frame) != name:
            raise DataFault("ledger.layer_altered", hash=name[:12])
        return frame

    def put_law(self, root: Path | None = None) -> str:
        """Store rule and law tables, by default those in use; return their common hash."""
        name = law_digest(root)
        if not (self.laws / name).is_dir():
            with _writing(self.laws), draft_folder(self.laws) as draft:
                for relative, path in law_files(root).items():
                    (draft / relative).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, draft / relative)
                    flush(draft / relative)
                try:
                    draft.rename(self.laws / name)
                except OSError:
                    if not (self.laws / name).is_dir():
                        raise  # no other process was first
        return name

    def law_folder(self, name: str) -> Path:
        """Return the folder that holds ``law/`` and ``plans/`` of a version.

        Raises
        ------
        DataFault
            If it is gone, or is no longer what its name says.
        """
        folder = self.laws / name
        if not folder.is_dir():
            raise DataFault("ledger.law_gone", hash=name[:12])
        if law_digest(folder) != name:
            raise DataFault("ledger.law_altered", hash=name[:12])
        return folder

    def _frame_path(self, name: str) -> Path:
        return self.layers / f"{name}.fgb"


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_PRIVATE)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Make a folder that is its owner's alone; a disk that takes no more is one sentence."""
    try:
        _make_private(folder)
        yield
    except OSError as fault:
        raise DataFault("ledger.not_kept", fault=fault.strerror or str(fault)) from fault
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise DataFault("ledger.not_kept", fault=str(fault)) from fault


def _write_frame(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a frame so that order and geometry types come back: no spatial index, no promotion to multi-parts."""
    pyogrio.write_dataframe(
        frame, path, driver="FlatGeobuf", geometry_type="Unknown", promote_to_multi=False, SPATIAL_INDEX="NO"
    )


def _read_frame(path: Path) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(pyogrio.read_dataframe(path))
    return frame.set_crs(STORE_CRS, allow_override=True)


@per_frame
def _plain_digest(frame: gpd.GeoDataFrame) -> str:
    """Return the hash of a frame as it will be stored, computed once per frame."""
    return frame_digest(_plain_frame(frame))


def _plain_frame(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame with the columns that FlatGeobuf gives back unchanged."""
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    columns = {str(name): _plain_column(attributes[name]) for name in attributes.columns}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=STORE_CRS)


def _plain_column(values: pd.Series) -> Any:
    """Return a column as bool, int64, float64, or text with None."""
    missing = values.isna().to_numpy()
    if types.is_bool_dtype(values.dtype) and not missing.any():
        return values.to_numpy(dtype=bool)
    if types.is_integer_dtype(values.dtype) and not missing.any():
        return values.to_numpy(dtype=np.int64)
    if types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=float, na_value=np.nan)
    texts = [None if gone else _text(value) for value, gone in zip(values, missing, strict=True)]
    return np.array(texts, dtype=object)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
