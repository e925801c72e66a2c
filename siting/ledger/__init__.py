"""Stored checks: written once, verified and compared."""

from siting.ledger.compare import Change, changes_without_withheld
from siting.ledger.layer_uses import VersionUse, uses_by_version
from siting.ledger.store import Ledger, Listed
from siting.ledger.verification import Verification, kept_run, rerun, specs_as_strict_as, verify, verify_report

__all__ = [
    "Change",
    "Ledger",
    "Listed",
    "Verification",
    "VersionUse",
    "changes_without_withheld",
    "kept_run",
    "rerun",
    "specs_as_strict_as",
    "uses_by_version",
    "verify",
    "verify_report",
]
