"""Shapes as they come, made measurable: curves, rings, repair."""
