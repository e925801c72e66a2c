"""Stored checks: written once, verified and compared."""

from siting.ledger.backup import Backup, restore_backup, write_backup
from siting.ledger.compare import Change, changes_without_withheld
from siting.ledger.layer_uses import VersionUse, uses_by_version
from siting.ledger.listed import Listed
from siting.ledger.retention import drop_inputs
from siting.ledger.store import Ledger
from siting.ledger.verification import Verification, kept_run, rerun, specs_as_strict_as, verify, verify_report

__all__ = [
    "Backup",
    "Change",
    "Ledger",
    "Listed",
    "Verification",
    "VersionUse",
    "changes_without_withheld",
    "drop_inputs",
    "kept_run",
    "rerun",
    "restore_backup",
    "specs_as_strict_as",
    "uses_by_version",
    "verify",
    "verify_report",
    "write_backup",
]
