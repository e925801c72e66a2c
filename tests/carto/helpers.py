"""Helper of the tests of the map."""

from __future__ import annotations

from typing import Any

import folium


def config_of(drawn: folium.Map) -> dict[str, Any]:
    """Return the configuration with which a map starts its script."""
    return next(child.config for child in drawn._children.values() if hasattr(child, "config"))
