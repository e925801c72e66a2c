"""Readers copied from the process of a command itself: only where nothing of it is in danger."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from geo.forks import may_fork
from tests.helpers import ROOT

pytestmark = pytest.mark.skipif(not may_fork(), reason="this system copies no processes")

_CODE = """
import os, sys, threading
from geo.confined import Ceilings, call, confined, start_readers_as_copy
from tests.geo.confined import acts
waiting = threading.Event()
if "--thread" in sys.argv:
    threading.Thread(target=waiting.wait).start()
start_readers_as_copy()
server = call._FORKS._current
print(type(server._process).__name__ if server else None)
print(confined(acts.give, 5, ceilings=Ceilings()))
print(sorted(confined(acts.environment, ceilings=Ceilings())))
waiting.set()
"""


def run(*arguments: str, **variables: str) -> list[str]:
    """Return the lines that a process prints which reads by itself."""
    home = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": "/nowhere", "OFFICE": "42"}
    done = subprocess.run(
        [sys.executable, "-c", _CODE, *arguments], env=home | variables, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_a_command_is_copied_and_its_copy_has_no_variables_of_others():
    kind, given, variables = run()
    assert (kind, given) == ("_Copy", "5")
    assert "PATH" in variables
    assert "OFFICE" not in variables
    assert "HOME" not in variables


@pytest.mark.parametrize("name", ["PGPASSWORD", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "Db_Passwd"])
def test_a_process_that_may_hold_a_password_is_not_copied(name):
    assert run(**{name: "x"})[:2] == ["None", "5"]


def test_a_process_with_threads_is_not_copied():
    assert run("--thread")[:2] == ["None", "5"]
