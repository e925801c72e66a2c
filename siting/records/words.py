"""The words and number types that the records of a check share: states, reasons, relations, verdicts, measures."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field
from typing_extensions import TypeAliasType

__all__ = [
    "REASONS", "STATES", "VERDICTS", "Bearing", "Effect", "Length", "Measure", "Reason", "Relation", "RuleRelation",
    "Share", "SiteKind", "Stage", "State", "Status", "Verdict", "Verified", "Weight",
]  # fmt: skip

Measure = TypeAliasType("Measure", Annotated[float, Field(ge=0)] | None)
"""Metres or square metres, as the key says by ``_m`` or ``_m2``; None where it does not apply or is not known."""
Length = TypeAliasType("Length", Annotated[float, Field(ge=0)])
"""Metres, always known."""
Bearing = TypeAliasType("Bearing", Annotated[float, Field(ge=0, lt=360)] | None)
"""Degrees clockwise from north; None where there is no direction."""
Share = TypeAliasType("Share", Annotated[float, Field(ge=0, le=1)] | None)
"""A part of the whole, 0 to 1; None where it does not apply."""

State = Literal["hit", "clear", "indicative", "not_checked"]
STATES: tuple[str, ...] = get_args(State)

Reason = Literal[
    "not_loaded", "load_failed", "out_of_extent", "partly_out_of_extent", "no_features", "no_shapes", "county_only",
    "modelled", "approximate", "not_chosen", "no_access",
]  # fmt: skip
REASONS: tuple[str, ...] = get_args(Reason)
"""Why a state is what it is; null where it needs no reason. ``siting.reason_<code>`` says each in words."""

Relation = TypeAliasType("Relation", Literal["within", "covers", "overlaps", "crosses", "touches", "disjoint"] | None)
"""How a site lies to a layer or feature (``geo.measure.RELATIONS``); None if that was not checked."""

Verdict = TypeAliasType("Verdict", Literal["prohibited", "review_required", "notice", "nothing_found", "not_checked"])
VERDICTS: tuple[str, ...] = get_args(Verdict.__value__)
"""禁止, 需论证或审批, 注意, 未发现限制, 未核查, the gravest first; ``siting.verdict_<code>`` says each in words."""

Weight = Literal["prohibited", "review_required", "notice"]
"""What a rule adds to a verdict."""
Effect = Literal["prohibit", "restrict", "condition", "notice"]
Status = Literal["applies", "undecided", "reminder", "reference"]
RuleRelation = Literal["inside", "overlaps", "outside", "within_distance", "crosses", "any"]
Verified = TypeAliasType(
    "Verified",
    Annotated[
        Literal["yes", "partly", "no"],
        Field(description="Whether the article was read: in a stored copy, in part or at second hand, not at all."),
    ],
)
Stage = Literal["before_siting", "preapproval", "land_conversion", "before_works"]
SiteKind = Literal["point", "line", "polygon"]
