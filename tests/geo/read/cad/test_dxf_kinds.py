"""Outlines that nearly close, layers that are hidden, curves that are none: drawings as CAD leaves them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo.measure.ellipsoid import area_m2
from geo.read.cad.dxf_head import dxf_text
from geo.read.formats import Sites, inspect, read_sites
from geo.shapes.rings import CLOSING_M
from layers.own.intake import read_and_validate
from tests.geo.formats import lwpolyline
from tests.geo.read.test_every_format import drawing
from tests.geo.shapes.test_ring_kinds import E0, N0
from tests.helpers import geojson

AREA = 9999.07
CORNERS = [(E0, N0), (E0 + 100, N0), (E0 + 100, N0 + 100), (E0, N0 + 100)]


def said(sites: Sites) -> list[str]:
    return [notice.code for notice in sites.notices]


def light(points: list[tuple[float, float]], closed: bool = False, layer: str = "DK") -> list[str]:
    return lwpolyline([(x, y, 0.0) for x, y in points], layer=layer, closed=closed)


def old(points: list[tuple[float, float]], closed: bool = False) -> list[str]:
    """A POLYLINE with VERTEX and SEQEND, as before AutoCAD R14."""
    lines = ["0", "POLYLINE", "8", "DK", "66", "1", "70", str(int(closed))]
    for x, y in points:
        lines += ["0", "VERTEX", "8", "DK", "10", f"{x:.5f}", "20", f"{y:.5f}"]
    return [*lines, "0", "SEQEND", "8", "DK"]


def lines_of(points: list[tuple[float, float]]) -> list[str]:
    made: list[str] = []
    for (x, y), (u, v) in pairwise(points):
        made += ["0", "LINE", "8", "DK", "10", f"{x:.5f}", "20", f"{y:.5f}", "11", f"{u:.5f}", "21", f"{v:.5f}"]
    return made


@pytest.mark.parametrize("entity", [light, old])
@pytest.mark.parametrize("gap", [0.0, 1e-5, 0.001, 0.01, CLOSING_M - 0.001])
@pytest.mark.parametrize("way", [(1, 0), (0, -1), (-0.6, 0.8)])
def test_an_outline_open_by_less_than_a_survey_can_tell_is_an_area(
    entity, gap: float, way: tuple[float, float]
) -> None:
    last = (E0 + gap * way[0], N0 + gap * way[1])
    content = drawing(entity([*CORNERS, last]))
    sites = read_sites(content, "a.dxf", crs=4527)
    assert area_m2(sites.frame).tolist() == pytest.approx([AREA], abs=0.01)
    assert ("dxf_closed" in said(sites)) == (gap > 0)
    if gap >= 0.001:
        told = next(one for one in sites.notices if one.code == "dxf_closed").text("en")
        assert f"{round(gap * 1000):g} mm" in told
        assert f"{E0:.3f}, {N0:.3f}" in told
    assert read_and_validate(content, "a.dxf", crs=4527).area_m2 == pytest.approx(AREA, abs=0.01)


@pytest.mark.parametrize("entity", [light, old])
@pytest.mark.parametrize("gap", [0.06, 0.5, 30.0])
def test_beyond_that_it_is_a_line_and_the_gap_is_said(entity, gap: float) -> None:
    sites = read_sites(drawing(entity([*CORNERS, (E0, N0 + gap)])), "a.dxf", crs=4527)
    assert sites.frame.geom_type.tolist() == ["LineString"]
    told = next(one for one in sites.notices if one.code == "dxf_open").text("en")
    assert f"{gap:.3f} m" in told
    assert f"{E0:.3f}, {N0:.3f}" in told


def test_an_outline_in_degrees_closes_by_the_same_measure() -> None:
    ring = [(116.0, 27.0), (116.001, 27.0), (116.001, 27.001), (116.0, 27.001)]
    near = read_sites(drawing(degrees([*ring, (116.0, 27.0 + 0.01 / 111_320)])), "a.dxf", crs=4490)
    assert near.frame.geom_type.tolist() == ["Polygon"]
    far = read_sites(drawing(degrees([*ring, (116.0, 27.0 + 1 / 111_320)])), "a.dxf", crs=4490)
    assert far.frame.geom_type.tolist() == ["LineString"]
    assert "dxf_open" in said(far)


def degrees(points: list[tuple[float, float]]) -> list[str]:
    return lwpolyline([(x, y, 0.0) for x, y in points], closed=False)


def test_lines_that_join_to_a_ring_are_said_and_not_joined() -> None:
    ring = lines_of([*CORNERS, CORNERS[0]])
    sites = read_sites(drawing(ring), "a.dxf", crs=4527)
    assert sites.frame.geom_type.tolist() == ["LineString"] * 4
    assert "1" in next(one for one in sites.notices if one.code == "dxf_chains").text("en")
    loose = read_sites(drawing(lines_of(CORNERS)), "a.dxf", crs=4527)
    assert "dxf_chains" not in said(loose)


def test_an_outline_in_an_outline_is_said_to_be_no_hole() -> None:
    inner = [(E0 + 20, N0 + 20), (E0 + 40, N0 + 20), (E0 + 40, N0 + 40), (E0 + 20, N0 + 40)]
    sites = read_sites(drawing(light(CORNERS, closed=True), light(inner, closed=True)), "a.dxf", crs=4527)
    assert area_m2(sites.frame).tolist() == pytest.approx([AREA, 400 * AREA / 1e4], abs=0.01)
    assert "dxf_nested" in said(sites)


def table(*layers: tuple[str, int, int, int | None]) -> list[str]:
    """A table of layers: name, flags, colour, whether it is plotted."""
    lines = ["0", "SECTION", "2", "TABLES", "0", "TABLE", "2", "LAYER", "70", str(len(layers))]
    for name, flags, colour, plotted in layers:
        lines += ["0", "LAYER", "2", name, "70", str(flags), "62", str(colour), "6", "CONTINUOUS"]
        lines += [] if plotted is None else ["290", str(plotted)]
    return [*lines, "0", "ENDTAB", "0", "ENDSEC"]


def with_table(content: bytes, lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode() + content


LAYERS = {
    "frozen": ("\\U+51bb\\U+7ed3\\U+5c42", 1, 7, None, "冻结层"),
    "frozen and locked": ("F", 5, 7, None, "F"),
    "off": ("OFF", 0, -7, None, "OFF"),
    "not plotted": ("辅助线", 0, 7, 0, "辅助线"),
    "by older escapes": ("\\M+5B6B3\\M+5BDE1", 1, 7, None, "冻结"),
}


@pytest.mark.parametrize("how", LAYERS)
def test_a_hidden_layer_is_read_and_said_to_be_hidden(how: str) -> None:
    name, flags, colour, plotted, shown = LAYERS[how]
    outline = light(CORNERS, closed=True, layer=name)
    apart = light([(x + 200, y) for x, y in CORNERS], closed=True, layer="DK")
    lines = table((name, flags, colour, plotted), ("DK", 4, 7, 1))
    content = with_table(drawing(outline, apart), lines)
    sites = read_sites(content, "a.dxf", crs=4527)
    assert sites.frame["Layer"].tolist() == [shown, "DK"]
    code = "dxf_off" if how == "off" else "dxf_not_plotted" if how == "not plotted" else "dxf_frozen"
    hidden = [one for one in sites.notices if one.code in {"dxf_frozen", "dxf_off", "dxf_not_plotted"}]
    assert [one.code for one in hidden] == [code]
    assert shown in hidden[0].text("zh")
    assert [info.name for info in inspect(content, "a.dxf").layers] == [shown, "DK"]
    alone = read_sites(content, "a.dxf", crs=4527, layer="DK")
    assert not {"dxf_frozen", "dxf_off", "dxf_not_plotted"} & set(said(alone))


def test_escapes_that_are_none_stay() -> None:
    for text in ("\\U+12", "\\M+5ZZZZ", "\\M+5FFFF", "plain", "\\P"):
        assert dxf_text(text) == text


LAYOUT = ["0", "SECTION", "2", "OBJECTS", "0", "LAYOUT", "100", "AcDbPlotSettings", "41", "20", "42", "7.5", "0",
           "MLEADERSTYLE", "42", "2.0", "0", "ENDSEC"]  # fmt: skip
BLOCK = ["0", "BLOCK", "8", "0", "2", "ROUND", "70", "0", "10", "0", "20", "0",
         *lwpolyline([(0, 0, 0.5), (10, 0, 0), (10, 10, 0)]), "0", "ENDBLK", "8", "0"]  # fmt: skip
INSERT = ["0", "INSERT", "8", "DK", "2", "ROUND", "10", str(E0), "20", str(N0), "41", "2", "42", "3"]
PAPER = ["0", "ARC", "67", "1", "8", "0", "10", "0", "20", "0", "40", "5", "50", "0", "51", "90"]
HEAD = ["9", "$ACADVER", "1", "AC1015"]
HATCH_STYLE = ["9", "$DIMSCALE", "42", "2.5"]


def test_only_what_is_drawn_on_the_ground_is_curved() -> None:
    plain = light(CORNERS, closed=True)
    straight = {
        "a layout": drawing(plain).replace(b"0\nEOF", "\n".join([*LAYOUT, "0\nEOF"]).encode()),
        "a block that nobody puts in place": drawing(plain, blocks=BLOCK, head=HEAD),
        "an arc on paper": drawing(plain, PAPER),
        "a header": drawing(plain, head=HATCH_STYLE),
        "a block of straight edges, scaled": drawing(
            plain, INSERT, blocks=[line if line != "0.5" else "0.0" for line in BLOCK], head=HEAD
        ),
    }
    for what, content in straight.items():
        assert "curves_linearised" not in said(read_sites(content, "a.dxf", crs=4527)), what
    bulged = drawing(lwpolyline([(E0, N0, 0), (E0 + 100, N0, 1.0), (E0 + 100, N0 + 100, 0), (E0, N0 + 100, 0)]))
    for content in (bulged, drawing(plain, INSERT, blocks=BLOCK, head=HEAD)):
        assert "curves_linearised" in said(read_sites(content, "a.dxf", crs=4527))


def test_lines_that_run_back_are_said_in_every_format() -> None:
    """A line is what its format calls it; that it bounds ground can only be supposed."""
    ring = np.array([*CORNERS, CORNERS[0]])
    shapes = [shapely.LineString(ring), shapely.LineString(ring[:4])]
    sites = read_sites(geojson(*shapes), "a.geojson", crs=4527)
    assert sites.frame.geom_type.tolist() == ["LineString"] * 2
    assert next(one for one in sites.notices if one.code == "lines_closed").rows == (1,)


def test_a_notice_of_one_layer_names_the_sites_of_that_layer() -> None:
    """What is odd about a text of the second layer was said of the first layer's sites, or ended in an error."""
    far = [(x + 200, y) for x, y in CORNERS]
    farther = [(x + 400, y) for x, y in CORNERS]
    content = drawing(
        light(CORNERS, closed=True, layer="DK"), light(far, closed=True, layer="DK"),
        light(farther, closed=True, layer="ODD"),
    ).replace(b"ODD", b"D\xff")  # fmt: skip
    sites = read_sites(content, "a.dxf", crs=4527)
    (odd,) = [notice for notice in sites.notices if notice.code == "text_cut"]
    assert odd.sites == (sites.frame["site_id"].iloc[2],)
    assert len(read_sites(content, "a.dxf", crs=4527, layer="DK")) == 2
