"""Lengths, areas, distances and overlays on the ellipsoid."""
