"""A function of ours in a process of its own: what is long and heavy stops no page and leaves no memory behind."""

from geo.own_process.call import in_own_process, prepare_own_processes

__all__ = ["in_own_process", "prepare_own_processes"]
