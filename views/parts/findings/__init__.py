"""Findings of a site on the screen."""
