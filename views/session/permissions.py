"""What the person of the session may do, and the audit log of what was done."""

from __future__ import annotations

from typing import Final

from geo.errors import BadInput
from layers.access import Action, AuditLog, Person, Role
from layers.paths import home
from views.session.language import lang
from views.session.navigation import PAGE_VISIT
from views.session.state import Slot
from views.session.workspace import catalogue_in_use, person
from words import t

__all__ = ["audit_log", "may", "record", "require", "role_title", "who_may"]

_REFUSED: Final[Slot[tuple[int, str] | None]] = Slot("refused", None)
"""Visit of a page and role of the last refusal: a page that runs again is one refusal."""


def may(role: Role) -> bool:
    """Return whether the person has a role, or one above it."""
    return person().may(role)


def require(role: Role) -> None:
    """Raise `BadInput` with who may, if the person has neither the role nor one above it; the audit log has it too."""
    if not may(role):
        if _REFUSED.get() != (PAGE_VISIT.get(), role):
            _REFUSED.set((PAGE_VISIT.get(), role))
            record("refused", role)
        raise BadInput("access.role_needed", role=t(f"access.role_{role}", lang()), own=role_title(person()))


def who_may(role: Role) -> str:
    """Return the sentence that says which role something takes, and which one the person has."""
    return t("access.role_needed", lang(), role=t(f"access.role_{role}", lang()), own=role_title(person()))


def role_title(who: Person) -> str:
    """Return the name of a person's role."""
    return t(f"access.role_{who.role or 'none'}", lang())


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
