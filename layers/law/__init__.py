"""The tables of law."""
