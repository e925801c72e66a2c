"""Where things stand: the product, the configuration in use, the tables that go with it, and the user's own folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import platformdirs

__all__ = ["PRODUCT", "config_in_use", "data_root", "home", "law_folder", "plans_folder"]

PRODUCT: Final = Path(__file__).resolve().parents[1]
"""Where the product is installed; the one place that knows where a module stands."""


def home() -> Path:
    """Return the folder of what a user adds: ``REDLINE_HOME``, else ``redline`` under the user's data folder.

    It is made if it is not there, and holds imports, the catalogue's additions, tiles and the ledger
    (docs/architecture.md, Stores).
    """
    named = os.environ.get("REDLINE_HOME")
    folder = Path(named).expanduser() if named else platformdirs.user_data_path("redline", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def config_in_use() -> Path:
    """Return the configuration in use: ``REDLINE_CONFIG``, else the one that comes with the product."""
    return Path(os.environ.get("REDLINE_CONFIG") or PRODUCT / "config.toml")


def data_root(config_folder: Path | None = None) -> Path:
    """Return the folder that holds the plan tables and what goes with them.

    Parameters
    ----------
    config_folder : Path, optional
        Folder of a configuration; default: of the one in use. Its own ``data`` counts where ``data/plans`` is there,
        else the data that come with the product.
    """
    folder = config_in_use().resolve().parent if config_folder is None else config_folder
    return folder / "data" if (folder / "data" / "plans").is_dir() else PRODUCT / "data"


def plans_folder() -> Path:
    """Return the folder of the plan tables in use."""
    return data_root() / "plans"


def law_folder() -> Path:
    """Return the folder of the law tables in use: beside the plan tables, else those that come with the product."""
    beside = data_root() / "law"
    return beside if beside.is_dir() else PRODUCT / "data" / "law"
