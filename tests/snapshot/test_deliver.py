"""Everything that is taken away goes through one door: each form sealed, obeying what may leave, whole or not there."""

from __future__ import annotations

import dataclasses
import json
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pyogrio
import pytest
import rasterio
from docx import Document
from PIL import Image
from pypdf import PdfReader
from shapely.geometry import box

from carto.style.classes import Choropleth, classify
from geo.errors import BadInput
from geo.read.formats import sites_from_drawing
from layers.catalogue.model import Layer
from layers.indicators.indicators import derived_values
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from snapshot.deliver import ALL_FORMS, Order, deliver
from snapshot.inspect.verify import verify_file
from snapshot.pictures import PICTURES, Picture
from snapshot.report.deliver import deliver_report
from snapshot.selection.selection import Filter, Selection

ZIXI = (116.9, 27.5, 117.2, 27.9)
CHOSEN = ("county", "redline_jiangxi", "waters", "rivers", "projects")


@pytest.fixture(scope="module")
def run(default_layers: dict[str, Layer]) -> Run:
    drawn = [{"type": "Feature", "properties": {}, "geometry": box(117.05, 27.7, 117.1, 27.74).__geo_interface__}]
    return run_check(sites_from_drawing(drawn), default_layers, Settings(activity="livestock"))


