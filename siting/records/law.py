"""What law and plans say of a site: a rule that speaks of it, a step of its approval path."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from siting.records.words import Effect, Measure, RuleRelation, Stage, Status, Verified, Weight

__all__ = ["RULE_KEYS", "STEP_KEYS", "RuleRecord", "StepRecord"]

Authority = Literal[
    "law", "administrative_regulation", "central", "ministry", "local_regulation", "province", "prefecture", "plan",
    "report", "opinion", "scheme",
]  # fmt: skip


class RuleRecord(TypedDict):
    """A rule of law or of a plan that speaks of a site."""

    id: str
    kind: NotRequired[Literal["law", "plan"]]
    clause: Annotated[str, Field(description="Title and article.")]
    title: NotRequired[str]
    title_en: NotRequired[str]
    article: NotRequired[str]
    file_number: NotRequired[Annotated[str, Field(description="文号, since 1.4; blank where the text has none.")]]
    authority: Authority
    in_force_from: str | None
    in_force_to: Annotated[str | None, Field(description="Null: no end known.")]
    effect: Annotated[Effect, Field(description="As the text says it.")]
    status: Status
    counts_as: Annotated[Weight | None, Field(description="What it adds to the verdict.")]
    would_count_as: NotRequired[
        Annotated[
            Weight | None,
            Field(
                description="What it would add if the layer were statutory, since 1.4: a layer that only warns "
                "makes every clause a notice."
            ),
        ]
    ]
    open: Annotated[
        list[str],
        Field(
            description="What keeps it from being decided: not_loaded, load_failed, no_features, no_shapes, no_layer, "
            "not_declared, zone_unknown, zone_generation, type_unknown, centreline, flag:<flag>."
        ),
    ]
    assumed: list[Literal["core_not_told_apart", "concentrated_not_told_apart"]]
    verified: Verified
    zone: NotRequired[list[str]]
    relation: NotRequired[RuleRelation]
    distance_m: NotRequired[
        Annotated[Measure, Field(description="For within_distance: the distance that the clause names.")]
    ]
    measured_m: NotRequired[Annotated[Measure, Field(description="For within_distance: how far the site is.")]]
    summary: NotRequired[str]
    summary_en: NotRequired[str]
    note: NotRequired[str]


RULE_KEYS = tuple(RuleRecord.__annotations__)


class StepRecord(TypedDict):
    """A step of an approval path (办理路径): who says what at which stage."""

    id: str
    layer: str
    stands_for: str
    condition: str
    step: int
    stage: Stage
    actor: str
    actor_en: NotRequired[str]
    clause: str
    in_force_from: NotRequired[str | None]
    in_force_to: NotRequired[str | None]
    summary: str
    summary_en: NotRequired[str]
    verified: Verified
    note: NotRequired[str]
    indicative: NotRequired[
        Annotated[bool, Field(description="Whether the hit that leads here is of a layer that only warns.")]
    ]
    open: NotRequired[list[str]]


STEP_KEYS = tuple(StepRecord.__annotations__)
