"""docs/catalogue.md names every key that config.toml may hold, and its example is read as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from layers.access import AccessSettings
from layers.catalogue.config import Catalogue, CheckSettings, Limits, MapSettings, Region, read_catalogue
from layers.catalogue.model import LayerSpec, Style
from layers.sources import CorridorSource, FileSource, ImportedSource, PlansSource, PostgisSource, RasterSource
from tests.helpers import ROOT

PAGE = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("catalogue.md", "access.md"))


def test_every_key_is_named() -> None:
    models = (Catalogue, AccessSettings, Region, MapSettings, Limits, CheckSettings, LayerSpec, Style)
    sources = (FileSource, PlansSource, CorridorSource, RasterSource, ImportedSource, PostgisSource)
    keys = {key for model in (*models, *sources) for key in model.model_fields} - {
        "folder",
        "region",
        "layer",
        "map",
        "limits",
        "check",
        "closed",  # never in a file
    }
    named = set(re.findall(r"`\[*([a-z0-9_]+)\]*`", PAGE)) | {"kind"}
    assert keys <= named


def test_its_example_is_read_as_it_stands(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    example = next(text for text in examples if "redline_bureau" in text)
    path = tmp_path / "config.toml"
    path.write_text((ROOT / "config.toml").read_text(encoding="utf-8") + "\n" + example, encoding="utf-8")
    spec = read_catalogue(path).spec("redline_bureau")
    assert spec.crs == "EPSG:4526"
    assert spec.export == "none"


def test_its_example_of_postgis_is_read_as_it_stands(tmp_path: Path) -> None:
    example = next(text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.S) if 'kind = "postgis"' in text)
    path = tmp_path / "config.toml"
    path.write_text((ROOT / "config.toml").read_text(encoding="utf-8") + "\n" + example, encoding="utf-8")
    spec = read_catalogue(path).spec("redline_in_database")
    assert isinstance(spec.source, PostgisSource)
    assert (spec.source.table, spec.source.service, spec.export) == ("control.red_line", None, "none")