@pytest.fixture(scope="module")
def files(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A picture of each form, and a report of each."""
    folder = tmp_path_factory.mktemp("files")
    asked = Selection(
        run.layers, chosen=CHOSEN, extent=ZIXI, sites=run.sites, result=run.result, version="9.9",
        filters=(Filter("projects", "category", ("water_works",)),),
    )  # fmt: skip
    picture = Picture(title="资溪：控制线/图", dpi=60, cell_m=200.0, user="张三")
    made = {form: deliver(Order(form, asked, picture), folder / "资溪:图") for form in PICTURES}
    for suffix in ("pdf", "docx"):
        made[f"report_{suffix}"] = deliver_report(
            folder / f"报告.{suffix}", run, Case("某养殖场"), lang="zh", version="9.9", check_id="R20261121-7F3K"
        )
    return made


def passes(path: Path) -> bool:
    """Tell whether a file is as its manifest says; what cannot be read is not."""
    try:
        return verify_file(path).ok
    except BadInput:
        return False


SEALED = (*PICTURES, "report_pdf", "report_docx")


@pytest.mark.parametrize("form", SEALED)
def test_what_was_written_passes_and_says_what_it_is(
    form: str, files: dict[str, Path], default_layers: dict[str, Layer]
) -> None:
    found = verify_file(files[form], default_layers)
    assert found.ok, found.text("en")
    assert found.stale == ()
    manifest = found.manifest
    assert manifest["form"] == form
    assert manifest["software"]["version"] == "9.9"
    assert manifest["written"].endswith("Z")
    assert manifest["crs"]["epsg"] in {4490, 4548}
    entries = {entry["id"]: entry for entry in manifest["layers"]}
    assert entries["redline_jiangxi"]["sha256"] == default_layers["redline_jiangxi"].digest
    assert entries["redline_jiangxi"]["as_of"] == "unknown"  # its sizes are of three years
    for lang in ("zh", "en"):
        assert any("ODbL" in line for line in manifest["attributions"][lang])
    if form in PICTURES:
        assert manifest["chosen"]["extent"] == list(ZIXI)
        assert manifest["chosen"]["filters"] == [{"layer": "projects", "column": "category", "values": ["water_works"]}]
        rows = {table["layer"]: table["rows"] for table in manifest["tables"]}
        frame = default_layers["redline_jiangxi"].frame
        assert rows["redline_jiangxi"] == len(frame.cx[ZIXI[0] : ZIXI[2], ZIXI[1] : ZIXI[3]])
    else:
        assert manifest["check_id"] == "R20261121-7F3K"
        assert manifest["site"]["count"] == 1


@pytest.mark.parametrize("form", SEALED)
@pytest.mark.parametrize("where", [0.25, 0.6, 0.97])
def test_a_file_that_was_changed_fails(form: str, where: float, files: dict[str, Path], tmp_path: Path) -> None:
    whole = bytearray(files[form].read_bytes())
    whole[int(len(whole) * where)] ^= 1
    changed = tmp_path / files[form].name
    changed.write_bytes(whole)
    assert not passes(changed)


def test_programs_still_read_them(files: dict[str, Path]) -> None:
    assert next(iter(PdfReader(files["pdf"]).attachments)) == "redline-manifest.json"
    told = PdfReader(files["report_pdf"]).attachments["redline-manifest.json"][0]
    assert json.loads(told)["form"] == "report_pdf"
    with Image.open(files["png"]) as picture:
        picture.load()
        assert json.loads(picture.info["Redline-Manifest"])["form"] == "png"
    assert Document(str(files["report_docx"])).core_properties.title
    with rasterio.open(files["tif"]) as grid:
        assert json.loads(grid.tags()["REDLINE_MANIFEST"])["form"] == "tif"


def test_what_other_programs_add_is_found(files: dict[str, Path], tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(files["pdf"].read_bytes() + b"%an update of someone else\n%%EOF\n")
    assert [problem.code for problem in verify_file(pdf).problems] == ["changed"]
    page = tmp_path / "a.html"
    page.write_bytes(files["html"].read_bytes().replace(b"</body>", b"<p>forged</p></body>"))
    assert not verify_file(page).ok
    picture, whole = tmp_path / "a.png", files["png"].read_bytes()
    note = b"tEXtComment\0forged"
    chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    picture.write_bytes(whole[:33] + chunk + whole[33:])
    assert not verify_file(picture).ok
    paper = tmp_path / "a.docx"
    shutil.copy(files["report_docx"], paper)
    with zipfile.ZipFile(paper, "a") as archive:
        archive.writestr("word/forged.xml", "<a/>")
    assert [(problem.code, problem.name) for problem in verify_file(paper).problems] == [("added", "word/forged.xml")]


def test_a_forged_manifest_of_another_file_does_not_pass(files: dict[str, Path], tmp_path: Path) -> None:
    """The seal of one page in another does not fit."""
    one, other = files["html"].read_text(encoding="utf-8"), tmp_path / "other.html"
    other.write_text(one.replace("资溪", "抚州"), encoding="utf-8")
    assert not verify_file(other).ok


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts not found (Debian: apt install poppler-utils)")
@pytest.mark.parametrize("form", ["pdf", "report_pdf"])
def test_other_readers_find_fonts_text_and_manifest(form: str, files: dict[str, Path]) -> None:
    def told(*command: str) -> str:
        return subprocess.run([*command], capture_output=True, text=True, check=True).stdout

    rows = told("pdffonts", str(files[form])).splitlines()[2:]
    assert rows
    assert all("NotoSansSC" in row and row.split()[-5] == "yes" for row in rows)
    text = "".join(told("pdftotext", str(files[form]), "-").split())
    assert ("生态保护红线" if form == "pdf" else "涉及条款") in text
    assert "redline-manifest.json" in told("pdfdetach", "-list", str(files[form]))


def test_names_are_safe_and_suffixes_the_form_s(files: dict[str, Path]) -> None:
    assert {form: files[form].name for form in PICTURES} == {form: f"资溪_图.{form}" for form in PICTURES}


def test_a_picture_shows_what_was_asked_for(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    """A filter leaves out of a page what it leaves out of a table; counties set the extent."""
    asked = Selection(
        default_layers,
        chosen=("projects",),
        adcodes=("361000",),
        filters=(Filter("projects", "category", ("water_works",)),),
    )
    manifest = verify_file(deliver(Order("html", asked), tmp_path / "a")).manifest
    west, south, east, north = manifest["chosen"]["extent"]
    frame = default_layers["prefecture"].frame
    inner = frame[frame["adcode"] == "361000"].total_bounds
    assert west < inner[0] < inner[2] < east
    assert south < inner[1] < inner[3] < north
    projects = default_layers["projects"].frame.cx[west:east, south:north]
    (table,) = manifest["tables"]
    assert table["rows"] == int((projects["category"] == "water_works").sum()) > 0


def test_a_form_that_is_none_is_one_sentence(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    with pytest.raises(BadInput) as fault:
        deliver(Order("doc", Selection(default_layers)), tmp_path / "a")
    assert fault.value.key == "takeaway.no_such_form"


@pytest.mark.parametrize("form", ALL_FORMS)
def test_stopped_half_way_leaves_nothing(form: str, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise InterruptedError

    asked = Selection(default_layers, chosen=("county", "redline_jiangxi"), extent=ZIXI)
    with pytest.raises(InterruptedError):
        deliver(Order(form, asked, Picture(dpi=40, cell_m=500.0)), tmp_path / "a", stop)
    assert list(tmp_path.iterdir()) == []


def closed(layers: dict[str, Layer], name: str, export: str) -> dict[str, Layer]:
    spec = layers[name].spec.model_copy(update={"export": export})
    return {**layers, name: dataclasses.replace(layers[name], spec=spec)}


@pytest.mark.parametrize(("name", "export"), [("redline_jiangxi", "none"), ("rivers", "findings")])
@pytest.mark.parametrize("form", ALL_FORMS)
def test_what_must_stay_in_is_in_no_form(
    form: str, name: str, export: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    """Neither the layer nor the corridor derived from it: rows, names of features, shapes."""
    layers = closed(default_layers, name, export)
    kept = {name, *(["river_corridors"] if name == "rivers" else [])}
    asked = Selection(layers, chosen=("county", "waters", *kept), extent=ZIXI, epsg=4548 if form == "txt" else None)
    target = deliver(Order(form, asked, Picture(dpi=40, cell_m=500.0)), tmp_path / "a")
    manifest = verify_file(target).manifest
    entries = {entry["id"]: entry for entry in manifest["layers"]}
    assert {entry for entry in entries if not entries[entry]["included"]} == kept
    assert all(entries[one]["rows"] == 0 for one in kept)
    assert not kept & {table.get("layer") for table in manifest["tables"]}
    assert not any(table["name"].startswith(tuple(kept)) for table in manifest["tables"])


@pytest.mark.parametrize("secrecy", ["public", "internal"])
def test_a_sheet_with_a_layer_that_is_not_public_is_marked(
    secrecy: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    spec = default_layers["waters"].spec.model_copy(update={"secrecy": secrecy})
    layers = {**default_layers, "waters": dataclasses.replace(default_layers["waters"], spec=spec)}
    asked = Selection(layers, chosen=("county", "waters"), extent=ZIXI)
    text = PdfReader(deliver(Order("pdf", asked, Picture(dpi=40)), tmp_path / "a")).pages[0].extract_text()
    assert ("内部用图" in "".join(text.split())) == (secrecy == "internal")


def test_a_figure_derived_from_what_must_stay_in_stays_in(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    """A workbook has the county figures that can be derived, but none of a layer whose measures must not leave."""
    names = {}
    for export in ("full", "none"):
        layers = closed(default_layers, "redline_jiangxi", export)
        book = deliver(Order("xlsx", Selection(layers, chosen=("county",))), tmp_path / export)
        pages = openpyxl.load_workbook(book, read_only=True)
        cells = {str(cell) for page in pages for row in page.iter_rows(values_only=True) for cell in row}
        names[export] = {text for text in cells if text.startswith("红线占县域面积比例")}
    assert names["full"]
    assert not names["none"]


@pytest.mark.parametrize("export", ["full", "none"])
@pytest.mark.parametrize("form", ["gpkg", "html"])
def test_an_indicator_of_what_must_stay_in_stays_too(
    form: str, export: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    red = default_layers["redline_jiangxi"]
    spec = red.spec.model_copy(update={"export": export})
    layers = {**default_layers, "redline_jiangxi": dataclasses.replace(red, spec=spec)}
    share = derived_values("redline_share", layers)
    assert share is not None
    county = layers["county"]
    assert county.frame is not None
    values = share.figures.reindex(county.frame["adcode"].astype(str)).reset_index(drop=True)
    shown = Choropleth(county, classify(values), share.title, share.unit, None, share.made_of)
    asked = Selection(layers, chosen=("county",), extent=ZIXI, shown=(shown, values), version="9.9")
    path = deliver(Order(form, asked, Picture(dpi=60)), tmp_path / "a")
    if form == "gpkg":
        there = "indicator" in {name for name, _ in pyogrio.list_layers(path)}
    else:
        there = share.title("zh") in path.read_text(encoding="utf-8")
    assert there is (export == "full")
