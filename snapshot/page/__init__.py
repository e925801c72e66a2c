"""The map page in one HTML file."""

from snapshot.page.page import write_page

__all__ = ["write_page"]
