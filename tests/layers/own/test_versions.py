"""A layer brought in takes its place: in the catalogue, in the check, for every process; and gives it back."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import BadInput, ConfigError
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import UNREADABLE_LAYERS, current_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from layers.catalogue.user_layers import locked_user_catalogue, read_user_catalogue, user_catalogue_path
from layers.own.intake import Intake, read_and_validate
from layers.own.versions import (
    LayerDeclaration,
    can_replace,
    defaults_from_entry,
    defaults_inside_extent,
    remove,
    store_layer,
    use_version,
)
from layers.paths import home
from tests.helpers import ROOT
from tests.layers.bureau_files import blocks, gbk_shapefile_zip, red_line

CONFIG = ROOT / "config.toml"
SAID = {"title_zh": "生态保护红线", "publisher": "抚州市自然资源局", "licence": "内部", "as_of": "2023-09"}
OFFICIAL = {"basis": "statutory", "id_field": "BSM", "name_field": "HXMC"}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def counties(shipped: dict[str, Layer]) -> gpd.GeoDataFrame:
    return counties_of(shipped)


@pytest.fixture(scope="module")
def bureau() -> tuple[bytes, Intake]:
    content = gbk_shapefile_zip(red_line(), "STBHHX")
    return content, read_and_validate(content, "STBHHX.zip")


def keep(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, given: LayerDeclaration) -> None:
    content, intake = bureau
    store_layer(intake, given, content, catalogue=current_catalogue(CONFIG).catalogue, counties=counties)


def in_place(catalogue: Catalogue) -> LayerDeclaration:
    return LayerDeclaration(**{**defaults_from_entry(catalogue.spec("redline_jiangxi")), **SAID, **OFFICIAL})  # type: ignore[arg-type]


def beside(catalogue: Catalogue, *extent: str) -> LayerDeclaration:
    held = defaults_inside_extent(catalogue.spec("redline_jiangxi"), extent, [spec.id for spec in catalogue.layer])
    return LayerDeclaration(**{**held, **SAID, **OFFICIAL, "extent": extent})  # type: ignore[arg-type]


def test_it_stands_in_the_place_of_the_illustration(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, shipped: dict[str, Layer]
) -> None:
    keep(bureau, counties, in_place(read_catalogue(CONFIG)))
    current = current_catalogue(CONFIG)
    assert current.fault is None
    assert [spec.id for spec in current.catalogue.layer] == [spec.id for spec in read_catalogue(CONFIG).layer]
    layers = load_layers(current.catalogue, shipped)
    layer = layers["redline_jiangxi"]
    assert layer.state == "loaded", layer.fault
    assert layer.frame is not None
    assert len(layer.frame) == 12
    spec = layer.spec
    assert (spec.basis, spec.export, spec.watermark, spec.notice, spec.indicative) == (
        "statutory", "none", False, None, False,
    )  # fmt: skip
    assert not spec.style.hatch
    assert layer.frame["name_zh"].iloc[0].startswith("武夷山水源涵养红线")
    untouched = [name for name in layers if name != "redline_jiangxi"]
    assert all(layers[name] is shipped[name] for name in untouched), "an import loads one layer, not all"
    kept = home() / "layers" / "redline_jiangxi" / "0001"
    assert (kept / "original" / "STBHHX.zip").read_bytes() == bureau[0]
    assert json.loads((kept / "report.json").read_text(encoding="utf-8"))["read"] == 12


def test_hash_is_the_same_in_every_process_and_each_time(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, shipped: dict[str, Layer]
) -> None:
    given = in_place(read_catalogue(CONFIG))
    keep(bureau, counties, given)
    first = load_layers(current_catalogue(CONFIG).catalogue, shipped)["redline_jiangxi"].digest
    keep(bureau, counties, given)
    second = load_layers(current_catalogue(CONFIG).catalogue, shipped)["redline_jiangxi"]
    assert second.digest == first
    assert second.spec.source.folder.endswith("/0002")  # type: ignore[union-attr]


def test_a_citys_own_takes_only_its_own_ground(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, shipped: dict[str, Layer]
) -> None:
    catalogue = read_catalogue(CONFIG)
    assert not can_replace(["361000"], catalogue.spec("redline_jiangxi"), counties)
    assert can_replace(["361000"], catalogue.spec("permanent_farmland"), counties), "there was nothing before"
    keep(bureau, counties, beside(catalogue, "361000"))
    layers = load_layers(current_catalogue(CONFIG).catalogue, shipped)
    left = layers["redline_jiangxi"]
    order = list(layers)
    assert order.index("redline_361000") == order.index("redline_jiangxi") + 1
    jiangxi = counties[counties["province_adcode"] == "360000"]
    assert set(left.spec.extent) == set(jiangxi["prefecture_adcode"]) - {"361000"}
    assert left.frame is not None
    fuzhou = shapely.union_all(counties.geometry[counties["prefecture_adcode"] == "361000"].to_numpy())
    assert shapely.area(shapely.intersection(left.frame.geometry.to_numpy(), fuzhou)).sum() < 1e-9
    before = shipped["redline_jiangxi"].frame
    assert before is not None
    outside = shapely.area(shapely.difference(before.geometry.to_numpy(), fuzhou)).sum()
    assert shapely.area(left.frame.geometry.to_numpy()).sum() == pytest.approx(outside, rel=1e-9)
    remove("redline_361000")
    again = current_catalogue(CONFIG).catalogue
    assert again.spec("redline_jiangxi") == catalogue.spec("redline_jiangxi")
    assert "redline_361000" not in {spec.id for spec in again.layer}


def test_a_new_version_keeps_the_ground_that_the_first_took(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame
) -> None:
    keep(bureau, counties, beside(current_catalogue(CONFIG).catalogue, "361000"))
    first = current_catalogue(CONFIG).catalogue
    again = defaults_from_entry(first.spec("redline_361000"))
    keep(bureau, counties, LayerDeclaration(**{**again, **SAID, **OFFICIAL}))  # type: ignore[arg-type]
    assert [version.takes_over for version in read_user_catalogue().entry[0].version] == ["redline_jiangxi"] * 2
    assert current_catalogue(CONFIG).catalogue.spec("redline_jiangxi") == first.spec("redline_jiangxi")

    # a version that is complete in one county only gives the others back
    keep(bureau, counties, LayerDeclaration(**{**again, **SAID, **OFFICIAL, "extent": ("361022",)}))  # type: ignore[arg-type]
    left = current_catalogue(CONFIG).catalogue.spec("redline_jiangxi")
    assert left.outside == ["361022"]
    assert "361025" in left.extent
    assert "361022" not in left.extent
    assert "360800" in left.extent
    use_version("redline_361000", 2)
    assert current_catalogue(CONFIG).catalogue.spec("redline_jiangxi") == first.spec("redline_jiangxi")


def test_two_cities_share_the_ground_and_all_of_them_leave_nothing(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame
) -> None:
    keep(bureau, counties, beside(current_catalogue(CONFIG).catalogue, "361000"))
    keep(bureau, counties, beside(current_catalogue(CONFIG).catalogue, "360802"))
    left = current_catalogue(CONFIG).catalogue.spec("redline_jiangxi")
    assert "361000" not in left.extent
    assert "360802" not in left.extent
    assert "360803" in left.extent
    rest = tuple(left.extent)
    keep(
        bureau,
        counties,
        LayerDeclaration(**{**beside(current_catalogue(CONFIG).catalogue, *rest).__dict__, "id": "redline_rest"}),
    )
    assert "redline_jiangxi" not in {spec.id for spec in current_catalogue(CONFIG).catalogue.layer}


@pytest.mark.parametrize("part", [True, False])
def test_corridors_run_along_waters_that_were_brought(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, shipped: dict[str, Layer], part: bool
) -> None:
    waters = read_catalogue(CONFIG).spec("waters")
    held = defaults_inside_extent(waters, ["361000"], ["waters"]) if part else defaults_from_entry(waters)
    extent = {"extent": ("361000",)} if part else {}
    said = {**held, **SAID, "basis": "published", "id_field": "BSM", **extent}
    keep(bureau, counties, LayerDeclaration(**said))  # type: ignore[arg-type]
    layers = load_layers(current_catalogue(CONFIG).catalogue, shipped)
    corridor = layers["river_corridors"]
    assert corridor.fault is None
    assert corridor.frame is not None
    mine = layers[str(held["id"])].frame
    assert mine is not None
    around = corridor.frame.geometry.union_all()
    assert shapely.contains(around, mine.geometry.to_numpy()).all()
    remove(str(held["id"]))
    assert current_catalogue(CONFIG).catalogue == read_catalogue(CONFIG)


def test_back_and_forward(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame) -> None:
    given = in_place(read_catalogue(CONFIG))
    keep(bureau, counties, given)
    keep(bureau, counties, LayerDeclaration(**{**given.__dict__, "as_of": "2024"}))

    def spec() -> tuple[str, str]:
        now = current_catalogue(CONFIG).catalogue.spec("redline_jiangxi")
        return now.basis, now.as_of

    assert spec() == ("statutory", "2024")
    use_version("redline_jiangxi", 1)
    assert spec() == ("statutory", "2023-09")
    use_version("redline_jiangxi", 0)
    assert spec() == ("modelled", "unknown")
    use_version("redline_jiangxi", 2)
    assert spec() == ("statutory", "2024")
    with pytest.raises(BadInput, match="7"):
        use_version("redline_jiangxi", 7)
    with pytest.raises(BadInput):
        use_version("waters", 1)
    assert len(read_user_catalogue().entry[0].version) == 2, "nothing is ever taken out"


def test_a_file_that_was_changed_is_not_used(
    bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, shipped: dict[str, Layer]
) -> None:
    keep(bureau, counties, in_place(read_catalogue(CONFIG)))
    stored = home() / "layers" / "redline_jiangxi" / "0001" / "layer.fgb"
    content = stored.read_bytes()
    stored.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    layer = load_layers(current_catalogue(CONFIG).catalogue, shipped)["redline_jiangxi"]
    assert layer.fault is not None
    assert layer.fault.key == "data.version_changed"
    stored.unlink()
    layer = load_layers(current_catalogue(CONFIG).catalogue, shipped)["redline_jiangxi"]
    assert layer.fault is not None
    assert layer.fault.key == "data.version_missing"


@pytest.mark.parametrize(
    "text", ["version = = 1", "version = 1\nrevision = 0\n[[entry]]\nid = 'x'\ncurrent = 3\nversion = []", "\xff\xfe"]
)
def test_a_broken_overlay_is_one_sentence_and_stops_nothing(text: str) -> None:
    user_catalogue_path().write_text(text, encoding="utf-8")
    current = current_catalogue(CONFIG)
    assert current.fault is not None
    assert "catalogue.toml" in current.fault.text("en")
    assert "\n" not in current.fault.text("zh").strip()
    shipped, stand_in = current.catalogue.layer[:-1], current.catalogue.layer[-1]
    assert current.catalogue.model_copy(update={"layer": shipped}) == read_catalogue(CONFIG)
    assert stand_in.id == UNREADABLE_LAYERS, "a check says that it did not look at them"
    with pytest.raises(ConfigError), locked_user_catalogue():
        pass
    assert user_catalogue_path().read_text(encoding="utf-8") == text, "what cannot be read is not written over"


def test_the_overlay_before_stays_beside(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame) -> None:
    keep(bureau, counties, in_place(read_catalogue(CONFIG)))
    before = user_catalogue_path().read_text(encoding="utf-8")
    use_version("redline_jiangxi", 0)
    assert (home() / "catalogue.previous.toml").read_text(encoding="utf-8") == before


def test_odd_words_come_back_as_they_were(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame) -> None:
    odd = '局 "甲"\\乙\x7f\u2028= [x] # \U00020000'
    given = LayerDeclaration(
        **{**in_place(read_catalogue(CONFIG)).__dict__, "title_zh": odd, "publisher": odd + "\n[[layer]]"}
    )
    keep(bureau, counties, given)
    spec = current_catalogue(CONFIG).catalogue.spec("redline_jiangxi")
    assert spec.title.zh == odd.replace("\x7f", " ").replace("\u2028", " ")
    assert "\n" not in spec.publisher.zh


def test_many_at_once_lose_nothing(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame) -> None:
    failed: list[BaseException] = []

    def one(number: int) -> None:
        given = LayerDeclaration(id=f"own_{number}", **{**SAID, "title_zh": f"图层{number}"})  # type: ignore[arg-type]
        try:
            keep(bureau, counties, given)
        except Exception as fault:  # noqa: BLE001 -- a thread's fault is told to the test
            failed.append(fault)

    threads = [threading.Thread(target=one, args=(number % 3,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    entries = {entry.id: [version.number for version in entry.version] for entry in read_user_catalogue().entry}
    assert entries == {"own_0": [1, 2], "own_1": [1, 2], "own_2": [1, 2]}
    assert read_user_catalogue().revision == 6
    assert not list(home().rglob(".draft-*"))


@pytest.mark.parametrize("layer_id", ["../../x", "X", "a", "county", "", "a/b"])
def test_ids_that_will_not_do(bureau: tuple[bytes, Intake], counties: gpd.GeoDataFrame, layer_id: str) -> None:
    with pytest.raises(BadInput):
        keep(bureau, counties, LayerDeclaration(id=layer_id, **SAID))  # type: ignore[arg-type]
    assert not user_catalogue_path().exists()
    assert not list(home().parent.rglob("*.fgb"))


def test_a_stopped_layer_is_not_kept(counties: gpd.GeoDataFrame) -> None:
    bow = shapely.Polygon(
        [(39_400_000, 3_000_000), (39_401_000, 3_001_000), (39_401_000, 3_000_000), (39_400_000, 3_001_000)]
    )
    content = gbk_shapefile_zip(red_line([*blocks(2), bow]), "STBHHX")
    with pytest.raises(BadInput):
        keep((content, read_and_validate(content, "x.zip")), counties, LayerDeclaration(id="own_x", **SAID))  # type: ignore[arg-type]
    assert not user_catalogue_path().exists()


def test_a_file_at_a_path_is_kept_as_it_was_read(counties: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "STBHHX.zip"
    path.write_bytes(gbk_shapefile_zip(red_line(), "STBHHX"))
    intake, given = read_and_validate(path, path.name), in_place(read_catalogue(CONFIG))
    catalogue = read_catalogue(CONFIG)
    store_layer(intake, given, path, catalogue=catalogue, counties=counties)
    kept = home() / "layers" / "redline_jiangxi" / "0001" / "original" / "STBHHX.zip"
    assert kept.read_bytes() == path.read_bytes()

    # the very same content is there once; a kept file that was changed since serves nobody
    store_layer(intake, given, path, catalogue=catalogue, counties=counties)
    again = home() / "layers" / "redline_jiangxi" / "0002" / "original" / "STBHHX.zip"
    assert again.samefile(kept)
    kept.write_bytes(b"changed")
    store_layer(intake, given, path, catalogue=catalogue, counties=counties)
    third = home() / "layers" / "redline_jiangxi" / "0003" / "original" / "STBHHX.zip"
    assert third.read_bytes() == path.read_bytes()

    path.write_bytes(gbk_shapefile_zip(red_line(blocks(3)), "STBHHX"))  # between the look and the store
    kept.write_bytes(b"changed")
    third.write_bytes(b"changed")
    with pytest.raises(BadInput) as fault:
        store_layer(intake, given, path, catalogue=catalogue, counties=counties)
    assert fault.value.key == "data.changed_meanwhile"
    assert sorted(one.name for one in kept.parents[2].iterdir()) == ["0001", "0002", "0003"]
