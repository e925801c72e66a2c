"""Run a stored or reported check again and list every difference from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, cast

import numpy as np
import shapely
from pydantic import TypeAdapter, ValidationError

from geo.errors import BadInput, DataFault, RedlineError
from geo.sites import Limits, ReadLimits, Sites
from layers.catalogue import Layer, LayerSpec, export_levels, strictest_export
from siting.check import Check, Run, Settings, Software, counts, read_input, run_batch, software_now
from siting.law import law_digest
from siting.ledger.compare import DEGREES, Change, compare_reports
from siting.ledger.store import Ledger
from siting.records import LayerHead, ReportHead, RunHead

__all__ = [
    "Rerun",
    "Verification",
    "kept_run",
    "rerun",
    "specs_as_strict_as",
    "verify",
    "verify_report",
]

Outcome = Literal["reproduced", "differs", "impossible"]
_READ_AGAIN: Final = ReadLimits(upload_mb=10_000, unpacked_mb=50_000, sites=10_000_000, vertices=500_000_000)
"""Generous limits: the input passed the real ones when it was first checked."""
_HEAD: Final = TypeAdapter(ReportHead)


@dataclass(frozen=True)
class Verification:
    """The result of running a check again.

    Attributes
    ----------
    check_id : str or None
    outcome : {"reproduced", "differs", "impossible"}
        ``ledger.outcome_<code>`` says it.
    differences : tuple of Change
        Against the record.
    since : tuple of Change
        Layers, law and software that have changed since; they do not count against the record.
    then, now : Software or None
        What computed the check, and what ran it again.
    findings : int
        How many findings were compared.
    """

    check_id: str | None
    outcome: Outcome
    differences: tuple[Change, ...]
    since: tuple[Change, ...]
    then: Software | None
    now: Software
    findings: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the verification as a JSON object."""
        return {
            "check_id": self.check_id,
            "outcome": self.outcome,
            "findings_compared": self.findings,
            "differences": [change.to_json() for change in self.differences],
            "changed_since": [change.to_json() for change in self.since],
            "software_then": asdict(self.then) if self.then else None,
            "software_now": asdict(self.now),
        }


@dataclass(frozen=True)
class Rerun:
    """A stored check run on today's layers and laws.

    Attributes
    ----------
    run : Run
    changes : tuple of Change
        What is different from the record: layers and law first, then findings.
    """

    run: Run
    changes: tuple[Change, ...]


def verify(
    ledger: Ledger, check_id: str, today: Mapping[str, Layer] | None = None, content: bytes | None = None
) -> Verification:
    """Run a stored check again on its stored inputs, under the rules stored with it.

    What today's tables say otherwise stands in ``since``, apart.

    Parameters
    ----------
    ledger : Ledger
    check_id : str
    today : mapping of str to Layer, optional
        The catalogue as loaded now: to say which layers have changed since.
    content : bytes, optional
        A file that should be the one that was checked: another one is a difference.

    Raises
    ------
    BadInput
        If there is no such check.
    DataFault
        If the record was altered.
    """
    check = ledger.get(check_id)
    since = [] if today is None else _layer_changes(_recorded(check), today)
    since += _software_changes(check.software) + _dropped_input(ledger, check)
    try:
        sites = _kept_sites(ledger, check)
        layers, law = _kept_layers(ledger, check), ledger.kept.law_folder(check.law_sha256)
        differences = _other_input(check, content) + _reading_changes(ledger, check, sites)
    except DataFault as fault:
        return _impossible(check.id, Change("copy", check.id, now=fault), since, check.software)
    try:
        run = run_batch(sites, layers, check.settings, law=law)
    except DataFault as fault:  # tables of a version that this one cannot read
        return _impossible(check.id, Change("copy", check.id, now=fault), since, check.software)
    again = run.report()
    differences += compare_reports(check.report, again)
    if moved := _law_changes(check.law_sha256):
        today_law = run_batch(sites, layers, check.settings)
        since = [*moved, *since, *compare_reports(again, today_law.report())]
    return _outcome(check.id, differences, since, check.software, check.report)


