"""What the server does for its data folder once a day: what has expired, and what was left behind, goes."""

from __future__ import annotations

import logging
import threading
from typing import Final

from geo.errors import RedlineError
from geo.whole_file import remove_left_by_killed
from layers.access import AuditLog, Person
from layers.catalogue import read_catalogue
from layers.paths import config_in_use, home
from siting.ledger import Ledger, drop_inputs
from views.work import expire_drafts

__all__ = ["start_upkeep", "tidy"]

_EVERY_S: Final = 86_400.0
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
    """Tidy up now and once a day from now on, beside the pages; a fault waits for the next day."""
    stop = threading.Event()

    def run() -> None:
        while True:
            try:
                tidy()
            except (RedlineError, OSError) as fault:
                logging.getLogger("redline").warning("upkeep did not end", extra={"why": str(fault)})
            if stop.wait(_EVERY_S):
                return

    threading.Thread(target=run, name="redline-upkeep", daemon=True).start()
