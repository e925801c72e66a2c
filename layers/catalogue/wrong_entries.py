"""What pydantic finds wrong in ``config.toml``, as sentences of ours that name the key."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from geo.errors import ConfigError
from words import has

__all__ = ["entry_faults"]

_KINDS: Final = frozenset({"none", "file", "plans", "places", "corridor", "raster", "imported", "postgis"})
"""Words of ``source.kind``, which pydantic puts into the place of a key."""
_VALUE_ERROR: Final = "Value error, "
_SAME: Final = {
    "string_type": "text", "int_type": "integer", "int_parsing": "integer", "int_from_float": "integer",
    "float_type": "number", "float_parsing": "number", "bool_type": "truth", "bool_parsing": "truth",
    "list_type": "list", "tuple_type": "list", "dict_type": "table", "model_type": "table",
    "model_attributes_type": "table", "greater_than": "low", "greater_than_equal": "low", "less_than": "high",
    "less_than_equal": "high", "missing": "missing", "extra_forbidden": "unknown", "literal_error": "words",
    "enum": "words", "union_tag_invalid": "words", "union_tag_not_found": "no_kind",
    "database_address": "no_address", "url_or_service": "one_of_two",
    "string_pattern_mismatch": "pattern", "string_too_short": "blank", "too_short": "blank",
}  # fmt: skip
"""Types of pydantic's errors, by the sentence ``layers.config_is_…`` that says them."""
_BOUNDS: Final = ("gt", "ge", "lt", "le")


def entry_faults(file: str, raw: dict[str, Any], fault: ValidationError) -> list[ConfigError]:
    """Return a sentence for each wrong key of a configuration, in the order of the file's tables.

    Parameters
    ----------
    file : str
        Its name.
    raw : dict
        The file as parsed.
    fault : ValidationError
    """
    return [_config_error(file, raw, one) for one in fault.errors()]


def _config_error(file: str, raw: dict[str, Any], error: ErrorDetails) -> ConfigError:
    parts = [part for part in error["loc"] if part not in _KINDS]
    key, context = _key_path(raw, parts), error.get("ctx", {})
    sentence = f"layers.config_is_{_SAME.get(error['type'], '')}"
    if not has(sentence):
        return ConfigError("layers.config_key", file=file, key=key, fault=error["msg"].removeprefix(_VALUE_ERROR))
    values = {
        "bound": next((context[name] for name in _BOUNDS if name in context), ""),
        "words": str(context.get("expected") or context.get("expected_tags") or "").replace(" or ", ", "),
        "pattern": context.get("pattern", ""),
    }
    return ConfigError(sentence, file=file, key=key, **values)


def _key_path(raw: dict[str, Any], parts: list[int | str]) -> str:
    """Return the path of a key as text, entries by their id: ``layer "redline".accuracy_m``."""
    path = ""
    node: Any = raw
    for part in parts:
        if isinstance(part, int):
            node = node[part] if isinstance(node, list) and part < len(node) else None
            name = node.get("id") if isinstance(node, dict) else None
            path += f' "{name}"' if name else f"[{part + 1}]"
        else:
            node = node[part] if isinstance(node, dict) and part in node else None
            path += f".{part}" if path else part
    return path
