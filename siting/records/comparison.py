"""Schemes side by side, as `redline compare --format json` writes them."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from siting.records.words import Measure, Verdict

__all__ = ["Comparison", "SchemeRecord"]


class TakenRecord(TypedDict):
    """What a scheme takes of a layer."""

    overlap_m2: Measure
    overlap_m: Measure


class SchemeRecord(TypedDict):
    """One scheme: its sites together."""

    scheme: Annotated[str, Field(description="Name of the file, or id and name of the site.")]
    sites: Annotated[int, Field(ge=1)]
    verdict: Annotated[Verdict, Field(description="The gravest of its sites.")]
    area_m2: Measure
    length_m: Measure
    line_m: NotRequired[
        Annotated[Measure, Field(description="Of the centrelines, where lines were checked as corridors.")]
    ]
    prohibited: Annotated[int, Field(description="Rules, each once.")]
    prohibited_if_official: Annotated[
        int, Field(description="Rules that would prohibit, were their layer not an illustration; each once.")
    ]
    review_required: int
    not_firm: Annotated[int, Field(description="Findings within accuracy: survey needed.")]
    hit_layers: list[str]
    missing_required: list[str]
    way_out_m2: Annotated[Measure, Field(description="What is left; the whole where nothing forbids.")]
    way_out_m: Measure
    layers: Annotated[dict[str, TakenRecord], Field(description="Of every layer that any scheme meets.")]


class Comparison(TypedDict):
    """Result of `redline compare --format json`: two to five schemes, in the order given.

    null: not checked, or does not apply; never 0.
    """

    activity: str | None
    as_of: Annotated[str, Field(json_schema_extra={"format": "date"})]
    withheld: Annotated[
        list[str],
        Field(description="Layers that some scheme meets and whose measures must not leave."),
    ]
    schemes: list[SchemeRecord]
