"""Verification and comparison of exported files."""

from snapshot.inspect.diff import CHANGES, Diff, colour_of, compare_layers, write_diff
from snapshot.inspect.verify import ManifestCheck, held_against, manifest_of, verify_file

__all__ = [
    "CHANGES",
    "Diff",
    "ManifestCheck",
    "colour_of",
    "compare_layers",
    "held_against",
    "manifest_of",
    "verify_file",
    "write_diff",
]
