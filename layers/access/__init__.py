"""Who may do what, and who may see which layer: roles, persons, and the ``[access]`` table of ``config.toml``."""

from layers.access.acting import acting_as, acting_person
from layers.access.person import ANYBODY, NOBODY, ROLES, Person, Role
from layers.access.settings import AccessSettings
from layers.access.terminal import terminal_person

__all__ = [
    "ANYBODY",
    "NOBODY",
    "ROLES",
    "AccessSettings",
    "Person",
    "Role",
    "acting_as",
    "acting_person",
    "terminal_person",
]
