"""Suggestions of seeded tasks against brute force: ``python -m tools.suggestions [--tasks N]``."""

from tools.suggestions.brute_force import forbidden_by, found_share, main, tasks

__all__ = ["forbidden_by", "found_share", "main", "tasks"]
