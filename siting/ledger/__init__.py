"""Stored checks: written once, verified and compared."""
