"""Verification and comparison of exported files."""

from snapshot.inspect.diff import CHANGES, Diff, colour_of, compare_layers, write_diff
from snapshot.inspect.verify import ManifestCheck, verify_file

__all__ = ["CHANGES", "Diff", "ManifestCheck", "colour_of", "compare_layers", "verify_file", "write_diff"]
