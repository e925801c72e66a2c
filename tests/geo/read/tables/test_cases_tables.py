"""Tables as people keep them, with right values: rounded by a spreadsheet, merged, side by side, hidden, half empty.

The parcel is a rectangle of 100 m by 80 m in EPSG:4527; its area on the ellipsoid is Karney's on edges cut to a metre.
"""

from __future__ import annotations

import io

import numpy as np
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from geo.errors import BadInput
from geo.files.digits import rounded_away
from geo.measure.ellipsoid import area_m2
from geo.read.formats import inspect, read_sites
from geo.read.tables.head import blocks
from tests.helpers import KARNEY, ROOT

CASES = ROOT / "tests" / "fixtures" / "cases"
EAST, NORTH = 39_436_035.0, 3_093_071.0
CORNERS = [(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 80), (EAST, NORTH + 80)]


def karney_m2(corners: list[tuple[float, float]]) -> float:
    fine = shapely.get_coordinates(shapely.segmentize(shapely.Polygon(corners), 1.0))
    lon, lat = Transformer.from_crs(4527, 4490, always_xy=True).transform(*fine.T)
    return abs(KARNEY.polygon_area_perimeter(lon, lat)[0])


PARCEL_M2 = karney_m2(CORNERS)


def moved(metres: float) -> list[tuple[float, float]]:
    return [(x + metres, y) for x, y in CORNERS]


def book(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = (), rows: tuple[int, ...] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, cells in sheets.items():
        sheet = made.create_sheet(title)
        for row in cells:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
        for row in rows:
            sheet.row_dimensions[row].hidden = True
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def csv(rows: list[list[object]]) -> bytes:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()


def survey(corners: list[tuple[float, float]], name: object = None, *, closed: bool = True) -> list[list[object]]:
    """Rows 地块, 点号, X (north), Y (east), the parcel named once."""
    ring = [*corners, corners[0]] if closed else corners
    first = [[name, "J1", ring[0][1], ring[0][0]]]
    return first + [[None, f"J{n}", y, x] for n, (x, y) in enumerate(ring[1:], start=2)]


HEAD: list[object] = ["地块", "点号", "X", "Y"]


def test_the_parcel_has_the_area_of_the_case() -> None:
    assert pytest.approx(7999.194, abs=1e-3) == PARCEL_M2


def test_a_spreadsheet_that_cut_the_digits_stops() -> None:
    for option in ({}, {"crs": "EPSG:4527"}):
        with pytest.raises(BadInput) as fault:
            read_sites(CASES / "csv_scientific_spreadsheet.csv", **option)
        assert fault.value.key == "geo.table_rounded"
        assert "3.94387E+07" in fault.value.text("en")
        assert "100 m" in fault.value.text("en")


@pytest.mark.parametrize(
    ("texts", "step_m"),
    [
        (["3.94387E+07", "3.00144E+06"], 100.0),
        (["3.9438684E+07"], None),  # a metre is what a check takes a file to be good to
        (["3.943868e+07"], 10.0),
        (["1.1635E+02"], 1113.2),
        (["1.16350012E+02"], None),
        (["39438683.652", "116.35", "J1"], None),
    ],
)
def test_the_last_digit_kept(texts: list[str], step_m: float | None) -> None:
    found = rounded_away(texts)
    assert (found and found.step_m) == pytest.approx(step_m)


def test_well_known_text_that_lost_its_digits_stops_too() -> None:
    cut = csv(
        [["id", "wkt"], [1, '"POLYGON((3.94387E+07 3.00144E+06,3.94388E+07 3.00144E+06,3.94388E+07 3.00151E+06))"']]
    )
    with pytest.raises(BadInput) as fault:
        read_sites(cut, "a.csv", crs="EPSG:4527")
    assert fault.value.key == "geo.table_rounded"


@pytest.mark.parametrize("swap", [False, True])
def test_survey_axes_are_turned_once_whoever_says_so(swap: bool) -> None:
    sites = read_sites(CASES / "csv_survey_xy_swap.csv", crs="EPSG:4527", columns={"shape": "polygon"}, swap=swap)
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2], rel=1e-6)


