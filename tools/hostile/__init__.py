"""What files that do harm cost: ``python -m tools.hostile.corpus`` and ``python -m tools.hostile.variants``."""
