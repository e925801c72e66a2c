"""Versions of imported layers in the data folder: store one, put one in use, roll back or forward, take out of use.

Every version is kept: ``layers/<id>/<number>/`` holds the layer as checked against (EPSG:4490), the file as uploaded
and the report of its intake.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pyogrio
from pydantic import ValidationError

from geo.errors import BadInput
from geo.files import Content
from geo.progress import Progress, no_progress
from geo.whole_file import draft_folder
from layers.catalogue import (
    CLOSED_LAYERS,
    UNREADABLE_LAYERS,
    Basis,
    Catalogue,
    Export,
    LayerSpec,
    Role,
    Secrecy,
    UserCatalogue,
    UserEntry,
    UserVersion,
    common_territories,
    covers,
    export_limit,
    extent_without,
    frame_digest,
    locked_user_catalogue,
    read_user_catalogue,
)
from layers.own.intake import Intake
from layers.own.originals import store_original
from layers.paths import home
from layers.sources import STORED_FILE

__all__ = [
    "FIXED_ROLES",
    "LayerDeclaration",
    "can_replace",
    "defaults_from_entry",
    "defaults_inside_extent",
    "new_id",
    "remove",
    "replaceable_entries",
    "store_layer",
    "use_version",
]

Group = Literal["boundaries", "control", "protection", "water", "projects", "indicators", "own"]

_REPORT: Final = "report.json"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "redline": {"stroke": "#1b5e20", "stroke_px": 2.4, "fill": "#43a047", "fill_opacity": 0.36},
    "permanent_farmland": {"stroke": "#b8860b", "stroke_px": 1.8, "fill": "#ffd54f", "fill_opacity": 0.4},
    "town_boundary": {"stroke": "#c62828", "stroke_px": 2.0, "fill": "#c62828", "fill_opacity": 0.05},
}
_OWN_STYLE: Final[dict[str, Any]] = {"stroke": "#7b1fa2", "stroke_px": 1.2, "fill": "#ba68c8", "fill_opacity": 0.25}
_NOT_STATED: Final = "unknown"
FIXED_ROLES: Final = frozenset({"boundary", "raster", "indicator"})
"""Roles that the rest of the product is built on: such layers are replaced in config.toml, with their columns."""


@dataclass(frozen=True)
class LayerDeclaration:
    """The catalogue fields that a user declares for an imported layer: id, title, publisher, basis, extent, columns.

    Attributes
    ----------
    id : str
        Of the catalogue entry; one that is there already gets a new version.
    title_zh, title_en : str
    role, stands_for : str
    group : str
    publisher, licence, as_of : str
    basis : str
    accuracy_m : float or None
    secrecy, export : str
    extent : tuple of str
        Adcodes inside which the layer is complete; none means everywhere.
    id_field, name_field, zone_field, time_field, time_end_field : str or None
        Columns of the layer.
    must_be_inside : bool
    supersedes : str
        Id of a layer that this one supersedes inside its own extent.
    """

    id: str
    title_zh: str
    title_en: str = ""
    role: Role = "other"
    stands_for: str = "own"
    group: Group = "own"
    publisher: str = ""
    licence: str = ""
    as_of: str = _NOT_STATED
    basis: Basis = "published"
    accuracy_m: float | None = None
    secrecy: Secrecy = "internal"
    export: Export | None = None
    extent: tuple[str, ...] = ()
    id_field: str | None = None
    name_field: str | None = None
    zone_field: str | None = None
    time_field: str | None = None
    time_end_field: str | None = None
    must_be_inside: bool = False
    supersedes: str = ""
    style: dict[str, Any] = field(default_factory=dict)


def defaults_from_entry(spec: LayerSpec) -> dict[str, Any]:
    """Return defaults for a new version of the layer `spec`: its id, role, group, style and extent."""
    style = spec.style.model_dump(exclude_none=True) | {"hatch": False}
    identity = {"id": spec.id, "role": spec.role, "stands_for": spec.stands_for, "group": spec.group}
    return {**identity, "must_be_inside": spec.must_be_inside, "style": style, "extent": tuple(spec.extent)}


def defaults_inside_extent(spec: LayerSpec, extent: Sequence[str], taken_ids: Sequence[str]) -> dict[str, Any]:
    """Return defaults for a layer that supersedes `spec` only inside `extent`."""
    name = f"{spec.stands_for}_{extent[0]}" if extent else spec.stands_for
    return {
        **defaults_from_entry(spec),
        "id": new_id(name, taken_ids) if name in taken_ids else name,
        "supersedes": spec.id,
    }


def replaceable_entries(stands_for: str, extent: Sequence[str], catalogue: Catalogue) -> list[LayerSpec]:
    """Return the catalogue entries with the same `stands_for` whose extent meets `extent`: a layer could replace them.

    A plan table is returned only where no other entry has that `stands_for`: beside the entry of the
    layer itself it stays a list of names with their counties.
    """
    found = [
        spec
        for spec in catalogue.layer
        if spec.stands_for == stands_for
        and stands_for != "own"
        and spec.role not in FIXED_ROLES
        and (not spec.extent or not extent or common_territories(spec.extent, list(extent)))
    ]
    return [spec for spec in found if spec.source.kind != "plans"] or found


def can_replace(extent: Sequence[str], spec: LayerSpec, counties: gpd.GeoDataFrame) -> bool:
    """Return whether a layer complete in `extent` covers all of the extent of `spec`, and so can replace it.

    A layer without a source can always be replaced; of any other, what lies outside `extent` would be lost.
    """
    if spec.source.kind == "none":
        return True
    return covers(extent, spec.extent, counties["adcode"].astype(str))


def new_id(name: str, taken_ids: Sequence[str]) -> str:
    """Return a layer id made from a name, numbered where it is in `taken_ids`.

    Examples
    --------
    >>> new_id("STBHHX 2024", ["own_stbhhx_2024"]), new_id("红线", [])
    ('own_stbhhx_2024_2', 'own_layer')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30]
    base = plain if plain.startswith("redline_") else f"own_{plain or 'layer'}"
    candidate, number = base, 1
    while candidate in taken_ids:
        number += 1
        candidate = f"{base}_{number}"
    return candidate


