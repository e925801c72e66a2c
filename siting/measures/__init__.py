"""One site against one layer, as numbers."""