def test_named_columns_that_are_wrong_are_turned_by_the_users_word() -> None:
    rows = [["东坐标", "北坐标"], *[[y, x] for x, y in [*CORNERS, CORNERS[0]]]]
    sites = read_sites(csv(rows), "a.csv", crs="EPSG:4527", swap=True)
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2], rel=1e-6)


def test_a_parcel_named_once_over_merged_cells() -> None:
    sites = read_sites(CASES / "xlsx_merged_parcel_cells.xlsx", crs="EPSG:4527")
    assert len(sites) == 2
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2] * 2, rel=1e-6)
    assert "table_filled_down" in {notice.code for notice in sites.notices}


def test_a_parcel_named_once_in_a_csv() -> None:
    rows = [HEAD, *survey(CORNERS, "甲"), *survey(moved(200), "乙", closed=False), *survey(moved(400), "丙")]
    sites = read_sites(csv(rows), "a.csv", crs="EPSG:4527")
    assert sites.frame["地块"].tolist() == ["甲", "乙", "丙"]
    right = [karney_m2(moved(metres)) for metres in (0, 200, 400)]
    assert area_m2(sites.frame).tolist() == pytest.approx(right, rel=1e-7)


def test_two_tables_side_by_side_are_two_tables() -> None:
    sites = read_sites(CASES / "xlsx_two_blocks_side_by_side.xlsx", crs="EPSG:4527")
    assert area_m2(sites.frame).tolist() == pytest.approx([PARCEL_M2] * 2, rel=1e-6)
    west = shapely.bounds(sites.frame.geometry.to_numpy())[:, 0]
    lat = np.radians(27.95)
    assert (west[1] - west[0]) * 111_320 * np.cos(lat) == pytest.approx(200, rel=2e-3)
    assert "tables_beside" in {notice.code for notice in sites.notices}
    names = [info.name for info in inspect(CASES / "xlsx_two_blocks_side_by_side.xlsx").layers]
    assert len(names) == 2
    one = read_sites(CASES / "xlsx_two_blocks_side_by_side.xlsx", crs="EPSG:4527", layer=names[1])
    assert len(one) == 1


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["点号", "X", "Y", "点号", "X", "Y"], [range(3), range(3, 6)]),
        (["X", "Y", "H", "", "X", "Y", "H"], [range(3), range(4, 7)]),
        (["X", "Y", "X", "Y", "X", "Y"], [range(2), range(2, 4), range(4, 6)]),
        (["地块", "X坐标", "Y坐标", "备注"], [range(4)]),
        (["经度", "纬度", "X", "Y"], [range(4)]),
        (["X", "Y", "X"], [range(3)]),
    ],
)
def test_where_tables_begin(names: list[str], found: list[range]) -> None:
    assert blocks(names) == found


def test_what_is_hidden_is_read_and_said() -> None:
    rows = [HEAD, *survey(CORNERS, "甲")]
    shown = read_sites(book({"一": rows}), "a.xlsx", crs="EPSG:4527")
    assert not {notice.code for notice in shown.notices} & {"hidden_sheet", "hidden_rows"}
    sheets = {"一": rows, "废弃": [HEAD, *survey(moved(200), "乙")]}
    sites = read_sites(book(sheets, hidden=("废弃",)), "a.xlsx", crs="EPSG:4527")
    assert len(sites) == 2
    (told,) = (notice for notice in sites.notices if notice.code == "hidden_sheet")
    assert "废弃" in told.text("zh")
    filtered = read_sites(book({"一": rows}, rows=(3,)), "a.xlsx", crs="EPSG:4527")
    assert "hidden_rows" in {notice.code for notice in filtered.notices}


