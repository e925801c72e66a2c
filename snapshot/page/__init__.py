"""The map page in one HTML file."""
