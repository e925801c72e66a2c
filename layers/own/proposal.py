"""Default declaration of an imported layer: the same for page, command line and databases; its user may change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layers.catalogue import Basis, Catalogue, LayerSpec
from layers.own.intake import Intake
from layers.own.official_tables import OfficialLayer
from layers.own.versions import LayerDeclaration, defaults_from_entry, defaults_inside_extent, new_id
from words import Lang

__all__ = ["Placement", "TerritoryFormatter", "propose"]

TerritoryFormatter = Callable[[Sequence[str], Lang], str]
"""Returns the names of territories as one text, from their adcodes."""
_OWN = "own"


@dataclass(frozen=True)
class Placement:
    """How a layer joins the catalogue: it replaces `spec`, supersedes it inside an extent, or is a new entry."""

    kind: Literal["replace", "beside", "new"]
    spec: LayerSpec | None = None


def propose(
    intake: Intake,
    *,
    stands_for: str,
    extent: Sequence[str],
    placement: Placement,
    catalogue: Catalogue,
    format_territories: TerritoryFormatter,
) -> LayerDeclaration:
    """Return the default declaration of an imported layer: catalogue fields for its user to complete or change.

    Parameters
    ----------
    intake : Intake
    stands_for : str
        What of the real world the layer is; of an official table, what the table is.
    extent : sequence of str
        Adcodes inside which it is complete; none means everywhere.
    placement : Placement
    catalogue : Catalogue
        In use.
    format_territories : callable
        Names the territories of the extent, for the title of a layer that is complete in a part.

    Returns
    -------
    LayerDeclaration
        Publisher, date and terms are blank unless an earlier version of the same layer has them.
    """
    official = intake.recognition.official
    defaults = _defaults(intake, stands_for, extent, placement, catalogue)
    similar = placement.spec or _entry_standing_for(str(defaults["stands_for"]), catalogue)
    prior = (
        placement.spec
        if placement.kind == "replace" and placement.spec and placement.spec.source.kind == "imported"
        else None
    )
    statutory = official is not None or (similar is not None and similar.basis == "statutory")
    basis: Basis = "statutory" if statutory else prior.basis if prior else "published"
    fields: dict[str, Any] = {
        "must_be_inside": _must_be_inside(str(defaults["stands_for"]), official, catalogue),
        "basis": basis,
        "export": "none" if statutory or prior is None else prior.export,
        "extent": tuple(extent),
        **_titles(intake, extent, placement, prior, format_territories),
        **_field_columns(intake, prior),
    }
    if prior is not None:  # the declared fields of the version before, until they are changed
        fields |= {"publisher": prior.publisher.zh, "licence": prior.licence, "secrecy": prior.secrecy}
        fields |= {"accuracy_m": prior.accuracy_m}
    return LayerDeclaration(**{**defaults, **fields})


def _entry_standing_for(stands_for: str, catalogue: Catalogue) -> LayerSpec | None:
    return next((spec for spec in catalogue.layer if spec.stands_for == stands_for and stands_for != _OWN), None)


def _defaults(
    intake: Intake, stands_for: str, extent: Sequence[str], placement: Placement, catalogue: Catalogue
) -> dict[str, Any]:
    """Return id, role, group and style: of the entry that it replaces, else of an entry with the same `stands_for`."""
    taken_ids = [*(spec.id for spec in catalogue.layer), *catalogue.closed]
    if placement.spec is not None:
        return (
            defaults_from_entry(placement.spec)
            if placement.kind == "replace"
            else defaults_inside_extent(placement.spec, extent, taken_ids)
        )
    defaults: dict[str, Any] = {"id": new_id(intake.layer, taken_ids), "stands_for": stands_for}
    official, similar = intake.recognition.official, _entry_standing_for(stands_for, catalogue)
    if official is not None:
        return defaults | {"group": official.group, "role": official.role}
    return defaults if similar is None else defaults | {"group": similar.group, "role": similar.role}


def _must_be_inside(stands_for: str, official: OfficialLayer | None, catalogue: Catalogue) -> bool:
    """Return whether sites must lie inside: so for every layer of a `stands_for` that requires it anywhere."""
    official_says_so = official is not None and official.stands_for == stands_for and official.must_be_inside
    return official_says_so or any(spec.must_be_inside for spec in catalogue.layer if spec.stands_for == stands_for)


def _titles(
    intake: Intake,
    extent: Sequence[str],
    placement: Placement,
    prior: LayerSpec | None,
    format_territories: TerritoryFormatter,
) -> dict[str, str]:
    """Return ``title_zh`` and ``title_en``; the title of a layer that is complete in a part names the part."""
    official = intake.recognition.official
    if prior is not None:
        return {"title_zh": prior.title.zh, "title_en": prior.title.en}
    if official is not None:
        zh, en = official.title.zh, official.title.en
        if extent and placement.kind != "replace":
            zh, en = f"{zh}（{format_territories(extent, 'zh')}）", f"{en} ({format_territories(extent, 'en')})"
        return {"title_zh": zh, "title_en": en}
    if placement.spec is not None and not placement.spec.indicative:
        return {"title_zh": placement.spec.title.zh, "title_en": placement.spec.title.en}
    return {"title_zh": intake.layer, "title_en": intake.layer}


def _field_columns(intake: Intake, prior: LayerSpec | None) -> dict[str, str | None]:
    """Return the column of each ``*_field``: of the official table, else of the version before, None where missing."""
    columns = [column.name for column in intake.columns]
    recognition, official = intake.recognition, intake.recognition.official
    names = ("id_field", "name_field", "zone_field", "time_field", "time_end_field")
    earlier = {name: getattr(prior, name, None) for name in names}
    found = {name: column if column in columns else None for name, column in earlier.items()}
    if official is not None:
        for name in names[:3]:
            found[name] = recognition.column(getattr(official, name), columns) or found[name]
    if found["time_field"] is None:
        found["time_end_field"] = None
    return found
