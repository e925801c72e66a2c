"""What the first visit would wait for, done before the server answers: modules, layers, indexes."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Final

from geo.errors import RedlineError

__all__ = ["prepare"]

_MODULES: Final = (
    "altair", "carto.map", "geo.read", "layers.own", "layers.plans", "siting.answer", "siting.ledger",
    "snapshot.deliver", "snapshot.report", "views.work",
)  # fmt: skip
"""What the pages import. Not the pages: what imports the map's component outside a script leaves it unregistered."""
_SHARED: Final = (
    ("views.session", "current_layers"),
    ("carto.map", "bundle"),
    ("views.server", "search_index"),
)
"""Functions whose results all sessions of the process share."""


def prepare() -> None:
    """Load what all sessions share; a fault is left to the page that meets it."""
    for module in _MODULES:
        import_module(module)
    for module, name in _SHARED:
        try:
            getattr(import_module(module), name)()
        except RedlineError as fault:
            logging.getLogger("redline").warning("%s", fault)
