"""The text of a configuration as tables; one that says ``extends = "shipped"`` names only what differs here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from geo.errors import ConfigError
from layers.paths import PRODUCT

__all__ = ["read_tables"]

_EXTENDS: Final = "extends"
_SHIPPED: Final = "shipped"


def read_tables(path: Path) -> tuple[dict[str, Any], Path]:
    """Return the tables of a configuration, and the folder at which its relative paths start.

    Parameters
    ----------
    path : Path
        A TOML file. With ``extends = "shipped"`` its tables are laid over the product's ``config.toml`` key by key,
        lists of entries with an ``id`` entry by entry, and paths start at the product's folder; else at the file's own.

    Raises
    ------
    ConfigError
        If the file is missing, cannot be read or is no TOML, extends something else, or has plan tables of its own
        beside it, which would not be read.
    """
    tables = _parsed(path)
    if _EXTENDS not in tables:
        return tables, path.resolve().parent
    if tables.pop(_EXTENDS) != _SHIPPED:
        raise ConfigError("layers.config_is_words", file=path.name, key=_EXTENDS, words=f"'{_SHIPPED}'")
    if (path.resolve().parent / "data" / "plans").is_dir():
        raise ConfigError("layers.config_extends_beside_data", file=path.name)
    shipped = PRODUCT / "config.toml"
    return _laid_over(_parsed(shipped), tables), PRODUCT


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise ConfigError("layers.config_missing", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError("layers.config_not_toml", file=path.name, fault=str(fault)) from None
    except OSError as fault:
        raise ConfigError("layers.config_unreadable", file=path.name, fault=fault.strerror or str(fault)) from None


def _laid_over(base: Any, own: Any) -> Any:
    """Return `own` over `base`: tables key by key, lists of entries with an id entry by entry; else `own` alone."""
    if isinstance(base, dict) and isinstance(own, dict):
        return base | {key: _laid_over(base[key], value) if key in base else value for key, value in own.items()}
    if _are_entries(base) and _are_entries(own):
        changed = {entry["id"]: entry for entry in own}
        if len(changed) < len(own):
            return base + own  # an id stands twice, which is said of the whole
        kept = [_laid_over(entry, changed.pop(entry["id"], {})) for entry in base]
        return kept + list(changed.values())
    return own


def _are_entries(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in value)
