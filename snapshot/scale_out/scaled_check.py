"""A check by several worker processes: sites out to disk, a task for each partition, results in one folder at the end.

Sites and results never pass through the scheduler (docs/decisions/scale-out.md).
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from distributed import Client, as_completed
from distributed.client import FutureCancelledError

from geo.errors import BadInput, DataFault, RedlineError
from geo.progress import Progress, no_progress
from geo.sites import Sites
from geo.whole_file import draft_folder
from layers.catalogue import Layer
from siting.check import CheckResult, Run, Settings
from siting.law import Tables, day_of, project_of, rules_digest
from snapshot.columnar import FINDINGS, POSITION, SECTIONS, SITES, put_in_place, write_record
from snapshot.scale_out.partitions import write_partitions
from snapshot.scale_out.versions import versions_of
from snapshot.scale_out.worker import PARTITIONS, RESULT, Job, check_partition
from snapshot.scale_out.workers import Workers, connected

__all__ = ["Workers", "check_scaled_out"]

_FEWEST_SITES, _MOST_SITES = 500, 20_000
"""In a partition: with fewer, reading and writing files costs more than is gained; more are too much for memory."""
_PARTITIONS: Final = 256
"""As many if sizes allow, so that no worker waits long for the last one, and little is lost with one that dies."""
_RETRIES: Final = 2


def check_scaled_out(
    sites: Sites,
    layers: Mapping[str, Layer],
    settings: Settings,
    place: Path,
    *,
    workers: Workers,
    closed: frozenset[str] = frozenset(),
    progress: Progress = no_progress,
    most_sites: int | None = None,
) -> None:
    """Check sites by worker processes and write the results as columns; rows are those of `siting.check.run_batch`.

    Parameters
    ----------
    sites : Sites
    layers : mapping of str to Layer
        The whole catalogue as loaded: the workers must have the same.
    settings : Settings
    place : Path
        Folder of the results (`snapshot.columnar.place_of`), written whole or not at all.
    workers : Workers
    closed : frozenset of str
        Ids of layers that the person who checks may not see.
    progress : Progress
        Called after each partition, with how many sites are done.
    most_sites : int, optional
        In a partition; default by their number.

    Raises
    ------
    BadInput
        On settings that there cannot be, a scheduler that does not answer, a worker with other layers, rules or
        software or without the folder, a place that cannot be written to.
    DataFault
        If a partition failed again and again, the scheduler is gone, or rows are missing.
    """
    settings, rules = _settled(settings)
    versions = versions_of(layers)
    try:
        with draft_folder(place.resolve().parent) as folder:
            sizes = write_partitions(sites, folder / PARTITIONS, most_sites or _partition_size(len(sites)))
            for name in (SITES, FINDINGS, *([SECTIONS] if settings.sections else [])):
                (folder / RESULT / name).mkdir(parents=True)
            job = Job(str(folder), settings.to_json(), tuple(sorted(closed)), versions)
            with connected(replace(workers, local=min(workers.local, len(sizes)))) as client:
                rows = _follow(client, job, sizes, progress, log=place.with_name(f"{place.name}.log"))
            _require_whole(folder / RESULT, len(sites), rows)
            write_record(folder / RESULT, _nothing_run(sites, layers, settings, versions.law_sha256, rules), rows)
            put_in_place(folder / RESULT, place)
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=place.name, fault=fault.strerror or type(fault).__name__) from None


def _settled(settings: Settings) -> tuple[Settings, str | None]:
    """Return settings with the day of the law, so that midnight changes nothing, and the digest of the rules applied.

    Raises
    ------
    BadInput
        On a day, activity, flag or kind of works that there is not.
    """
    tables = Tables()
    project = project_of(settings.activity, settings.flags, settings.works, law=tables.law)
    rules = None if project is None else rules_digest(tables.law, tables.plans)
    return replace(settings, as_of=day_of(settings.as_of or None)), rules


def _partition_size(count: int) -> int:
    """Return how many sites to put in a partition.

    Examples
    --------
    >>> [_partition_size(count) for count in (60, 20_000, 1_000_000, 100_000_000)]
    [500, 500, 3907, 20000]
    """
    return min(_MOST_SITES, max(_FEWEST_SITES, -(-count // _PARTITIONS)))


def _follow(client: Client, job: Job, sizes: list[int], progress: Progress, *, log: Path) -> dict[str, int]:
    """Have all partitions checked; return the rows of each table together.

    A task whose worker dies goes to another one, and one that fails is tried again.
    """
    run = Path(job.folder).name
    tasks = {
        client.submit(check_partition, job, number, key=f"redline-{run}-{number:05d}", retries=_RETRIES): number
        for number in range(len(sizes))
    }
    rows: dict[str, int] = {}
    done = 0
    for task in as_completed(tasks):
        number = tasks[task]
        try:
            found: dict[str, int] | RedlineError = task.result()
        except RedlineError:
            raise
        except FutureCancelledError:
            raise DataFault("scale_out.scheduler_lost") from None
        except Exception as fault:
            _write_log(log, fault)
            name = type(fault).__name__
            raise DataFault("scale_out.task_failed", part=number + 1, fault=name, log=str(log)) from fault
        if isinstance(found, RedlineError):
            raise found
        for name, count in found.items():
            rows[name] = rows.get(name, 0) + count
        done += sizes[number]
        progress(done / sum(sizes), str(done))
    return rows


def _write_log(log: Path, fault: Exception) -> None:
    log.write_text("".join(traceback.format_exception(fault)), encoding="utf-8")


def _require_whole(result: Path, count: int, rows: Mapping[str, int]) -> None:
    """Raise `DataFault` unless every site of the input has exactly one row, and every table the rows that were written.

    What is read is what lies on disk now, not what workers said of it.
    """
    files = sorted((result / SITES).glob("*.parquet"))
    found = np.concatenate([pq.read_table(file, columns=[POSITION])[POSITION].to_numpy() for file in files])
    if not np.array_equal(np.sort(found), np.arange(count)):
        raise DataFault("scale_out.rows_missing", expected=count, found=len(np.unique(found)))
    for name, expected in rows.items():
        written = sum(pq.read_metadata(file).num_rows for file in (result / name).glob("*.parquet"))
        if written != expected:
            raise DataFault("scale_out.rows_missing", expected=expected, found=written)


def _nothing_run(
    sites: Sites, layers: Mapping[str, Layer], settings: Settings, law_sha256: str, rules: str | None
) -> Run:
    """Return a check without results, of which `snapshot.columnar.write_record` writes what it was run with."""
    nothing = pd.DataFrame()
    result = CheckResult(nothing, nothing, nothing, sites.crs, settings.as_of, rules_digest=rules)
    return Run(sites, layers, settings, result, law_sha256=law_sha256)
