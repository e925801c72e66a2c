"""Which stored checks somebody may not see: those that saw a layer which is closed to them, or one made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

__all__ = ["Closed"]


class Closed:
    """The SQL condition on checks that did not see any of some layers.

    A corridor along a closed layer shows where that lies, so the entry of each layer that a check kept is looked
    through for the ids of what it was made of.

    Parameters
    ----------
    layers : collection of str
        Ids of the closed layers.
    """

    def __init__(self, layers: Collection[str]) -> None:
        self._layers = sorted(layers)

    @property
    def values(self) -> list[str]:
        """The values of the condition's marks, in order."""
        return [value for layer in self._layers for value in (layer, f'"{layer}"')]

    def condition(self, column: str) -> str:
        """Return the condition on a column with ids of checks; true for all where no layer is closed."""
        if not self._layers:
            return "1"
        saw = " OR ".join(["seen.layer = ? OR instr(seen.spec, ?) > 0"] * len(self._layers))
        return f"NOT EXISTS (SELECT 1 FROM check_layers AS seen WHERE seen.check_id = {column} AND ({saw}))"  # noqa: S608 -- names are ours

    def sees(self, db: sqlite3.Connection, check_id: str) -> bool:
        """Return whether a check is there and saw none of the layers."""
        query = f"SELECT 1 FROM checks WHERE id = ? AND {self.condition('checks.id')}"  # noqa: S608 -- names are ours
        return db.execute(query, (check_id, *self.values)).fetchone() is not None
