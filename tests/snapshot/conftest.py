from __future__ import annotations

import pytest

from layers.catalogue.model import Layer
from tests.snapshot.nasty import nasty_layer


@pytest.fixture(scope="session")
def default_layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    """Return every layer of the shipped catalogue."""
    return shipped


@pytest.fixture(scope="session")
def nasty() -> Layer:
    """Return a layer of values and shapes that file formats tend to lose."""
    return nasty_layer()
