"""What a page remembers goes with what it was made from: settings, layers, tables of law and plans, and the day."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box, mapping
from streamlit.testing.v1 import AppTest

from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import current_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from layers.own.intake import read_and_validate
from layers.own.versions import LayerDeclaration, store_layer
from layers.paths import config_in_use, law_folder, plans_folder
from siting.law.project import law_table
from siting.law.rules import rules_digest
from tests.helpers import ROOT

SITE = box(116.36, 27.95, 116.362, 27.952)
MEMOS = re.compile(r"\bid\((?!entity)")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration in another folder with tables of its own, in use."""
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = re.sub(r'"data/(boundaries|redline|water|terrain)/', lambda m: f'"{ROOT}/data/{m[1]}/', text)
    config = tmp_path / "office" / "config.toml"
    config.parent.mkdir()
    config.write_text(text, encoding="utf-8")
    for name in ("plans", "law"):
        shutil.copytree(ROOT / "data" / name, config.parent / "data" / name)
    (config.parent / "data" / "water").symlink_to(ROOT / "data" / "water")
    monkeypatch.setenv("REDLINE_CONFIG", str(config))
    return config


def touched(path: Path, text: str) -> None:
    """Write a file so that its time differs, however coarse the clock of the disk."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def map_page() -> AppTest:
    def body() -> None:
        import streamlit as st  # noqa: PLC0415

        from views.parts.intake import current_source, remember_drawings  # noqa: PLC0415
        from views.screens.map.site import checked_site, read_site  # noqa: PLC0415

        remember_drawings([{"type": "Feature", "properties": {}, "geometry": st.session_state["_shape"]}], "map")
        source = current_source()
        st.session_state["_checked"] = checked_site(source, read_site(source))

    app = AppTest.from_function(body, default_timeout=120)
    app.session_state["_shape"] = mapping(SITE)
    app.session_state["chk-source"] = "drawing"
    return app


def checked(app: AppTest) -> Any:
    app.run()
    assert not app.exception
    return app.session_state["_checked"]


def test_the_maps_check_follows_settings_imports_and_tables(elsewhere: Path, shipped: dict[str, Layer]) -> None:
    app = map_page()
    first = checked(app)
    assert checked(app).run is first.run, "the same question is not asked twice"

    touched(elsewhere, elsewhere.read_text(encoding="utf-8").replace("sliver_area_m2 = 100", "sliver_area_m2 = 7"))
    second = checked(app)
    assert (first.run.settings.sliver_area_m2, second.run.settings.sliver_area_m2) == (100, 7)

    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[SITE.buffer(0.01)], crs=4490)
    content = frame.to_json(drop_id=True).encode()
    given = LayerDeclaration(id="own_new", title_zh="甲", publisher="乙", licence="丙", extent=("361002",))
    current = current_catalogue(elsewhere)
    store_layer(
        read_and_validate(content, "own.geojson", crs="EPSG:4490"), given, content,
        catalogue=current.catalogue, counties=counties_of(shipped),
    )  # fmt: skip
    third = checked(app)
    assert "own_new" not in set(second.result.findings["layer"])
    assert third.result.findings.set_index("layer").loc["own_new", "state"] == "hit"
    assert third.key != second.key

    rules = elsewhere.parent / "data" / "law" / "rules.csv"
    touched(rules, rules.read_text(encoding="utf-8").replace("不得", "不可"))
    fourth = checked(app)
    assert fourth.run.law_sha256 != third.run.law_sha256


def test_tables_go_with_the_configuration(elsewhere: Path) -> None:
    assert config_in_use() == elsewhere
    assert (law_folder(), plans_folder()) == (elsewhere.parent / "data" / "law", elsewhere.parent / "data" / "plans")
    before = rules_digest()
    rules = elsewhere.parent / "data" / "law" / "rules.csv"
    touched(rules, rules.read_text(encoding="utf-8").replace("不得", "不可"))
    assert rules_digest() != before
    assert not law_table("rules")["summary"].str.contains("不得").any()

    projects = elsewhere.parent / "data" / "plans" / "projects.csv"
    touched(projects, projects.read_text(encoding="utf-8").replace("雩山山脉生态廊道保护", "另一名称"))
    layers = load_layers(current_catalogue(elsewhere).catalogue)
    frame = layers["projects"].frame
    assert frame is not None
    assert "另一名称" in set(frame["name_zh"])


def test_without_tables_of_its_own_the_configuration_uses_the_products(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDLINE_CONFIG", str(tmp_path / "config.toml"))
    assert (law_folder(), plans_folder()) == (ROOT / "data" / "law", ROOT / "data" / "plans")


def test_the_command_line_uses_the_same_tables(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from cli import main  # noqa: PLC0415

    (elsewhere.parent / "data" / "law" / "rules.csv").write_text("id\n", encoding="utf-8")
    monkeypatch.delenv("REDLINE_CONFIG")
    assert CliRunner().invoke(main, ["validate"]).exit_code == 0
    assert CliRunner().invoke(main, ["--config", str(elsewhere), "validate"]).exit_code == 1
    assert "REDLINE_CONFIG" not in os.environ
    monkeypatch.setenv("REDLINE_CONFIG", str(elsewhere))
    assert CliRunner().invoke(main, ["validate"]).exit_code == 1


def test_nothing_is_remembered_by_the_identity_of_an_object() -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "views").glob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if MEMOS.search(line) and "def " not in line
    ]
    assert found == []
