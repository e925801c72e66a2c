"""Other programs open every file without a warning: GDAL's own tools, LibreOffice, rio-cogeo. Skipped aloud without."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from shapely.geometry import box

from geo.read.formats import sites_from_drawing
from layers.catalogue.model import Layer
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from snapshot.deliver import ALL_FORMS, Order, deliver
from snapshot.findings.results import write_results
from snapshot.pictures import Picture
from snapshot.report.deliver import deliver_report
from snapshot.selection.selection import Selection

EXTENT = (116.9, 27.5, 117.2, 27.9)
CHOSEN = ("county", "redline_jiangxi", "protected_sites", "waters", "rivers", "projects")
DRIVERS = {".gpkg", ".shp", ".geojson", ".kml", ".kmz", ".fgb", ".parquet", ".dxf"}
OFFICE = shutil.which("soffice")
GDAL = shutil.which("ogrinfo")


@pytest.fixture(scope="module")
def run(default_layers: dict[str, Layer]) -> Run:
    drawn = [{"type": "Feature", "properties": {}, "geometry": box(117.05, 27.7, 117.1, 27.74).__geo_interface__}]
    return run_check(sites_from_drawing(drawn), default_layers, Settings(activity="livestock"))


@pytest.fixture(scope="module")
def files(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("open")
    asked = Selection(run.layers, chosen=CHOSEN, extent=EXTENT, sites=run.sites, result=run.result, version="9.9")
    made = {form: deliver(Order(form, asked, Picture(dpi=50, cell_m=300.0)), folder / form) for form in ALL_FORMS}
    made["report"] = deliver_report(folder / "报告.docx", run, Case("某厂"), lang="zh", version="9.9")
    made["results"] = write_results(folder / "结果.xlsx", "xlsx", run, "zh")
    return made


def parts(path: Path, folder: Path) -> list[Path]:
    """Return the files that a program is given: those of an archive, unpacked."""
    if path.suffix != ".zip":
        return [path]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return sorted(one for one in folder.iterdir() if one.suffix in DRIVERS)


def quietly(*command: str) -> str:
    """Run a program that must succeed and complain of nothing."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.splitlines() if line.strip()]
    assert complaints == [], complaints
    return done.stdout


@pytest.mark.skipif(GDAL is None, reason="ogrinfo not found (Debian: apt install gdal-bin)")
@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "kml", "kmz", "fgb", "dxf"])
def test_gdal_reads_vectors_without_a_warning(form: str, files: dict[str, Path], tmp_path: Path) -> None:
    given = parts(files[form], tmp_path)
    assert given
    for one in given:
        told = quietly("ogrinfo", "-ro", "-al", "-so", str(one))
        assert "Feature Count" in told
        if form in {"gpkg", "shp", "fgb"} and "Geometry:" in told:
            assert "4490" in told or "China" in told


@pytest.mark.skipif(
    GDAL is None, reason="gdalinfo not found (Debian: apt install gdal-bin): GDAL's own tools not asked"
)
def test_gdal_reads_the_raster_without_a_warning(files: dict[str, Path]) -> None:
    told = quietly("gdalinfo", "-checksum", str(files["tif"]))
    assert "LAYOUT=COG" in told or "Overviews" in told
    assert "NoData Value=-1" in told


def test_rio_cogeo_validates_the_raster(files: dict[str, Path]) -> None:
    told = quietly(str(Path(sys.executable).parent / "rio"), "cogeo", "validate", "--strict", str(files["tif"]))
    assert "is a valid cloud optimized GeoTIFF" in told


@pytest.mark.skipif(OFFICE is None, reason="soffice not found (Debian: libreoffice-calc, -writer)")
@pytest.mark.parametrize("form", ["xlsx", "results", "report"])
def test_libreoffice_opens_books_and_reports(form: str, files: dict[str, Path], tmp_path: Path) -> None:
    assert OFFICE is not None
    source = tmp_path / f"a{files[form].suffix}"
    shutil.copy(files[form], source)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    done = subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if "error" in line.lower() or "corrupt" in line.lower()]
    assert (tmp_path / "a.pdf").stat().st_size > 10_000
