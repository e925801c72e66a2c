"""The printed map sheet."""
