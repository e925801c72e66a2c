"""What many tests read: loaded once for each worker."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from layers.catalogue.config import read_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from tests.helpers import ROOT


@pytest.fixture(scope="session")
def shipped() -> dict[str, Layer]:
    """Every layer of the shipped catalogue; a test that changes something copies it first."""
    return load_layers(read_catalogue(ROOT / "config.toml"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that is skipped fail where all that tests need is installed: there it would only hide a gap."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but CI has all that tests need: {report.longrepr}"
    return report


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of a file by its argument, not by the bytes: an archive holds its time, and workers must agree."""
    return argname if isinstance(val, bytes | str) and (isinstance(val, bytes) or len(val) > 60) else None
