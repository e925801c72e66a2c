"""Cartography: symbols, legends, tiles and the map, the same for screen, sheet and file."""
