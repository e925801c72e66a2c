"""The command line: ``redline serve``, ``layers``, ``check``, ``ledger``, ``snapshot`` and others."""

from cli import audit, backup, checks, ledger, own, serve, suggest, take  # noqa: F401 -- each hangs its commands on the group
from cli.base import main

__all__ = ["main"]
