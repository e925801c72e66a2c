"""Symbols, classes of values and legends, once for screen, sheet and file."""
