from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from geo.read.formats import read_sites
from geo.sites import Sites
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from siting.check import Settings, cut_heavy_polygons, run_batch, settings_of
from snapshot.columnar import write_dataset
from tests.snapshot.columns import mixed_file, small_catalogue


@dataclass(frozen=True)
class Small:
    """A small catalogue, an input of polygons, lines and points, and their results by one process."""

    config: Path
    catalogue: Catalogue
    layers: dict[str, Layer]
    sites: Sites
    settings: Settings
    one_process: Path


@pytest.fixture(scope="session")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> Small:
    folder = tmp_path_factory.mktemp("small")
    config = small_catalogue(folder)
    catalogue = read_catalogue(config)
    layers = load_layers(catalogue)
    cut_heavy_polygons(layers)
    sites = read_sites(mixed_file(folder / "混合.gpkg", 48))
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20", sections=True)
    one_process = write_dataset(folder / "one", run_batch(sites, layers, settings), "zh")
    return Small(config, catalogue, layers, sites, settings, one_process)


@pytest.fixture
def small(small_once: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Return the small catalogue, the one in use."""
    monkeypatch.setenv("REDLINE_HOME", str(small_once.config.parent / "home"))
    monkeypatch.setenv("REDLINE_CONFIG", str(small_once.config))
    return small_once
