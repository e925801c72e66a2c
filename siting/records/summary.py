"""The answer of a check for one site: a sentence, what it rests on, what to do next, what could not be checked."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from siting.records.words import Bearing, Measure, Share, Verdict

__all__ = ["Bilingual", "CountRecord", "Grade", "NextStepRecord", "Position", "ReasonRecord", "SummaryRecord"]

Grade = Literal["ban", "approval", "condition", "attention"]
"""What the clause behind a reason asks, were its layer statutory: a ban, an approval, a condition, or to look."""
Position = Literal["overlap", "outside", "within_distance", "within_accuracy", "county_only"]
"""How a site lies to the layer of a reason: on it, off one it must lie inside, nearer than a clause allows, nearer than
the accuracy, or with features that are only known to lie in its county."""


class Bilingual(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


class ReasonRecord(TypedDict):
    """A finding that the verdict rests on, with the clause that weighs most in it."""

    layer: Annotated[str, Field(description="Id of the catalogue entry.")]
    position: Position
    grade: Annotated[Grade, Field(description="What the clause asks, were the layer statutory.")]
    indicative: Annotated[bool, Field(description="Whether the layer only warns: the official one decides.")]
    decided: Annotated[bool, Field(description="False: facts of the project that nobody told yet decide the clause.")]
    features: Annotated[list[str], Field(description="Names, Chinese, of what is met or nearest, at most three.")]
    overlap_m2: Measure
    overlap_m: Measure
    share: Share
    distance_m: Measure
    bearing_deg: Bearing
    rule: Annotated[str | None, Field(description="Id of the clause; null: none speaks of it.")]
    clause: Annotated[str | None, Field(description="Title, number of the text (文号) and article, Chinese.")]
    more_clauses: Annotated[int, Field(ge=0, description="Further clauses on the same finding that apply.")]
    text: Bilingual


class NextStepRecord(TypedDict):
    """What to do next, and whom to ask."""

    kind: Annotated[
        Literal["change_site", "closed_layers", "unread_layers", "answer", "official_layer", "survey", "approval"],
        Field(
            description="Move or reduce the site; have somebody check it who may see the layers that are closed here; "
            "have the layers mended that could not be read; tell a fact of the project; get the official layer; have a "
            "boundary surveyed; go through a step of the approval path."
        ),
    ]
    layers: Annotated[list[str], Field(description="Words of stands_for that it is about.")]
    whom: NotRequired[Bilingual]
    text: Bilingual


class CountRecord(TypedDict):
    """How many layers a site lies on, near or off, and how many could not be checked; each layer counts once."""

    overlap: int
    within_accuracy: int
    too_near: int
    off: int
    not_checked: int


class SummaryRecord(TypedDict):
    """The answer for one site, as every page, file and table gives it."""

    verdict: Verdict
    sentence: Bilingual
    reasons: Annotated[list[ReasonRecord], Field(description="At most three, the weightiest first.")]
    more_reasons: Annotated[int, Field(ge=0)]
    next_steps: list[NextStepRecord]
    counts: CountRecord
    not_checked: Annotated[Bilingual | None, Field(description="What could not be checked, in one line.")]
