"""How things look, once for screen, sheet and file."""
