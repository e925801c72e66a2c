"""What a worker does with a partition, called here without a cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import BadInput
from snapshot.columnar import TABLES
from snapshot.scale_out import worker
from snapshot.scale_out.partitions import write_partitions
from snapshot.scale_out.versions import versions_of
from snapshot.scale_out.worker import ATTEMPTS, PARTITIONS, RESULT, Job, checked
from tests.snapshot.columns import small_catalogue, table_of
from tests.snapshot.scale_out.conftest import Small


@pytest.fixture
def _nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOADED", {})


@pytest.fixture
def job(small: Small, tmp_path: Path) -> Job:
    folder = tmp_path / "work"
    write_partitions(small.sites, folder / PARTITIONS, 40)
    for name in TABLES:
        (folder / RESULT / name).mkdir(parents=True)
    return Job(str(folder), small.settings.to_json(), (), versions_of(small.layers))


@pytest.mark.usefixtures("_nothing_loaded")
def test_layers_are_loaded_for_the_first_partition_only(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    load = worker.load_layers
    monkeypatch.setattr(worker, "load_layers", lambda catalogue, **_where: loads.append(1) or load(catalogue))
    done = [checked(job, number) for number in (0, 1)]
    assert len(loads) == 1
    folder = Path(job.folder)
    assert sum(one["sites"] for one in done) == len(table_of(folder / RESULT, "sites")) == 64
    assert list((folder / ATTEMPTS).iterdir()) == []


def test_a_partition_that_is_checked_again_gives_the_same_files(job: Job) -> None:
    checked(job, 0)
    files = {path: path.read_bytes() for path in (Path(job.folder) / RESULT).rglob("*.parquet")}
    checked(job, 0)
    assert files == {path: path.read_bytes() for path in (Path(job.folder) / RESULT).rglob("*.parquet")}
    assert len(files) == len(TABLES)


@pytest.mark.usefixtures("_nothing_loaded")
def test_a_worker_with_another_layer_refuses_and_names_it(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("REDLINE_CONFIG", str(small_catalogue(other, rivers={"basis": "published"})))
    with pytest.raises(BadInput) as told:
        checked(job, 0)
    assert told.value.key == "scale_out.worker_differs"
    assert "rivers" in told.value.text("en")
    assert "redline_jiangxi" not in told.value.text("en")  # equal features, written anew


@pytest.mark.usefixtures("_nothing_loaded")
def test_a_worker_with_other_software_refuses(job: Job) -> None:
    theirs = replace(job.versions, software={**job.versions.software, "geos": "0.1"})
    with pytest.raises(BadInput, match="geos"):
        checked(replace(job, versions=theirs), 0)


@pytest.mark.usefixtures("_nothing_loaded")
def test_a_worker_with_other_rules_refuses(job: Job) -> None:
    with pytest.raises(BadInput, match="data/law"):
        checked(replace(job, versions=replace(job.versions, law_sha256="0" * 64)), 0)


def test_rules_that_change_after_the_layers_were_loaded_are_noticed(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(job, 0)
    monkeypatch.setattr("siting.check.run.law_digest", lambda _: "1" * 64)
    with pytest.raises(BadInput) as told:
        checked(job, 1)
    assert told.value.key == "ledger.law_moved"


@pytest.mark.usefixtures("_nothing_loaded")
def test_layers_that_a_person_may_not_see_are_closed_for_the_worker_too(job: Job) -> None:
    with pytest.raises(BadInput) as told:  # the versions are those of a person who sees it
        checked(replace(job, closed=("rivers",)), 0)
    assert "rivers" in told.value.text("zh")


def test_a_working_folder_that_is_not_there_is_said_and_not_made(job: Job, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told:
        checked(replace(job, folder=str(tmp_path / "elsewhere")), 0)
    assert told.value.key == "scale_out.no_partition"
    assert str(tmp_path / "elsewhere") in told.value.text("zh")
    assert not (tmp_path / "elsewhere").exists()
