"""A report as DOCX looks like the PDF: LibreOffice says what stands on which page."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from shapely.geometry import box

from geo.read.formats import sites_from_drawing
from layers.catalogue.model import Layer
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from snapshot.report.build import build_report, write_report
from snapshot.report.model import Heading, Report
from snapshot.report.pdf import first_page_scale
from words import Lang, t

OFFICE = shutil.which("soffice")
RED = box(117.201, 27.786, 117.209, 27.794)
SITES = [RED, *(box(116.3 + 0.02 * at, 27.9, 116.31 + 0.02 * at, 27.91) for at in range(4))]
LONG = (
    "江西省抚州市资溪县某某新材料产业园区年产十万吨精细化工中间体及配套公用工程建设项目一期工程选址论证及用地预审项目"
    * 2
)


def run_of(shipped: dict[str, Layer], count: int) -> Run:
    drawn = [{"type": "Feature", "properties": {}, "geometry": shape.__geo_interface__} for shape in SITES[:count]]
    return run_check(sites_from_drawing(drawn), shipped, Settings(activity="chemical_project"))


@pytest.mark.skipif(OFFICE is None, reason="soffice not found (Debian: libreoffice-writer)")
@pytest.mark.parametrize(("count", "name", "lang"), [(1, "某厂", "zh"), (1, LONG, "zh"), (5, "A plant", "en")])
def test_the_first_page_is_one_page(
    count: int, name: str, lang: Lang, shipped: dict[str, Layer], tmp_path: Path
) -> None:
    """The fonts that it names are not on this machine: the page must not depend on them."""
    assert OFFICE is not None
    run, case = run_of(shipped, count), Case(name)
    report, target = build_report(run, case, lang=lang), tmp_path / "a.docx"
    write_report(target, run, case, lang=lang)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(target)]
    subprocess.run(command, capture_output=True, timeout=300, check=True)
    first, second, *_ = (squeezed(page.extract_text()) for page in PdfReader(tmp_path / "a.pdf").pages)
    heading = next(block.text for block in report.blocks if isinstance(block, Heading))
    assert squeezed(t("snapshot.disclaimer", lang)) in first
    assert squeezed(t("report.sign_prepared", lang)) in first
    assert squeezed(heading) not in first
    assert squeezed(heading) in second


IN_ORDER = {
    "tblPr": ["tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook"],
    "tcPr": ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "vAlign"],
    "pPr": [
        "pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "tabs", "spacing", "ind", "jc", "rPr",
    ],
    "rPr": ["rStyle", "rFonts", "b", "bCs", "i", "color", "sz", "szCs", "lang"],
}  # fmt: skip
"""What a report has of these, in the order of ECMA-376 part 1, 17.4.59, 17.4.69, 17.3.1.26 and 17.3.2.28."""


def test_properties_stand_in_the_order_that_word_wants(shipped: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.docx"
    write_report(target, run_of(shipped, 2), Case("某厂"), lang="zh")
    with zipfile.ZipFile(target) as archive:
        document = ET.fromstring(archive.read("word/document.xml"))
    for name, order in IN_ORDER.items():
        found = {tuple(local(child) for child in one) for one in document.iter() if local(one) == name}
        assert found
        for children in found:
            assert set(children) <= set(order), (name, children)
            assert list(children) == sorted(children, key=order.index), (name, children)


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def test_a_long_name_makes_the_first_page_smaller(shipped: dict[str, Layer]) -> None:
    run = run_of(shipped, 1)

    def scale(name: str) -> float:
        report: Report = build_report(run, Case(name), lang="zh")
        return first_page_scale(report)

    assert 0.5 < scale(LONG) < scale("某厂") <= 1


def test_the_map_of_several_sites_shows_what_they_meet(
    shipped: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[set[str]] = []

    def picture(layers: list[Layer], *_: object, **_options: object) -> None:
        shown.append({layer.spec.id for layer in layers if layer.spec.role != "boundary"})
        raise StopIteration

    monkeypatch.setattr("snapshot.report.build.map_picture", picture)
    for count in (1, 5):
        with pytest.raises(StopIteration):
            build_report(run_of(shipped, count), Case("某厂"), lang="zh")
    alone, several = shown
    assert "redline_jiangxi" in several
    assert several < alone


def squeezed(text: str) -> str:
    return "".join(text.split())
