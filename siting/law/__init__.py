"""Rules of law and plans, activities, verdicts and approval paths."""

from siting.law.activity_list import activities, missing_layers, questions, required_layers
from siting.law.apply import mark_fits_rule
from siting.law.approvals import approval_paths
from siting.law.bans import Ban, bans_everywhere, bans_of, forbids, may_forbid, open_bans_of
from siting.law.project import NOT, UNKNOWN_PROJECT, WORKS, Project, day_of, law_table, project_of
from siting.law.rule_book import Legal, legal_of
from siting.law.rule_tables import FilesStamp, Tables, files_stamp, law_digest, law_files, stamp_of
from siting.law.rules import AUTHORITIES, Rule, rules_digest, rules_frame
from siting.law.verdict import verdicts, verdicts_under_law

__all__ = [
    "AUTHORITIES",
    "NOT",
    "UNKNOWN_PROJECT",
    "WORKS",
    "Ban",
    "FilesStamp",
    "Legal",
    "Project",
    "Rule",
    "Tables",
    "activities",
    "approval_paths",
    "bans_everywhere",
    "bans_of",
    "day_of",
    "files_stamp",
    "forbids",
    "law_digest",
    "law_files",
    "law_table",
    "legal_of",
    "mark_fits_rule",
    "may_forbid",
    "missing_layers",
    "open_bans_of",
    "project_of",
    "questions",
    "required_layers",
    "rules_digest",
    "rules_frame",
    "stamp_of",
    "verdicts",
    "verdicts_under_law",
]
