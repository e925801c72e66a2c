"""Attributes in whatever coding they came: each value right or its row named, and no text ever costs a shape."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.measure.ellipsoid import area_m2
from geo.read.formats import Sites, inspect, read_sites
from layers.own.intake import read_and_validate
from tests.geo.formats import fgb, gpkg, lwpolyline
from tests.geo.raw_shapefile import PRJ, dbf, shp
from tests.geo.read.test_every_format import drawing
from tests.geo.shapes.test_ring_kinds import E0, N0, SHELL, square
from tests.helpers import zip_bytes

AREA = 9999.07
GBK, UTF8 = "gb18030", "utf-8"


def sites_of(rows: list[bytes], *, name: bytes = b"NAME", width: int = 40, cpg: bytes | None = None) -> Sites:
    """A shape for each text."""
    shapes = [[square(200 * n, 0, 100)] for n in range(len(rows))]
    files = {f"a{suffix}": data for suffix, data in shp(shapes).items()}
    files |= {"a.dbf": dbf([name], [[row] for row in rows], width), "a.prj": PRJ}
    sites = read_sites(zip_bytes(files | ({} if cpg is None else {"a.cpg": cpg})), "a.zip")
    assert area_m2(sites.frame).tolist() == pytest.approx([AREA] * len(rows), abs=0.1), "no text costs a shape"
    return sites


def texts(sites: Sites) -> list[str]:
    column = next(c for c in sites.frame.columns if c not in {"site_id", "declared_area_m2", "part", "repair",
                                                              "repair_area_m2", "geometry"})  # fmt: skip
    return sites.frame[column].tolist()


def said(sites: Sites) -> list[str]:
    return [notice.code for notice in sites.notices]


NAMES = ["临川区一号", "东乡区二", "南城县三号地块", "黎川县", "金溪"]


@pytest.mark.parametrize("codings", [(UTF8,) * 5, (GBK,) * 5, (GBK, UTF8, GBK, GBK, GBK), (UTF8, GBK, UTF8, UTF8, UTF8),
                                     (UTF8, UTF8, GBK, GBK, GBK)])  # fmt: skip
@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"GBK", b"936", b"ISO-8859-1"])
def test_rows_in_any_mixture_of_codings(codings: tuple[str, ...], cpg: bytes | None) -> None:
    sites = sites_of([text.encode(coding) for text, coding in zip(NAMES, codings, strict=True)], cpg=cpg)
    assert texts(sites) == NAMES
    mixed = len(set(codings)) > 1
    assert ("text_mixed" in said(sites)) == mixed
    if mixed:
        notice = next(one for one in sites.notices if one.code == "text_mixed")
        fewer = min((UTF8, GBK), key=codings.count)
        assert list(notice.rows) == [n for n, coding in enumerate(codings, 1) if coding == fewer]


def test_the_last_row_counts_as_the_first_does() -> None:
    """A coding judged from part of a file is wrong for the rest."""
    rows = [f"plain {n}".encode() for n in range(3000)] + ["抚州市".encode(GBK)]
    shapes = [[square(200 * (n % 50), 200 * (n // 50), 100)] for n in range(len(rows))]
    files = {f"a{suffix}": data for suffix, data in shp(shapes).items()}
    content = zip_bytes(files | {"a.dbf": dbf([b"NAME"], [[row] for row in rows]), "a.prj": PRJ})
    assert read_sites(content, "a.zip").frame["NAME"].iloc[-1] == "抚州市"


@pytest.mark.parametrize("coding", [UTF8, GBK])
@pytest.mark.parametrize("width", range(14, 26))
def test_a_text_cut_at_its_width_loses_what_is_broken_only(coding: str, width: int) -> None:
    text = "抚州市临川区上顿渡镇工业园"
    content = text.encode(coding)
    whole = content[:width].decode(coding, errors="ignore")
    sites = sites_of([content, "临川".encode(coding)], width=width)
    assert texts(sites) == [whole, "临川"]
    assert ("text_cut" in said(sites)) == (len(whole.encode(coding)) != min(width, len(content)))


@pytest.mark.parametrize("coding", [UTF8, GBK])
@pytest.mark.parametrize("size", range(13, 26))
def test_a_text_cut_before_its_width_is_not_taken_for_another_coding(coding: str, size: int) -> None:
    """Some programs cut sooner: what is left of UTF-8 may be valid GBK, of which nothing makes sense."""
    content = "抚州市临川区上顿渡镇工业园".encode(coding)[:size]
    sites = sites_of([content, "临川".encode(coding), "东乡区".encode(coding)])
    assert texts(sites) == [content.decode(coding, errors="ignore"), "临川", "东乡区"]


def test_a_text_in_no_coding_is_named_and_the_rest_is_right() -> None:
    sites = sites_of(["临川".encode(GBK), b"\xff\xff\xff", "东乡".encode(GBK)])
    assert [texts(sites)[0], texts(sites)[2]] == ["临川", "东乡"]
    assert "�" in texts(sites)[1]
    assert next(one for one in sites.notices if one.code == "text_unreadable").rows == (2,)


def test_two_byte_letters_follow_the_file_or_what_it_says() -> None:
    assert texts(sites_of(["芦溪".encode(GBK), "芦".encode(GBK)])) == ["芦溪", "芦"]
    assert texts(sites_of(["Café".encode()], cpg=b"UTF-8")) == ["Café"]
    assert texts(sites_of(["臺北市".encode("big5")], cpg=b"BIG5")) == ["臺北市"]


@pytest.mark.parametrize("coding", [UTF8, GBK])
@pytest.mark.parametrize("text", ["地块编号", "项目名称", "地块编号x", "x地块编号", "面积", "地块编号地块编号"])
@pytest.mark.parametrize("cut", [10, 11])
def test_field_names_in_either_coding_cut_anywhere(coding: str, text: str, cut: int) -> None:
    name = text.encode(coding)[:cut]
    whole = name[: 10 if cut == 10 else 11].decode(coding, errors="ignore")
    sites = sites_of([b"D-1"], name=name)
    column = sites.frame.columns[-1]
    assert whole.startswith(column)
    assert column
    assert sites.frame[column].tolist() == ["D-1"]


def test_names_that_become_the_same_stay_apart() -> None:
    names = ["地块编号".encode()[:10], "地块编码".encode()[:10]]
    assert names[0] == names[1][:9] + names[0][9:]
    files = {f"a{suffix}": data for suffix, data in shp([[SHELL]]).items()}
    content = zip_bytes(files | {"a.dbf": dbf(names, [[b"1", b"2"]]), "a.prj": PRJ})
    frame = read_sites(content, "a.zip").frame
    assert sorted(str(frame[c][0]) for c in frame.columns if "地块编" in c) == ["1", "2"]
    assert list(inspect(content, "a.zip").layers[0].columns) == [c for c in frame.columns if "地块编" in c]


@pytest.mark.parametrize("damage", ["missing", "header", "cut", "count", "more", "not one"])
def test_a_dbf_that_does_not_fit_costs_no_shape(damage: str) -> None:
    files = {f"a{suffix}": data for suffix, data in shp([[SHELL], [square(200, 0, 100)]]).items()} | {"a.prj": PRJ}
    table = dbf([b"NAME"], [["甲".encode()], ["乙".encode()]])
    made = {
        "header": table[:20],
        "cut": table[:-30],
        "count": table[:4] + bytes(4) + table[8:],
        "more": dbf([b"NAME"], [[b"1"], [b"2"], [b"3"]]),
        "not one": b"nothing of the kind",
    }
    if damage != "missing":
        files["a.dbf"] = made[damage]
    content = zip_bytes(files)
    sites = read_sites(content, "a.zip")
    assert area_m2(sites.frame).tolist() == pytest.approx([AREA, AREA], abs=0.1)
    assert said(sites) == ["shp_no_dbf" if damage == "missing" else "shp_dbf_unfit"]
    intake = read_and_validate(content, "a.zip")
    assert len(intake.frame) == 2
    assert [notice.code for notice in intake.notices] == said(sites)


FRAME = gpd.GeoDataFrame({"NAME": ["QQQQQQ"]}, geometry=[shapely.Polygon(SHELL)], crs=4527)


@pytest.mark.parametrize("text", ["临川区".encode(GBK), b"\xff\xfe"])
@pytest.mark.parametrize("form", ["gpkg", "fgb"])
def test_text_that_is_no_utf8_in_other_files(tmp_path: Path, form: str, text: bytes) -> None:
    content = {"gpkg": gpkg, "fgb": fgb}[form](FRAME, tmp_path).replace(b"QQQQQQ", text.ljust(6))
    sites = read_sites(content, f"a.{form}")
    assert area_m2(sites.frame)[0] == pytest.approx(AREA, abs=0.1)
    if text != b"\xff\xfe":
        assert sites.frame["NAME"][0].strip() == "临川区"
    else:
        assert "text_unreadable" in said(sites)


def test_a_geopackage_with_a_text_of_raw_bytes(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "a.gpkg", layer="dk", engine="pyogrio")
    db = sqlite3.connect(tmp_path / "a.gpkg")
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')
    db.execute("UPDATE dk SET NAME = CAST(? AS TEXT)", ("临川区".encode(GBK),))
    db.commit()
    db.close()
    assert read_sites(tmp_path / "a.gpkg").frame["NAME"].tolist() == ["临川区"]


HEADS = {
    "older, marked": (["9", "$ACADVER", "1", "AC1015", "9", "$DWGCODEPAGE", "3", "ANSI_936"], GBK),
    "older, unmarked": (["9", "$ACADVER", "1", "AC1015"], GBK),
    "older, marked wrongly": (["9", "$ACADVER", "1", "AC1015", "9", "$DWGCODEPAGE", "3", "ANSI_1252"], GBK),
    "2007 and later": (["9", "$ACADVER", "1", "AC1021", "9", "$DWGCODEPAGE", "3", "ANSI_936"], UTF8),
    "2018": (["9", "$ACADVER", "1", "AC1032", "9", "$DWGCODEPAGE", "3", "ANSI_936"], UTF8),
    "no header": ([], GBK),
}


@pytest.mark.parametrize("how", HEADS)
def test_layers_of_a_drawing_in_the_coding_of_its_version(how: str) -> None:
    head, coding = HEADS[how]
    outline = lwpolyline([(E0, N0, 0), (E0 + 100, N0, 0), (E0 + 100, N0 + 100, 0)], layer="地块")
    content = drawing(outline, head=head or None).decode().encode(coding)
    sites = read_sites(content, "a.dxf", crs=4527)
    assert sites.frame["Layer"].tolist() == ["地块"]
    assert "text_mixed" not in said(sites)
