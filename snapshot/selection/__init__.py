"""What a snapshot holds: the layers, columns and shapes that were chosen."""
