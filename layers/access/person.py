"""A person as the login, the proxy or the operating system names them, with groups and role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

__all__ = ["ANYBODY", "NOBODY", "ROLES", "Person", "Role"]

Role = Literal["viewer", "checker", "manager", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""From the one who only looks to the one who may do everything; each may do what those before may."""


@dataclass(frozen=True)
class Person:
    """Somebody who uses the product.

    Attributes
    ----------
    name : str
        As the login, the proxy or the operating system gives it; empty where nobody signs in.
    groups : frozenset of str
    role : {"viewer", "checker", "manager", "administrator"} or None
        None: may do nothing.
    """

    name: str
    groups: frozenset[str] = frozenset()
    role: Role | None = None

    def may(self, role: Role) -> bool:
        """Return whether the person's role is `role` or one above it.

        Examples
        --------
        >>> Person("li", role="checker").may("viewer"), Person("li", role="checker").may("manager")
        (True, False)
        """
        return self.role is not None and ROLES.index(self.role) >= ROLES.index(role)

    def is_among(self, listed: Iterable[str]) -> bool:
        """Return whether a list of names, ``group:…``, ``role:…`` or ``*`` (whoever has a role) has the person.

        Names are compared as they stand, but for case: mail addresses come in both.

        Examples
        --------
        >>> Person("Li@bureau.cn", frozenset({"gis"}), "checker").is_among(["group:gis"])
        True
        >>> Person("li", role="checker").is_among(["role:manager", "wang"])
        False
        """
        own = {self.name.casefold(), *(f"group:{group}".casefold() for group in self.groups)} - {""}
        if self.role is not None:
            own |= {f"role:{self.role}", "*"}
        return not own.isdisjoint(entry.casefold() for entry in listed)


ANYBODY: Final = Person("", role="administrator")
"""Whoever it is, where nobody has to sign in."""
NOBODY: Final = Person("")
"""Who has not signed in where one has to."""