def store_layer(
    intake: Intake,
    declared: LayerDeclaration,
    content: Content,
    *,
    catalogue: Catalogue,
    counties: gpd.GeoDataFrame,
    progress: Progress = no_progress,
) -> UserVersion:
    """Store a layer as a new version of a catalogue entry, put it in use and return the version.

    Parameters
    ----------
    intake : Intake
        Without a fault of level ``stop``.
    declared : LayerDeclaration
    content : bytes or Path
        The file as uploaded; a copy is stored beside the layer.
    catalogue : Catalogue
        In use.
    counties : GeoDataFrame
        ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    progress : Progress
        ``data.step_<doing>`` is the text of a step.

    Raises
    ------
    BadInput
        If the intake has a fault of level ``stop``, or a declared field is invalid.
    ConfigError
        If the user catalogue is broken.
    """
    if intake.blocked:
        raise BadInput("data.still_stopped", name=intake.name)
    _refuse_invalid_declaration(intake, declared, catalogue)
    supersedes, leaves = _superseded_layer(declared, catalogue, counties)
    place = home() / "layers" / declared.id
    with draft_folder(place) as draft:
        progress(0.0, "write")
        sha256, digest = _write_layer_and_upload(intake, content, draft)
        progress(0.8, "catalogue")
        with locked_user_catalogue() as change:
            number = _next_number(change.user_catalogue.of(declared.id), place)
            spec = _catalogue_entry(declared, f"layers/{declared.id}/{number:04d}", sha256, digest)
            version = UserVersion(
                number=number,
                made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                upload=intake.name,
                upload_sha256=intake.sha256,
                count=len(intake.frame),
                faults=len(intake.faults),
                standard=intake.recognition.official.table if intake.recognition.official else "",
                takes_over=supersedes,
                leaves=leaves,
                layer=spec,
            )
            (draft / _REPORT).write_text(_intake_report(intake, version), encoding="utf-8")
            draft.rename(place / f"{number:04d}")
            change.write(_with_version(change.user_catalogue, version))
    return version


def _superseded_layer(
    declared: LayerDeclaration, catalogue: Catalogue, counties: gpd.GeoDataFrame
) -> tuple[str, list[str]]:
    """Return the id of the layer that this one supersedes ("" for none), and the adcodes left to that layer.

    A new version of a layer that supersedes another does so too, inside its own extent.
    """
    if declared.supersedes:
        return declared.supersedes, sorted(
            extent_without(catalogue.spec(declared.supersedes).extent, declared.extent, counties)
        )
    entry = read_user_catalogue().of(declared.id)
    current = entry.in_use if entry else None
    if current is None or not current.takes_over:
        return "", []
    old = next((spec for spec in catalogue.layer if spec.id == current.takes_over), None)
    covered = [*(old.extent if old else []), *current.layer.extent]
    return current.takes_over, sorted(extent_without(covered, declared.extent, counties)) if declared.extent else []


def use_version(layer_id: str, number: int) -> UserCatalogue:
    """Put version `number` of a layer in use and return the user catalogue; 0 is the entry of ``config.toml``, or none.

    Raises
    ------
    BadInput
        If there is no such layer or version.
    """
    with locked_user_catalogue() as change:
        entry = change.user_catalogue.of(layer_id)
        if entry is None:
            raise BadInput("data.no_versions", id=layer_id)
        if number and number not in [version.number for version in entry.version]:
            raise BadInput("data.no_such_version", id=layer_id, number=number)
        change.write(change.user_catalogue.with_entry(entry.model_copy(update={"current": number})))
        return change.user_catalogue


def remove(layer_id: str) -> UserCatalogue:
    """Take an imported layer out of use and return the user catalogue; its versions stay, as checks used them."""
    return use_version(layer_id, 0)


