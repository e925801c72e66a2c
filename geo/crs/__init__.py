"""Coordinate systems: what a system is called, which ones fit, and every transformation between them."""
