"""A user's own layers: stored as versions in the data folder, put in use, rolled back, forward, taken out.

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
    Basis,
    Catalogue,
    Export,
    LayerSpec,
    Overlay,
    OverlayEntry,
    OverlayVersion,
    Role,
    Secrecy,
    changing,
    common,
    covers,
    frame_digest,
    most_export,
    read_overlay,
    without,
)
from layers.own.intake import Intake
from layers.own.originals import keep_original
from layers.paths import home
from layers.sources import STORED_FILE

__all__ = [
    "FIXED_ROLES",
    "Given",
    "given_beside",
    "given_for",
    "keep_layer",
    "new_id",
    "remove",
    "rivals",
    "roll",
    "takes_place",
]

Group = Literal["boundaries", "control", "protection", "water", "projects", "indicators", "own"]

_REPORT: Final = "report.json"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "redline": {"stroke": "#2e7d32", "stroke_px": 1.4, "fill": "#43a047", "fill_opacity": 0.3},
    "permanent_farmland": {"stroke": "#b8860b", "fill": "#ffd54f", "fill_opacity": 0.35},
    "town_boundary": {"stroke": "#c62828", "stroke_px": 2.0, "fill": "#c62828", "fill_opacity": 0.05},
}
_OWN_STYLE: Final[dict[str, Any]] = {"stroke": "#7b1fa2", "stroke_px": 1.2, "fill": "#ba68c8", "fill_opacity": 0.25}
_NOT_STATED: Final = "unknown"
FIXED_ROLES: Final = frozenset({"boundary", "raster", "indicator"})
"""Roles that the rest of the product is built on: such layers are replaced in config.toml, with their columns."""


@dataclass(frozen=True)
class Given:
    """What a user says of a layer that comes in.

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
    beside : str
        Id of a layer whose ground this one takes where it is complete itself.
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
    beside: str = ""
    style: dict[str, Any] = field(default_factory=dict)


def given_for(spec: LayerSpec) -> dict[str, Any]:
    """Return what a new version takes over from the entry whose place it takes."""
    style = spec.style.model_dump(exclude_none=True) | {"hatch": False}
    kept = {"id": spec.id, "role": spec.role, "stands_for": spec.stands_for, "group": spec.group}
    return {**kept, "must_be_inside": spec.must_be_inside, "style": style, "extent": tuple(spec.extent)}


def given_beside(spec: LayerSpec, extent: Sequence[str], taken: Sequence[str]) -> dict[str, Any]:
    """Return what a layer takes over from an entry whose ground it takes only where it is complete itself."""
    wanted = f"{spec.stands_for}_{extent[0]}" if extent else spec.stands_for
    return {**given_for(spec), "id": new_id(wanted, taken) if wanted in taken else wanted, "beside": spec.id}


def rivals(word: str, extent: Sequence[str], catalogue: Catalogue) -> list[LayerSpec]:
    """Return the entries that stand for the same and are about the same ground: those that a layer could replace.

    A list of what plans name is one of them only where nothing else stands for the same: beside the entry of the
    layer itself it stays what it is, names with their counties.
    """
    found = [
        spec
        for spec in catalogue.layer
        if spec.stands_for == word
        and word != "own"
        and spec.role not in FIXED_ROLES
        and (not spec.extent or not extent or common(spec.extent, list(extent)))
    ]
    return [spec for spec in found if spec.source.kind != "plans"] or found


def takes_place(extent: Sequence[str], old: LayerSpec, counties: gpd.GeoDataFrame) -> bool:
    """Tell whether a layer complete in `extent` can stand in for another everywhere.

    It can where that one says nothing anyway, or where all its ground is held; else the rest of it would be lost.
    """
    if old.source.kind == "none":
        return True
    return covers(extent, old.extent, counties["adcode"].astype(str))


