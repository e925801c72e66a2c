"""What a check says, key by key: typed records, and the JSON Schema made from them."""

from siting.records.comparison import Comparison, SchemeRecord
from siting.records.finding import (
    FINDING_COLUMNS,
    FeatureRecord,
    FindingRecord,
    HitRecord,
    SectionRecord,
    ZoneRecord,
)
from siting.records.json_schema import report_schema, report_schema_text
from siting.records.law import RULE_KEYS, STEP_KEYS, RuleRecord, StepRecord
from siting.records.report import (
    SCHEMA_VERSION,
    CountyRecord,
    CrsRecord,
    LayerHead,
    NoticeRecord,
    Report,
    ReportHead,
    RunHead,
    RunRecord,
    SiteRecord,
    WayOutRecord,
)
from siting.records.summary import (
    Bilingual,
    CountRecord,
    Grade,
    NextStepRecord,
    Position,
    ReasonRecord,
    SummaryRecord,
)
from siting.records.words import REASONS, STATES, VERDICTS, Status

__all__ = [
    "FINDING_COLUMNS",
    "REASONS",
    "RULE_KEYS",
    "SCHEMA_VERSION",
    "STATES",
    "STEP_KEYS",
    "VERDICTS",
    "Bilingual",
    "Comparison",
    "CountRecord",
    "CountyRecord",
    "CrsRecord",
    "FeatureRecord",
    "FindingRecord",
    "Grade",
    "HitRecord",
    "LayerHead",
    "NextStepRecord",
    "NoticeRecord",
    "Position",
    "ReasonRecord",
    "Report",
    "ReportHead",
    "RuleRecord",
    "RunHead",
    "RunRecord",
    "SchemeRecord",
    "SectionRecord",
    "SiteRecord",
    "Status",
    "StepRecord",
    "SummaryRecord",
    "WayOutRecord",
    "ZoneRecord",
    "report_schema",
    "report_schema_text",
]
