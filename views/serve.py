"""The server, started once all is loaded that a first visit would wait for: modules, layers, indexes."""

from __future__ import annotations

import gc
import logging
from importlib import import_module
from pathlib import Path
from typing import Final

from streamlit.web.cli import main as streamlit

from geo.errors import RedlineError
from layers.access import Person, acting_as
from layers.paths import home
from views.condition import announce, look
from views.upkeep import start_upkeep

__all__ = ["prepare", "run_server"]

_MODULES: Final = (
    "altair", "carto.map", "geo.read", "layers.own", "layers.plans", "siting.answer", "siting.ledger",
    "snapshot.deliver", "snapshot.report", "views.work",
)  # fmt: skip
"""What the pages import. Not the pages: what imports the map's component outside a script leaves it unregistered."""
_SHARED: Final = (
    ("geo.confined", "confinement"),
    ("views.session", "current_layers"),
    ("carto.map", "bundle"),
    ("views.server", "search_index"),
    ("views.parts.indicators", "product_subjects"),
    ("views.server", "prepare_panels"),
)
"""Functions whose results all sessions of the process share."""


def prepare() -> None:
    """Load what all sessions share; a fault is left to the page that meets it. What a killed server left goes.

    The log gets what keeps the server from its work.
    """
    announce(home())
    start_upkeep()
    for one in look():
        logging.getLogger("redline").warning("at fault", extra={"part": one.part, "why": one.fault.text("en")})
    for module in _MODULES:
        import_module(module)
    with acting_as(Person("", role="viewer")):  # what most people see, where people have roles
        for module, name in _SHARED:
            try:
                getattr(import_module(module), name)()
            except RedlineError as fault:
                logging.getLogger("redline").warning("not prepared", extra={"part": name, "why": fault.text("en")})
    gc.collect()  # from now on without what is loaded: it stays
    gc.freeze()


def run_server(address: str, port: int) -> None:
    """Run the app in this process until it is ended; the working directory is that of the product.

    What `prepare` loaded is there, and whoever ends the process ends the server.
    """
    where = ["--server.address", address, "--server.port", str(port), "--server.headless", "true"]
    secrets: Path | None = import_module("views.server").secrets_file()
    where += [] if secrets is None else ["--secrets.files", str(secrets)]
    streamlit(["run", "app.py", *where], prog_name="streamlit")
