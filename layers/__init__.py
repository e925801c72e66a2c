"""The layer catalogue and its data: plan and law tables, gazetteer, indicators, sources, the user's own layers."""
