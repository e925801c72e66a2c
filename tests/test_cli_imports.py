"""A command loads what it needs: what takes long to load is not loaded by a check that never uses it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from shapely.geometry import box

from tests.helpers import ROOT, geojson

_HEAVY = {
    "altair", "branca", "distributed", "docx", "exactextract", "folium", "mapclassify", "matplotlib", "openpyxl",
    "rasterio", "reportlab", "scipy", "streamlit",
}  # fmt: skip
_CODE = """
import json, sys
from cli import main
main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_check_of_a_parcel_loads_nothing_heavy(form, tmp_path):
    (tmp_path / "site.geojson").write_bytes(geojson(box(117.06, 27.7, 117.065, 27.705)))
    arguments = ["check", "site.geojson", "--activity", "chemical_project", "--format", form, "--out", f"out.{form}"]
    done = subprocess.run(
        [sys.executable, "-c", _CODE, *arguments],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "REDLINE_HOME": str(tmp_path / "home"), "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (tmp_path / f"out.{form}").stat().st_size > 0
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "geopandas" in loaded, "what is loaded is seen"
    assert loaded.isdisjoint(_HEAVY), loaded & _HEAVY
