"""Exports: layers and findings as files, sheets, pages and reports."""
