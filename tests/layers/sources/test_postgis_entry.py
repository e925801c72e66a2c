"""``[layer.source]`` of PostGIS: where the database is, never as whom; a secret is refused and not repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from geo.errors import ConfigError
from layers.catalogue.config import config_faults, read_catalogue
from layers.catalogue.model import LayerSpec
from layers.sources import PostgisSource
from tests.layers.catalogue.test_load import HEAD

SECRET = "h0chgeheim"

SOUND = [
    "postgresql://gis.office.local:5432/planning",
    "postgres://gis.office.local/规划",
    "postgresql://10.0.0.1:5432,10.0.0.2:5433/planning?target_session_attrs=read-only",
    "postgresql://[fd00::1]:5432/planning?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "postgresql:///planning",
]
WRONG = [
    f"postgresql://me:{SECRET}@gis.office.local/planning",
    f"postgresql://{SECRET}@gis.office.local/planning",
    f"postgresql://gis.office.local/planning?password={SECRET}",
    f"postgresql://gis.office.local/planning?sslmode=require&user={SECRET}",
    f"postgresql://gis.office.local/planning?passfile=/home/{SECRET}",
    f"postgresql://gis.office.local/planning?sslkey=/home/{SECRET}",
    f"postgresql://gis.office.local/planning?sslpassword={SECRET}",
    f"postgresql://gis.office.local/planning?%70assword={SECRET}",
    f"postgresql://gis.office.local/planning?PASSWORD={SECRET}",
    f"postgresql://gis.office.local/planning?password={SECRET}&password={SECRET}",
    f"postgresql://x#y:{SECRET}@gis.office.local/planning",
    f"postgresql://me%3A{SECRET}%40gis.office.local/planning",
    f"postgresql://gis.office.local/planning password={SECRET}",
    f"host=gis.office.local password={SECRET}",
    f"mysql://gis.office.local/{SECRET}",
    f"postgresql://gis.office.local/planning\\nuser={SECRET}",
    f"postgresql://gis.office.local/planning?options=-c%20{SECRET}",
    SECRET,
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a configuration with a source."""

    def written(source: str) -> Path:
        path = tmp_path / "config.toml"
        text = HEAD.replace('{ kind = "file", files = ["own.gpkg"] }', f'{{ kind = "postgis", {source} }}')
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("url", SOUND)
def test_an_address_is_read(write: Callable[[str], Path], url: str) -> None:
    catalogue = read_catalogue(write(f'url = "{url}", table = "control.red_line"'))
    source = catalogue.spec("own").source
    assert isinstance(source, PostgisSource)
    assert (source.url, source.table, source.geometry) == (url, "control.red_line", "geom")
    assert LayerSpec.model_validate_json(catalogue.spec("own").model_dump_json()) == catalogue.spec("own")


@pytest.mark.parametrize("url", WRONG)
def test_a_secret_is_refused_and_not_repeated(write: Callable[[str], Path], url: str) -> None:
    (fault,) = config_faults(write(f'url = "{url}", table = "x"'))
    assert fault.key == "layers.config_is_no_address"
    assert fault.values["key"] == 'layer "own".source.url'
    assert SECRET not in fault.text("zh") + fault.text("en") + repr(fault) + repr(fault.values)
    with pytest.raises(ConfigError) as raised:
        read_catalogue(write(f'url = "{url}", table = "x"'))
    assert raised.value.__cause__ is raised.value.__context__ is None


@pytest.mark.parametrize("key", ["password", "user", "passfile"])
def test_no_other_key_takes_one(write: Callable[[str], Path], key: str) -> None:
    (fault,) = config_faults(write(f'url = "postgresql://h/d", table = "x", {key} = "{SECRET}"'))
    assert fault.key == "layers.config_is_unknown"
    assert SECRET not in fault.text("zh") + fault.text("en")


def test_an_error_of_pydantic_does_not_repeat_it_either() -> None:
    with pytest.raises(ValidationError) as raised:
        PostgisSource(kind="postgis", url=f"postgresql://me:{SECRET}@h/d", table="x")
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("source", ['table = "x"', 'url = "postgresql://h/d", service = "s", table = "x"'])
def test_url_or_service(write: Callable[[str], Path], source: str) -> None:
    (fault,) = config_faults(write(source))
    assert (fault.key, fault.values["key"]) == ("layers.config_is_one_of_two", 'layer "own".source')


def test_a_statutory_layer_stays_in(write: Callable[[str], Path]) -> None:
    path = write('url = "postgresql://h/d", table = "x"')
    path.write_text(path.read_text(encoding="utf-8").replace('"published"', '"statutory"'), encoding="utf-8")
    assert read_catalogue(path).spec("own").export == "none"
