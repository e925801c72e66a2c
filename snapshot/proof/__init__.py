"""Manifests and seals: what a file holds and whether it still does."""
