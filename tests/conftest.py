"""What many tests read: loaded once for each worker."""

from __future__ import annotations

import pytest

from layers.catalogue.config import read_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from tests.helpers import ROOT


@pytest.fixture(scope="session")
def shipped() -> dict[str, Layer]:
    """Every layer of the shipped catalogue; a test that changes something copies it first."""
    return load_layers(read_catalogue(ROOT / "config.toml"))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of a file by its argument, not by the bytes: an archive holds its time, and workers must agree."""
    return argname if isinstance(val, bytes | str) and (isinstance(val, bytes) or len(val) > 60) else None
