"""A configuration that names only what differs from the shipped one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from geo.errors import ConfigError
from layers import clock, paths
from layers.catalogue import config_faults, read_catalogue
from layers.configuration import read_tables

SHIPPED = tomllib.loads((paths.PRODUCT / "config.toml").read_text(encoding="utf-8"))
EXTENDS = 'extends = "shipped"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_that_says_nothing_more_is_the_shipped_one(tmp_path: Path) -> None:
    assert read_tables(written(tmp_path, EXTENDS)) == (SHIPPED, paths.PRODUCT)
    assert config_faults(tmp_path / "config.toml") == []


def test_tables_are_laid_over_key_by_key_and_entries_by_their_id(tmp_path: Path) -> None:
    own = (
        'timezone = "Asia/Urumqi"\n[server]\nhosts = ["red.example.gov.cn"]\n[limits]\nsites = 7\n'
        '[[layer]]\nid = "waters"\non = false\n[layer.title]\nzh = "水"\n'
    )
    catalogue = read_catalogue(written(tmp_path, EXTENDS + own))
    shipped = read_catalogue(paths.PRODUCT / "config.toml")
    assert catalogue.timezone == "Asia/Urumqi"
    assert catalogue.server.hosts == ["red.example.gov.cn"]
    assert catalogue.limits == shipped.limits.model_copy(update={"sites": 7})
    waters, before = catalogue.spec("waters"), shipped.spec("waters")
    assert (waters.on, waters.title.zh, waters.title.en) == (False, "水", before.title.en)
    assert waters.source == before.source
    assert [spec.id for spec in catalogue.layer] == [spec.id for spec in shipped.layer], "the order is the shipped one"
    assert catalogue.folder == paths.PRODUCT, "paths of shipped layers start there"


def test_a_new_entry_comes_after_the_shipped_ones(tmp_path: Path) -> None:
    own = '[[region]]\nid = "shangrao"\nadcode = "361100"\ntitle = { zh = "上饶", en = "Shangrao" }\n'
    catalogue = read_catalogue(written(tmp_path, EXTENDS + own))
    assert [one.id for one in catalogue.region] == [*(one["id"] for one in SHIPPED["region"]), "shangrao"]


def test_a_whole_configuration_is_read_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, 'version = 1\n[server]\nlog = "json"\n')
    assert read_tables(path) == ({"version": 1, "server": {"log": "json"}}, tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('extends = "other"', "extends"),
        ("extends = 1", "extends"),
        (EXTENDS + "[server]\nlog = 7", "server.log"),
        (EXTENDS + '[[layer]]\nid = "nothing_known"', 'layer "nothing_known".title'),
        (EXTENDS + '[[layer]]\nid = "waters"\n[[layer]]\nid = "waters"', "waters"),
        (EXTENDS + "layer = 1", "layer"),
        (EXTENDS + "[[layer]]\non = true", "layer[1]"),
    ],
)
def test_what_is_wrong_is_said_by_its_key(text: str, sentence: str, tmp_path: Path) -> None:
    faults = config_faults(written(tmp_path, text))
    assert faults
    assert all("config.toml" in fault.text("zh") for fault in faults)
    assert any(sentence in fault.text("en") for fault in faults), [fault.text("en") for fault in faults]


def test_plan_tables_beside_it_are_refused_since_they_would_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "data" / "plans").mkdir(parents=True)
    with pytest.raises(ConfigError) as caught:
        read_tables(written(tmp_path, EXTENDS))
    assert caught.value.key == "layers.config_extends_beside_data"


def test_the_one_of_the_data_folder_is_in_use_until_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDLINE_CONFIG", raising=False)
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    assert paths.config_in_use() == paths.PRODUCT / "config.toml"
    own = written(tmp_path, EXTENDS + 'timezone = "Asia/Urumqi"\n')
    assert paths.config_in_use() == own
    assert clock.office_zone().key == "Asia/Urumqi"
    monkeypatch.setenv("REDLINE_CONFIG", "/elsewhere.toml")
    assert paths.config_in_use() == Path("/elsewhere.toml")


def test_in_a_whole_configuration_an_unset_zone_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_CONFIG", str(written(tmp_path, "version = 1\n")))
    assert clock.office_zone().key == clock.DEFAULT_ZONE
