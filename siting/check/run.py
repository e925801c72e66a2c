"""Running a check by its settings: the one function behind browser, command line, batch and ``verify``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geo.errors import BadInput
from geo.sites import Sites
from layers.catalogue import Catalogue, Layer, counties_of
from siting.check.check import check
from siting.check.inputs import sections_of, widened
from siting.check.result import CheckResult, notices_to_json, sections_to_json, to_json
from siting.check.settings import Settings, crs_to_json, software_now
from siting.law import Tables, law_digest
from siting.records import Report, RunRecord

__all__ = ["NOT_CHOSEN", "Run", "chosen_layers", "counts", "run_check", "settings_of"]

NOT_CHOSEN: Final = "not_chosen"
"""Reason of a finding against a layer that the user left out."""


@dataclass(frozen=True)
class Run:
    """A finished check with its inputs.

    Attributes
    ----------
    sites : Sites
        As checked: lines as corridors if the settings have a width.
    layers : mapping of str to Layer
        The whole catalogue as loaded, in its order.
    settings : Settings
        With the day of the law filled in.
    result : CheckResult
    law : Path or None
        Folder of the ``law`` and ``plans`` tables that were used; None for those in use now.
    law_sha256 : str
        Version of all its tables at that time.
    read_sites : Sites or None
        As read, where what was checked is wider.
    sections : DataFrame or None
        Where lines run through layers, if requested (`siting.check.linear.linear_sections`).
    """

    sites: Sites
    layers: Mapping[str, Layer]
    settings: Settings
    result: CheckResult
    law: Path | None = None
    law_sha256: str = ""
    read_sites: Sites | None = None
    sections: pd.DataFrame | None = None

    @property
    def read(self) -> Sites:
        """The sites as read, before lines became corridors."""
        return self.read_sites or self.sites

    def report(self, check_id: str | None = None) -> Report:
        """Return the result as JSON (docs/check.schema.json) with what another office needs to reproduce it."""
        software = software_now()
        report = to_json(self.result, software.redline, check_id=check_id)
        lines = sections_to_json(self.sections, len(self.sites))
        for site, rows in zip(report["sites"], lines, strict=True):
            site["sections"] = rows
        seen = [layer for layer in self.layers.values() if counts(layer)]
        run: RunRecord = {
            "settings": self.settings.to_json(),
            "input": {
                "name": self.sites.name,
                "sha256": self.sites.sha256,
                "crs": crs_to_json(self.sites.crs),
                "notices": notices_to_json(self.sites.notices),
            },
            "layers": {layer.id: {"state": layer.state, "digest": layer.digest} for layer in seen},
            "law_sha256": self.law_sha256,
            "geos": software.geos,
            "proj": software.proj,
        }
        return {**report, "check_id": check_id, "run": run}


def counts(layer: Layer) -> bool:
    """Return whether a check depends on a layer: it is checked, or says where the counties are."""
    return layer.spec.checked or layer.spec.stands_for == "county"


def chosen_layers(ids: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return ids of layers to check against; raise for unknown layers and backdrops.

    Raises
    ------
    ConfigError
        If the catalogue has no such layer.
    BadInput
        If it is a backdrop.
    """
    found = tuple(dict.fromkeys(one.strip() for one in ids if one.strip()))
    for one in found:
        if not catalogue.spec(one).checked:
            known = ", ".join(spec.id for spec in catalogue.layer if spec.checked)
            raise BadInput("ledger.layer_not_checked", layer=one, known=known)
    return found


def settings_of(catalogue: Catalogue, **chosen: Any) -> Settings:
    """Return the settings of a check: tolerances of the catalogue (``[check]``) with the user's choices on top."""
    own = catalogue.check.model_dump()
    tolerances = {field.name: own[field.name] for field in fields(Settings) if field.name in own}
    return Settings(**tolerances | chosen)


def run_check(sites: Sites, layers: Mapping[str, Layer], settings: Settings, *, law: Path | None = None) -> Run:
    """Check sites against the chosen layers of a catalogue.

    A layer that was not chosen still appears, as not checked: a check against some layers says nothing of the others.

    Parameters
    ----------
    sites : Sites
        As read; lines become corridors here if the settings have a width.
    layers : mapping of str to Layer
        The whole catalogue as loaded, in its order.
    settings : Settings
    law : Path, optional
        Folder of the ``law`` and ``plans`` tables to ask; default those in use.

    Raises
    ------
    BadInput
        On an activity, flag, kind of works or day that there is not.
    """
    chosen = set(settings.layers) or set(layers)
    shown = [layer if layer.id in chosen else Layer(layer.spec, "not_loaded") for layer in layers.values()]
    version, tables = law_digest(law), Tables.under(law)
    wide = widened(sites, settings)
    result = check(
        wide,
        shown,
        counties_of(layers),
        touch_tolerance_m=settings.touch_tolerance_m,
        activity=settings.activity,
        flags=settings.flags,
        works=settings.works,
        as_of=settings.as_of or None,
        survey_accuracy_m=settings.survey_accuracy_m,
        sliver_area_m2=settings.sliver_area_m2,
        sliver_width_m=settings.sliver_width_m,
        law=tables.law,
        plans=tables.plans,
    )
    result.findings.loc[~result.findings["layer"].isin(chosen), "reason"] = NOT_CHOSEN
    settings = replace(settings, as_of=result.as_of)
    as_read = None if wide is sites else sites
    return Run(wide, layers, settings, result, law, version, as_read, sections_of(sites, shown, settings))
