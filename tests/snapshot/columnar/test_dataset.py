"""Where results in columns are written, and that they are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import BadInput
from geo.sites import sites_from_points
from layers.catalogue.model import Layer
from siting.check import Run, Settings, run_batch
from snapshot.columnar import dataset
from snapshot.columnar.dataset import is_dataset, place_of, write_dataset
from tests.snapshot.columns import record_of, table_of


@pytest.fixture(scope="module")
def run(shipped: dict[str, Layer]) -> Run:
    chosen = {one: shipped[one] for one in ("county", "rivers")}
    return run_batch(sites_from_points([(117.05, 27.7), (116.2, 27.9)]), chosen, Settings())


def test_a_new_folder_is_made_and_earlier_results_in_it_are_replaced(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    assert write_dataset(folder, run, "zh") == folder
    assert record_of(folder)["tables"] == {"sites": 2, "findings": 2}
    (folder / "sites" / "part-00001.parquet").write_bytes(b"of another run")
    assert write_dataset(folder, run, "zh", check_id="R2") == folder
    assert record_of(folder)["check_id"] == "R2"
    assert len(table_of(folder, "sites")) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["results"]


def test_earlier_results_are_replaced_where_two_folders_cannot_change_names_in_one_step(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dataset(tmp_path / "results", run, "zh")
    monkeypatch.setattr(dataset, "exchange", lambda *_: False)
    write_dataset(tmp_path / "results", run, "zh", check_id="R3")
    assert record_of(tmp_path / "results")["check_id"] == "R3"
    assert [one.name for one in tmp_path.iterdir()] == ["results"]


def test_in_a_folder_with_other_things_results_get_a_folder_named_after_the_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert place_of(tmp_path, "地块.gpkg", "zh") == tmp_path / "地块-check"
    assert place_of(tmp_path, "地块.gpkg", "zh", "R1") == tmp_path / "地块-R1"
    written = write_dataset(tmp_path, run, "zh")
    assert written.parent == tmp_path
    assert is_dataset(written)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_what_is_no_result_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "results"
    file.write_text("mine", encoding="utf-8")
    place_of(tmp_path, run.sites.name, "zh").mkdir()
    for out in (file, tmp_path):
        with pytest.raises(BadInput) as told:
            write_dataset(out, run, "zh")
        assert told.value.key == "scale_out.place_taken"
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_write_that_fails_leaves_what_was_there(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_dataset(tmp_path / "results", run, "zh", check_id="first")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dataset, "write_record", full)
    with pytest.raises(BadInput) as told:
        write_dataset(folder, run, "zh", check_id="second")
    assert "No space left" in told.value.text("en")
    assert record_of(folder)["check_id"] == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["results"]
    with pytest.raises(BadInput):
        write_dataset(tmp_path / "other", run, "zh")
    assert [one.name for one in tmp_path.iterdir()] == ["results"]
