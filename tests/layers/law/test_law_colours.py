"""docs/decisions/colours.md: what is drawn tells what it is."""

from __future__ import annotations

import colorsys
import tomllib

import pytest

from tests.helpers import ROOT

LAYERS = {layer["id"]: layer for layer in tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["layer"]}


def hue(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return colorsys.rgb_to_hsv(red, green, blue)[0] * 360


def test_only_what_is_modelled_is_hatched() -> None:
    hatched = {name for name, layer in LAYERS.items() if layer.get("style", {}).get("hatch")}
    assert hatched <= {name for name, layer in LAYERS.items() if layer["basis"] in ("modelled", "approximate")}
    assert {name for name, layer in LAYERS.items() if layer["basis"] == "modelled"} <= hatched


def test_a_statutory_line_is_solid() -> None:
    statutory = [layer for layer in LAYERS.values() if layer["basis"] == "statutory"]
    assert len(statutory) > 10
    for layer in statutory:
        assert not layer.get("style", {}).get("dash"), layer["id"]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("redline_yangzhou", 90, 160),  # green
        ("redline_jiangxi", 90, 160),
        ("permanent_farmland", 35, 65),  # yellow
        ("town_boundary", 350, 370),  # red
        ("heritage", 270, 310),  # purple, as 城市紫线
        ("river_management", 190, 230),  # blue, as 城市蓝线
    ],
)
def test_control_lines_have_the_hue_that_planners_know(name: str, low: float, high: float) -> None:
    found = hue(LAYERS[name]["style"]["stroke"])
    assert low <= found <= high or low <= found + 360 <= high
