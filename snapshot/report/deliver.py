"""The report of a check as a file with its manifest."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from geo.progress import Progress, no_progress
from siting.check import Case, Run
from snapshot.proof import build_manifest
from snapshot.report.build import write_report
from snapshot.selection import Selection, safe_name
from snapshot.sheet import Relief
from words import Lang

__all__ = ["deliver_report", "results_selection"]


def results_selection(run: Run, lang: Lang, version: str, **more: Any) -> Selection:
    """Return a selection of the sites of a check with their findings, and no layer."""
    return Selection(
        run.layers, sites=run.sites, result=run.result, lang=lang, version=version, only_sites=True, **more
    )


def deliver_report(
    target: Path,
    run: Run,
    case: Case,
    *,
    lang: Lang,
    version: str,
    check_id: str = "",
    user: str = "",
    relief: Relief | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Write the report of a check with its manifest, whole or not at all; return the file written.

    Parameters
    ----------
    target : Path
        ``.pdf`` or ``.docx``; its name is made safe for Windows.
    run, case, lang, check_id, user, relief
        As in ``snapshot.report.build.write_report``.
    version : str
        Of the software.
    progress : Progress
    """
    path = target.with_name(safe_name(target.name))
    seen = tuple(layer.id for layer in run.layers.values() if layer.spec.checked and layer.frame is not None)
    selection = dataclasses.replace(results_selection(run, lang, version), only_sites=False, chosen=seen)
    manifest = build_manifest(selection, f"report_{path.suffix.lower().removeprefix('.')}", 4490)
    manifest["check_id"] = check_id or None

    def named(share: float, _doing: str = "", /) -> None:
        progress(share, path.name)

    write_report(
        path, run, case, lang=lang, check_id=check_id, user=user, relief=relief, manifest=manifest, progress=named
    )
    return path
