"""Taking a layer in: every fault is listed with its rows, what can be mended is, and the ground stays what it was."""

from __future__ import annotations

import io
import zipfile

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.errors import BadInput, CrsError
from geo.sites.sites import ReadLimits
from layers.own.faults import fault_rows
from layers.own.intake import ROW, Intake, field_faults, read_and_validate
from tests.helpers import ROOT, karney_area_m2
from tests.layers.bureau_files import blocks, gbk_shapefile_zip, red_line

BOW = Polygon([(39_400_000, 3_000_000), (39_401_000, 3_001_000), (39_401_000, 3_000_000), (39_400_000, 3_001_000)])


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")


def taken(frame: gpd.GeoDataFrame, **options: object) -> Intake:
    return read_and_validate(gbk_shapefile_zip(frame, "LAYER"), "layer.zip", **options)  # type: ignore[arg-type]


def codes(intake: Intake) -> dict[str, tuple[int, ...]]:
    return {fault.code: fault.rows for fault in intake.faults}


def test_ground_is_that_of_the_file() -> None:
    shapes = blocks(5)
    intake = taken(red_line(shapes))
    exact = sum(karney_area_m2(_degrees(shape)) for shape in shapes)
    assert intake.area_m2 == pytest.approx(exact, rel=1e-8)
    assert intake.frame.crs.to_epsg() == 4490
    assert intake.frame[ROW].tolist() == [1, 2, 3, 4, 5]
    west, south, east, north = intake.frame.total_bounds
    assert 115.7 < west < east < 116.3
    assert 27.1 < south < north < 27.3


def _degrees(shape: Polygon) -> Polygon:
    cut = gpd.GeoSeries([shapely.segmentize(shape, 20)], crs=4527)
    return cut.to_crs(4490).iloc[0]


def test_each_fault_names_its_rows(counties: gpd.GeoDataFrame) -> None:
    shapes = blocks(12)
    shapes[2] = BOW
    shapes[4] = shapes[3]
    shapes[6] = None
    west = shapes[7].bounds[0]
    shapes[8] = box(west + 3000, shapes[7].bounds[1], west + 6000 + 9000, shapes[7].bounds[3])
    shapes[10] = box(39_900_000, 3_300_000, 39_901_000, 3_301_000)  # Zhejiang, just
    intake = taken(red_line(blocks(12)).set_geometry(gpd.GeoSeries(shapes, crs=4527)), counties=counties)
    found = codes(intake)
    assert found["invalid"] == (3,)
    assert found["no_geometry"] == (7,)
    assert found["doubled"] == (5,)
    assert set(found["overlaps"]) <= {8, 9, 10}
    assert found["outside"] == (11,)
    assert intake.blocked
    assert intake.faults[0].level == "stop"
    for fault in intake.faults:
        for lang in ("zh", "en"):
            assert fault.text(lang)
            assert fault.cure(lang)
    rows = fault_rows(intake.faults, "en")
    assert len(rows) == sum(len(fault.rows) for fault in intake.faults)


def test_overlap_is_measured() -> None:
    one = box(39_400_000, 3_060_000, 39_401_000, 3_061_000)
    other = box(39_400_900, 3_060_000, 39_402_000, 3_061_000)
    beside = box(39_402_000, 3_060_000, 39_403_000, 3_061_000)
    inside = box(39_402_100, 3_060_100, 39_402_200, 3_060_200)
    intake = taken(red_line([one, other, beside, inside]))
    fault = next(fault for fault in intake.faults if fault.code == "overlaps")
    shared = karney_area_m2(_degrees(shapely.intersection(one, other))) + karney_area_m2(_degrees(inside))
    assert fault.count == 2, "neighbours that share an edge do not overlap"
    assert float(str(fault.values["area"]).replace(",", "")) == pytest.approx(shared, abs=0.1)


def test_several_readings_are_mended_only_when_asked() -> None:
    shapes = [*blocks(2), BOW]
    stopped = taken(red_line(shapes))
    assert stopped.blocked
    assert len(stopped.frame) == 2
    accepted = taken(red_line(shapes), accept_repairs=True)
    assert not accepted.blocked
    assert codes(accepted)["forced"] == (3,)
    assert accepted.frame.geometry.is_valid.all()
    lobes = [Polygon([(39_400_000, 3_000_000), (39_400_500, 3_000_500), (39_400_000, 3_001_000)]),
             Polygon([(39_401_000, 3_000_000), (39_401_000, 3_001_000), (39_400_500, 3_000_500)])]  # fmt: skip
    both = sum(karney_area_m2(_degrees(lobe)) for lobe in lobes)
    assert karney_area_m2(accepted.frame.geometry.iloc[2]) == pytest.approx(both, rel=1e-6)


