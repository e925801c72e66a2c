"""The ``[access]`` table of ``config.toml``: how people sign in, which role they have, which layers they may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from layers.access.person import ANYBODY, NOBODY, ROLES, Person, Role
from layers.entry import Entry

__all__ = ["AccessSettings"]

_Names = list[Annotated[str, Field(min_length=1, max_length=200)]]
_KINDS = ("group:", "role:")


class AccessSettings(Entry):
    """Who may do what. A name may be a person's, ``group:…``, ``role:…``, or ``*`` for all who have a role."""

    mode: Literal["none", "login", "proxy"] = "none"
    """``none``: everybody may do everything. ``login``: people sign in at an OpenID Connect provider. ``proxy``: one in
    front signs them in and names them in a header."""
    roles: dict[Role, _Names] = Field(default_factory=dict)
    """Who has which role; who is in several has the highest."""
    layers: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")], _Names] = Field(default_factory=dict)
    """Who may see a layer, by its id; a shipped layer that is not listed is seen by all."""
    imported: _Names = Field(default_factory=lambda: ["role:manager", "role:administrator"])
    """Who may see imported layers that are not listed in `layers`."""
    name_claim: str = Field(default="email", min_length=1)
    """What of the provider's answer names a person."""
    groups_claim: str = Field(default="groups", min_length=1)
    """What of the provider's answer has the groups, a list or a text with commas."""
    login_hours: float = Field(default=12.0, gt=0, le=720, strict=False)
    """How long a login lasts; then the provider is asked again."""
    user_header: str = Field(default="X-Redline-User", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    groups_header: str = Field(default="X-Redline-Groups", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    secret_header: str = Field(default="X-Redline-Secret", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    secret_env: str = Field(default="REDLINE_PROXY_SECRET", pattern=r"^[A-Z][A-Z0-9_]*$")
    """Environment variable with the word that proves that a request came through the proxy."""

    @field_validator("roles")
    @classmethod
    def _no_role_by_role(cls, roles: dict[Role, list[str]]) -> dict[Role, list[str]]:
        for role, names in roles.items():
            if any(name.startswith("role:") for name in names):
                raise ValueError(f"{role}: a role cannot be given by a role")
        return roles

    @field_validator("layers", "imported")
    @classmethod
    def _known_roles(cls, found: dict[str, list[str]] | list[str]) -> dict[str, list[str]] | list[str]:
        for name in [one for names in found.values() for one in names] if isinstance(found, dict) else found:
            if name.startswith("role:") and name.removeprefix("role:") not in ROLES:
                raise ValueError(f"no role: {name.removeprefix('role:')} (roles: {', '.join(ROLES)})")
        return found

    @model_validator(mode="after")
    def _somebody_has_a_role(self) -> AccessSettings:
        if self.is_on and not any(self.roles.values()):
            raise ValueError("nobody has a role: give roles.administrator at least one name")
        return self

    @property
    def is_on(self) -> bool:
        """Whether people have to sign in."""
        return self.mode != "none"

    def person(self, name: str, groups: Iterable[str]) -> Person:
        """Return the person of a name and groups with the highest role that lists them; anybody where access is off.

        Examples
        --------
        >>> settings = AccessSettings(mode="proxy", roles={"administrator": ["li"], "viewer": ["*"]})
        >>> settings.person("Li", ()).role, settings.person("wang", ()).role, settings.person("", ()).role
        ('administrator', 'viewer', None)
        """
        if not self.is_on:
            return ANYBODY
        name = name.strip()
        if not name or name.startswith(_KINDS) or name == "*":
            return NOBODY
        known = Person(name, frozenset(group.strip() for group in groups if group.strip()))
        for role in reversed(ROLES):
            listed = self.roles.get(role, [])
            if "*" in listed or known.is_among(listed):
                return Person(known.name, known.groups, role)
        return known

    def may_see(self, person: Person, layer_id: str, *, imported: bool) -> bool:
        """Return whether a person may see a layer.

        Parameters
        ----------
        person : Person
        layer_id : str
        imported : bool
            Whether a user of this installation imported it.
        """
        if not self.is_on:
            return True
        if person.role is None:
            return False
        listed = self.layers.get(layer_id, self.imported if imported else None)
        return listed is None or person.is_among(listed)