def _with_version(user_catalogue: UserCatalogue, version: UserVersion) -> UserCatalogue:
    known = user_catalogue.of(version.layer.id)
    versions = [*(known.version if known else []), version]
    return user_catalogue.with_entry(UserEntry(id=version.layer.id, current=version.number, version=versions))


def _next_number(entry: UserEntry | None, place: Path) -> int:
    """Return the next version number: one above all in the user catalogue and in the layer's folder."""
    known = [version.number for version in entry.version] if entry else []
    known += [int(one.name) for one in place.iterdir() if one.name.isdigit()]
    return max(known, default=0) + 1


def _refuse_invalid_declaration(intake: Intake, declared: LayerDeclaration, catalogue: Catalogue) -> None:
    """Raise `BadInput` for an invalid id, missing column, missing text or contradiction, before anything is written."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", declared.id):
        raise BadInput("data.bad_id", id=_one_line(declared.id)[:40])
    if declared.id in {*catalogue.closed, CLOSED_LAYERS, UNREADABLE_LAYERS}:
        raise BadInput("access.id_closed", id=declared.id)
    if any(spec.id == declared.id and spec.role in FIXED_ROLES for spec in catalogue.layer):
        raise BadInput("data.not_replaceable", id=declared.id)
    for key in ("id", "name", "zone", "time", "time_end"):
        column = getattr(declared, f"{key}_field")
        if column is not None and column not in intake.frame.columns:
            raise BadInput("data.no_such_field", column=column, field=key, name=intake.name)
    if declared.basis == "modelled" and declared.accuracy_m is not None:
        raise BadInput("data.modelled_accuracy")
    if declared.time_end_field is not None and declared.time_field is None:
        raise BadInput("data.time_end_alone")
    for key, text in (("title", declared.title_zh), ("publisher", declared.publisher), ("licence", declared.licence)):
        if not text.strip():
            raise BadInput(f"data.needs_{key}")


def _catalogue_entry(declared: LayerDeclaration, folder: str, sha256: str, digest: str) -> LayerSpec:
    """Return the catalogue entry of an imported layer; raise `BadInput` with the first invalid field."""
    export = export_limit(declared.export or "none", declared.secrecy)
    publisher = _one_line(declared.publisher)
    fields = {
        "id": declared.id,
        "title": {
            "zh": _one_line(declared.title_zh),
            "en": _one_line(declared.title_en) or _one_line(declared.title_zh),
        },
        "group": declared.group,
        "role": declared.role,
        "stands_for": declared.stands_for,
        "source": {"kind": "imported", "folder": folder, "sha256": sha256, "digest": digest},
        "publisher": {"zh": publisher, "en": publisher},
        "licence": _one_line(declared.licence),
        "as_of": declared.as_of.strip() or _NOT_STATED,
        "accuracy_m": declared.accuracy_m,
        "basis": declared.basis,
        "watermark": declared.basis in {"modelled", "approximate"},
        "extent": list(declared.extent),
        "id_field": declared.id_field,
        "name_field": declared.name_field,
        "zone_field": declared.zone_field,
        "time_field": declared.time_field,
        "time_end_field": declared.time_end_field,
        "must_be_inside": declared.must_be_inside,
        "secrecy": declared.secrecy,
        "export": export,
        "on": True,
        "style": declared.style or _STYLES.get(declared.stands_for, _OWN_STYLE),
    }
    try:
        return LayerSpec.model_validate(fields)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "imported")
        raise BadInput("data.given_wrong", key=key, fault=first["msg"]) from None


def _write_layer_and_upload(intake: Intake, content: Content, draft: Path) -> tuple[str, str]:
    """Write layer and upload; return the SHA-256 of the stored file and the content hash of the layer as read back."""
    path = draft / STORED_FILE
    pyogrio.write_dataframe(intake.frame, path, driver="FlatGeobuf")
    back = gpd.read_file(path, engine="pyogrio")
    if len(back) != len(intake.frame):
        raise BadInput("data.not_kept", name=intake.name)
    store_original(content, intake.name, intake.sha256, draft, read_user_catalogue())
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), frame_digest(back)


def _one_line(text: str) -> str:
    """Return a text as one printable line of at most 200 characters."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:200]


def _intake_report(intake: Intake, version: UserVersion) -> str:
    """Return the JSON text of the intake report that is stored with the layer."""
    told = {
        "file": intake.name,
        "layer": intake.layer,
        "sha256": intake.sha256,
        "crs": {"declared": intake.reading.declared, "epsg": intake.reading.epsg, "evidence": intake.reading.evidence},
        "read": intake.row_count,
        "kept": len(intake.frame),
        "area_m2": intake.area_m2,
        "length_m": intake.length_m,
        "standard": version.standard,
        "ysdm": intake.recognition.ysdm,
        "made_at": version.made_at,
        "faults": [fault.to_json() for fault in intake.faults],
        "notices": [{"zh": notice.text("zh"), "en": notice.text("en")} for notice in intake.notices],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