def new_id(wanted: str, taken: Sequence[str]) -> str:
    """Return an id that is not taken, made of a word.

    Examples
    --------
    >>> new_id("STBHHX 2024", ["own_stbhhx_2024"]), new_id("红线", [])
    ('own_stbhhx_2024_2', 'own_layer')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:30]
    base = plain if plain.startswith("redline_") else f"own_{plain or 'layer'}"
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base}_{number}"
    return found


def keep_layer(
    intake: Intake,
    given: Given,
    content: Content,
    *,
    catalogue: Catalogue,
    counties: gpd.GeoDataFrame,
    progress: Progress = no_progress,
) -> OverlayVersion:
    """Store a layer as a new version of an entry, and put it in use.

    Parameters
    ----------
    intake : Intake
        Without a fault that stops it.
    given : Given
    content : bytes or Path
        The file as it came; kept beside the layer.
    catalogue : Catalogue
        In use.
    counties : GeoDataFrame
        ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    progress : Progress
        ``data.step_<doing>`` says what is being done.

    Raises
    ------
    BadInput
        If a fault stops it, or something said of it cannot be.
    ConfigError
        If the overlay is broken.
    """
    if intake.stopped:
        raise BadInput("data.still_stopped", name=intake.name)
    _check_given(intake, given, catalogue)
    beside, leaves = _taken_over(given, catalogue, counties)
    place = home() / "layers" / given.id
    with draft_folder(place) as draft:
        progress(0.0, "write")
        sha256, digest = _write(intake, content, draft)
        progress(0.8, "catalogue")
        with changing() as change:
            number = _next_number(change.now.of(given.id), place)
            spec = _spec(given, f"layers/{given.id}/{number:04d}", sha256, digest)
            version = OverlayVersion(
                number=number,
                made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                upload=intake.name,
                upload_sha256=intake.sha256,
                count=len(intake.frame),
                faults=len(intake.faults),
                standard=intake.recognition.official.table if intake.recognition.official else "",
                takes_over=beside,
                leaves=leaves,
                layer=spec,
            )
            (draft / _REPORT).write_text(_report(intake, version), encoding="utf-8")
            draft.rename(place / f"{number:04d}")
            change.write(_with_version(change.now, version))
    return version


def _taken_over(given: Given, catalogue: Catalogue, counties: gpd.GeoDataFrame) -> tuple[str, list[str]]:
    """Return whose ground a layer takes, and what is left of it.

    A new version of a layer that has taken another's ground takes it too, as far as it is complete itself.
    """
    if given.beside:
        return given.beside, sorted(without(catalogue.spec(given.beside).extent, given.extent, counties))
    entry = read_overlay().of(given.id)
    before = entry.in_use if entry else None
    if before is None or not before.takes_over:
        return "", []
    old = next((spec for spec in catalogue.layer if spec.id == before.takes_over), None)
    ground = [*(old.extent if old else []), *before.layer.extent]
    return before.takes_over, sorted(without(ground, given.extent, counties)) if given.extent else []


def roll(layer_id: str, number: int) -> Overlay:
    """Put another version of a layer in use; 0 is the entry of ``config.toml``, or none.

    Raises
    ------
    BadInput
        If there is no such layer or version.
    """
    with changing() as change:
        entry = change.now.of(layer_id)
        if entry is None:
            raise BadInput("data.no_versions", id=layer_id)
        if number and number not in [version.number for version in entry.version]:
            raise BadInput("data.no_such_version", id=layer_id, number=number)
        change.write(change.now.with_entry(entry.model_copy(update={"current": number})))
        return change.now


def remove(layer_id: str) -> Overlay:
    """Take a user's layer out of use; its versions stay, for the checks that used them."""
    return roll(layer_id, 0)


def _with_version(overlay: Overlay, version: OverlayVersion) -> Overlay:
    held = overlay.of(version.layer.id)
    versions = [*(held.version if held else []), version]
    return overlay.with_entry(OverlayEntry(id=version.layer.id, current=version.number, version=versions))


