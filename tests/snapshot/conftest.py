from __future__ import annotations

import pytest

from layers.catalogue.model import Layer
from tests.snapshot.nasty import nasty_layer


@pytest.fixture(scope="session")
def default_layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    """Every layer of the shipped catalogue."""
    return shipped


@pytest.fixture(scope="session")
def nasty() -> Layer:
    """A layer of what files spoil."""
    return nasty_layer()
