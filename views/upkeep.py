"""What the server does beside its pages: once a day what has expired goes, once a minute what nobody refers to."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from geo.errors import RedlineError
from geo.whole_file import remove_left_by_killed
from layers.access import AuditLog, Person
from layers.catalogue import read_catalogue
from layers.paths import config_in_use, home
from siting.ledger import Ledger, drop_inputs
from views.work import expire_drafts

__all__ = ["give_memory_back", "start_upkeep", "tidy"]

_EVERY_S: Final = 86_400.0
_COLLECT_S: Final = 60.0
"""Streamlit would do it after every run of a script (``runner.postScriptGC``), a tenth of a second each time."""
_C_LIBRARY: Final = ctypes.CDLL(None) if os.name == "posix" else None
_SERVER: Final = Person("server", role="administrator")


def tidy() -> None:
    """Remove what killed processes left, drafts that have expired, and uploaded files past their retention.

    Raises
    ------
    RedlineError, OSError
        If the configuration, the ledger or the data folder is at fault (`views.condition` says so too).
    """
    remove_left_by_killed(home())
    catalogue = read_catalogue(config_in_use())
    expire_drafts(catalogue.drafts.keep_days)
    if catalogue.retention.inputs_days:
        dropped = drop_inputs(Ledger.open(home()), catalogue.retention.inputs_days)
        if dropped and catalogue.access.is_on:
            AuditLog(home() / "audit").add(_SERVER, "change", "inputs", f"{dropped} past retention")


def start_upkeep() -> None:
    """Tidy up now and once a day from now on, free memory once a minute; a fault waits for the next day."""
    for work, every_s in ((_tidy_or_say, _EVERY_S), (give_memory_back, _COLLECT_S)):
        name = f"redline-{work.__name__.strip('_')}"
        threading.Thread(target=_repeat, args=(work, every_s), name=name, daemon=True).start()


def give_memory_back() -> None:
    """Free what nobody refers to, and give back to the system what the allocators keep of it."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if (trim := getattr(_C_LIBRARY, "malloc_trim", None)) is not None:
        trim(0)


def _repeat(work: Callable[[], object], every_s: float) -> None:
    while True:
        work()
        time.sleep(every_s)


def _tidy_or_say() -> None:
    try:
        tidy()
    except (RedlineError, OSError) as fault:
        logging.getLogger("redline").warning("upkeep did not end", extra={"why": str(fault)})
