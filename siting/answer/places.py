"""How a site lies to a layer: which positions are reasons, and each as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.measure import MEETING
from layers.catalogue import LayerSpec
from layers.law import LAW_LAYERS
from siting.answer.amounts import area_text, direction_text, distance_text, share_text
from siting.answer.counts import accuracy_name
from siting.records import FindingRecord, Position, SiteRecord
from words import Lang, has, t

__all__ = ["Place", "feature_names", "layer_name", "place_of"]

_MOST_NAMES: Final = 3


@dataclass(frozen=True)
class Place:
    """A site and how it lies to the layer of one of its findings."""

    site: SiteRecord
    finding: FindingRecord
    spec: LayerSpec
    position: Position

    def text(self, lang: Lang, *, named: bool = True) -> str:
        """Return the place as text: share and area, length, or distance and direction; `named`: with feature names."""
        names = t("snapshot.and", lang).join(feature_names(self.finding, lang) if named else [])
        values = {
            "subject": t(f"answer.subject_{self.site.get('kind', 'polygon')}", lang),
            "layer": layer_name(self.spec, lang),
            "named": t("answer.named", lang, names=names) if names else "",
        }
        key, more = _TEXTS[self.position](self.site, self.finding, lang)
        return t(f"answer.{key}", lang, **values, **more)


def place_of(site: SiteRecord, finding: FindingRecord, spec: LayerSpec) -> Place | None:
    """Return how a site lies to the layer of a finding, as far as that is a reason; None for a layer it is off."""
    position = _inside_position(finding) if finding.get("must_be_inside") else _position(finding, spec)
    return None if position is None or finding["state"] == "not_checked" else Place(site, finding, spec, position)


def layer_name(spec: LayerSpec, lang: Lang) -> str:
    """Return what a layer stands for, as the law calls it; its title where the law does not name it."""
    key = f"siting.layer_{spec.stands_for}"
    return t(key, lang) if has(key) else spec.title(lang)


def feature_names(finding: FindingRecord, lang: Lang) -> list[str]:
    """Return the names of the features that a site meets, else of the nearest, each once, at most three."""
    features: Sequence[Mapping[str, Any]] = finding.get("features") or ()
    nearest = finding.get("nearest")
    if not features and nearest is not None:
        features = [nearest]
    names = [str(feature.get(f"name_{lang}") or feature.get("name_zh") or "") for feature in features]
    return list(dict.fromkeys(filter(None, names)))[:_MOST_NAMES]


def _inside_position(finding: FindingRecord) -> Position | None:
    """Return the position to a layer that the site must lie inside."""
    if finding["relation"] not in {None, "within"}:
        return "outside"
    return "within_accuracy" if finding["firm"] is False else None


def _position(finding: FindingRecord, spec: LayerSpec) -> Position | None:
    """Return the position to any other layer."""
    if finding["relation"] in MEETING or (finding.get("withheld", False) and finding["state"] == "hit"):
        return "overlap"
    if any(rule.get("measured_m") is not None and rule["counts_as"] for rule in finding["rules"]):
        return "within_distance"
    if spec.stands_for not in LAW_LAYERS:
        return None
    if finding["firm"] is False:
        return "within_accuracy"
    return "county_only" if finding.get("county_only") else None


_Text = tuple[str, dict[str, str]]
"""Key of a text, and what it names besides the site, the layer and its features."""


def _overlap(site: SiteRecord, finding: FindingRecord, lang: Lang) -> _Text:  # noqa: ARG001 -- as the others
    share, area_m2, length_m = finding["share"], finding["overlap_m2"], finding["overlap_m"]
    if share and (area_m2 or length_m):
        amount = area_text(area_m2, lang) if area_m2 else distance_text(length_m or 0.0, lang)
        return "overlap_share", {"share": share_text(share), "amount": amount}
    if length_m:
        return "overlap_length", {"amount": distance_text(length_m, lang)}
    return ("crosses" if finding["relation"] == "crosses" else "overlap"), {}


def _outside(site: SiteRecord, finding: FindingRecord, lang: Lang) -> _Text:
    outside_m2 = finding.get("outside_m2")
    if outside_m2 is None or not site["area_m2"]:
        return "outside", {}
    return "outside_share", {
        "share": share_text(outside_m2 / site["area_m2"]), "amount": area_text(outside_m2, lang),
    }  # fmt: skip


def _distance(finding: FindingRecord, lang: Lang) -> dict[str, str]:
    """Return distance and direction as text."""
    bearing_deg = finding.get("bearing_deg")
    where = "" if bearing_deg is None else t("answer.towards", lang, direction=direction_text(bearing_deg, lang))
    return {"distance": distance_text(finding["distance_m"] or 0.0, lang), "direction": where}


def _within_distance(site: SiteRecord, finding: FindingRecord, lang: Lang) -> _Text:  # noqa: ARG001
    return "within_distance", _distance(finding, lang)


def _within_accuracy(site: SiteRecord, finding: FindingRecord, lang: Lang) -> _Text:  # noqa: ARG001
    margin = {
        "margin": distance_text(finding["margin_m"] or 0.0, lang),
        "accuracy": distance_text(finding["accuracy_m"] or 0.0, lang),
        "what": accuracy_name(finding, lang),
    }
    if finding.get("must_be_inside"):
        return "inside_near_edge", margin
    return "within_accuracy", margin | _distance(finding, lang)


def _county_only(site: SiteRecord, finding: FindingRecord, lang: Lang) -> _Text:  # noqa: ARG001
    return "county_only", {}


_TEXTS: Final[dict[Position, Callable[[SiteRecord, FindingRecord, Lang], _Text]]] = {
    "overlap": _overlap,
    "outside": _outside,
    "within_distance": _within_distance,
    "within_accuracy": _within_accuracy,
    "county_only": _county_only,
}
