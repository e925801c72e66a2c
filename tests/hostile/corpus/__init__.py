"""Files that do harm, built by script: each is small, and takes or breaks as much as it can.

``python -m tests.hostile.corpus FOLDER`` writes them; ``tests/hostile/test_corpus.py`` reads each by every way in.
"""

from __future__ import annotations

from tests.hostile.corpus import archives, databases, documents, drawings, texts
from tests.hostile.corpus.shapes import Build

__all__ = ["corpus"]


def corpus() -> dict[str, Build]:
    """Return the function that builds each file, by name."""
    found: dict[str, Build] = {}
    for family in (texts, documents, archives, databases, drawings):
        for name, build in family.files():
            assert name not in found, name
            found[name] = build
    return found
