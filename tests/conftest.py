"""Fixtures of all tests, and hooks: skipped tests fail in CI, cases of bytes are named by their argument."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from layers.catalogue.config import read_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from tests.helpers import ROOT

# how long it takes to think of an input says nothing about the code, and much about what else the machine does
settings.register_profile("redline", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("redline")


@pytest.fixture(scope="session")
def shipped() -> dict[str, Layer]:
    """Return every layer of the shipped catalogue, loaded once for each worker; copy what a test changes."""
    return load_layers(read_catalogue(ROOT / "config.toml"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report a skipped test as failed in CI, where all that tests need is installed."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but CI has all that tests need: {report.longrepr}"
    return report


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Return the argument's name as the id of a case of bytes: an archive contains its time, and workers must agree."""
    return argname if isinstance(val, bytes | str) and (isinstance(val, bytes) or len(val) > 60) else None
