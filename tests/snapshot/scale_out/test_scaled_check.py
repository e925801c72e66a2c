"""Checks by worker processes: the same rows as by one process, whatever happens to workers, and whole or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client, LocalCluster, default_client

from geo.errors import BadInput, DataFault
from geo.progress import Progress, no_progress
from geo.read.formats import read_sites
from geo.sites import Sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.model import Layer
from siting.check import Settings, cut_heavy_polygons, run_batch, settings_of
from snapshot.columnar import write_dataset
from snapshot.scale_out import Workers, check_scaled_out, scaled_check, worker
from tests.helpers import ROOT
from tests.snapshot.columns import assert_same_results, mixed_file, record_of, table_of
from tests.snapshot.scale_out.conftest import Small

pytestmark = pytest.mark.xdist_group("dask")  # workers of two tests at once would wait for one another


def scaled(small: Small, place: Path, workers: Workers, progress: Progress = no_progress, **options: Any) -> None:
    sites, settings = options.pop("sites", small.sites), options.pop("settings", small.settings)
    check_scaled_out(sites, small.layers, settings, place, workers=workers, progress=progress, **options)


def few(small: Small) -> Sites:
    """Return eight of the sites, for tests of what happens around a check."""
    return replace(small.sites, frame=small.sites.frame.iloc[:8])


def test_one_worker_gives_the_rows_of_one_process(small: Small, tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    schemes: set[str] = set()
    addresses: set[str] = set()

    def watch(share: float, done: str = "", /) -> None:
        seen.append((share, done))
        address = default_client().scheduler.address
        schemes.add(address.partition(":")[0])
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            doors = process.net_connections(kind="inet")
            addresses.update(door.laddr.ip for door in doors if door.status == psutil.CONN_LISTEN)
        with pytest.raises(OSError, match=r"closed|Timed out"):  # whoever has no certificate of this run
            Client(address.replace("tls:", "tcp:"), timeout=1, set_as_default=False)

    scaled(small, tmp_path / "r", Workers(1), watch, most_sites=25)
    assert_same_results(tmp_path / "r", small.one_process)
    assert [done for _, done in seen][-1] == str(len(small.sites))
    assert len(seen) == 3
    assert (schemes, addresses) == ({"tls"}, {"127.0.0.1"})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["r"]


def test_a_worker_that_is_killed_costs_no_row(
    shipped: dict[str, Layer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the shipped catalogue; one of two workers gets SIGKILL once the first partition of eight is done."""
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    sites = read_sites(mixed_file(tmp_path / "混合.gpkg", 48))
    settings = settings_of(read_catalogue(ROOT / "config.toml"), activity="chemical_project", as_of="2026-11-20")
    killed: dict[str, int] = {}

    def kill_one(_share: float, _done: str = "", /) -> None:
        if not killed:
            address, pid = sorted(default_client().run(os.getpid).items())[0]
            os.kill(pid, signal.SIGKILL)
            killed[address] = pid

    check_scaled_out(sites, shipped, settings, tmp_path / "two", workers=Workers(2), progress=kill_one, most_sites=8)
    assert killed
    assert len(list((tmp_path / "two" / "sites").iterdir())) == 8
    cut_heavy_polygons(shipped)
    one = write_dataset(tmp_path / "one", run_batch(sites, shipped, settings), "zh")
    assert_same_results(tmp_path / "two", one)


