"""Every case of docs/decisions/crs-cases.md, row by row: this table and that page are the same."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geo.crs.candidates import detect
from geo.crs.china_offsets import bd09_of_gcj02, gcj02_of_wgs84
from geo.errors import RedlineError
from geo.read.formats import inspect, read_sites
from tests.geo.crs.test_systems import ESRI_GK39
from tests.helpers import KARNEY, ROOT, shapefile_parts, zip_bytes

PAGE = ROOT / "docs" / "decisions" / "crs-cases.md"
PLACE = (116.0, 27.1)
CORNERS = np.array([[0.0, 0.0], [0.001, 0.0], [0.001, 0.001], [0.0, 0.001]]) + PLACE

CASES = [
    # case, the source says, the numbers are, outcome, the user names
    ("declared-degrees", "CGCS2000 degrees", "degrees", "EPSG:4490", ""),
    ("declared-wgs84", "WGS 84 degrees", "degrees", "EPSG:4326", ""),
    ("declared-gk3-prefix", "EPSG:4527", "3° with prefix", "EPSG:4527", ""),
    ("declared-gk3", "EPSG:4548", "3° without prefix", "EPSG:4548", ""),
    ("declared-gk6-prefix", "EPSG:4498", "6° with prefix", "EPSG:4498", ""),
    ("declared-gk6", "EPSG:4509", "6° without prefix", "EPSG:4509", ""),
    ("declared-utm", "EPSG:32650", "UTM", "EPSG:32650", ""),
    ("declared-mercator", "EPSG:3857", "Web Mercator", "EPSG:3857", ""),
    ("renamed-prefix", "renamed ESRI .prj of EPSG:4527", "3° with prefix", "EPSG:4527", ""),
    ("renamed-plain", "renamed ESRI .prj of EPSG:4548", "3° without prefix", "EPSG:4548", ""),
    ("renamed-local", "renamed ESRI .prj, meridian 116.5°", "3° without prefix", "geo.crs_no_standard_zone", ""),
    ("declared-xian80", "西安80 (EPSG:2363)", "3° with prefix", "geo.crs_xian80", ""),
    ("declared-beijing54", "北京54 (EPSG:2415)", "3° with prefix", "geo.crs_beijing54", ""),
    ("absent-degrees", "nothing", "degrees", "geo.crs_missing", ""),
    ("absent-gk3-prefix", "nothing", "3° with prefix", "geo.crs_missing", ""),
    ("absent-gk3", "nothing", "3° without prefix", "geo.crs_missing", ""),
    ("absent-gk6-prefix", "nothing", "6° with prefix", "geo.crs_missing", ""),
    ("absent-utm", "nothing", "UTM", "geo.crs_missing", ""),
    ("absent-mercator", "nothing", "Web Mercator", "geo.crs_missing", ""),
    ("absent-swapped-degrees", "nothing", "degrees, latitude first", "geo.crs_missing", ""),
    ("absent-swapped-metres", "nothing", "3° with prefix, north first", "geo.crs_missing", ""),
    ("absent-local", "nothing", "local metres", "geo.crs_missing", ""),
    ("named-degrees", "nothing", "degrees", "EPSG:4490", "EPSG:4490"),
    ("named-gk3", "nothing", "3° without prefix", "EPSG:4548", "EPSG:4548"),
    ("named-gcj02", "nothing", "GCJ-02", "GCJ-02", "GCJ-02"),
    ("named-bd09", "nothing", "BD-09", "BD-09", "BD-09"),
    ("named-over-label", "EPSG:4526", "3° with prefix", "EPSG:4527", "EPSG:4527"),
    ("named-gcj02-over-label", "WGS 84 degrees", "GCJ-02", "GCJ-02", "GCJ-02"),
    ("named-xian80", "nothing", "3° with prefix", "geo.crs_xian80", "EPSG:2363"),
    ("named-gcj02-abroad", "nothing", "degrees abroad", "geo.offset_outside_china", "GCJ-02"),
    ("named-gcj02-metres", "nothing", "3° with prefix", "geo.metres_not_degrees", "GCJ-02"),
    ("named-local", "nothing", "local metres", "geo.out_of_range", "EPSG:4548"),
    ("degrees-but-metres", "CGCS2000 degrees", "3° with prefix", "geo.metres_not_degrees", ""),
    ("degrees-but-utm", "WGS 84 degrees", "UTM", "geo.metres_not_degrees", ""),
    ("degrees-but-swapped", "CGCS2000 degrees", "degrees, latitude first", "geo.swapped_degrees", ""),
    ("metres-but-degrees", "EPSG:4527", "degrees", "geo.degrees_not_metres", ""),
    ("zone-but-other", "EPSG:4526", "3° with prefix", "geo.other_zone", ""),
    ("zone-but-six", "EPSG:4527", "6° with prefix", "geo.other_zone", ""),
    ("six-but-three", "EPSG:4498", "3° with prefix", "geo.other_zone", ""),
    ("prefix-but-none", "EPSG:4527", "3° without prefix", "geo.no_zone_prefix", ""),
    ("plain-but-prefix", "EPSG:4548", "3° with prefix", "geo.other_zone", ""),
    ("utm-but-prefix", "EPSG:32650", "3° with prefix", "geo.other_zone", ""),
    ("metres-but-swapped", "EPSG:4527", "3° with prefix, north first", "geo.swapped_metres", ""),
    ("unseen-utm", "EPSG:32650", "3° without prefix", "EPSG:32650", ""),
    ("unseen-zone", "EPSG:4547", "3° without prefix", "EPSG:4547", ""),
    ("unseen-gcj02", "WGS 84 degrees", "GCJ-02", "EPSG:4326", ""),
]
LIKELY = {
    "absent-degrees": {"EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09"},
    "absent-gk3-prefix": {"EPSG:4527"},
    "absent-gk3": {*(f"EPSG:{n}" for n in range(4534, 4555)), *(f"EPSG:{n}" for n in range(32643, 32654))},
    "absent-gk6-prefix": {"EPSG:4498"},
    "absent-utm": {*(f"EPSG:{n}" for n in range(4534, 4555)), *(f"EPSG:{n}" for n in range(32643, 32654))},
    "absent-mercator": {"EPSG:3857"},
    "absent-swapped-degrees": {"EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09"},
    "absent-swapped-metres": {"EPSG:4527"},
    "absent-local": set(),
}
"""What a question offers: these systems and no others."""
NAMED = {
    "named-gcj02-metres": "EPSG:4527",
    "degrees-but-metres": "EPSG:4527",
    "degrees-but-utm": "EPSG:4534",
    "metres-but-degrees": "EPSG:4490",
    "zone-but-other": "EPSG:4527",
    "zone-but-six": "EPSG:4498",
    "six-but-three": "EPSG:4527",
    "prefix-but-none": "EPSG:4548",
    "plain-but-prefix": "EPSG:4527",
    "utm-but-prefix": "EPSG:4527",
}
"""What the sentence of a contradiction gives as the likely answer."""


def numbers(kind: str) -> np.ndarray:
    """The place as each system writes it; transformed by geopandas, not by us."""
    codes = {
        "3° with prefix": 4527,
        "3° without prefix": 4548,
        "6° with prefix": 4498,
        "6° without prefix": 4509,
        "UTM": 32650,
        "Web Mercator": 3857,
    }
    plain = kind.removesuffix(", latitude first").removesuffix(", north first")
    if plain in codes:
        base = 4490 if codes[plain] < 5000 and codes[plain] > 4000 else 4326
        made = gpd.GeoSeries(shapely.points(CORNERS), crs=base).to_crs(codes[plain])
        found = shapely.get_coordinates(made.to_numpy())
    else:
        found = {
            "degrees": CORNERS,
            "degrees abroad": CORNERS - [120, 0],
            "local metres": (CORNERS - PLACE) * 1e5 + 500,
            "GCJ-02": gcj02_of_wgs84(CORNERS),
            "BD-09": bd09_of_gcj02(gcj02_of_wgs84(CORNERS)),
        }[plain]
    return found if plain == kind else found[:, ::-1]


def prj(says: str) -> bytes | None:
    if says == "nothing":
        return None
    if says == "renamed ESRI .prj of EPSG:4527":
        return ESRI_GK39.format(name="成果坐标系", easting="39500000.0", meridian="117.0").encode()
    if says == "renamed ESRI .prj of EPSG:4548":
        return ESRI_GK39.format(name="成果坐标系", easting="500000.0", meridian="117.0").encode()
    if says == "renamed ESRI .prj, meridian 116.5°":
        return ESRI_GK39.format(name="地方坐标系", easting="500000.0", meridian="116.5").encode()
    code = re.search(r"EPSG:(\d+)", says)
    epsg = int(code[1]) if code else {"CGCS2000 degrees": 4490, "WGS 84 degrees": 4326}[says]
    return CRS(epsg).to_wkt("WKT2_2019").encode()


def upload(folder: Path, says: str, kind: str) -> bytes:
    files = shapefile_parts(folder, gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Polygon(numbers(kind))]))
    declared = prj(says)
    held = {f"a{suffix}": data for suffix, data in files.items() if suffix != ".prj"}
    return zip_bytes(held if declared is None else held | {"a.prj": declared})


@pytest.mark.parametrize(("case", "says", "kind", "outcome", "named"), CASES, ids=[case[0] for case in CASES])
def test_case(tmp_path: Path, case: str, says: str, kind: str, outcome: str, named: str) -> None:
    content = upload(tmp_path, says, kind)
    if outcome.startswith("geo."):
        with pytest.raises(RedlineError) as fault:
            read_sites(content, "a.zip", crs=named or None)
        assert fault.value.key == outcome
        candidates = fault.value.values.get("candidates", ())
        if case in LIKELY:
            assert {candidate.crs for candidate in candidates} == LIKELY[case]  # type: ignore[union-attr]
            assert all(candidate.swapped == ("swapped" in case) for candidate in candidates)  # type: ignore[union-attr]
        for lang in ("zh", "en"):
            assert NAMED.get(case, "") in fault.value.text(lang)
        return
    sites = read_sites(content, "a.zip", crs=named or None)
    reading = sites.crs[0]
    used = reading.declared if reading.shifted else f"EPSG:{reading.epsg}"
    assert used == outcome
    assert ("user" in reading.evidence) == bool(named)
    assert ("null_shift" in reading.evidence) == (
        outcome in {"EPSG:4326", "EPSG:32650", "EPSG:3857", "GCJ-02", "BD-09"}
    )
    assert ("same_parameters" in reading.evidence) == case.startswith("renamed")
    assert ("open_formula" in reading.evidence) == reading.shifted
    found = shapely.get_coordinates(sites.frame.geometry[0])
    off_m = min(KARNEY.inv(*PLACE, *point)[2] for point in found.tolist())
    if case.startswith("unseen"):
        assert off_m > 300
    else:
        assert off_m < (0.001 if reading.shifted else 1e-4)


def test_the_page_is_this_table() -> None:
    rows = re.findall(r"^\| (\S+) \| (.*?) \| (.*?) \| (.*?) \| `(.*?)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [
        (case, says, kind, outcome, "" if named == "—" else named) for case, says, kind, named, outcome in rows
    ] == CASES


def test_swapped_axes_go_on_by_the_users_word(tmp_path: Path) -> None:
    content = upload(tmp_path, "CGCS2000 degrees", "degrees, latitude first")
    sites = read_sites(content, "a.zip", swap=True)
    assert sites.crs[0].evidence == ("prj", "axes_swapped")
    assert shapely.get_coordinates(sites.frame.geometry[0])[:, 0].min() == pytest.approx(116.0)


def test_a_longitude_settles_the_zone() -> None:
    points = numbers("3° without prefix")
    assert [c.crs for c in detect(points, lon=116.1)] == ["EPSG:4548", "EPSG:32650"]
    assert [c.crs for c in detect(numbers("UTM"), lon=116.1)] == ["EPSG:4548", "EPSG:32650"]
    assert detect(points, lon=119.9)[0].crs == "EPSG:4549"
    assert detect(np.array([[np.nan, 1.0]])) == ()


def test_inspect_shows_candidates_with_their_evidence(tmp_path: Path) -> None:
    layer = inspect(upload(tmp_path, "nothing", "3° with prefix"), "a.zip").layers[0]
    assert (layer.declared, layer.fault) == (None, None)
    assert [candidate.crs for candidate in layer.candidates] == ["EPSG:4527"]
    assert "3 度带" in layer.candidates[0].text("zh")
    assert "3-degree" in layer.candidates[0].text("en")
