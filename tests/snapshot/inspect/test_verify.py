"""A manifest finds what was changed, added or lost, in every form; hostile files get one sentence."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from geo.errors import BadInput
from layers.catalogue.model import Layer
from snapshot import arguments
from snapshot.arguments import diff_files, read_snapshot, snapshot
from snapshot.inspect.verify import verify_file
from snapshot.selection.selection import Selection
from snapshot.vector.forms import FORMS, write

CHOSEN = ("prefecture", "redline_jiangxi", "waters")


@pytest.fixture(scope="module")
def files(default_layers: dict[str, Layer], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    asked = Selection(default_layers, chosen=CHOSEN, adcodes=("361000",), version="9.9")
    return {form: write(asked, form, folder / form) for form in FORMS}


@pytest.mark.parametrize("form", list(FORMS))
def test_what_was_written_passes_and_says_where_it_is_from(
    form: str, files: dict[str, Path], default_layers: dict[str, Layer]
) -> None:
    found = verify_file(files[form], default_layers)
    assert found.ok, found.text("en")
    assert found.stale == ()
    manifest = found.manifest
    assert manifest["software"]["version"] == "9.9"
    assert manifest["chosen"]["adcodes"] == ["361000"]
    entries = {entry["id"]: entry for entry in manifest["layers"]}
    assert list(entries) == list(CHOSEN)
    assert entries["redline_jiangxi"]["sha256"] == default_layers["redline_jiangxi"].digest
    assert entries["redline_jiangxi"]["illustrative"] is True
    assert any("ODbL" in line for line in manifest["attributions"]["en"])
    assert any("GPL-3.0" in line for line in manifest["attributions"]["zh"])
    assert (manifest["crs"] is None) == (form in {"xlsx", "csv"})
    assert sum(table["rows"] for table in manifest["tables"]) > 0


@pytest.mark.parametrize("form", ["shp", "geojson", "kmz", "fgb", "parquet", "dxf", "txt", "csv"])
def test_a_changed_lost_or_added_member_is_named(form: str, files: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(files[form]) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    first, second = next(iter(held)), "README.txt"
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in held.items():
            if name != second:
                archive.writestr(name, content + b" " if name == first else content)
        archive.writestr("more.txt", b"x")
    assert {(p.code, p.name) for p in verify_file(changed).problems} == {
        ("changed", first),
        ("missing", second),
        ("added", "more.txt"),
    }


def test_a_moved_boundary_in_a_geopackage_is_found(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(files["gpkg"].read_bytes())
    with sqlite3.connect(path) as database:
        database.execute("UPDATE about SET as_of = '2030' WHERE layer = 'waters'")
    database.close()
    assert [(p.code, p.name) for p in verify_file(path).problems] == [("changed", "about")]


@pytest.mark.parametrize("form", ["geojson", "kml"])
def test_text_forms_find_one_digit(form: str, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    asked = Selection(default_layers, chosen=("waters",), adcodes=("361000",))
    path = write(asked, form, tmp_path / "a")
    text = path.read_text(encoding="utf-8")
    assert verify_file(path).ok
    start = text.index("coordinates")
    place = next(n for n in range(text.index("116.", start), len(text)) if text[n] == "6")
    path.write_text(text[:place] + "7" + text[place + 1 :], encoding="utf-8")
    assert not verify_file(path).ok


def test_a_layer_that_is_newer_today_is_named_and_no_fault(
    files: dict[str, Path], default_layers: dict[str, Layer]
) -> None:
    now = {**default_layers, "waters": dataclasses.replace(default_layers["waters"], digest="f" * 64)}
    found = verify_file(files["gpkg"], now)
    assert found.ok
    assert [(p.code, p.name) for p in found.stale] == [("layer_changed", "waters")]
    assert "waters" in found.text("zh")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04rubbish",
        b"SQLite format 3\0" + b"\0" * 200,
        b"PAR1xxxxPAR1",
        b"{",
        b'{"redline_manifest": []}',
        b'{"redline_manifest": {"tables": [1]}}',
        b"<kml></kml>",
        b"%PDF-1.7",
        b'{"a":' * 5000,
    ],
)
def test_files_that_are_none_of_ours_get_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        verify_file(path)


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_two_snapshots_are_compared(form: str, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    waters = default_layers["waters"]
    assert waters.frame is not None
    newer = waters.frame.iloc[1:].reset_index(drop=True)
    newer.loc[0, "kind"] = "改"
    layers = {**default_layers, "waters": dataclasses.replace(waters, frame=newer)}
    paths = [
        snapshot(tmp_path / name, one, form=form, chosen=["waters", "prefecture"])
        for name, one in (("a", default_layers), ("b", layers))
    ]
    found = diff_files(*paths)
    assert set(found) == {"waters", "prefecture"} or form == "gpkg"
    assert found["waters"].counts() == {"added": 0, "removed": 1, "moved": 0, "changed": 1}
    assert found["prefecture"].counts() == {"added": 0, "removed": 0, "moved": 0, "changed": 0}


def test_a_snapshot_is_asked_for_as_it_is_typed(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    path = snapshot(
        tmp_path / "x.gpkg",
        default_layers,
        chosen=["projects"],
        epsg=4527,
        extent="116,27,117,28",
        adcodes=["361000"],
        filters=["projects.category=waste|sewage"],
        unplaced="county",
    )
    frames = read_snapshot(path)
    assert all(set(frame["category"]) <= {"waste", "sewage"} for frame in frames.values())
    assert all(frame.crs.to_epsg() == 4527 for frame in frames.values())
    assert isinstance(next(iter(frames.values())), gpd.GeoDataFrame)
    chosen = verify_file(path).manifest["chosen"]
    assert chosen["filters"] == [{"layer": "projects", "column": "category", "values": ["waste", "sewage"]}]
    assert json.dumps(chosen["extent"]) == "[116.0, 27.0, 117.0, 28.0]"


@pytest.mark.parametrize(
    "asked", [{"extent": "1,2"}, {"filters": ["x"]}, {"filters": ["a.b"]}, {"form": "doc"}, {"chosen": ["?"]}]
)
def test_what_is_typed_wrongly_is_said(asked: dict, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        snapshot(tmp_path / "x.gpkg", default_layers, **asked)
    assert not list(tmp_path.iterdir())


def test_a_ring_that_was_opened_in_a_geopackage_is_a_change_or_damage(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "open.gpkg"
    path.write_bytes(files["gpkg"].read_bytes())
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        fid, blob = database.execute("SELECT fid, geom FROM prefecture").fetchone()
        moved = bytearray(blob)
        moved[-1] ^= 0x01  # the last coordinate of the last ring
        database.execute("UPDATE prefecture SET geom = ? WHERE fid = ?", (bytes(moved), fid))
        database.commit()
    assert said_of(path) in {"takeaway.verify_unreadable", "changed prefecture"}


def said_of(path: Path) -> str:
    """The key of the one sentence that a file gets, or the first thing that is wrong with it."""
    try:
        found = verify_file(path)
    except BadInput as fault:
        return fault.key
    return " ".join((found.problems[0].code, found.problems[0].name)) if found.problems else "ok"


@pytest.mark.parametrize("form", ["gpkg", "parquet", "xlsx", "kmz", "geojson"])
def test_whatever_byte_is_flipped_gets_one_sentence_or_is_found(
    form: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    asked = Selection(default_layers, chosen=("prefecture",), adcodes=("361000",), version="9.9")
    whole = write(asked, form, tmp_path / form).read_bytes()
    chance = np.random.default_rng(20261128)
    heads = [*range(0, min(len(whole), 4096), 97), *(len(whole) - n for n in range(1, min(len(whole), 4096), 97))]
    places = [*heads, *chance.integers(0, len(whole), 60).tolist()]
    path, said = tmp_path / f"flipped.{form}", []
    for at in places:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << int(chance.integers(0, 8))
        path.write_bytes(damaged)
        said.append(said_of(path))  # a byte that carries nothing may pass
    assert len(said) == len(places)
    assert len(set(said)) > 1


def test_a_member_is_opened_as_what_its_suffix_says(tmp_path: Path) -> None:
    """GDAL would open a VRT under any name, and read by it whatever this process can read."""
    secret = tmp_path / "secret.csv"
    secret.write_text("id,WKT\n1,POINT (117 27)\n")
    member = tmp_path / "a.geojson"
    source = f"<SrcDataSource>{secret}</SrcDataSource>"
    member.write_text(f'<OGRVRTDataSource><OGRVRTLayer name="secret">{source}</OGRVRTLayer></OGRVRTDataSource>')
    assert len(pyogrio.read_dataframe(member)) == 1, "GDAL does"
    with pytest.raises(BadInput, match=r"a\.geojson"):
        arguments._frame(member, ".geojson")
