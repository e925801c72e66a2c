"""Who may do what, and who may see which layer: roles, persons, and the ``[access]`` table of ``config.toml``."""

from layers.access.acting import acting_as, acting_person
from layers.access.audit import ACTIONS, Action, AuditLog, AuditState, Entry
from layers.access.person import ANYBODY, NOBODY, ROLES, Person, Role
from layers.access.settings import AccessSettings
from layers.access.terminal import terminal_person

__all__ = [
    "ACTIONS",
    "ANYBODY",
    "NOBODY",
    "ROLES",
    "AccessSettings",
    "Action",
    "AuditLog",
    "AuditState",
    "Entry",
    "Person",
    "Role",
    "acting_as",
    "acting_person",
    "terminal_person",
]
