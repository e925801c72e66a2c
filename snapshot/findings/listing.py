"""Text output of the command line: layers, stored checks, results of ``verify``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from tabulate import tabulate

from layers.catalogue import Layer
from layers.clock import local_text
from siting.ledger import Change, Listed, Verification
from words import Lang, in_language, t

__all__ = ["changes_text", "checks_text", "layer_rows", "layers_text", "verification_text"]

_LAYER_COLUMNS: Final = ("id", "title", "features", "crs", "basis", "as_of", "state")
_CHECK_COLUMNS: Final = ("check", "stored_at", "case", "input", "activity", "as_of", "sites", "verdict")
_MOST_CHANGES: Final = 50


def layer_rows(layers: Iterable[Layer], lang: Lang) -> list[dict[str, Any]]:
    """Return id, title, state and source of each layer as one dict a layer."""
    return [
        {
            "id": layer.id,
            "title": layer.spec.title(lang),
            "role": layer.spec.role,
            "features": None if layer.frame is None else len(layer.frame),
            "crs": layer.spec.crs,
            "basis": layer.spec.basis,
            "as_of": layer.spec.as_of,
            "accuracy_m": layer.spec.accuracy_m,
            "state": layer.state,
            "database": layer.spec.source.place or None,
            "digest": layer.digest,
            "fault": layer.fault.text(lang) if layer.fault else None,
        }
        for layer in layers
    ]


def layers_text(rows: Sequence[dict[str, Any]], lang: Lang) -> str:
    """Return `layer_rows` as a table."""
    cells = [
        [t(f"layers.{key}_{row[key]}", lang) if key in {"state", "basis"} else row[key] for key in _LAYER_COLUMNS]
        for row in rows
    ]
    return str(tabulate(cells, headers=[t(f"cli.head_{key}", lang) for key in _LAYER_COLUMNS], missingval="—"))


def checks_text(found: Iterable[Listed], lang: Lang) -> str:
    """Return stored checks as a table."""
    rows = [
        [
            line.id,
            local_text(line.stored_at),
            line.case.name,
            in_language(line.input_name, lang),
            line.activity,
            line.as_of,
            line.sites,
            t(f"siting.verdict_{line.verdict}", lang),
        ]
        for line in found
    ]
    return str(tabulate(rows, headers=[t(f"cli.head_{name}", lang) for name in _CHECK_COLUMNS], missingval="—"))


def verification_text(found: Verification, label: str, lang: Lang) -> str:
    """Return the result of a verification as text; `label` names a check without a number."""
    values = {"findings": found.findings, "differences": len(found.differences)}
    outcome = t(f"ledger.outcome_{found.outcome}", lang)
    lines = [t("cli.verified", lang, id=found.check_id or label, outcome=outcome, **values)]
    if found.then is not None:
        then = {f"then_{name}": value for name, value in vars(found.then).items()}
        now = {f"now_{name}": value for name, value in vars(found.now).items()}
        lines.append(t("cli.versions", lang, **then, **now))
    lines += changes_text(found.differences, lang)
    if found.since:
        lines += [t("cli.changed_since", lang), *changes_text(found.since, lang)]
    return "\n".join(lines)


def changes_text(changes: Sequence[Change], lang: Lang) -> list[str]:
    """Return the first fifty changes as text, a line each."""
    lines = [f"  - {change.text(lang)}" for change in changes[:_MOST_CHANGES]]
    if len(changes) > _MOST_CHANGES:
        lines.append(t("cli.more_changes", lang, count=len(changes) - _MOST_CHANGES))
    return lines
