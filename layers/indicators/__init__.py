"""Indicator values per territory, with their sources."""
