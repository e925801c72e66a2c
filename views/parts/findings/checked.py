"""A run of a page with the key of its inputs."""

from __future__ import annotations

from dataclasses import dataclass

from geo.sites import Sites
from siting.check import CheckResult, Run

__all__ = ["KeyedRun"]


@dataclass(frozen=True)
class KeyedRun:
    """A run of the map page, with the key of its inputs.

    Attributes
    ----------
    run : Run
    key : str
        The same for the same site, layers and rules.
    """

    run: Run
    key: str

    @property
    def sites(self) -> Sites:
        """The sites that were checked."""
        return self.run.sites

    @property
    def result(self) -> CheckResult:
        """The result of the check."""
        return self.run.result
