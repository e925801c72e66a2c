"""One archive from which Redline is installed where nothing can be fetched: ``make bundle`` (docs/install.md)."""