def test_one_reading_is_mended_and_said() -> None:
    square = [(39_400_000, 3_060_000), (39_401_000, 3_060_000), (39_401_000, 3_061_000), (39_400_000, 3_061_000)]
    spike = Polygon([*square[:2], (39_401_500, 3_060_000), (39_401_000, 3_060_000), *square[2:]])
    intake = taken(red_line([spike, *blocks(1)]))
    assert codes(intake)["repaired"] == (1,)
    assert not intake.blocked
    assert karney_area_m2(intake.frame.geometry.iloc[0]) == pytest.approx(
        karney_area_m2(_degrees(Polygon(square))), rel=1e-9
    )


def test_missing_system_is_asked_for_with_what_would_fit() -> None:
    content = gbk_shapefile_zip(red_line(), "X")
    bare = zipped_without(content, ".prj")
    with pytest.raises(CrsError) as caught:
        read_and_validate(bare, "x.zip")
    assert [one.crs for one in caught.value.values["candidates"]] == ["EPSG:4527"]  # type: ignore[attr-defined]
    assert read_and_validate(bare, "x.zip", crs="EPSG:4527").reading.epsg == 4527


def zipped_without(content: bytes, suffix: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            if not name.endswith(suffix):
                new.writestr(name, old.read(name))
    return held.getvalue()


def test_wrong_zone_stops_with_the_cure(counties: gpd.GeoDataFrame) -> None:
    plain = red_line().set_geometry(red_line().geometry.translate(-39_000_000)).set_crs(4551, allow_override=True)
    intake = read_and_validate(gbk_shapefile_zip(plain, "X"), "x.zip", counties=counties)  # 126°E: far from here
    assert codes(intake)["all_outside"]
    assert intake.blocked


def test_a_strangers_columns_cannot_pose_as_ours() -> None:
    frame = gpd.GeoDataFrame(
        {"basis": ["statutory"], "zone": ["核心区"], "located": [0], "<img src=x>": ["1"], "Zone": ["x"]},
        geometry=[Point(116.3, 27.9)],
        crs=4490,
    )
    intake = read_and_validate(frame.to_json(drop_id=True).encode(), "a.geojson", crs="EPSG:4490")
    names = [column.name for column in intake.columns]
    assert "basis_" in names
    assert "located_" in names
    assert len({name.lower() for name in names}) == len(names) == 5
    assert not any("<" in name for name in names)
    assert codes(intake).keys() == {"renamed"}


def test_garbled_text_and_ids_are_listed() -> None:
    names = [f"红线{i}" for i in range(12)]
    names[3] = "锟斤拷锟斤拷"
    intake = taken(red_line(HXMC=names, BSM=["1", "1", *[str(i) for i in range(2, 11)], None]))
    assert codes(intake)["garbled"] == (4,)
    faults = {fault.code: fault.rows for fault in field_faults(intake, "BSM", "HXMC")}
    assert faults["id_doubled"] == (1, 2)
    assert faults["id_blank"] == (12,)


def test_declared_areas_are_held_against_the_shapes() -> None:
    areas = [shape.area / 10_000 for shape in blocks()]
    assert "area_off" not in codes(taken(red_line(MJ=areas))), "hectares are hectares"
    areas[5] *= 1.2
    assert codes(taken(red_line(MJ=areas)))["area_off"] == (6,)


def test_kinds_that_do_not_go_together_are_said() -> None:
    frame = gpd.GeoDataFrame({"a": [1, 2, 3]}, geometry=[Point(116.3, 27.9), LineString([(116.3, 27.9), (116.4, 27.9)]),
        MultiPolygon([box(116.3, 27.9, 116.31, 27.91)])], crs=4490)  # fmt: skip
    intake = read_and_validate(frame.to_json(drop_id=True).encode(), "a.geojson", crs="EPSG:4490")
    assert "mixed_kinds" in codes(intake)
    assert len(intake.frame) == 3


def test_nothing_and_too_much_are_one_sentence() -> None:
    with pytest.raises(BadInput):
        read_and_validate(b"", "x.zip")
    with pytest.raises(BadInput, match="11"):
        taken(red_line(), limits=ReadLimits(sites=11))
