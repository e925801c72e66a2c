"""What an imported layer becomes unless its user says otherwise: one proposal for page, command line and databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layers.catalogue import Basis, Catalogue, LayerSpec, strictest
from layers.own.intake import Intake
from layers.own.official_tables import OfficialLayer
from layers.own.versions import Given, given_beside, given_for, new_id
from words import Lang

__all__ = ["Named", "Place", "propose"]

Named = Callable[[Sequence[str], Lang], str]
"""Writes territories by their codes."""
_OWN = "own"


@dataclass(frozen=True)
class Place:
    """Where a layer goes: in an entry's place, in its place within an extent, or anew."""

    kind: Literal["replace", "beside", "new"]
    spec: LayerSpec | None = None


def propose(
    intake: Intake, *, word: str, extent: Sequence[str], place: Place, catalogue: Catalogue, named: Named
) -> Given:
    """Return what a layer becomes; who brings it in asks for the rest, and lets its user change any of it.

    Parameters
    ----------
    intake : Intake
    word : str
        What of the real world it stands for; of an official table, what the table is.
    extent : sequence of str
        Adcodes inside which it is complete; none means everywhere.
    place : Place
    catalogue : Catalogue
        In use.
    named : callable
        Writes the extent, for the title of a layer that is complete in a part.

    Returns
    -------
    Given
        Publisher, date and terms are blank unless an earlier version of the same layer says them.
    """
    official = intake.recognition.official
    held = _held(intake, word, extent, place, catalogue)
    like = place.spec or _same(str(held["stands_for"]), catalogue)
    prior = place.spec if place.kind == "replace" and place.spec and place.spec.source.kind == "imported" else None
    statutory = official is not None or (like is not None and like.basis == "statutory")
    basis: Basis = "statutory" if statutory else prior.basis if prior else "published"
    told: dict[str, Any] = {
        "must_be_inside": _must_be_inside(str(held["stands_for"]), official, catalogue),
        "basis": basis,
        "export": strictest(["none" if basis == "statutory" else "full", *([like.export] if like else [])]),
        "extent": tuple(extent),
        **_titles(intake, extent, place, prior, named),
        **_columns(intake, prior),
    }
    if prior is not None:  # what was said of it before holds until it is changed
        told |= {"publisher": prior.publisher.zh, "licence": prior.licence, "secrecy": prior.secrecy}
        told |= {"accuracy_m": prior.accuracy_m}
    return Given(**{**held, **told})


def _same(word: str, catalogue: Catalogue) -> LayerSpec | None:
    return next((spec for spec in catalogue.layer if spec.stands_for == word and word != _OWN), None)


def _held(intake: Intake, word: str, extent: Sequence[str], place: Place, catalogue: Catalogue) -> dict[str, Any]:
    """Return id, role, group and style: those of the entry whose place it takes, else of what it stands for."""
    taken = [spec.id for spec in catalogue.layer]
    if place.spec is not None:
        return given_for(place.spec) if place.kind == "replace" else given_beside(place.spec, extent, taken)
    held: dict[str, Any] = {"id": new_id(intake.layer, taken), "stands_for": word}
    official, same = intake.recognition.official, _same(word, catalogue)
    if official is not None:
        return held | {"group": official.group, "role": official.role}
    return held if same is None else held | {"group": same.group, "role": same.role}


def _must_be_inside(word: str, official: OfficialLayer | None, catalogue: Catalogue) -> bool:
    """Tell whether sites must lie inside: it goes with what the layer stands for, whoever brings it and however."""
    told = official is not None and official.stands_for == word and official.must_be_inside
    return told or any(spec.must_be_inside for spec in catalogue.layer if spec.stands_for == word)


def _titles(
    intake: Intake, extent: Sequence[str], place: Place, prior: LayerSpec | None, named: Named
) -> dict[str, str]:
    """Return the title in both languages; of a layer that is complete in a part it names the part."""
    official = intake.recognition.official
    if prior is not None:
        return {"title_zh": prior.title.zh, "title_en": prior.title.en}
    if official is not None:
        zh, en = official.title.zh, official.title.en
        if extent and place.kind != "replace":
            zh, en = f"{zh}（{named(extent, 'zh')}）", f"{en} ({named(extent, 'en')})"
        return {"title_zh": zh, "title_en": en}
    if place.spec is not None and not place.spec.indicative:
        return {"title_zh": place.spec.title.zh, "title_en": place.spec.title.en}
    return {"title_zh": intake.layer, "title_en": intake.layer}


def _columns(intake: Intake, prior: LayerSpec | None) -> dict[str, str | None]:
    """Return which column is what: as an official table says, else as in the version before, where it has them."""
    columns = [column.name for column in intake.columns]
    recognition, official = intake.recognition, intake.recognition.official
    names = ("id_field", "name_field", "zone_field", "time_field", "time_end_field")
    before = {name: getattr(prior, name, None) for name in names}
    found = {name: column if column in columns else None for name, column in before.items()}
    if official is not None:
        for name in names[:3]:
            found[name] = recognition.column(getattr(official, name), columns) or found[name]
    if found["time_field"] is None:
        found["time_end_field"] = None
    return found
