"""Findings in words and tables."""
