"""Indicators on the screen: choice, figures, own tables and rasters."""
