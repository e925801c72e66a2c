"""Lines of the audit log for the person of the session; none where nobody has to sign in."""

from __future__ import annotations

from layers.access import Action, AuditLog
from layers.paths import home
from views.session.workspace import catalogue_in_use, person

__all__ = ["audit_log", "record"]


def audit_log() -> AuditLog:
    """Return the audit log of the data folder."""
    return AuditLog(home() / "audit")


def record(action: Action, subject: str = "", detail: str = "") -> None:
    """Add a line on what the person does now.

    Raises
    ------
    DataFault
        If it cannot be written; it must not be done then.
    """
    if catalogue_in_use().shipped.access.is_on:
        audit_log().add(person(), action, subject, detail)
