"""The catalogue and what stands in it."""