def verify_report(
    report: Mapping[str, Any],
    ledger: Ledger,
    today: Mapping[str, Layer],
    content: bytes | None = None,
    *,
    limits: Limits = _READ_AGAIN,
) -> Verification:
    """Compare a report of ``redline check --format json`` with the ledger, or run it again on an input.

    Parameters
    ----------
    report : mapping
    ledger : Ledger
    today : mapping of str to Layer
        The catalogue as loaded now.
    content : bytes, optional
        The file that was checked; needed where the ledger does not hold the check.
    limits : Limits
        For reading `content`.

    Raises
    ------
    BadInput
        If the report is none, or the input is missing.
    """
    head = _head_of(report)
    ran = head["run"]
    then = Software(head["version"], ran["geos"], ran["proj"])
    check_id = report.get("check_id")
    if check_id and ledger.search(str(check_id)):
        check = ledger.get(str(check_id))
        altered = _record_changes(ran, check) + compare_reports(check.report, report)
        again = verify(ledger, check.id, today, content)
        if again.outcome == "impossible":
            return again
        return _outcome(check.id, [*altered, *again.differences], list(again.since), then, report)
    if content is None:
        raise BadInput("ledger.needs_input", name=ran["input"]["name"], hash=str(ran["input"]["sha256"])[:12])
    differences = []
    found = sha256(content).hexdigest()
    if found != ran["input"]["sha256"]:
        differences.append(Change("input", ran["input"]["name"], ran["input"]["sha256"], found))
    settings = Settings.from_json(ran["settings"])
    sites = read_input(content, ran["input"]["name"], settings, limits)
    law, moved = _law_at_hand(ledger, ran["law_sha256"])
    differences += (moved if law is None else []) + _layer_changes(ran["layers"], today)
    differences += compare_reports(report, run_batch(sites, today, settings, law=law).report())
    since = [] if law is None else moved
    return _outcome(None, differences, [*since, *_software_changes(then)], then, report)


def rerun(ledger: Ledger, check_id: str, today: Mapping[str, Layer]) -> Rerun:
    """Run a stored check on today's layers and rules; return the differences.

    Raises
    ------
    BadInput
        If there is no such check.
    DataFault
        If the record or a kept copy is gone or altered.
    """
    check = ledger.get(check_id)
    run = run_batch(_kept_sites(ledger, check), today, replace(check.settings, as_of=""))
    changes = _layer_changes(_recorded(check), today) + _law_changes(check.law_sha256)
    differences = compare_reports(check.report, run.report())
    return Rerun(run, tuple(changes + [change for change in differences if change.field != "as_of"]))


def kept_run(ledger: Ledger, check_id: str, today: Mapping[str, Layer]) -> Run:
    """Return the run of a stored check, made again from its stored inputs under the rules stored with it.

    What today's catalogue does not export stays in, whatever its entry said then.

    Parameters
    ----------
    ledger : Ledger
    check_id : str
    today : mapping of str to Layer
        The catalogue as loaded now.

    Raises
    ------
    BadInput
        If there is no such check.
    DataFault
        If the record or a kept copy is gone or altered.
    """
    check = ledger.get(check_id)
    layers = _kept_layers(ledger, check)
    specs = {spec.id: spec for spec in specs_as_strict_as(check, today)}
    layers = {name: replace(layer, spec=specs[name]) for name, layer in layers.items()}
    law = ledger.kept.law_folder(check.law_sha256)
    return run_batch(_kept_sites(ledger, check), layers, check.settings, law=law)


def specs_as_strict_as(check: Check, today: Mapping[str, Layer]) -> list[LayerSpec]:
    """Return the layer entries of a check as stored, with export levels no higher than today's catalogue has.

    Parameters
    ----------
    check : Check
    today : mapping of str to Layer
        The catalogue as loaded now, whole.
    """
    now = export_levels(layer.spec for layer in today.values())
    specs = [seen.spec for seen in check.layers]
    levels = {spec.id: strictest_export([spec.export, now.get(spec.id, spec.export)]) for spec in specs}
    return [spec.model_copy(update={"export": levels[spec.id]}) for spec in specs]


def _outcome(
    check_id: str | None, differences: list[Change], since: list[Change], then: Software, report: Mapping[str, Any]
) -> Verification:
    outcome: Outcome = "differs" if differences else "reproduced"
    compared = sum(len(site["findings"]) for site in report["sites"])
    return Verification(check_id, outcome, tuple(differences), tuple(since), then, software_now(), compared)


def _impossible(check_id: str, why: Change, since: list[Change], then: Software) -> Verification:
    return Verification(check_id, "impossible", (why,), tuple(since), then, software_now())


def _kept_sites(ledger: Ledger, check: Check) -> Sites:
    """Return the stored sites of a check."""
    return Sites(ledger.kept.get_frame(check.sites_kept), check.crs, check.input_name, check.input_sha256)


