"""Options for the case (project file) of a check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["case_of", "case_options"]


def case_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each field of a case to a command."""
    for name in (
        "reviewed_by",
        "prepared_by",
        "file_number",
        "stage",
        "builder",
        "code",
        "name",
    ):  # the last comes first
        command = click.option(f"--case-{name.replace('_', '-')}", f"case_{name}", default=None)(command)
    return command


def case_of(options: dict[str, Any]) -> dict[str, str]:
    """Return the case fields that were given, taken out of a command's options."""
    given = {name: options.pop(name) for name in list(options) if name.startswith("case_")}
    return {name.removeprefix("case_"): value for name, value in given.items() if value is not None}
