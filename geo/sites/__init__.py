"""Sites in one frame, whatever they came in."""
