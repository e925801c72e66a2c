"""Several tables of one database at once: each comes in whole or not at all, in its place, with its own report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pytest

from geo.errors import BadInput
from geo.read.formats import inspect
from layers.catalogue.config import Catalogue
from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import current_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from layers.catalogue.user_layers import read_user_catalogue, user_catalogue_path
from layers.own import database as own_many
from layers.own.database import Database, SharedMetadata, TableReport, inspect_tables, store_tables
from layers.own.intake import Intake, read_and_validate
from layers.paths import home
from tests.helpers import ROOT
from tests.layers.bureau_files import BOW, blocks, database, farmland, red_line, town_boundary
from words import Lang

CONFIG = ROOT / "config.toml"
SAID = SharedMetadata("抚州市自然资源局", "内部", "2023-09")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


def now() -> Catalogue:
    return current_catalogue(CONFIG).catalogue


def of(path: Path, shipped: dict[str, Layer]) -> Database:
    content, counties = path.read_bytes(), counties_of(shipped)

    def take(layer: str) -> Intake:
        return read_and_validate(content, path.name, layer=layer, counties=counties)

    def named(extent: Sequence[str], lang: Lang) -> str:
        return f"{lang}:{'+'.join(extent)}"

    return Database(content, take, counties, now, named)


def seen_in(held: Database, extent: tuple[str, ...] | None = None) -> dict[str, TableReport]:
    infos = inspect(held.content, "a.gpkg").layers
    return {one.layer: one for one in inspect_tables(held, infos, extent=extent)}


def keep(held: Database, tables: Sequence[TableReport]) -> list[own_many.StoreResult]:
    return store_tables(held, tables, SAID)


def test_all_that_fit_come_in_and_each_has_its_place(tmp_path: Path, shipped: dict[str, Layer]) -> None:
    path = database(
        tmp_path / "三线.gpkg",
        STBHHX=red_line(),
        YJJBNTBHTB=farmland(),
        CZKFBJ=town_boundary(),
        PARKS=red_line()[["BSM", "geometry"]],
    )
    held = of(path, shipped)
    seen = seen_in(held)
    assert list(seen) == ["STBHHX", "YJJBNTBHTB", "CZKFBJ"], "what is no official table is not listed"
    assert all(one.can_be_stored and one.extent == ("361000",) and one.valid_count == 12 for one in seen.values())
    places = {
        name: (one.placement.kind, one.placement.spec and one.placement.spec.id)
        for name, one in seen.items()
        if one.placement
    }
    assert places == {
        "STBHHX": ("beside", "redline_jiangxi"),
        "YJJBNTBHTB": ("replace", "permanent_farmland"),
        "CZKFBJ": ("replace", "town_boundary"),
    }
    outcomes = keep(held, list(seen.values()))
    assert [one.fault for one in outcomes] == [None, None, None]
    layers = load_layers(now(), shipped)
    brought = {
        "redline_361000": "redline",
        "permanent_farmland": "permanent_farmland",
        "town_boundary": "town_boundary",
    }
    for layer_id, word in brought.items():
        layer = layers[layer_id]
        assert (layer.state, layer.spec.stands_for, layer.spec.basis) == ("loaded", word, "statutory"), layer.fault
        assert (layer.spec.export, layer.spec.as_of, layer.spec.publisher.zh) == ("none", "2023-09", SAID.publisher)
        folder = home() / "layers" / layer_id / "0001"
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        assert (report["read"], report["kept"], report["sha256"]) == (12, 12, seen["STBHHX"].sha256)
        assert (folder / "original" / path.name).read_bytes() == held.content
    assert layers["redline_361000"].spec.title.zh == "生态保护红线（zh:361000）"
    assert layers["town_boundary"].spec.must_be_inside
    assert layers["town_boundary"].spec.title.en == "Urban development boundary"
    copies = {one.stat().st_ino for one in (home() / "layers").rglob("original/*")}
    assert len(copies) == 1, "one file on the disk, however many tables came of it"

    again = seen_in(held)
    assert {one.placement.kind for one in again.values() if one.placement} == {"replace"}
    assert [one.version.number for one in keep(held, list(again.values())) if one.version] == [2, 2, 2]


def test_what_stops_is_left_out_and_the_rest_comes_in(tmp_path: Path, shipped: dict[str, Layer]) -> None:
    near = red_line().drop(columns=["HXBM"])
    path = database(
        tmp_path / "a.gpkg", CZKFBJ=town_boundary(), YJJBNTBHTB=farmland([*blocks(2), BOW]), STBHHX=near,
        STBHHX_2=red_line(YSDM=["1"] + ["2"] * 11),
    )  # fmt: skip
    held = of(path, shipped)
    seen = seen_in(held)
    assert [name for name, one in seen.items() if one.can_be_stored] == ["CZKFBJ"]
    for lang in ("zh", "en"):
        assert "3" in seen["YJJBNTBHTB"].refusal_text(lang)
        assert "HXBM" in seen["STBHHX"].refusal_text(lang)
        assert "YSDM" in seen["STBHHX_2"].refusal_text(lang)
    outcomes = keep(held, [one for one in seen.values() if one.can_be_stored])
    assert [one.version.layer.id for one in outcomes if one.version] == ["town_boundary"]
    assert keep(held, [seen["YJJBNTBHTB"]])[0].fault is not None, "asked for all the same, it is refused"
    assert [entry.id for entry in read_user_catalogue().entry] == ["town_boundary"]


def test_one_that_fails_is_not_there_and_stops_no_other(
    tmp_path: Path, shipped: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = of(database(tmp_path / "a.gpkg", STBHHX=red_line(), CZKFBJ=town_boundary()), shipped)
    seen = seen_in(held)
    whole = own_many.store_layer

    def full_disk(intake: Intake, *rest: object, **said: object) -> object:
        if intake.layer == "STBHHX":
            raise OSError(28, "No space left on device")
        return whole(intake, *rest, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(own_many, "store_layer", full_disk)
    first, second = keep(held, list(seen.values()))
    assert first.version is None
    assert first.fault is not None
    assert "STBHHX" in first.fault.text("zh")
    assert second.version is not None
    assert [entry.id for entry in read_user_catalogue().entry] == ["town_boundary"]


def test_a_file_that_changed_meanwhile_is_not_stored(tmp_path: Path, shipped: dict[str, Layer]) -> None:
    first = of(database(tmp_path / "a.gpkg", CZKFBJ=town_boundary()), shipped)
    other = of(database(tmp_path / "b.gpkg", CZKFBJ=town_boundary(blocks(3))), shipped)
    outcome = keep(other, list(seen_in(first).values()))[0]
    assert outcome.fault is not None
    assert outcome.fault.key == "data.changed_meanwhile"
    assert not user_catalogue_path().exists()


def test_two_tables_on_the_same_ground_do_not_replace_each_other(tmp_path: Path, shipped: dict[str, Layer]) -> None:
    east, west = red_line(blocks(4), XZQDM="361022"), red_line(blocks(4), XZQDM="361025")
    held = of(database(tmp_path / "a.gpkg", LICHUAN=east, LEAN=west), shipped)
    assert [one.extent for one in seen_in(held).values()] == [("361022",), ("361025",)]
    assert all(one.can_be_stored for one in seen_in(held).values()), "two counties, two layers"
    seen = seen_in(held, ("361000",))
    assert [one.can_be_stored for one in seen.values()] == [True, False]
    assert "LICHUAN" in seen["LEAN"].refusal_text("en")
    outcomes = keep(held, list(seen_in(held).values()))
    assert [one.version.layer.id for one in outcomes if one.version] == ["redline_361022", "redline_361025"]
    with pytest.raises(BadInput, match="redline_361025, redline_361022"):
        own_many.placement_of("redline", ["361022", "361025"], now(), held.counties)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_geometry_without_a_system_is_said_for_each(tmp_path: Path, shipped: dict[str, Layer]) -> None:
    bare = gpd.GeoDataFrame(town_boundary().drop(columns="geometry"), geometry=town_boundary().geometry.to_numpy())
    held = of(database(tmp_path / "a.gpkg", CZKFBJ=bare), shipped)
    seen = seen_in(held)
    assert not seen["CZKFBJ"].can_be_stored
    assert seen["CZKFBJ"].refusal_text("zh")
