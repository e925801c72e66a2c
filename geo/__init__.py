"""Coordinates and geometry; knows no layer and no screen."""
