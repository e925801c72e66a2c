"""The folder of a check as columns: one folder of Parquet files for each table, and what was checked with as JSON.

::

    results/
      check.json             settings, input, layers with their hashes, versions; docs/check.schema.json without `sites`
      sites/part-00000.parquet …      GeoParquet
      findings/part-00000.parquet …
      sections/part-00000.parquet …   of lines, where they were requested
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import BadInput
from geo.whole_file import draft_folder, exchange
from siting.check import Run
from snapshot.columnar.tables import FINDINGS, SECTIONS, SITES, attribute_table, tables_of_run
from snapshot.selection import safe_name
from words import Lang, in_language

__all__ = [
    "TABLES", "file_name", "is_dataset", "place_of", "put_in_place", "write_dataset", "write_record", "write_tables",
]  # fmt: skip

TABLES: Final = (SITES, FINDINGS, SECTIONS)
_RECORD: Final = "check.json"
_LAYOUT: Final = "redline_columns"
_LAYOUT_VERSION: Final = 1
_ROWS_A_GROUP: Final = 100_000


def place_of(out: Path, input_name: str, lang: Lang, check_id: str | None = None) -> Path:
    """Return the folder that results are written to: `out`; within it, where it is a folder with other things in it.

    Parameters
    ----------
    out : Path
        As the user named it. Earlier results that stand there are replaced.
    input_name : str
        Of the file that is checked; names the folder within `out`.
    lang : {"zh", "en"}
    check_id : str, optional

    Raises
    ------
    BadInput
        If a file, or a folder that does not hold earlier results, stands there.
    """
    place = out
    if out.is_dir() and not is_dataset(out):
        place = out / safe_name(f"{Path(in_language(input_name, lang)).stem}-{check_id or 'check'}")
    if place.exists() and not is_dataset(place):
        raise BadInput("scale_out.place_taken", folder=place.name)
    return place


def is_dataset(folder: Path) -> bool:
    """Return whether a folder holds results that were written here."""
    try:
        return _LAYOUT in json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def write_dataset(out: Path, run: Run, lang: Lang, *, check_id: str | None = None) -> Path:
    """Write the results of a check as columns, whole or not at all; return the folder written.

    Parameters
    ----------
    out : Path
        The folder; see `place_of`.
    run : Run
    lang : {"zh", "en"}
        Of the name of the folder, where `out` does not say it.
    check_id : str, optional
        Under which the check is stored.

    Raises
    ------
    BadInput
        If the place is taken or cannot be written to.
    """
    place = place_of(out, run.sites.name, lang, check_id)
    try:
        with draft_folder(place.parent) as draft:
            whole = draft / place.name
            tables = tables_of_run(run, np.arange(len(run.sites)), attribute_table(run.sites.frame))
            write_tables(tables, {name: whole / name / file_name(0) for name in tables})
            write_record(whole, run, {name: table.num_rows for name, table in tables.items()}, check_id)
            put_in_place(whole, place)
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=place.name, fault=fault.strerror or type(fault).__name__) from None
    return place


def file_name(number: int) -> str:
    """Return the name of the files of a part of the input, counted from 0.

    Examples
    --------
    >>> file_name(7)
    'part-00007.parquet'
    """
    return f"part-{number:05d}.parquet"


def write_tables(tables: Mapping[str, pa.Table], paths: Mapping[str, Path]) -> None:
    """Write tables as Parquet files, each to the path of its name."""
    for name, table in tables.items():
        paths[name].parent.mkdir(parents=True, exist_ok=True)
        # without Arrow's own schema, a column of repeated JSON is plain text to every reader, not a category
        with pq.ParquetWriter(paths[name], table.schema, compression="zstd", store_schema=False) as writer:
            writer.write_table(table, row_group_size=_ROWS_A_GROUP)
            writer.add_key_value_metadata(table.schema.metadata or {})


def write_record(whole: Path, run: Run, rows: Mapping[str, int], check_id: str | None = None) -> None:
    """Write what was checked with, beside the tables.

    Parameters
    ----------
    whole : Path
        The folder.
    run : Run
        Its sites and findings are not looked at.
    rows : mapping of str to int
        Rows of each table.
    check_id : str, optional
    """
    nothing = replace(
        run.result,
        sites=run.result.sites.iloc[:0],
        findings=run.result.findings.iloc[:0],
        counties=run.result.counties.iloc[:0],
    )
    sites = replace(run.sites, frame=run.sites.frame.iloc[:0])
    report = replace(run, sites=sites, read_sites=None, result=nothing, sections=None).report(check_id)
    record: dict[str, Any] = {_LAYOUT: _LAYOUT_VERSION, **report, "tables": dict(rows)}
    del record["sites"]
    (whole / _RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def put_in_place(whole: Path, place: Path) -> None:
    """Rename a finished folder to its place, in one step; earlier results there move to where it was.

    Parameters
    ----------
    whole, place : Path
        On one disk.
    """
    if not place.exists():
        whole.rename(place)
    elif not exchange(whole, place):  # not known to this system or disk: for a moment there is neither
        aside = whole.with_name(f"{whole.name}.earlier")
        place.rename(aside)
        whole.rename(place)
