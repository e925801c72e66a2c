"""The case around a check, as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["case_of", "case_options"]


def case_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of a case."""
    names = {
        "name": "项目名称", "code": "项目代码", "builder": "建设单位", "stage": "阶段", "file_number": "文号",
        "prepared_by": "编制人", "reviewed_by": "审核人",
    }  # fmt: skip
    for name, text in reversed(names.items()):
        command = click.option(f"--case-{name.replace('_', '-')}", f"case_{name}", default=None, help=text)(command)
    return command


def case_of(options: dict[str, Any]) -> dict[str, str]:
    """Take the fields of a case that were given out of a command's options."""
    given = {name: options.pop(name) for name in list(options) if name.startswith("case_")}
    return {name.removeprefix("case_"): value for name, value in given.items() if value is not None}
