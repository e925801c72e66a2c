"""What one layer says of one site: the finding, the features and zones that it meets, the sections of a line."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from layers.catalogue import Basis, Role
from siting.records.law import RuleRecord
from siting.records.words import Bearing, Length, Measure, Reason, Relation, Share, State

__all__ = ["FINDING_COLUMNS", "FeatureRecord", "FindingRecord", "HitRecord", "SectionRecord", "ZoneRecord"]


class FeatureRecord(TypedDict):
    """A feature of a layer, by name."""

    feature_id: str
    name_zh: str | None
    name_en: str | None
    zone: str | None
    basis: Basis


class HitRecord(FeatureRecord):
    """A feature that a site meets, with what they share."""

    relation: Relation
    overlap_m2: Measure
    overlap_m: Measure
    share: Share


class ZoneRecord(TypedDict):
    """What a site shares with one zone of a layer."""

    zone: Annotated[str, Field(description="As printed in the source.")]
    overlap_m2: Measure
    overlap_m: Measure
    share: Share


_TOGETHER: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"state": {"const": "not_checked"}}},
            "then": {
                "properties": {"relation": {"const": None}, "distance_m": {"const": None}, "reason": {"type": "string"}}
            },
        },
        {
            "if": {"properties": {"state": {"const": "indicative"}}},
            "then": {"properties": {"reason": {"type": "string"}}},
        },
    ]
}
"""What a state asks of the other keys, in JSON Schema: a type of Python cannot say it."""


class FindingRecord(TypedDict):
    """What one checked layer says of a site."""

    __pydantic_config__ = ConfigDict(json_schema_extra=_TOGETHER)  # type: ignore[misc]

    layer: Annotated[str, Field(description="Id of the catalogue entry.")]
    role: Role
    basis: Basis
    state: State
    reason: Reason | None
    relation: Annotated[Relation, Field(description="Seen from the site; null if not checked.")]
    overlap_m2: Annotated[
        Measure,
        Field(
            description="Of the site inside the layer's areas, each place counted once; 0 where they share nothing, "
            "null where site or layer has no area (before 1.3 also where they share nothing)."
        ),
    ]
    share: Annotated[Share, Field(description="Of the site's area, or of its length.")]
    distance_m: Annotated[Measure, Field(description="Geodesic, to the nearest edge; 0 where they meet.")]
    bearing_deg: NotRequired[
        Annotated[
            Bearing,
            Field(
                description="Direction of the nearest edge from the nearest point of the site, since 1.4; null where "
                "they meet or distance_m is null."
            ),
        ]
    ]
    length_m: Annotated[Measure, Field(description="Of a site that is a line.")]
    overlap_m: Annotated[
        Measure,
        Field(description="Of the line inside the layer's areas, or of the layer's lines inside the site."),
    ]
    must_be_inside: NotRequired[
        Annotated[bool, Field(description="Whether the site should lie within the layer rather than off it.")]
    ]
    features: NotRequired[list[HitRecord]]
    zones: NotRequired[list[ZoneRecord]]
    nearest: NotRequired[FeatureRecord | None]
    county_only: NotRequired[
        Annotated[
            list[str],
            Field(
                description="Ids of features that are only known to lie in the site's county, prefecture or province; "
                "never measured against."
            ),
        ]
    ]
    margin_m: Annotated[
        Measure,
        Field(
            description="How far site or line may be off before the finding flips; null where it is not known, as for "
            "two lines that cross."
        ),
    ]
    margin_is: NotRequired[
        Annotated[
            Literal["exact", "at_least"] | None,
            Field(
                description="Whether margin_m is that shift itself, or a sure lower bound of it "
                "(docs/decisions/margins.md); null with margin_m."
            ),
        ]
    ]
    accuracy_m: Annotated[
        Measure,
        Field(description="How far they may be off: survey of the site, and the layer where it is not statutory."),
    ]
    firm: Annotated[
        bool | None,
        Field(description="Whether margin_m is larger than accuracy_m; false: survey needed; null: not known."),
    ]
    sliver: NotRequired[Annotated[bool, Field(description="A suspected edge-matching error.")]]
    inside_m2: NotRequired[
        Annotated[Measure, Field(description="Of a site that must be inside the layer; null for other layers.")]
    ]
    outside_m2: NotRequired[Measure]
    rules: Annotated[list[RuleRecord], Field(description="The gravest first; empty where no activity was given.")]
    withheld: NotRequired[
        Annotated[
            bool,
            Field(
                description="True where the layer's entry says export = none: the state is told, what was measured is "
                "not."
            ),
        ]
    ]


FINDING_COLUMNS = ("site", *(key for key in FindingRecord.__annotations__ if key != "withheld"))
"""Columns of the frame of findings; ``site`` is the position of the site."""


class SectionRecord(TypedDict):
    """A stretch of a line inside or along a layer, or a place where it crosses one."""

    layer: str
    kind: Annotated[
        Literal["inside", "crossing", "along"],
        Field(
            description="A stretch inside an area, the place where a line is crossed, or a stretch along a line (since "
            "1.3)."
        ),
    ]
    from_m: Annotated[Length, Field(description="Metres along the line, on the ellipsoid.")]
    to_m: Length
    from_k: Annotated[str, Field(description="The same as chainage (桩号).")]
    to_k: str
    length_m: Length
    structure: Literal["ground", "bridge", "tunnel"]
    features: Annotated[str, Field(description="Names, Chinese, separated by 、.")]
    indicative: Annotated[bool, Field(description="Whether the layer only warns.")]
