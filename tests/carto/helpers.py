"""What several tests of this folder need."""

from __future__ import annotations

from typing import Any

import folium


def config_of(drawn: folium.Map) -> dict[str, Any]:
    """Return what the browser's script is started with."""
    return next(child.config for child in drawn._children.values() if hasattr(child, "config"))
