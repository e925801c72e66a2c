"""Siting reports: every chapter in both languages, fonts embedded, nothing that must stay in."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import zipfile
from pathlib import Path

import pytest
import time_machine
from docx import Document
from pypdf import PdfReader
from pyproj import Geod
from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput
from geo.read.formats import sites_from_drawing
from layers.catalogue.model import Layer
from siting.check.linear import chainage_m
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from snapshot.report.build import build_report, write_report
from snapshot.report.chapters import Chapters
from snapshot.report.model import Heading, Items, Numbers, Table, Text, texts_of
from snapshot.sheet.fonts import spelled

CASE = Case("某养殖场", "2026-361028", "某某公司", "预审选址", "资自然资〔2026〕1号", "张三", "李四")
SHAPES = (box(117.05, 27.7, 117.1, 27.74), box(116.35, 27.9, 116.37, 27.92))


@pytest.fixture(scope="module")
def run(shipped: dict[str, Layer]) -> Run:
    drawn = [{"type": "Feature", "properties": {}, "geometry": shape.__geo_interface__} for shape in SHAPES]
    return run_check(sites_from_drawing(drawn), shipped, Settings(activity="livestock"))


@pytest.fixture(scope="module")
def pdf(run: Run, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    target = tmp_path_factory.mktemp("report") / "报告.pdf"
    write_report(target, run, CASE, lang="zh", check_id="R20261121-7F3K", manifest={"a": 1})
    return PdfReader(target)


def test_pdf_holds_every_chapter(pdf: PdfReader, run: Run) -> None:
    text = "".join("".join(page.extract_text() for page in pdf.pages).split())
    wanted = [
        "某养殖场", "某某公司", "编制", "审核", "单位（盖章）", "日期", "张三", "李四", "椭球面积", "2.2地块2",
        "余量", "1地块位置", "3压占统计", "4涉及条款", "5办理路径", "6避让余地", "7所用图层", "8本报告的性质",
        "不是行政许可", "R20261121-7F3K", "未核查", "压占（示意）", "生态环境法典", "2026-08-15至今",
        str(run.layers["redline_jiangxi"].digest)[:16],
    ]  # fmt: skip
    assert [word for word in wanted if word not in text] == []


def test_the_office_s_wording_is_quoted_once_and_says_whence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    quoted = [block for block in build_report(run, CASE, lang="zh").blocks if isinstance(block, Items)]
    assert quoted == []
    applying = [rule for found in run.result.findings["rules"] for rule in found if rule["status"] == "applies"]
    rule = next(rule for rule in applying if re.fullmatch(r"第 \d+ 条", rule["article"]))
    (tmp_path / "laws").mkdir()
    number = rule["article"].split()[1]
    content = f"第{number}条　此处为本单位提供的原文。".encode()
    (tmp_path / "laws" / f"{rule['title']}.txt").write_bytes(content)
    (quotes,) = [block for block in build_report(run, CASE, lang="zh").blocks if isinstance(block, Items)]
    assert quotes.head.startswith("条文原文")
    (text,) = quotes.texts
    assert f"《{rule['title']}》第 {number} 条：此处为本单位提供的原文。" in text
    assert hashlib.sha256(content).hexdigest()[:12] in text


def test_the_first_page_says_hectares_and_nothing_against_itself(shipped: dict[str, Layer]) -> None:
    """The answer holds figures; "nothing to avoid" is not beside a site to be moved; open clauses stand last."""
    drawn = [{"type": "Feature", "properties": {}, "geometry": SHAPES[0].__geo_interface__}]
    one = run_check(sites_from_drawing(drawn), shipped, Settings(activity="livestock"))
    report = build_report(one, CASE, lang="zh")
    first = "\n".join(texts_of(dataclasses.replace(report, blocks=())))
    assert "333.87 公顷" in first
    assert "优先改址" in first
    (avoid,) = [text for text in texts_of(report) if text.startswith("按法定图层没有须避让的部分")]
    assert "示意图层显示压占" in avoid
    findings = next(b for b in report.blocks if isinstance(b, Table) and "余量与精度" in b.head)
    indicative = [row for row in findings.rows if "示意" in row[1]]
    assert indicative
    assert [row for row in indicative if "可靠" in "".join(row)] == []
    heads = [block.text for block in report.blocks if isinstance(block, Heading) and block.level == 1]
    assert "附录" in heads[-1]
    assert "不能判定" in heads[-1]


def test_many_sites_are_a_sentence_on_the_first_page_and_a_table_after_it(shipped: dict[str, Layer]) -> None:
    """A table of 200 rows on a page that must stay one page was too small to read."""
    shapes = [box(117.05 + 0.004 * at, 27.7, 117.052 + 0.004 * at, 27.702) for at in range(12)]
    drawn = [{"type": "Feature", "properties": {}, "geometry": shape.__geo_interface__} for shape in shapes]
    report = build_report(
        run_check(sites_from_drawing(drawn), shipped, Settings(activity="livestock")), CASE, lang="zh"
    )
    assert [block for block in report.first_page if isinstance(block, Table)] == []
    listed = next(block for block in report.blocks if isinstance(block, Table) and len(block.rows) == 12)
    assert [row[0] for row in listed.rows] == [str(number) for number in range(1, 13)]


def test_no_line_of_the_page_begins_with_what_ends_a_phrase(pdf: PdfReader) -> None:
    for page in pdf.pages:
        lines = [line.strip() for line in page.extract_text().splitlines() if line.strip()]
        assert [line for line in lines if line[0] in "，。、；：》）" or line[-1] in "（《"] == []


def test_every_page_is_numbered_and_heads_are_repeated(pdf: PdfReader) -> None:
    count = len(pdf.pages)
    texts = ["".join(page.extract_text().split()) for page in pdf.pages]
    assert all(f"第{number}页共{count}页" in text for number, text in enumerate(texts, start=1))
    assert all("项目选址合规性核查报告" in text for text in texts)
    clauses = [text for text in texts if "效力期间" in text]
    assert len(clauses) > 1


def test_all_fonts_are_in_the_file(pdf: PdfReader) -> None:
    for page in pdf.pages:
        for entry in page["/Resources"]["/Font"].values():
            font = entry.get_object()
            assert "NotoSansSC" in font["/BaseFont"]
            assert "/FontFile2" in font["/FontDescriptor"].get_object()


def test_occupation_adds_up_as_printed(run: Run) -> None:
    report = build_report(run, CASE, lang="zh")
    table = next(b for b in report.blocks if isinstance(b, Table) and b.head[3] == "㎡")
    total, parts = 0.0, 0.0
    for at, row in enumerate(table.rows):
        figure = float(row[3].replace(",", ""))
        if at in table.sums:
            assert parts == pytest.approx(total, abs=0.001)
            total, parts = figure, 0.0
        else:
            parts += figure
    assert parts == pytest.approx(total, abs=0.001)
    assert total > 0


def test_docx_holds_the_same_tables(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "r.docx"
    write_report(target, run, CASE, lang="en", check_id="R20261121-7F3K")
    report = build_report(run, CASE, lang="en", check_id="R20261121-7F3K")
    document = Document(str(target))
    tables = [block for block in (*report.first_page, *report.blocks) if isinstance(block, Table)]
    written = [table for table in document.tables if "w:tblHeader" in table.rows[0]._tr.xml]
    signatures = next(table for table in written if len(table.columns) == 4 and table.cell(0, 3).text == "Date")
    written.remove(signatures)
    assert [len(table.rows) - 1 for table in written] == [len(table.rows) for table in tables]
    assert written[0].cell(1, 0).text == tables[0].rows[0][0]
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [block.text for block in report.blocks if isinstance(block, Heading)]
    assert "NUMPAGES" in document.sections[0].footer._element.xml
    assert len(document.inline_shapes) == 4  # first page, overview, and each of two sites


ROAD = LineString([(116.90, 27.55), (117.05, 27.70), (117.15, 27.75)])


@pytest.fixture(scope="module")
def road(run: Run) -> Run:
    drawn = [{"type": "Feature", "properties": {}, "geometry": ROAD.__geo_interface__}]
    wanted = Settings(corridor_m=60, sections=True, structures=(("bridge", 1000.0, 2500.0),))
    return run_check(sites_from_drawing(drawn), run.layers, wanted)


def test_a_line_is_told_by_chainage(road: Run) -> None:
    numbers = Numbers()
    width, table, sums = Chapters(road, road.report()["sites"], "zh", numbers).line(road.report()["sites"][0])
    assert isinstance(table, Table)
    assert isinstance(width, Text)
    assert isinstance(sums, Text)
    assert "60 米" in width.text
    assert table.head[:3] == ("起点桩号", "终点桩号", "长度（米）")
    inside = [row for row in table.rows if row[3] == "生态保护红线（江西，示意）"]
    assert {row[5] for row in table.rows} == {"桥梁", "路基"}
    reach = [chainage_m(row[1]) - chainage_m(row[0]) for row in inside]
    assert reach == pytest.approx([float(row[2].replace(",", "")) for row in inside], abs=0.06)
    held = run_area(road).intersection(ROAD)
    assert sum(reach) == pytest.approx(Geod(ellps="GRS80").geometry_length(held), rel=1e-4)


def run_area(run: Run) -> BaseGeometry:
    frame = run.layers["redline_jiangxi"].frame
    assert frame is not None
    return frame.geometry[frame.intersects(ROAD)].union_all()


def test_a_place_that_is_no_line_has_no_chainage(run: Run) -> None:
    sites = run.report()["sites"]
    assert Chapters(run, sites, "zh", Numbers()).line(sites[0]) == []


def test_english_has_no_chinese_of_ours(run: Run) -> None:
    report = build_report(run, CASE, lang="en")
    ours = [block.text for block in report.blocks if isinstance(block, Heading)]
    ours += [text for block in report.blocks if isinstance(block, Table) for text in block.head]
    assert not any("\u4e00" <= letter <= "\u9fff" for text in ours for letter in text)


def test_what_must_stay_in_is_not_told(run: Run) -> None:
    spec = run.layers["redline_jiangxi"].spec.model_copy(update={"export": "none"})
    kept = dict(run.layers) | {"redline_jiangxi": dataclasses.replace(run.layers["redline_jiangxi"], spec=spec)}
    open_text = "\n".join(texts_of(build_report(run, CASE, lang="zh")))
    assert "333.8717" in open_text
    text = "\n".join(texts_of(build_report(dataclasses.replace(run, layers=kept), CASE, lang="zh")))
    assert "333.8717" not in text
    assert "按图层设置不予导出" in text


def test_bad_suffix_and_bad_character_leave_nothing(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_report(tmp_path / "r.odt", run, CASE, lang="zh")
    assert list(tmp_path.iterdir()) == []


@time_machine.travel("2026-06-01T08:00:00Z", tick=False)  # the report says the minute in which it was made
@pytest.mark.parametrize("name", ["𡎚塅𬒈㙍项目", "❤️厂😀"])
def test_every_text_that_is_written_can_be_copied_out(run: Run, tmp_path: Path, name: str) -> None:
    frame = run.sites.frame.assign(site_id=[f"{name}{n}" for n in range(len(run.sites.frame))])
    sites = dataclasses.replace(run.sites, frame=frame)
    result = dataclasses.replace(run.result, sites=run.result.sites.assign(site_id=frame["site_id"].to_numpy()))
    again = dataclasses.replace(run, sites=sites, result=result)
    case = dataclasses.replace(CASE, name=name)
    write_report(tmp_path / "r.pdf", again, case, lang="zh")
    report = build_report(again, case, lang="zh")
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(tmp_path / "r.pdf").pages]
    header = re.sub(r"\s", "", spelled(report.header))
    # header and footer are drawn last; without them, for a paragraph may go on on the next page
    plain = "".join(page.rpartition(header)[0] for page in pages) + header
    for text in texts_of(report):
        for line in text.splitlines():
            assert re.sub(r"\s", "", spelled(line)) in plain, line
    write_report(tmp_path / "r.docx", again, case, lang="zh")
    with zipfile.ZipFile(tmp_path / "r.docx") as held:
        assert name in held.read("word/document.xml").decode(), "Word has other fonts to fall back on"
