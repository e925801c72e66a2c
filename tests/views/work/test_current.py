"""The work of a session: what happens where its draft cannot be saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from views.work.draft_store import DraftStore


def body() -> None:
    from views.work import WorkFile, open_work, save_work  # noqa: PLC0415

    file = WorkFile(lambda: ("site.geojson", b"{}"), lambda name, content: None)
    open_work({}, file)
    save_work({}, file)


def test_a_disk_that_is_full_costs_the_draft_and_not_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    app = AppTest.from_function(body, default_timeout=60)
    with monkeypatch.context() as patch:
        patch.setattr(DraftStore, "save", full)
        app.run()
    assert not app.exception
    (warning,) = app.warning
    assert "草稿没有存下（No space left on device）" in warning.value
    assert "work" not in app.query_params, "no address names a draft that is not there"
    app.run()
    assert not app.warning
    assert "work" in app.query_params
