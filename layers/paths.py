"""Paths of the product, the configuration in use, its plan and law tables, and the user's data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import platformdirs

from geo.errors import DataFault

__all__ = ["PRODUCT", "config_in_use", "data_root", "home", "law_folder", "plans_folder", "stored_layers"]

PRODUCT: Final = Path(__file__).resolve().parents[1]
"""Folder in which the product is installed."""


def home() -> Path:
    """Return the user's data folder (created if missing): ``REDLINE_HOME``, else ``redline`` in the platform's folder.

    It holds imports, the user catalogue, tiles and the ledger
    (docs/architecture.md, Stores).

    Raises
    ------
    DataFault
        If it is not there and cannot be made.
    """
    folder = _home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DataFault("layers.no_home", folder=str(folder), fault=fault.strerror or str(fault)) from fault
    return folder


def stored_layers() -> Path:
    """Return the folder of layers as they were loaded (`layers.stored`), in the user's data folder."""
    return home() / "loaded"


def _home() -> Path:
    named = os.environ.get("REDLINE_HOME")
    return Path(named).expanduser() if named else platformdirs.user_data_path("redline", appauthor=False)


def config_in_use() -> Path:
    """Return the path of the configuration in use.

    ``REDLINE_CONFIG``, else ``config.toml`` of the user's data folder, which an upgrade leaves alone, else the shipped
    one.
    """
    if named := os.environ.get("REDLINE_CONFIG"):
        return Path(named)
    own = _home() / "config.toml"
    return own if own.is_file() else PRODUCT / "config.toml"


def data_root(config_folder: Path | None = None) -> Path:
    """Return the ``data`` folder of a configuration, which holds the plan tables.

    Parameters
    ----------
    config_folder : Path, optional
        Folder of a configuration; default: of the one in use. Its own ``data`` is returned where ``data/plans``
        exists, else the shipped one.
    """
    folder = config_in_use().resolve().parent if config_folder is None else config_folder
    return folder / "data" if (folder / "data" / "plans").is_dir() else PRODUCT / "data"


def plans_folder() -> Path:
    """Return the folder of the plan tables in use."""
    return data_root() / "plans"


def law_folder() -> Path:
    """Return the folder of the law tables in use: beside the plan tables, else the shipped ones."""
    beside = data_root() / "law"
    return beside if beside.is_dir() else PRODUCT / "data" / "law"