# ---------------------------------------------------------------- a scheduler that runs


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Return a cluster of one worker in this process, where tests can reach into what it does."""
    options: dict[str, Any] = {"processes": False, "dashboard_address": None, "protocol": "tcp", "host": "127.0.0.1"}
    with LocalCluster(n_workers=1, threads_per_worker=1, memory_limit=0, **options) as made:
        yield made


@pytest.fixture
def scheduler(cluster: LocalCluster) -> Workers:
    return Workers(0, cluster.scheduler_address)


def test_the_workers_of_a_scheduler_give_the_rows_of_one_process(
    small: Small, scheduler: Workers, tmp_path: Path
) -> None:
    scaled(small, tmp_path / "r", scheduler)
    assert_same_results(tmp_path / "r", small.one_process)


def test_corridors_along_lines_are_the_same_in_partitions(small: Small, scheduler: Workers, tmp_path: Path) -> None:
    settings = replace(small.settings, corridor_m=120.0, activity=None)
    scaled(small, tmp_path / "r", scheduler, settings=settings, most_sites=9)
    one = write_dataset(tmp_path / "one", run_batch(small.sites, small.layers, settings), "zh")
    assert_same_results(tmp_path / "r", one)


def test_the_day_of_the_law_is_settled_before_the_first_partition(
    small: Small, scheduler: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaled_check, "day_of", lambda day: day or "2025-03-04")
    scaled(small, tmp_path / "r", scheduler, settings=replace(small.settings, as_of=""), sites=few(small))
    assert record_of(tmp_path / "r")["run"]["settings"]["as_of"] == "2025-03-04"


def test_a_task_that_fails_is_tried_again(
    small: Small, scheduler: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "write_tables", failing(worker.write_tables, 2))
    scaled(small, tmp_path / "r", scheduler, sites=few(small))
    assert record_of(tmp_path / "r")["tables"]["sites"] == len(table_of(tmp_path / "r", "sites")) == 8


def test_a_task_that_fails_again_and_again_is_one_sentence_and_a_log(
    small: Small, scheduler: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "write_tables", failing(worker.write_tables, 3))
    with pytest.raises(DataFault) as told:
        scaled(small, tmp_path / "r", scheduler, sites=few(small))
    assert told.value.key == "scale_out.task_failed"
    assert str(tmp_path / "r.log") in told.value.text("en")
    assert "device busy" in (tmp_path / "r.log").read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == ["r.log"]


def failing(write: Any, times: int) -> Any:
    """Return a function that raises the first few times, and then does what another does."""
    left = iter(range(times))

    def failed(*arguments: Any) -> None:
        if next(left, None) is not None:
            raise OSError("device busy")
        write(*arguments)

    return failed


def test_a_row_that_is_lost_is_noticed(
    small: Small, scheduler: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = worker.tables_of_run

    def without_last(*arguments: Any) -> Any:
        tables = make(*arguments)
        return tables | {"sites": tables["sites"].slice(0, tables["sites"].num_rows - 1)}

    monkeypatch.setattr(worker, "tables_of_run", without_last)
    with pytest.raises(DataFault) as told:
        scaled(small, tmp_path / "r", scheduler, sites=few(small))
    assert told.value.key == "scale_out.rows_missing"
    assert (told.value.values["expected"], told.value.values["found"]) == (8, 7)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("earlier", [True, False])
def test_whoever_stops_it_finds_what_was_there_before(
    small: Small, scheduler: Workers, tmp_path: Path, *, earlier: bool
) -> None:
    if earlier:
        scaled(small, tmp_path / "r", scheduler, settings=Settings(as_of="2020-01-01"), sites=few(small))

    def stop(_share: float, _done: str = "", /) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scaled(small, tmp_path / "r", scheduler, stop, sites=few(small), most_sites=2)
    assert [one.name for one in tmp_path.iterdir()] == (["r"] if earlier else [])
    assert not earlier or record_of(tmp_path / "r")["run"]["settings"]["as_of"] == "2020-01-01"


def test_a_worker_that_differs_stops_the_check(
    small: Small, scheduler: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_LOADED", {})
    versions_of = worker.versions_of
    monkeypatch.setattr(worker, "versions_of", lambda layers: replace(versions_of(layers), law_sha256="0"))
    with pytest.raises(BadInput) as told:
        scaled(small, tmp_path / "r", scheduler)
    assert told.value.key == "scale_out.worker_differs"
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_that_goes_is_one_sentence(small: Small, tmp_path: Path) -> None:
    options: dict[str, Any] = {"processes": False, "dashboard_address": None, "host": "127.0.0.1", "protocol": "tcp"}
    made = LocalCluster(n_workers=1, threads_per_worker=1, memory_limit=0, **options)
    workers = Workers(0, made.scheduler_address)
    with made, pytest.raises(DataFault) as told:
        scaled(small, tmp_path / "r", workers, lambda *_: made.close(), sites=few(small), most_sites=1)
    assert told.value.key == "scale_out.scheduler_lost"
    assert list(tmp_path.iterdir()) == []


def test_a_worker_with_several_threads_is_refused(small: Small, tmp_path: Path) -> None:
    options: dict[str, Any] = {"processes": False, "dashboard_address": None, "host": "127.0.0.1", "protocol": "tcp"}
    with LocalCluster(n_workers=1, threads_per_worker=2, **options) as made, pytest.raises(BadInput) as told:
        scaled(small, tmp_path / "r", Workers(0, made.scheduler_address))
    assert told.value.key == "scale_out.several_threads"


def test_a_scheduler_that_does_not_answer_is_one_sentence(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapshot.scale_out.workers._CONNECT_S", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", "tcp://"):
        with pytest.raises(BadInput) as told:
            scaled(small, tmp_path / "r", Workers(0, address))
        assert told.value.key == "scale_out.no_scheduler"
        assert address in told.value.text("zh")


def test_settings_that_there_cannot_be_are_said_at_once(small: Small, tmp_path: Path) -> None:
    nobody = Workers(0, "tcp://127.0.0.1:1")  # is not asked
    for wrong in ({"activity": "no_such"}, {"as_of": "yesterday"}, {"works": "demolish"}):
        with pytest.raises(BadInput) as told:
            scaled(small, tmp_path / "r", nobody, settings=replace(small.settings, **wrong))
        assert told.value.key.startswith("siting.")


def test_a_folder_that_cannot_be_written_is_one_sentence(small: Small, scheduler: Workers, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput) as told:
        scaled(small, tmp_path / "file" / "r", scheduler)
    assert told.value.key == "cli.cannot_write"
