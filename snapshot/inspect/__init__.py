"""Files that were taken away, verified and compared."""
