"""What a worker process does: load the layers once, then check partitions, each from disk to disk."""

from __future__ import annotations

import os
import socket
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from distributed import get_worker

from geo.errors import BadInput, RedlineError
from geo.whole_file import draft_folder
from layers.catalogue import Layer, current_catalogue, load_layers, visible_catalogue
from layers.paths import config_in_use, stored_layers
from siting.check import Run, Settings, cut_heavy_polygons, run_batch
from snapshot.columnar import SITES, file_name, shape_table, tables_of_run, write_tables
from snapshot.scale_out.partitions import Partition, read_partition
from snapshot.scale_out.versions import Versions, versions_of

__all__ = ["ATTEMPTS", "PARTITIONS", "RESULT", "Job", "check_partition", "checked"]

PARTITIONS, RESULT, ATTEMPTS = "partitions", "result", "attempts"
"""Folders within the working folder: sites to check, finished tables, tables that are being written."""
_PORTION: Final = 1000
_MOST_NAMED: Final = 6
_NOT_FOUND: Final = "scale_out.no_partition"
_LOADED: Final[dict[str, Mapping[str, Layer]]] = {}
"""The layers of this process, by the digest of their `Versions`: those of one job at a time."""


@dataclass(frozen=True)
class Job:
    """What all tasks of a check have in common.

    Attributes
    ----------
    folder : str
        The working folder, the same path on every machine.
    settings : dict
        `siting.check.Settings` as JSON, with the day of the law filled in.
    closed : tuple of str
        Ids of layers that the person who checks may not see.
    versions : Versions
        Those of the process that distributes the work.
    """

    folder: str
    settings: dict[str, Any]
    closed: tuple[str, ...]
    versions: Versions


def check_partition(job: Job, number: int) -> dict[str, int] | RedlineError:
    """Check a partition as a task of a worker: `checked`, but faults that trying again cannot mend are returned.

    A partition that is not found may be found in a moment: folders of a network lag behind.
    """
    if not os.environ.get("REDLINE_DEBUG"):
        warnings.simplefilter("ignore")  # as the command line does
    try:
        if get_worker().state.nthreads > 1:  # prepared geometries must not be shared by threads
            raise BadInput("scale_out.several_threads", worker=socket.gethostname())
        return checked(job, number)
    except RedlineError as fault:
        if fault.key == _NOT_FOUND:
            raise
        return fault


def checked(job: Job, number: int) -> dict[str, int]:
    """Check a partition and write its tables, each whole or not at all; return how many rows each has.

    Raises
    ------
    BadInput
        If the partition is not found, or what this process would check with differs.
    """
    folder = Path(job.folder)
    try:
        partition = read_partition(folder / PARTITIONS / file_name(number))
    except OSError:
        raise BadInput(_NOT_FOUND, folder=job.folder, worker=socket.gethostname()) from None
    layers, settings = _layers(job), Settings.from_json(job.settings)
    pieces: dict[str, list[pa.Table]] = {}
    for portion in partition.portions(_PORTION):
        _refuse_abandoned(folder)
        for name, table in _tables(portion, layers, settings, job).items():
            pieces.setdefault(name, []).append(table.replace_schema_metadata(None))
    tables = {name: pa.concat_tables(some).unify_dictionaries() for name, some in pieces.items()}
    about_shapes = shape_table(partition.sites.frame.geometry.to_numpy()).schema.metadata
    tables[SITES] = tables[SITES].replace_schema_metadata(about_shapes)
    _refuse_abandoned(folder)
    with draft_folder(folder / ATTEMPTS) as draft:
        drafts = {name: draft / f"{name}.parquet" for name in tables}
        write_tables(tables, drafts)
        for name, path in drafts.items():
            path.replace(folder / RESULT / name / file_name(number))
    return {name: table.num_rows for name, table in tables.items()}


def _tables(portion: Partition, layers: Mapping[str, Layer], settings: Settings, job: Job) -> dict[str, pa.Table]:
    """Return the tables of a portion, checked."""
    run: Run = run_batch(portion.sites, layers, settings, portion=_PORTION)
    if run.law_sha256 != job.versions.law_sha256:
        raise BadInput("ledger.law_moved")
    return tables_of_run(run, portion.positions, portion.attributes)


def _layers(job: Job) -> Mapping[str, Layer]:
    """Return the layers of this process, loaded for the first partition of a job.

    Raises
    ------
    BadInput
        If they, the rules or the software differ from those of the process that distributes the work.
    """
    wanted = job.versions.digest
    if wanted not in _LOADED:
        _LOADED.clear()
        catalogue = visible_catalogue(current_catalogue(config_in_use()), job.closed).catalogue
        layers = load_layers(catalogue, store=stored_layers())
        differing = job.versions.differences(versions_of(layers))
        if differing:
            what = "、".join(differing[:_MOST_NAMED])
            raise BadInput("scale_out.worker_differs", worker=socket.gethostname(), what=what)
        cut_heavy_polygons(layers)
        _LOADED[wanted] = layers
    return _LOADED[wanted]


def _refuse_abandoned(folder: Path) -> None:
    """Raise `BadInput` if the working folder is gone: whoever wanted the results has given up."""
    if not (folder / RESULT).is_dir():
        raise BadInput(_NOT_FOUND, folder=str(folder), worker=socket.gethostname())
