"""The report of a check, as `redline check --format json` writes it and other offices read it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from layers.catalogue import LayerState
from siting.records.finding import FindingRecord, SectionRecord
from siting.records.law import RuleRecord, StepRecord
from siting.records.summary import SummaryRecord
from siting.records.words import Measure, Share, SiteKind, Verdict

__all__ = [
    "SCHEMA_VERSION", "CountyRecord", "CrsRecord", "LayerHead", "NoticeRecord", "Report", "ReportHead", "RunHead",
    "RunRecord", "SiteRecord", "WayOutRecord",
]  # fmt: skip

SCHEMA_VERSION: Final = "1.4"
"""Version of the report: the second number grows with every key that is added, the first would with one that goes."""


class NoticeRecord(TypedDict):
    """What a reader noticed, in both languages."""

    code: str
    zh: str
    en: str


class EvidenceRecord(TypedDict):
    """From what the coordinate system follows, in both languages."""

    code: Literal[
        "rfc7946", "crs_member", "kml", "prj", "gpkg", "user", "drawn", "null_shift", "same_parameters",
        "zone_of_wgs84", "open_formula", "axes_swapped", "typed_degrees", "table", "ewkt", "parquet",
        "parquet_default", "gdb", "fgb", "txt", "ov_coord_type", "dxf",
    ]  # fmt: skip
    zh: str
    en: str


class CrsRecord(TypedDict):
    """How a coordinate system was declared and understood."""

    declared: Annotated[str | None, Field(description="As the source says it.")]
    used: Annotated[str, Field(description="The system whose definition was used.")]
    evidence: list[EvidenceRecord]


class CountyRecord(TypedDict):
    """A county unit that a site lies in."""

    adcode: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: str
    name_en: NotRequired[str | None]
    share: Annotated[Share, Field(description="Of the area or length; 1 for a point; null for a point on a boundary.")]


class WayOutRecord(TypedDict):
    """What is left of the site off every layer that forbids or asks for review."""

    area_m2: Measure
    length_m: Measure
    share: Share
    layers: list[str]
    crs: Literal["EPSG:4490"]
    geometry: Annotated[
        dict[str, Any] | None, Field(description="GeoJSON geometry in degrees; null where nothing is left.")
    ]


class SiteRecord(TypedDict):
    """What a check says of one site."""

    id: Annotated[str, Field(description="The site's own id where the file has unique ones, else its number from 1.")]
    kind: NotRequired[SiteKind]
    area_m2: Annotated[Measure, Field(description="On the CGCS2000 ellipsoid; null for points and lines.")]
    plane_area_m2: Annotated[Measure, Field(description="In the 3-degree Gauss-Krüger zone of the site.")]
    declared_area_m2: Annotated[
        Measure, Field(description="As a column of the file declares it, its unit in its name.")
    ]
    length_m: NotRequired[Annotated[Measure, Field(description="On the ellipsoid; null unless the site is a line.")]]
    verdict: Verdict
    missing_required: NotRequired[
        Annotated[
            list[str],
            Field(
                description="Required layers (words of stands_for) that are not loaded, not complete here or only "
                "indicative: while there is one, nothing_found is never said."
            ),
        ]
    ]
    missing_advised: NotRequired[list[str]]
    reminders: NotRequired[Annotated[list[RuleRecord], Field(description="Rules that no checked layer decides.")]]
    approval_path: NotRequired[
        Annotated[list[StepRecord], Field(description="Who says what at which stage, once a layer is hit.")]
    ]
    way_out: WayOutRecord | None
    repair: NotRequired[
        Annotated[
            list[Literal["touching", "edge_twice", "repeated_points", "parts_covered", "ring_closed"]],
            Field(
                description="What was mended of the shape as read, in the one way that it can be read; empty for most."
            ),
        ]
    ]
    repair_area_m2: NotRequired[
        Annotated[float | None, Field(description="By how much that changed the area; 0 for most.")]
    ]
    notices: NotRequired[
        Annotated[
            list[str],
            Field(
                description="Codes of what the reader noticed of this site or of the whole input; run.input.notices "
                "says each in words."
            ),
        ]
    ]
    activity: NotRequired[
        Annotated[str | None, Field(description="A code of data/law/activities.csv; null: no rule was asked.")]
    ]
    as_of: Annotated[str, Field(description="The day whose law was asked for.", json_schema_extra={"format": "date"})]
    crs: CrsRecord
    counties: Annotated[list[CountyRecord], Field(description="Largest share first; empty outside our territory.")]
    findings: Annotated[list[FindingRecord], Field(description="One per checked layer, in catalogue order.")]
    hashes: Annotated[
        dict[str, str | None],
        Field(description="By layer id, the digest of what was checked against; null for a layer that is not loaded."),
    ]
    check_id: Annotated[str | None, Field(description="Null unless the check is stored.")]
    summary: NotRequired[
        Annotated[
            SummaryRecord,
            Field(
                description="The answer in words, since 1.4, made from the rest of this record: not part of the "
                "stored record, and not compared by redline verify."
            ),
        ]
    ]
    sections: NotRequired[
        Annotated[
            list[SectionRecord] | None,
            Field(
                description="Of a line, where it was asked for: the stretches inside each layer and the crossings, by "
                "chainage of the line as read (not of its corridor); null: not asked for."
            ),
        ]
    ]


class InputRecord(TypedDict):
    """What was read."""

    name: str
    sha256: Annotated[str | None, Field(description="Of the file as uploaded; null for what was drawn.")]
    crs: list[dict[str, Any]]
    notices: NotRequired[
        Annotated[
            list[NoticeRecord],
            Field(description="What the reader mended, chose or noticed, each once; sites name them by their code."),
        ]
    ]


class LayerSeen(TypedDict):
    """A layer as the check saw it."""

    state: LayerState
    digest: str | None


class RunRecord(TypedDict):
    """What another office needs to run the check again (redline verify)."""

    settings: Annotated[
        dict[str, Any],
        Field(
            description="What was asked: crs, activity, flags, works, as_of, survey_accuracy_m, layers (empty: all), "
            "tolerances; places_m2, places_ha, places_mu: decimals of the 占压 table; source_layer, source_columns, "
            "source_swap, source_kind (file, text), source_shape, source_sites (ids chosen; empty: all): how the input "
            "was read; corridor_m: width of the band that lines are checked as, 0 for the line itself; sections: "
            "whether they were asked for; structures: [kind, from_m, to_m]."
        ),
    ]
    input: InputRecord
    layers: Annotated[
        dict[str, LayerSeen],
        Field(description="By layer id; the county layer stands here too, as it says where a site lies."),
    ]
    law_sha256: Annotated[str, Field(description="Version of all tables of rules, whether they were asked or not.")]
    geos: str
    proj: str


class Report(TypedDict):
    """Later versions add keys and codes, and rename none.

    null means that a value does not apply or is not known; it never means 0.
    """

    schema: Annotated[
        Literal["1.4"],
        Field(
            description="Version of this description: 1.1 adds activities, rules, margins and ways out to 1.0; 1.2 "
            "adds what the reader found (repair, repair_area_m2, notices), sections of lines, margin_is; 1.3 says 0 "
            "where a measure applies and nothing is shared, adds sections along a line, and gives what is modelled no "
            "accuracy and no margin; 1.4 adds the summary of a site, the direction of the nearest edge (bearing_deg), "
            "file_number and would_count_as of clauses."
        ),
    ]
    version: Annotated[str, Field(description="Version of the software.")]
    rules_digest: NotRequired[
        Annotated[
            str | None,
            Field(description="SHA-256 of the tables of rules that were asked; null where none was."),
        ]
    ]
    sites: Annotated[list[SiteRecord], Field(description="In input order.")]
    check_id: NotRequired[
        Annotated[str | None, Field(description="Number in the ledger; null unless the check is stored.")]
    ]
    run: NotRequired[RunRecord]


class InputHead(TypedDict):
    """Name and hash of an input."""

    name: str
    sha256: str | None


class LayerHead(TypedDict):
    """State and hash of a layer."""

    state: str
    digest: str | None


class RunHead(TypedDict):
    """What is needed of `RunRecord` to run a check again, whatever version wrote it."""

    settings: dict[str, Any]
    input: InputHead
    layers: dict[str, LayerHead]
    law_sha256: str
    geos: str
    proj: str


class SiteHead(TypedDict):
    """What every version wrote of a site."""

    id: Any
    findings: list[dict[str, Any]]


class ReportHead(TypedDict):
    """What is needed of a report to compare it, or to run its check again, whatever version wrote it."""

    version: str
    check_id: NotRequired[str | None]
    run: RunHead
    sites: list[SiteHead]
