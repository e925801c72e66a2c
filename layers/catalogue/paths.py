"""Which configuration is in use, and which tables go with it: one answer for map, rules, pages and command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["PRODUCT", "config_in_use", "data_root", "law_folder", "plans_folder"]

PRODUCT: Final = Path(__file__).resolve().parents[2]
"""Where the product is installed; the one place that knows where a module stands."""


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
