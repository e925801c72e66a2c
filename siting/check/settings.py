"""The parts of a stored check: case, settings, layers as they were, versions of the software."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from typing import Any, Final

import pyproj
import shapely
from pydantic import TypeAdapter, ValidationError

from geo.crs import CrsReading
from geo.errors import BadInput
from layers.catalogue import LayerSpec
from siting.records import Report

__all__ = [
    "CASE_FIELDS",
    "Case",
    "Check",
    "CheckedLayer",
    "Settings",
    "Software",
    "canonical",
    "crs_from_json",
    "crs_to_json",
    "software_now",
]


@dataclass(frozen=True)
class Case:
    """The project file that a check belongs to, as printed on the cover of a report.

    Attributes
    ----------
    name, code, builder : str
        项目名称, 项目代码, 建设单位.
    stage : str
        预审选址, 转用征收 …, as the office calls it.
    file_number : str
        文号.
    prepared_by, reviewed_by : str
    """

    name: str = ""
    code: str = ""
    builder: str = ""
    stage: str = ""
    file_number: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""


CASE_FIELDS: Final = tuple(field.name for field in fields(Case))


@dataclass(frozen=True)
class Settings:
    """Settings of a check: with the sites, all that is needed to run it again.

    Attributes
    ----------
    crs : str or None
        The system that the user named for the file.
    activity : str or None
        A code of ``data/law/activities.csv``.
    flags : tuple of str
        Traits of the project that a person declared.
    works : str
        new, rebuild or expand.
    as_of : str
        Day of the law, ISO 8601; empty means today.
    survey_accuracy_m : float or None
    layers : tuple of str
        Ids of the layers to check against; none means all.
    touch_tolerance_m, sliver_area_m2, sliver_width_m : float
    places_m2, places_ha, places_mu : int
        Decimal places of the 占压 table.
    source_layer : str or None
        Which layer of the file.
    source_columns : tuple of (role, column)
        Columns that the user named, by role.
    source_swap : bool
        Whether the first coordinate is north, as the user said.
    source_kind : str
        ``file``; ``text`` for coordinates that were typed or pasted.
    source_shape : str or None
        What typed coordinates are: points, line or polygon.
    source_sites : tuple of str
        Ids of the sites that were chosen of the input; none means all.
    corridor_m : float
        Lines are checked as bands of this width; 0: as they are.
    sections : bool
        Whether the sections of lines inside each layer were requested.
    structures : tuple of (kind, from_m, to_m)
        Bridges and tunnels, by chainage.
    """

    crs: str | None = None
    activity: str | None = None
    flags: tuple[str, ...] = ()
    works: str = "new"
    as_of: str = ""
    survey_accuracy_m: float | None = None
    layers: tuple[str, ...] = ()
    touch_tolerance_m: float = 0.001
    sliver_area_m2: float = 100.0
    sliver_width_m: float = 1.0
    places_m2: int = 2
    places_ha: int = 4
    places_mu: int = 2
    source_layer: str | None = None
    source_columns: tuple[tuple[str, str], ...] = ()
    source_swap: bool = False
    source_kind: str = "file"
    source_shape: str | None = None
    source_sites: tuple[str, ...] = ()
    corridor_m: float = 0.0
    sections: bool = False
    structures: tuple[tuple[str, float, float], ...] = ()

    @property
    def reading(self) -> dict[str, Any]:
        """The reading options of the input, as arguments of ``geo.read.formats.read_sites``."""
        columns = dict(self.source_columns)
        return {"crs": self.crs, "layer": self.source_layer, "columns": columns, "swap": self.source_swap}

    def to_json(self) -> dict[str, Any]:
        """Return the settings as a JSON object."""
        lists = {name: list(getattr(self, name)) for name in ("flags", "layers", "source_sites")}
        lists["structures"] = [list(one) for one in self.structures]
        return asdict(self) | lists | {"source_columns": dict(self.source_columns)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Settings:
        """Return the settings that `to_json` wrote; keys of a later version are ignored.

        Raises
        ------
        BadInput
            If a value is of another kind than settings have: the record may come from anybody.
        """
        known = {field.name: record[field.name] for field in fields(cls) if record.get(field.name) is not None}
        if isinstance(columns := known.get("source_columns"), Mapping):
            known["source_columns"] = sorted(columns.items())
        try:
            return _SETTINGS.validate_python(known)
        except ValidationError as fault:
            key = ".".join(map(str, fault.errors()[0]["loc"]))
            raise BadInput("ledger.wrong_setting", key=key) from None


_SETTINGS: Final = TypeAdapter(Settings)


@dataclass(frozen=True)
class Software:
    """Versions that computed a check: measures may differ in the last digits between versions of GEOS and PROJ."""

    redline: str
    geos: str
    proj: str


@dataclass(frozen=True)
class CheckedLayer:
    """A layer as it was when a check ran.

    Attributes
    ----------
    spec : LayerSpec
        Its catalogue entry of that day.
    state : str
        loaded, not_loaded, failed or no_access.
    digest : str or None
        Hash of the content as read (``layers.catalogue.digest``).
    kept : str or None
        Name of the copy kept (`siting.ledger.copies`); None where there is no shape to keep.
    """

    spec: LayerSpec
    state: str
    digest: str | None
    kept: str | None


@dataclass(frozen=True)
class Check:
    """A stored check.

    Attributes
    ----------
    id : str
        Such as R20261121-7F3K.
    stored_at : str
        ISO 8601, UTC.
    case : Case
    input_name : str
    input_sha256 : str or None
        Of the bytes as uploaded, or of the text as pasted; None for what was drawn.
    sites_kept : str
        Name of the kept copy of the sites as they were understood.
    crs : tuple of CrsReading
    layers : tuple of CheckedLayer
        In catalogue order.
    law_sha256 : str
    software : Software
    settings : Settings
    report : Report
        As ``redline check --format json`` wrote it.
    """

    id: str
    stored_at: str
    case: Case
    input_name: str
    input_sha256: str | None
    sites_kept: str
    crs: tuple[CrsReading, ...]
    layers: tuple[CheckedLayer, ...]
    law_sha256: str
    software: Software
    settings: Settings
    report: Report


def software_now() -> Software:
    """Return the versions that compute a check in this process."""
    return Software(metadata.version("redline"), shapely.geos_version_string, pyproj.proj_version_str)


def canonical(value: Any) -> str:
    """Return canonical JSON (sorted keys, no spaces), so that equal values have equal hashes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def crs_to_json(readings: tuple[CrsReading, ...]) -> list[dict[str, Any]]:
    """Return how coordinate systems were understood, as JSON has it."""
    return [asdict(reading) | {"evidence": list(reading.evidence)} for reading in readings]


def crs_from_json(records: list[dict[str, Any]]) -> tuple[CrsReading, ...]:
    """Return the readings that `crs_to_json` wrote."""
    return tuple(CrsReading(**{**one, "evidence": tuple(one["evidence"])}) for one in records)