def _next_number(entry: OverlayEntry | None, place: Path) -> int:
    """Return a number that neither the overlay nor a folder has."""
    known = [version.number for version in entry.version] if entry else []
    known += [int(one.name) for one in place.iterdir() if one.name.isdigit()]
    return max(known, default=0) + 1


def _check_given(intake: Intake, given: Given, catalogue: Catalogue) -> None:
    """Refuse what cannot be said of the layer, before anything is written."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", given.id):
        raise BadInput("data.bad_id", id=_clean(given.id)[:40])
    if any(spec.id == given.id and spec.role in FIXED_ROLES for spec in catalogue.layer):
        raise BadInput("data.not_replaceable", id=given.id)
    for key in ("id", "name", "zone", "time", "time_end"):
        column = getattr(given, f"{key}_field")
        if column is not None and column not in intake.frame.columns:
            raise BadInput("data.no_such_field", column=column, field=key, name=intake.name)
    if given.basis == "modelled" and given.accuracy_m is not None:
        raise BadInput("data.modelled_accuracy")
    if given.time_end_field is not None and given.time_field is None:
        raise BadInput("data.time_end_alone")
    for key, text in (("title", given.title_zh), ("publisher", given.publisher), ("licence", given.licence)):
        if not text.strip():
            raise BadInput(f"data.needs_{key}")


def _spec(given: Given, folder: str, sha256: str, digest: str) -> LayerSpec:
    """Return the catalogue entry, or the one sentence about what cannot be said of a layer."""
    export = most_export(given.export or ("none" if given.basis == "statutory" else "full"), given.secrecy)
    publisher = _clean(given.publisher)
    told = {
        "id": given.id,
        "title": {"zh": _clean(given.title_zh), "en": _clean(given.title_en) or _clean(given.title_zh)},
        "group": given.group,
        "role": given.role,
        "stands_for": given.stands_for,
        "source": {"kind": "imported", "folder": folder, "sha256": sha256, "digest": digest},
        "publisher": {"zh": publisher, "en": publisher},
        "licence": _clean(given.licence),
        "as_of": given.as_of.strip() or _NOT_STATED,
        "accuracy_m": given.accuracy_m,
        "basis": given.basis,
        "watermark": given.basis in {"modelled", "approximate"},
        "extent": list(given.extent),
        "id_field": given.id_field,
        "name_field": given.name_field,
        "zone_field": given.zone_field,
        "time_field": given.time_field,
        "time_end_field": given.time_end_field,
        "must_be_inside": given.must_be_inside,
        "secrecy": given.secrecy,
        "export": export,
        "on": True,
        "style": given.style or _STYLES.get(given.stands_for, _OWN_STYLE),
    }
    try:
        return LayerSpec.model_validate(told)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "imported")
        raise BadInput("data.given_wrong", key=key, fault=first["msg"]) from None


def _write(intake: Intake, content: Content, draft: Path) -> tuple[str, str]:
    """Write the layer and the upload; return the file's hash and the layer's, as read back."""
    path = draft / STORED_FILE
    pyogrio.write_dataframe(intake.frame, path, driver="FlatGeobuf")
    back = gpd.read_file(path, engine="pyogrio")
    if len(back) != len(intake.frame):
        raise BadInput("data.not_kept", name=intake.name)
    keep_original(content, intake.name, intake.sha256, draft, read_overlay())
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), frame_digest(back)


def _clean(text: str) -> str:
    """Keep a text to one printable line."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:200]


def _report(intake: Intake, version: OverlayVersion) -> str:
    """Return what the intake saw, to be kept with the layer."""
    told = {
        "file": intake.name,
        "layer": intake.layer,
        "sha256": intake.sha256,
        "crs": {"declared": intake.reading.declared, "epsg": intake.reading.epsg, "evidence": intake.reading.evidence},
        "read": intake.read,
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