def test_rows_without_coordinates_are_named_and_the_rest_read() -> None:
    rows = [["id", "东坐标", "北坐标"], *[[n, EAST + n, NORTH] for n in range(300)], ["合计", None, None]]
    rows.insert(101, ["空", " ", None])
    sites = read_sites(csv(rows), "a.csv", crs="EPSG:4527")
    assert len(sites) == 300
    (told,) = (notice for notice in sites.notices if notice.code == "rows_without_coordinates")
    assert "101、302" in told.text("zh")
    wkt = [["id", "wkt"], [1, "POINT (116.35 27.95)"], [2, None], [3, "POINT (116.36 27.95)"]]
    assert read_sites(csv(wkt), "a.csv", crs="EPSG:4490").frame["id"].tolist() == ["1", "3"]


def test_half_a_coordinate_stops_and_names_its_row() -> None:
    rows = [["id", "东坐标", "北坐标"], [1, EAST, NORTH], [None, None, None], [2, None, None], [3, EAST, None]]
    with pytest.raises(BadInput) as fault:
        read_sites(csv(rows), "a.csv", crs="EPSG:4527")
    assert fault.value.values["row"] == 3
    with pytest.raises(BadInput) as fault:
        read_sites(csv([rows[0], [1, None, None]]), "a.csv", crs="EPSG:4527")
    assert fault.value.key == "geo.no_features"


def test_a_row_longer_than_the_head_loses_nothing() -> None:
    sites = read_sites(b"id,x,y\n1,116.35,27.95,extra,more\n2,116.36,27.95\n", "a.csv", crs="EPSG:4490")
    assert sites.frame.iloc[0][["列4", "列5"]].tolist() == ["extra", "more"]
    with pytest.raises(BadInput) as fault:  # commas of a shape that stands without quotes
        read_sites(b"id,wkt\n1,POLYGON ((116 27,116.1 27,116 27.1,116 27))\n", "a.csv", crs="EPSG:4490")
    assert fault.value.values["row"] == 1
    blank = read_sites(b"id,x,y,,,\n1,116.35,27.95,,,\n", "a.csv", crs="EPSG:4490")
    assert "列4" not in blank.frame


def test_a_table_of_parcels_without_a_row_is_empty() -> None:
    with pytest.raises(BadInput) as fault:
        read_sites("地块编号,X,Y\n,,\n".encode(), "a.csv", crs=4490)
    assert fault.value.key == "geo.no_features"


def test_a_sheet_saved_with_all_its_empty_columns_is_read() -> None:
    wide = "lon,lat,名称" + "," * 16_000 + "\n" + "".join(f"116.{at},27.5,甲" + "," * 16_000 + "\n" for at in range(3))
    assert len(read_sites(wide.encode(), "a.csv", crs=4490)) == 3


def test_commas_within_quotes_make_no_column() -> None:
    ring = ", ".join(f"{116 + at / 1e5:.5f} {27 + (at % 2) / 1e3:.3f}" for at in range(2000))
    text = f'id,wkt\n1,"LINESTRING ({ring})"\n'
    assert read_sites(text.encode(), "a.csv", crs=4490).frame.geometry.iloc[0].geom_type == "LineString"


def test_a_sign_of_inches_is_no_quote() -> None:
    """Of a table so wide that its columns are counted outside of quotes."""
    filler = "," * 1200
    text = f'lon,lat,管径,备注{filler}\n116,27,5",甲{filler}\n116.1,27,6",乙{filler}\n'
    frame = read_sites(text.encode(), "a.csv", crs=4490).frame
    assert frame["管径"].tolist() == ['5"', '6"']
    assert frame["备注"].tolist() == ["甲", "乙"]
    only_quotes = '"' + "," * 2000 + '"\n'
    with pytest.raises(BadInput):
        read_sites(only_quotes.encode(), "a.csv", crs=4490)