def _kept_layers(ledger: Ledger, check: Check) -> dict[str, Layer]:
    """Return the stored layers of a check."""
    found = {}
    for seen in check.layers:
        frame = ledger.kept.get_frame(seen.kept) if seen.kept is not None else None
        found[seen.spec.id] = Layer(seen.spec, seen.state, frame, digest=seen.digest)  # type: ignore[arg-type]
    return found


def _other_input(check: Check, content: bytes | None) -> list[Change]:
    """Return the change if a file is not the one that was checked."""
    if content is None:
        return []
    found = sha256(content).hexdigest()
    return [] if found == check.input_sha256 else [Change("input", check.input_name, check.input_sha256, found)]


def _dropped_input(ledger: Ledger, check: Check) -> list[Change]:
    """Return that the file as uploaded is no longer kept, if retention has deleted it."""
    day = None if check.input_sha256 is None else ledger.kept.dropped_on(check.input_sha256)
    return [] if day is None else [Change("input_dropped", check.input_name, now=day)]


def _reading_changes(ledger: Ledger, check: Check, sites: Sites) -> list[Change]:
    """Return the changes if the stored input is read differently now."""
    if check.input_sha256 is None or ledger.kept.dropped_on(check.input_sha256) is not None:
        return []
    content = ledger.kept.get_bytes(check.input_sha256)
    try:
        again = read_input(content, check.input_name, check.settings, _READ_AGAIN)
    except RedlineError as fault:
        return [Change("input_unread", check.input_name, now=fault)]
    shapes = again.frame.set_index("site_id").geometry.reindex(sites.frame["site_id"]).to_numpy()
    same = shapely.equals_exact(shapes, sites.frame.geometry.to_numpy(), tolerance=DEGREES)
    return [Change("reading", str(sites.frame["site_id"].iloc[at])) for at in np.flatnonzero(~same)]


def _recorded(check: Check) -> dict[str, LayerHead]:
    """Return state and hash of the layers of a stored check."""
    return {seen.spec.id: {"state": seen.state, "digest": seen.digest} for seen in check.layers}


def _layer_changes(was: Mapping[str, LayerHead], today: Mapping[str, Layer]) -> list[Change]:
    """Return the layers whose state or content differs from the record."""
    changes = []
    for name, seen in was.items():
        layer = today.get(name)
        if layer is None:
            changes.append(Change("layer_gone", name, seen["digest"], None))
        elif layer.state != seen["state"]:
            changes.append(Change("layer_state", name, seen["state"], layer.state))
        elif layer.digest != seen["digest"]:
            changes.append(Change("layer", name, seen["digest"], layer.digest))
    new = (layer for layer in today.values() if counts(layer) and layer.id not in was)
    return changes + [Change("layer_new", layer.id, None, layer.digest) for layer in new]


def _law_changes(was: str) -> list[Change]:
    now = law_digest()
    return [] if now == was else [Change("law", "", was, now)]


def _law_at_hand(ledger: Ledger, name: str) -> tuple[Path | None, list[Change]]:
    """Return the stored tables of a version, None if they are those in use or not stored, and the change of law."""
    moved = _law_changes(name)
    if not moved:
        return None, []
    try:
        return ledger.kept.law_folder(name), moved
    except DataFault:
        return None, moved


def _software_changes(then: Software) -> list[Change]:
    now = asdict(software_now())
    return [Change("software", name, was, now[name]) for name, was in asdict(then).items() if was != now[name]]


def _record_changes(ran: RunHead, check: Check) -> list[Change]:
    """Return where a report differs from the ledger's record in inputs, law and layers."""
    changes = []
    if ran["input"]["sha256"] != check.input_sha256:
        changes.append(Change("input", check.input_name, check.input_sha256, ran["input"]["sha256"]))
    if ran["law_sha256"] != check.law_sha256:
        changes.append(Change("law", "", check.law_sha256, ran["law_sha256"]))
    for name, seen in _recorded(check).items():
        other = ran["layers"][name]["digest"] if name in ran["layers"] else None
        if other != seen["digest"]:
            changes.append(Change("layer", name, seen["digest"], other))
    return changes


def _head_of(report: Mapping[str, Any]) -> ReportHead:
    """Return a report of unknown origin as one that can be run again.

    Raises
    ------
    BadInput
        If it is not the report of a check.
    """
    try:
        _HEAD.validate_python(report)
    except ValidationError:
        raise BadInput("ledger.no_report") from None
    return cast("ReportHead", report)
