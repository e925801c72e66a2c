"""A contract type for import-linter: modules of a room are imported only through the room's ``__init__``.

A room is a package below one of the root packages, such as ``geo.crs``. What its ``__init__`` names is public; every
other module of it is imported by the room alone, and by rooms inside it. New rooms are covered without a new line in
``pyproject.toml``, which is why this is no list of ``protected`` contracts.
"""

from __future__ import annotations

import grimp
from importlinter import Contract, ContractCheck, fields, output

__all__ = ["RoomsContract"]


class RoomsContract(Contract):
    """Modules of a room are imported from outside only through the room's ``__init__``.

    Options
    -------
    houses : list of str
        Packages whose sub-packages are rooms; modules that stand directly in a house are public.
    """

    type_name = "rooms"

    houses = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 (its signature)
        """Return the imports of a room's module from outside that bypass its ``__init__``."""
        inside = {module for module in graph.modules if module.split(".")[0] in set(self.houses)}
        packages = {module for module in inside if graph.find_children(module)}
        bypasses = [
            f"{importer} -> {module} (take it from {room})"
            for module in sorted(inside - packages)
            if "." in (room := module.rpartition(".")[0])
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if importer != room and not importer.startswith(f"{room}.")
        ]
        return ContractCheck(kept=not bypasses, metadata={"passed": bypasses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that break the contract."""
        for line in check.metadata["passed"]:
            output.print_error(f"- {line}", bold=False)
