"""Entries of the plans: filter, table, card, shapes."""
