"""Calls in copies of a process that has its modules loaded: how both confined readers and long exports are run."""

from geo.forks.client import GONE, PROGRESS, Ending, Forks, may_fork, reporter

__all__ = ["GONE", "PROGRESS", "Ending", "Forks", "may_fork", "reporter"]
