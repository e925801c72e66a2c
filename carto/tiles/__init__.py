"""Tiles of a layer: built in the background, stored, drawn."""
