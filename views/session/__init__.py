"""What one session knows: its state, its memory, its language, where it stands."""
