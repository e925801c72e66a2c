"""The six screens; none imports another."""
