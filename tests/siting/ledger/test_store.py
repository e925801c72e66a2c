"""The ledger: what is stored comes back, is never half there, and does not change behind its back."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo import whole_file as whole_module
from geo.errors import BadInput, DataFault
from geo.read.formats import Sites, read_sites, sites_from_points
from layers.catalogue.digest import frame_digest
from layers.catalogue.model import Layer
from layers.sources import CorridorSource
from siting.check.run import run_check
from siting.check.settings import Case, Settings
from siting.ledger import database as database_module
from siting.ledger import store as ledger_module
from siting.ledger.copies import Kept
from siting.ledger.store import Ledger

SETTINGS = Settings(as_of="2026-11-20")
CASE = Case("崇仁风电场", "2026-361024-44-01", "某公司", "预审选址", "赣自然资〔2026〕1号", "张三", "李四")


def geojson(*boxes: tuple[float, float, float, float]) -> bytes:
    features = [
        {"type": "Feature", "properties": {"id": f"地块{n}"}, "geometry": shapely.box(*corners).__geo_interface__}
        for n, corners in enumerate(boxes, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    red = make_layer(shapely.box(116.0, 27.0, 116.5, 27.5), id="red", role="redline", zones=["核心区"])
    red = replace(red, digest=frame_digest(red.frame))
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    return {"county": county, "red": red, "farmland": make_layer(id="farmland", state="not_loaded")}


def stored(ledger: Ledger, layers: dict[str, Layer], case: Case = CASE, content: bytes | None = None) -> str:
    content = content or geojson((116.1, 27.1, 116.2, 27.2), (117.1, 27.1, 117.2, 27.2))
    sites = read_sites(content, "项目.geojson")
    return ledger.store(case, run_check(sites, layers, SETTINGS), content)


def test_what_is_stored_comes_back(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    content = geojson((116.1, 27.1, 116.2, 27.2), (117.1, 27.1, 117.2, 27.2))
    sites = read_sites(content, "项目.geojson")
    run = run_check(sites, layers, SETTINGS)
    report = run.report()
    check_id = ledger.store(CASE, run, content)
    assert re.fullmatch(r"R\d{8}-[2-9A-HJKMNP-Z]{4}", check_id)
    check = Ledger.open(tmp_path).get(check_id.lower())
    assert check.case == CASE
    assert check.settings == SETTINGS
    assert check.crs == sites.crs
    assert [layer.spec.id for layer in check.layers] == ["county", "red", "farmland"]
    assert check.layers[1].spec == layers["red"].spec
    assert check.layers[1].digest == layers["red"].digest
    assert {key: check.report[key] for key in ("version", "run")} == {key: report[key] for key in ("version", "run")}
    assert [site["findings"] for site in check.report["sites"]] == [site["findings"] for site in report["sites"]]
    assert {site["check_id"] for site in check.report["sites"]} == {check_id}
    assert ledger.kept.get_bytes(check.input_sha256 or "") == content
    back = ledger.kept.get_frame(check.sites_kept)
    assert shapely.equals_identical(back.geometry.to_numpy(), sites.frame.geometry.to_numpy()).all()
    assert back["site_id"].tolist() == ["地块1", "地块2"]


def test_what_was_drawn_is_kept_as_understood(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    sites = sites_from_points([(116.2, 27.2)])
    check = ledger.get(ledger.store(Case(), run_check(sites, layers, SETTINGS)))
    assert check.input_sha256 is None
    assert ledger.kept.get_frame(check.sites_kept).geometry.iloc[0].equals(shapely.Point(116.2, 27.2))


def test_search_finds_words_anywhere_and_takes_them_literally(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    wind = stored(ledger, layers)
    mine = stored(ledger, layers, Case("采石场 100%", builder="乙公司"))
    assert {line.id for line in ledger.search()} == {wind, mine}
    assert [line.id for line in ledger.search("风电")] == [wind]
    assert [line.id for line in ledger.search("张三 公司")] == [wind]
    assert [line.id for line in ledger.search("100%")] == [mine]
    assert ledger.search("1_0") == []
    assert [line.id for line in ledger.search(mine)] == [mine]
    assert ledger.search("' OR 1=1 --") == []
    assert ledger.search(verdict="prohibited") == []
    assert len(ledger.search(verdict="notice", since="2026-01-01", until="9999-12-31")) == 2
    assert ledger.search(until="2020-01-01") == []


def test_unknown_id_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as fault:
        Ledger.open(tmp_path).get("R20260101-AAAA")
    assert "R20260101-AAAA" in fault.value.text("en")


def test_a_stored_check_cannot_be_changed_but_its_case_can(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    check_id = stored(ledger, layers)
    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as db:
        for statement in (
            "UPDATE checks SET verdict = 'nothing_found'",
            "UPDATE check_layers SET digest = ''",
            "DELETE FROM checks",
            "DELETE FROM check_layers",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="does not change"):
                db.execute(statement)
    db.close()
    ledger.amend(check_id, replace(CASE, reviewed_by="王五"))
    assert ledger.get(check_id).case.reviewed_by == "王五"
    ((_, before),) = ledger.amendments(check_id)
    assert before == CASE


def test_a_record_altered_past_the_triggers_breaks_its_seal(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    check_id = stored(ledger, layers)
    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as db:
        db.execute("DROP TRIGGER check_layers_update")
        db.execute("UPDATE check_layers SET digest = 'x' WHERE layer = 'red'")
    db.close()
    with pytest.raises(DataFault) as fault:
        ledger.get(check_id)
    assert fault.value.key == "ledger.altered"


def test_kept_copies_know_when_they_were_altered(tmp_path: Path, layers: dict[str, Layer]) -> None:
    kept = Kept(tmp_path)
    name = kept.put_bytes(b"one")
    (kept.inputs / name).write_bytes(b"two")
    with pytest.raises(DataFault) as fault:
        kept.get_bytes(name)
    assert fault.value.key == "ledger.input_altered"
    red = kept.put_frame(layers["red"].frame)
    moved = layers["red"].frame.copy()
    moved.geometry = [shapely.box(116.0, 27.0, 116.5, 27.500000001)]
    other = kept.put_frame(moved)
    assert other != red
    (kept.layers / f"{other}.fgb").replace(kept.layers / f"{red}.fgb")
    with pytest.raises(DataFault) as fault:
        kept.get_frame(red)
    assert fault.value.key == "ledger.layer_altered"
    with pytest.raises(DataFault) as fault:
        kept.get_frame(other)
    assert fault.value.key == "ledger.layer_gone"


def test_every_kind_of_column_comes_back(tmp_path: Path) -> None:
    shapes = [
        shapely.Point(0.1, 0.2),
        shapely.MultiPoint([(1, 2)]),
        shapely.box(0, 0, 1, 1),
        shapely.LineString([(0, 0), (1, 1)]),
    ]
    frame = gpd.GeoDataFrame(
        {
            "whole": [1, -2, 2**53 + 1, 0],
            "number": [0.1, float("nan"), 1e300, -0.0],
            "text": ["", None, "红线\n“1”", "a"],
            "truth": [True, False, True, True],
            "mixed": [1, "a", None, [1, "二"]],
            "nothing": [None] * 4,
        },
        geometry=shapes,
        crs="EPSG:4490",
    )
    kept = Kept(tmp_path)
    back = kept.get_frame(kept.put_frame(frame))
    assert [shape.wkt for shape in back.geometry] == [shape.wkt for shape in shapes]
    assert back["whole"].tolist() == frame["whole"].tolist()
    assert back["number"].dropna().tolist() == [0.1, 1e300, -0.0]
    assert back["text"].tolist()[0] == ""
    assert back["text"].isna().tolist() == [False, True, False, False]
    assert back["text"].iloc[2] == "红线\n“1”"
    assert back["truth"].dtype == bool
    assert back["mixed"].iloc[3] == '[1, "二"]'


def test_home_folders_are_the_owners_alone(tmp_path: Path) -> None:
    Ledger.open(tmp_path)
    for name in ("ledger", "inputs", "layers", "laws"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_later_ledger_is_not_touched(tmp_path: Path) -> None:
    Ledger.open(tmp_path)
    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(DataFault) as fault:
        Ledger.open(tmp_path)
    assert fault.value.key == "ledger.newer"


def test_a_layers_uses_are_read_from_an_index_that_older_ledgers_get(
    tmp_path: Path, layers: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(database_module, "MIGRATIONS", database_module.MIGRATIONS[:1])
        first = stored(Ledger.open(tmp_path), layers)
    ledger = Ledger.open(tmp_path)
    other = replace(layers["red"], digest="f" * 64)
    later = [stored(ledger, layers | {"red": other}) for _ in range(3)]
    assert ledger.get(first).layers, "what was stored before is untouched"
    uses = {use.digest: use for use in ledger.uses("red", most=2)}
    assert {digest: use.checks for digest, use in uses.items()} == {layers["red"].digest: 1, "f" * 64: 3}
    assert uses["f" * 64].latest == tuple(sorted(later, reverse=True)[:2])
    assert uses["f" * 64].spec == layers["red"].spec
    assert ledger.uses("farmland") == [], "a layer that was not there was not used"
    assert ledger.uses("x' OR 1=1 --") == []
    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as db:
        for query in (ledger_module._USED, ledger_module._USED_BY):
            values = ("red", "f" * 64, 2)[: query.count("?")]
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query.format(seen=1)}", values))
            assert "COVERING INDEX check_layers_by_layer" in plan
            assert "TEMP B-TREE" not in plan


def test_input_must_be_what_was_checked(tmp_path: Path, layers: dict[str, Layer]) -> None:
    content = geojson((116.1, 27.1, 116.2, 27.2))
    sites = read_sites(content, "a.geojson")
    ledger = Ledger.open(tmp_path)
    with pytest.raises(BadInput):
        ledger.store(CASE, run_check(sites, layers, SETTINGS), content + b" ")
    assert ledger.search() == []


# ---------------------------------------------------------------- two processes, crashes


def _store_some(home: Path, start: Any, layers: dict[str, Layer], content: bytes, sites: Sites, many: int) -> None:
    start.wait()
    ledger = Ledger.open(home)
    run = run_check(sites, layers, SETTINGS)
    for _ in range(many):
        ledger.store(CASE, run, content)


def test_two_processes_store_at_once(tmp_path: Path, layers: dict[str, Layer]) -> None:
    content = geojson((116.1, 27.1, 116.2, 27.2))
    sites = read_sites(content, "a.geojson")
    spawn = multiprocessing.get_context("fork")
    start = spawn.Barrier(2)
    workers = [spawn.Process(target=_store_some, args=(tmp_path, start, layers, content, sites, 15)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    ledger = Ledger.open(tmp_path)
    found = ledger.search()
    assert len({line.id for line in found}) == 30
    for line in found:
        assert ledger.get(line.id).report["sites"]
    assert len(list(ledger.kept.inputs.iterdir())) == 1
    assert not [*tmp_path.rglob(".draft-*"), *tmp_path.rglob(".*.part")]


def _die_at(home: Path, layers: dict[str, Layer], content: bytes, sites: Sites, where: str) -> None:
    """Store, and be killed by the system at the named step, as by a power cut."""

    def die(*_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    ledger = Ledger.open(home)
    real_insert = ledger_module._insert
    if where == "copy":
        whole_module.flush = die
    elif where == "row":
        ledger_module._insert = die
    elif where == "second row":
        ledger_module._insert = lambda db, table, row: (real_insert if table == "checks" else die)(db, table, row)
    ledger.store(CASE, run_check(sites, layers, SETTINGS), content)


@pytest.mark.parametrize("where", ["copy", "row", "second row"])
def test_a_crash_leaves_nothing_half_written(tmp_path: Path, layers: dict[str, Layer], where: str) -> None:
    content = geojson((116.1, 27.1, 116.2, 27.2))
    sites = read_sites(content, "a.geojson")
    worker = multiprocessing.get_context("fork").Process(target=_die_at, args=(tmp_path, layers, content, sites, where))
    worker.start()
    worker.join(120)
    assert worker.exitcode == -signal.SIGKILL
    ledger = Ledger.open(tmp_path)
    assert ledger.search() == []
    for path in ledger.kept.inputs.glob("[0-9a-f]*"):
        assert ledger.kept.get_bytes(path.name)
    for path in ledger.kept.layers.glob("*.fgb"):
        assert len(ledger.kept.get_frame(path.stem))
    check_id = stored(ledger, layers)
    assert [line.id for line in ledger.search()] == [check_id]


def test_who_may_not_see_a_layer_sees_no_check_that_saw_it(tmp_path: Path, layers: dict[str, Layer]) -> None:
    ledger = Ledger.open(tmp_path)
    spec = layers["red"].spec
    along = replace(
        layers["red"],
        spec=spec.model_copy(
            update={"id": "band", "source": CorridorSource(kind="corridor", of=["red_official"], width_m=50.0)}
        ),
    )
    official = replace(layers["red"], spec=spec.model_copy(update={"id": "red_official"}))
    plain = stored(ledger, layers)
    direct = stored(ledger, layers | {"red_official": official})
    made_of_it = stored(ledger, layers | {"band": along})
    closed = ledger.without({"red_official", "x' OR 1=1 --"})
    assert {line.id for line in ledger.search()} == {plain, direct, made_of_it}
    assert [line.id for line in closed.search()] == [plain]
    assert closed.search(direct) == [], "nor by its number"
    uses = {use.digest: (use.checks, use.latest) for use in closed.uses("red")}
    assert uses == {layers["red"].digest: (1, (plain,))}, "nor in a count of what used another layer"
    for hidden in (direct, made_of_it):
        for ask in (closed.get, lambda check_id: closed.amend(check_id, Case(reviewed_by="X"))):
            with pytest.raises(BadInput) as fault:
                ask(hidden)
            assert fault.value.key == "ledger.no_such_check", "as if it were not there"
        assert closed.amendments(hidden) == []
        assert ledger.get(hidden).case.reviewed_by != "X"
    closed.amend(plain, Case(reviewed_by="L"))
    assert closed.get(plain).case.reviewed_by == "L"
    assert len(closed.amendments(plain)) == 1
