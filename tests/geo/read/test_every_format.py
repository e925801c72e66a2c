"""One site, every format, one answer; and what is special to each format."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.measure.ellipsoid import area_m2
from geo.read.formats import inspect, read_sites, sites_from_text
from layers.catalogue.model import Bilingual, Layer, LayerSpec
from layers.sources import NoSource
from siting.check.check import check
from tests.geo.formats import DEGREES, METRES, Writer, csv_corners, gdb, gpkg, kml, lwpolyline, txt, xlsx
from tests.geo.read.test_formats import refused
from tests.helpers import geojson, karney_area_m2, zip_bytes

CORNERS = [(116.0012345678, 27.1), (116.0101234567, 27.1012345678), (116.0098765432, 27.1087654321), (116.002, 27.1071)]
SITE = shapely.Polygon(CORNERS)
DEGREE_FRAME = gpd.GeoDataFrame({"名称": ["地块甲"]}, geometry=[SITE], crs=4490)
PLANE_SITE = shapely.set_precision(
    shapely.Polygon([(39_401_200.12345, 2_999_000.54321), (39_402_100.1, 2_999_050.2), (39_402_010.00001, 2_999_900.5),
                     (39_401_300.3, 2_999_811.98765)]), 1e-5)  # fmt: skip
PLANE_FRAME = gpd.GeoDataFrame({"名称": ["地块甲"]}, geometry=[PLANE_SITE], crs=4527)


NAME = Bilingual(zh="图层", en="layer")
ZONE = shapely.box(115.9, 27.0, 116.0061, 27.2)
COUNTIES = gpd.GeoDataFrame(
    {key: ["361001"] for key in ("adcode", "name_zh", "name_en", "prefecture_adcode", "province_adcode")},
    geometry=[shapely.box(115, 26, 118, 28)],
    crs=4490,
)


def control() -> Layer:
    spec = LayerSpec(
        id="control", role="other", basis="published", stands_for="control", title=NAME, group="control",
        source=NoSource(kind="none"), publisher=NAME, licence="test", as_of="2024",
    )  # fmt: skip
    columns = {"feature_id": ["c"], "name_zh": ["甲"], "name_en": ["A"], "zone": [None], "basis": ["published"]}
    return Layer(spec, "loaded", gpd.GeoDataFrame(columns | {"located": [True]}, geometry=[ZONE], crs=4490))


def answer(content: bytes, name: str, crs: str | None) -> tuple[float, float]:
    """Area and overlap of the one site, by the siting check."""
    result = check(read_sites(content, name, crs=crs), [control()], COUNTIES)
    assert len(result.sites) == 1
    return float(result.sites["area_m2"].iloc[0]), float(result.findings["overlap_m2"].iloc[0])


@pytest.mark.parametrize("key", DEGREES)
def test_a_site_in_degrees_gives_one_answer_in_every_format(tmp_path: Path, key: str) -> None:
    name, write, crs = DEGREES[key]
    area, overlap = answer(write(DEGREE_FRAME, tmp_path), name, crs)
    perimeter_m = SITE.length * 111_320
    allowed = perimeter_m * 1e-9 * 111_320 / 2 if key == "gdb" else 0.01  # a FileGDB keeps degrees to 1e-9
    assert area == pytest.approx(karney_area_m2(SITE), abs=allowed)
    expected, part = answer(geojson(SITE), "a.geojson", None)
    assert area == pytest.approx(expected, abs=allowed)
    assert overlap == pytest.approx(part, abs=allowed)
    assert 0 < part < expected


@pytest.mark.parametrize("key", METRES)
def test_a_site_in_metres_gives_one_answer_in_every_format(tmp_path: Path, key: str) -> None:
    name, write, crs = METRES[key]
    area, overlap = answer(write(PLANE_FRAME, tmp_path), name, crs)
    # stored edges are chords of at most 250 m of the edges as declared: docs/decisions/edges-and-areas.md
    inside = gpd.GeoSeries([shapely.segmentize(PLANE_SITE, 250)], crs=4527).to_crs(4490)[0]
    allowed = PLANE_SITE.length * 1e-4 / 2 if key == "gdb" else 0.01  # a FileGDB keeps plane coordinates to 0.1 mm
    assert area == pytest.approx(karney_area_m2(inside), abs=allowed)
    expected, part = answer(gpkg(PLANE_FRAME, tmp_path_of(tmp_path)), "a.gpkg", None)
    assert area == pytest.approx(expected, abs=allowed)
    assert overlap == pytest.approx(part, abs=allowed)


def tmp_path_of(folder: Path) -> Path:
    made = folder / "other"
    made.mkdir()
    return made


def test_coarser_writing_stays_within_half_a_unit_of_the_perimeter(tmp_path: Path) -> None:
    fine, _ = answer(txt(PLANE_FRAME, tmp_path), "a.txt", None)
    coarse, _ = answer(txt(PLANE_FRAME, tmp_path, decimals=3), "a.txt", None)
    assert abs(fine - coarse) <= PLANE_SITE.length * 0.0005
    assert fine != coarse


def test_typed_in_every_notation() -> None:
    def dms(value: float) -> str:
        minutes, seconds = divmod(value * 3600, 60)
        return f"{int(minutes) // 60}°{int(minutes) % 60:02d}′{seconds:07.4f}″"

    plain = "\n".join(f"{x!r}, {y!r}" for x, y in CORNERS)
    swapped = "\n".join(f"J{n} {y!r} {x!r}" for n, (x, y) in enumerate(CORNERS, 1))
    chinese = "\n".join(f"东经{dms(x)}，北纬{dms(y)}" for x, y in CORNERS)
    english = "\n".join(f"{dms(y)}N {dms(x)}E".replace("″", '"').replace("′", "'") for x, y in CORNERS)
    metres = "\n".join(f"{n},{y:.5f},{x:.5f}" for n, (x, y) in enumerate(PLANE_SITE.exterior.coords[:-1], 1))
    expected = karney_area_m2(SITE)
    assert area_m2(sites_from_text(plain).frame)[0] == pytest.approx(expected, abs=0.01)
    assert area_m2(sites_from_text(swapped).frame)[0] == pytest.approx(expected, abs=0.01)
    step_m = 0.5e-4 / 3600 * 111_320
    for text in (chinese, english):
        assert area_m2(sites_from_text(text).frame)[0] == pytest.approx(expected, abs=4000 * step_m)
    plane = area_m2(sites_from_text(metres, "EPSG:4527").frame)[0]
    wanted, _ = answer(geojson(PLANE_SITE), "a.geojson", "EPSG:4527")
    assert plane == pytest.approx(wanted, abs=0.01)
    assert area_m2(sites_from_text(SITE.wkt, "EPSG:4490").frame)[0] == pytest.approx(expected, abs=0.01)
    assert area_m2(sites_from_text(geojson(SITE).decode()).frame)[0] == pytest.approx(expected, abs=0.01)


HOLED = shapely.Polygon(
    shapely.box(39_400_000, 3_000_000, 39_400_100, 3_000_100).exterior.coords,
    [shapely.box(39_400_010, 3_000_010, 39_400_030, 3_000_030).exterior.coords],
)
SEVERAL = gpd.GeoDataFrame(
    {"名称": ["甲", "乙"]},
    geometry=[HOLED, shapely.MultiPolygon([shapely.box(39_400_200, 3_000_000, 39_400_210, 3_000_010),
                                           shapely.box(39_400_300, 3_000_000, 39_400_310, 3_000_020)])],
    crs=4527,
)  # fmt: skip


@pytest.mark.parametrize("key", [key for key in METRES if key != "dxf"])
def test_holes_and_parts_in_every_format(tmp_path: Path, key: str) -> None:
    name, write, crs = METRES[key]
    sites = read_sites(write(SEVERAL, tmp_path), name, crs=crs)
    assert area_m2(sites.frame).tolist() == pytest.approx([9600, 300], rel=5e-4)
    assert sum(len(part.interiors) for part in shapely.get_parts(sites.frame.geometry[0])) == 1
    assert len(shapely.get_parts(sites.frame.geometry[1])) == 2
    assert (sites.frame["repair"] == "").all()


# ---------------------------------------------------------------- layers and columns


def test_inspect_says_what_a_file_offers_and_layers_are_chosen(tmp_path: Path) -> None:
    PLANE_FRAME.to_file(tmp_path / "a.gpkg", layer="地块", engine="pyogrio")
    DEGREE_FRAME.to_file(tmp_path / "a.gpkg", layer="范围", engine="pyogrio")
    found = inspect(tmp_path / "a.gpkg")
    assert [(info.name, info.kind, info.count, info.columns) for info in found.layers] == [
        ("地块", "GeoPackage", 1, ("名称",)),
        ("范围", "GeoPackage", 1, ("名称",)),
    ]
    assert found.layers[0].geometry_types == ("Polygon",)
    assert "39" in str(found.layers[0].declared)
    assert found.layers[0].candidates[0].crs == "EPSG:4527"
    assert len(read_sites(tmp_path / "a.gpkg")) == 2
    assert read_sites(tmp_path / "a.gpkg", layer="范围").crs[0].epsg == 4490
    refused((tmp_path / "a.gpkg").read_bytes(), "a.gpkg", "geo.no_such_layer", layer="无")


def test_a_gdb_of_two_layers(tmp_path: Path) -> None:
    PLANE_FRAME.to_file(tmp_path / "a.gdb", driver="OpenFileGDB", layer="DK", engine="pyogrio")
    DEGREE_FRAME.to_file(tmp_path / "a.gdb", driver="OpenFileGDB", layer="FW", engine="pyogrio")
    content = zip_bytes({f"a.gdb/{path.name}": path.read_bytes() for path in (tmp_path / "a.gdb").iterdir()})
    assert [info.name for info in inspect(content, "a.zip").layers] == ["DK", "FW"]
    assert read_sites(content, "a.zip", layer="FW").frame["名称"].tolist() == ["地块甲"]


def test_columns_are_mapped_by_the_user() -> None:
    rows = "代号,东向,北向,亩数\n甲,116.1,27.1,15\n乙,116.2,27.2,30\n"
    refused(rows.encode(), "a.csv", "geo.table_columns")
    held = inspect(rows.encode(), "a.csv").layers[0]
    assert held.columns == ("代号", "东向", "北向", "亩数")
    assert held.fault is not None
    columns = {"x": "东向", "y": "北向", "id": "代号", "declared_area_mu": "亩数"}
    sites = read_sites(rows.encode(), "a.csv", columns=columns, crs=4490)
    assert sites.frame["site_id"].tolist() == ["甲", "乙"]
    assert sites.frame["declared_area_m2"].tolist() == pytest.approx([10_000, 20_000])
    assert sites.frame.geometry[0].equals(shapely.Point(116.1, 27.1))
    refused(rows.encode(), "a.csv", "geo.no_such_column", columns={"x": "无", "y": "北向"})


def test_x_and_y_follow_the_numbers_and_it_is_said(tmp_path: Path) -> None:
    for head in ("X,Y", "Y,X"):
        content = f"编号,{head}\n1,3000000.5,39400000.5\n2,3000100,39400100\n".encode()
        sites = read_sites(content, "a.csv", crs=4527)
        assert [notice.code for notice in sites.notices] == ["table_axes", "table_as_points"]
        assert sites.frame.geometry[0].x == pytest.approx(116, abs=0.1)
    sites = read_sites(csv_corners(PLANE_FRAME, tmp_path), "a.csv", crs=4527)
    assert "X坐标" in next(notice for notice in sites.notices if notice.code == "table_axes").text("en")


def test_points_of_a_table_are_not_joined_in_silence() -> None:
    rows = "点号,经度,纬度\n1,116.1,27.1\n2,116.2,27.1\n3,116.2,27.2\n"
    sites = read_sites(rows.encode(), "a.csv", crs=4490)
    assert sites.frame.geom_type.tolist() == ["Point"] * 3
    assert "table_as_points" in [notice.code for notice in sites.notices]
    area = read_sites(rows.encode(), "a.csv", crs=4490, columns={"shape": "polygon"})
    assert area.frame.geom_type.tolist() == ["Polygon"]
    shuffled = "点号,经度,纬度\n3,116.2,27.2\n1,116.1,27.1\n4,116.1,27.2\n2,116.2,27.1\n"
    ordered = read_sites(shuffled.encode(), "a.csv", crs=4490, columns={"shape": "polygon"})
    assert ordered.frame.geometry[0].equals(shapely.box(116.1, 27.1, 116.2, 27.2))


def test_degrees_minutes_seconds_in_a_table() -> None:
    rows = "编号;经度;纬度\nA;116°30′00″;27°30′36″\nB;116°12′;27°6′\n"
    points = shapely.get_coordinates(read_sites(rows.encode("gb18030"), "a.csv", crs=4490).frame.geometry.to_numpy())
    assert points.tolist() == pytest.approx(np.array([[116.5, 27.51], [116.2, 27.1]]))
    refused("编号,经度,纬度\n1,116.1,二十七\n".encode(), "a.csv", "geo.table_bad_number")


def test_a_sheet_without_coordinates_is_passed_over(tmp_path: Path) -> None:
    content = xlsx(PLANE_FRAME, tmp_path)
    assert [info.name for info in inspect(content, "a.xlsx").layers] == ["说明", "界址点"]
    sites = read_sites(content, "a.xlsx", crs=4527)
    assert sites.notices[0].code == "sheets_passed_over"
    refused(content, "a.xlsx", "geo.table_columns", layer="说明", crs=4527)


def test_ewkt_declares_its_system() -> None:
    rows = f'id,wkt\n1,"SRID=4527;{PLANE_SITE.wkt}"\n'
    assert read_sites(rows.encode(), "a.csv").crs[0].epsg == 4527


def test_bare_rows_in_a_text_file() -> None:
    rows = "J1,27.1,116.1\nJ2,27.1,116.2\nJ3,27.2,116.2\nJ1,27.1,116.1\n"
    sites = read_sites(rows.encode(), "界址.txt")
    assert sites.frame.geom_type.tolist() == ["Polygon"]
    assert [n.code for n in sites.notices] == ["text_north_first", "text_as_polygon"]


# ---------------------------------------------------------------- what is refused, with the way out


@pytest.mark.parametrize(
    ("content", "name", "key", "word"),
    [
        (b"AC1032\x00\x00 drawing", "a.dwg", "geo.refuse_dwg", "DXF"),
        (b"AC1015\x00", "a.dxf", "geo.refuse_dwg", "DXF"),
        (b"\x00\x01\x00\x00Standard Jet DB\x00", "a.mdb", "geo.refuse_mdb", ".gdb"),
        (b"\x00\x01\x00\x00Standard ACE DB\x00", "a.accdb", "geo.refuse_mdb", ".gdb"),
        (b"HeadBegin\r\nDataMark:LANDUSE-VCT", "a.vct", "geo.refuse_vct", "Shapefile"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "geo.refuse_xls", ".xlsx"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "a.dxf", "geo.refuse_dxf_binary", "ASCII"),
        (b"Rar!\x1a\x07", "a.rar", "geo.refuse_archive", "unpack"),
        (b"%PDF-1.7", "a.pdf", "geo.refuse_picture", "coordinates"),
        (b"plain", "a.dwg", "geo.not_what_it_says", "DWG"),
    ],
)
def test_known_formats_are_refused_with_the_export_step(content: bytes, name: str, key: str, word: str) -> None:
    assert word in refused(content, name, key).text("en")


def test_a_dwg_in_an_archive_is_named() -> None:
    with pytest.raises(Exception, match="DWG"):
        read_sites(zip_bytes({"图.dwg": b"AC1032"}), "a.zip")


# ---------------------------------------------------------------- DXF


def drawing(*entities: list[str], head: list[str] | None = None, blocks: list[str] | None = None) -> bytes:
    lines = ["0", "SECTION", "2", "HEADER", *head, "0", "ENDSEC"] if head else []
    lines += ["0", "SECTION", "2", "BLOCKS", *blocks, "0", "ENDSEC"] if blocks else []
    lines += ["0", "SECTION", "2", "ENTITIES", *[line for entity in entities for line in entity], "0", "ENDSEC"]
    return "\n".join([*lines, "0", "EOF", ""]).encode()


E0, N0 = 39_400_000.0, 3_000_000.0


def test_dxf_arcs_become_chords_of_a_stated_turn() -> None:
    """A slot: two straight sides of 100 m and two half circles of radius 50 (bulge 1)."""
    slot = lwpolyline([(E0, N0, 0), (E0 + 100, N0, 1.0), (E0 + 100, N0 + 100, 0), (E0, N0 + 100, 1.0)])
    circle = [
        "0",
        "CIRCLE",
        "8",
        "ROUND",
        "100",
        "AcDbEntity",
        "100",
        "AcDbCircle",
        "10",
        str(E0 + 500),
        "20",
        str(N0),
        "40",
        "200",
    ]
    content = drawing(slot, circle)
    sites = read_sites(content, "a.dxf", crs=4527)
    plane = sites.frame.to_crs(4527).area
    assert plane[0] == pytest.approx(100 * 100 + np.pi * 50**2, abs=2e-6 * np.pi * 50**2 + 0.005)
    assert plane[1] == pytest.approx(np.pi * 200**2, rel=2.1e-6)
    assert "curves_linearised" in [notice.code for notice in sites.notices]
    assert [info.name for info in inspect(content, "a.dxf").layers] == ["DK", "ROUND"]
    assert len(read_sites(content, "a.dxf", crs=4527, layer="ROUND")) == 1


def test_dxf_blocks_are_put_in_place() -> None:
    block = ["0", "BLOCK", "8", "0", "2", "B", "70", "0", "10", "0", "20", "0",
             *lwpolyline([(0, 0, 0), (10, 0, 0), (10, 10, 0), (0, 10, 0)]), "0", "ENDBLK", "8", "0"]  # fmt: skip
    insert = ["0", "INSERT", "8", "DK", "2", "B", "10", str(E0), "20", str(N0), "41", "2", "42", "3", "50", "90"]
    sites = read_sites(drawing(insert, blocks=block, head=["9", "$ACADVER", "1", "AC1015"]), "a.dxf", crs=4527)
    assert sites.frame.to_crs(4527).area[0] == pytest.approx(600, abs=0.01)
    assert sites.frame.to_crs(4527).total_bounds == pytest.approx([E0 - 30, N0, E0, N0 + 20], abs=0.001)


def test_dxf_asks_for_its_system_and_names_what_fits() -> None:
    corners = [(E0, N0, 0.0), (E0 + 100, N0, 0.0), (E0 + 100, N0 + 100, 0.0)]
    content = drawing(lwpolyline(corners), head=["9", "$INSUNITS", "70", "4"])
    fault = refused(content, "a.dxf", "geo.crs_ask_dxf")
    assert "EPSG:4527" in fault.text("zh")
    sites = read_sites(content, "a.dxf", crs=4527)
    assert "dxf_unit" in [notice.code for notice in sites.notices]
    local = drawing(lwpolyline([(500.0, 300.0, 0.0), (600.0, 300.0, 0.0), (600.0, 400.0, 0.0)]))
    refused(local, "a.dxf", "geo.out_of_range", crs=4548)


def test_dxf_texts_are_not_sites_and_open_lines_stay_lines() -> None:
    text = [
        "0",
        "TEXT",
        "8",
        "DK",
        "100",
        "AcDbEntity",
        "100",
        "AcDbText",
        "10",
        str(E0),
        "20",
        str(N0),
        "40",
        "2",
        "1",
        "甲",
    ]
    line = lwpolyline([(E0, N0, 0), (E0 + 100, N0, 0), (E0 + 100, N0 + 100, 0)], closed=False)
    sites = read_sites(drawing(text, line), "a.dxf", crs=4527)
    assert sites.frame.geom_type.tolist() == ["LineString"]
    assert "dxf_left_out" in [notice.code for notice in sites.notices]
    refused(drawing(text), "a.dxf", "geo.dxf_no_shapes", crs=4527)


# ---------------------------------------------------------------- 奥维


@pytest.mark.parametrize("mark", ["", "<OvCoordType>GCJ-02</OvCoordType>", "<OvCoordType>?</OvCoordType>"])
def test_ovkml_is_asked_for_and_never_guessed(tmp_path: Path, mark: str) -> None:
    fault = refused(kml(DEGREE_FRAME, tmp_path, mark), "a.ovkml", "geo.crs_ask_ovkml")
    assert "GCJ-02" in fault.text("zh")
    assert {c.crs for c in fault.values["candidates"]} >= {"EPSG:4490", "GCJ-02"}


def test_ovkml_is_known_by_its_marks_under_another_name(tmp_path: Path) -> None:
    refused(kml(DEGREE_FRAME, tmp_path, "<OvCoordType>GCJ-02</OvCoordType>"), "a.kml", "geo.crs_ask_ovkml")
    sites = read_sites(kml(DEGREE_FRAME, tmp_path, "<OvCoordType>WGS84</OvCoordType>"), "a.kml")
    assert sites.crs[0].evidence == ("ov_coord_type", "null_shift")


def test_one_feature_or_ten_thousand(tmp_path: Path) -> None:
    boxes = [
        shapely.box(116 + n % 100 / 1e3, 27 + n // 100 / 1e3, 116.0009 + n % 100 / 1e3, 27.0009 + n // 100 / 1e3)
        for n in range(10_000)
    ]
    frame = gpd.GeoDataFrame({"n": range(10_000)}, geometry=boxes, crs=4490)
    for write, name in ((gpkg, "a.gpkg"), (gdb, "a.zip")):
        writer: Writer = write
        sites = read_sites(writer(frame, tmp_path), name)
        assert len(sites) == 10_000
        assert sites.frame["n"].tolist() == list(range(10_000))
