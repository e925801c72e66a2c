"""The Data page: text of a file is escaped, another process's change shows, a broken user catalogue is one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from geo.read.formats import sites_from_text
from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import current_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.user_layers import user_catalogue_path
from layers.own.intake import read_and_validate
from layers.own.versions import LayerDeclaration, store_layer, use_version
from layers.paths import home as home_folder
from siting.check.run import run_check
from siting.check.settings import Case, Settings
from siting.ledger.store import Ledger
from tests.helpers import ROOT

CONFIG = ROOT / "config.toml"
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


def page() -> AppTest:
    def body() -> None:
        from views.screens.data.page import show  # noqa: PLC0415 -- runs in the page

        show()

    return AppTest.from_function(body, default_timeout=60)


def import_layer(layer_id: str, title: str) -> None:
    frame = gpd.GeoDataFrame({HOSTILE: [HOSTILE]}, geometry=[box(116.3, 27.9, 116.31, 27.91)], crs=4490)
    content = frame.to_json(drop_id=True).encode()
    intake = read_and_validate(content, f"{HOSTILE}.geojson", crs="EPSG:4490")
    current = current_catalogue(CONFIG)
    declaration = LayerDeclaration(id=layer_id, title_zh=title, publisher=title, licence=title)
    counties = counties_of(load_layers(current.catalogue))
    store_layer(intake, declaration, content, catalogue=current.catalogue, counties=counties)


def text(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def test_text_of_a_file_is_escaped() -> None:
    import_layer("own_hostile", HOSTILE)
    app = page()
    app.session_state["data-show"] = "own_hostile"
    app.run()
    assert not app.exception
    assert '<tr data-layer="own_hostile" data-state="loaded"' in text(app)
    assert not re.search(r"(?<!\\)<img", text(app)), "escaped as Markdown or as HTML"
    assert "&lt;img src=x" in text(app)


def test_a_change_by_another_process_is_seen_with_the_next_action() -> None:
    app = page().run()
    assert not app.exception
    assert "own_late" not in text(app)
    import_layer("own_late", "后来的图层")
    app.run()
    assert 'data-layer="own_late"' in text(app)
    use_version("own_late", 0)
    app.run()
    assert 'data-layer="own_late"' not in text(app)
    assert any("停用" in one.label for one in app.expander)


def test_a_version_names_the_stored_checks_that_used_it() -> None:
    import_layer("own_used", "用过的图层")
    layers = load_layers(current_catalogue(CONFIG).catalogue)
    ledger = Ledger.open(home_folder())
    sites = sites_from_text("116.305,27.905", "EPSG:4490")
    checks = [ledger.store(Case(name="试"), run_check(sites, layers, Settings(as_of="2026-11-20"))) for _ in range(2)]
    import_layer("own_used", "用过的图层")  # the very same content again: its checks are those of both versions
    use_version("own_used", 1)
    app = page()
    app.session_state["data-show"] = "own_used"
    app.run()
    assert not app.exception
    lines = re.findall(r'<li data-version="(\d)" data-checks="(\d)">(.*?)</li>', text(app))
    assert [line[:2] for line in lines] == [("1", "2"), ("2", "2")]
    assert "在用" in lines[0][2]
    assert "在用" not in lines[1][2]
    for check_id in checks:
        assert f'href="check?check={check_id}&amp;lang=zh"' in lines[0][2]
    assert app.dataframe[0].value["存档核查"].tolist() == [2, 2]


def test_a_broken_overlay_shows_one_fault_and_all_other_layers() -> None:
    user_catalogue_path().write_text("version = =", encoding="utf-8")
    app = page().run()
    assert not app.exception
    assert len(app.error) == 1
    assert "toml" in app.error[0].value
    assert 'data-layer="redline_jiangxi"' in text(app)
