"""``redline snapshot | report | diff`` as typed: every kind of file, a site along, one sentence when it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pyogrio
import pytest
from click.testing import CliRunner, Result
from docx import Document
from pypdf import PdfReader

from cli import main
from snapshot.inspect.verify import verify_file
from tests.helpers import KARNEY

SITE = {
    "type": "Feature",
    "properties": {"name": "养殖场"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[117.05, 27.7], [117.1, 27.7], [117.1, 27.74], [117.05, 27.74], [117.05, 27.7]]],
    },
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    path = tmp_path / "地块.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [SITE]}), encoding="utf-8")
    return path


def redline(*typed: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--lang", "zh", *typed])
    assert done.exit_code == code, done.output
    return done


@pytest.mark.parametrize("form", ["pdf", "png", "tif", "html", "gpkg", "dxf", "txt", "xlsx"])
def test_a_site_goes_along_in_any_form(form: str, site: Path, tmp_path: Path) -> None:
    wanted = ["--layer", "redline_jiangxi", "--layer", "county", "--extent", "117.0,27.6,117.2,27.8"]
    sheet = ["--title", "试图", "--paper", "A3", "--portrait", "--dpi", "40", "--scale", "200000", "--cell", "500"]
    redline("snapshot", str(tmp_path / f"a.{form}"), "--site", str(site), "--activity", "livestock", *wanted, *sheet)
    (made,) = tmp_path.glob("a.*")
    found = verify_file(made)
    assert found.ok
    assert found.manifest["site"]["count"] == 1
    assert found.manifest["chosen"]["layers"] == ["county", "redline_jiangxi"]
    assert "与清单一致" in redline("verify", str(made)).output
    if form == "pdf":
        page = PdfReader(made).pages[0]
        assert [round(float(edge) * 25.4 / 72) for edge in page.mediabox[2:]] == [297, 420]
        assert "1:200,000" in "".join(page.extract_text().split())


def test_report_of_a_file_and_of_a_kept_check(site: Path, tmp_path: Path) -> None:
    redline("report", str(site), "--activity", "livestock", "--out", str(tmp_path / "a.pdf"), "--case-name", "某厂")
    assert "某厂" in PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    stored = redline("check", str(site), "--activity", "livestock", "--store", "--case-name", "某养殖场").output
    number = next(word for word in stored.replace("。", " ").split() if word.startswith("R2"))
    redline("report", number, "--out", str(tmp_path / "b.docx"))
    assert verify_file(tmp_path / "b.docx").manifest["check_id"] == number
    table = Document(str(tmp_path / "b.docx")).tables[0]
    assert {"某养殖场", number} <= {cell.text for cell in table.columns[1].cells}


def test_a_kept_check_is_reported_as_it_was_kept(site: Path, tmp_path: Path) -> None:
    redline("check", str(site), "--store", "--format", "json")
    number = json.loads(redline("ledger", "list", "--format", "json").stdout)[0]["id"]
    asked = ["--activity", "livestock", "--corridor", "20"]
    refused = redline("report", number, *asked, "--out", str(tmp_path / "a.pdf"), code=2)
    assert "--activity, --corridor" in refused.output
    assert number in refused.output
    assert not (tmp_path / "a.pdf").exists()
    redline("report", number, "--case-name", "某厂", "--out", str(tmp_path / "a.docx"))


def test_a_report_and_a_snapshot_read_a_site_as_a_check_does(tmp_path: Path) -> None:
    """Columns by names of one's own, and a width: asked of `check`, and so of whatever takes a site along."""
    route = tmp_path / "线.csv"
    route.write_text("eins,zwei\n117.05,27.70\n117.06,27.71\n117.08,27.72\n", encoding="utf-8")
    asked = ("--column", "lon=eins", "--column", "lat=zwei", "--column", "shape=line", "--crs", "EPSG:4490")
    wide = (*asked, "--corridor", "60")
    redline("report", str(route), "--out", str(tmp_path / "no.pdf"), code=2)
    redline("report", str(route), *wide, "--out", str(tmp_path / "a.docx"))
    text = "\n".join(
        cell.text for table in Document(str(tmp_path / "a.docx")).tables for row in table.rows for cell in row.cells
    )
    checked = json.loads(redline("check", str(route), *wide, "--format", "json").output)
    (area_m2,) = (site["area_m2"] for site in checked["sites"])
    along_m = KARNEY.line_length([117.05, 117.06, 117.08], [27.70, 27.71, 27.72])
    assert area_m2 == pytest.approx(60 * along_m, rel=0.02)  # a band, square or round at its ends
    assert f"{area_m2:,.1f}" in text or f"{area_m2 / 1e4:,.4f}" in text, text[:2000]
    redline("snapshot", str(tmp_path / "a.gpkg"), "--site", str(route), *wide, "--layer", "county")
    taken = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="site")
    assert taken.to_crs(4527).area.sum() == pytest.approx(area_m2, rel=2e-3)


def test_changes_of_two_snapshots_as_a_file(site: Path, tmp_path: Path) -> None:
    old, new, out = (str(tmp_path / name) for name in ("old.gpkg", "new.gpkg", "changes.gpkg"))
    redline("snapshot", old, "--layer", "protected_sites", "--adcode", "361000")
    redline("snapshot", new, "--layer", "protected_sites")
    redline("diff", old, new, "--out", out)
    assert {"diff_protected_sites_point", "counts"} <= set(pyogrio.list_layers(out)[:, 0])


@pytest.mark.parametrize("typed", [
    ("snapshot", "a.doc"), ("snapshot", "a.pdf", "--layer", "nothing"), ("snapshot", "a.pdf", "--extent", "1,2"),
    ("snapshot", "a.kml", "--epsg", "4547"), ("report", "R20260101-AAAA", "--out", "a.pdf"), ("diff", "a", "b"),
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(typed: tuple[str, ...], site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.parent)
    told = redline(*typed, code=2).output
    assert len(told.strip().splitlines()) == 1
    assert not list(site.parent.glob("a.*"))
