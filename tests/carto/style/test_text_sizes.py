"""Four sizes of text on the screen, and no others."""

from __future__ import annotations

import re

from tests.helpers import ROOT

SIZES_PX = {12, 14, 16, 20}


def test_style_sheets_use_four_sizes() -> None:
    found = {}
    for folder in ("views", "carto"):
        for path in (ROOT / folder).rglob("*.css"):
            for size, unit in re.findall(r"font-size:\s*([\d.]+)(rem|px|em)", path.read_text(encoding="utf-8")):
                px = float(size) * (1 if unit == "px" else 16)
                if px and (px not in SIZES_PX or unit == "em"):
                    found.setdefault(path.name, []).append(f"{size}{unit}")
    assert found == {}
