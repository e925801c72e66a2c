"""What may leave is decided once: by a layer's own entry and by all that it is derived from, however far back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layers.catalogue.config import read_catalogue
from layers.catalogue.export_policy import (
    export_levels,
    is_for_internal_use,
    may_export,
    strictest_export,
    withheld_ids,
)
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer, LayerSpec
from layers.sources import CorridorSource
from tests.helpers import ROOT

CONFIG = ROOT / "config.toml"
WATERS = read_catalogue(CONFIG).spec("waters")


def spec(layer_id: str, *of: str, **changes: Any) -> LayerSpec:
    source = {"source": CorridorSource(kind="corridor", of=list(of), width_m=100)} if of else {}
    return WATERS.model_copy(update={"id": layer_id, **source, **changes})


@pytest.mark.parametrize("closed", ["none", "findings"])
def test_a_corridor_along_a_corridor_leaves_no_more_than_the_line_it_began_from(closed: str) -> None:
    chain = [spec("third", "second"), spec("second", "first"), spec("first", "line", "open")]
    levels = export_levels([*chain, spec("line", export=closed), spec("open")])
    assert levels == {"third": closed, "second": closed, "first": closed, "line": closed, "open": "full"}


def test_a_corridor_is_no_freer_than_its_own_entry() -> None:
    assert export_levels([spec("line"), spec("band", "line", export="none")])["band"] == "none"


def test_what_is_derived_from_an_unknown_layer_stays() -> None:
    assert withheld_ids([spec("band", "gone")]) == {"band"}


def test_a_circle_of_corridors_ends() -> None:
    assert set(export_levels([spec("a", "b"), spec("b", "a")]).values()) == {"none"}


def test_of_no_levels_the_freest() -> None:
    assert strictest_export([]) == "full"
    assert strictest_export(["full", "findings"]) == "findings"


def test_what_ships_may_leave_but_a_band_along_a_closed_water_may_not(shipped: dict[str, Layer]) -> None:
    assert may_export(shipped["river_corridors"], shipped)
    catalogue = read_catalogue(CONFIG)
    closed = [one.model_copy(update={"export": "none"}) if one.id == "rivers" else one for one in catalogue.layer]
    bands = [
        *closed,
        catalogue.spec("river_corridors").model_copy(
            update={"id": "wider", "source": CorridorSource(kind="corridor", of=["river_corridors"], width_m=500)}
        ),
    ]
    small = [one for one in bands if one.id in {"county", "waters", "rivers", "river_corridors", "wider"}]
    layers = load_layers(catalogue.model_copy(update={"layer": small}))
    assert layers["wider"].state == "loaded"
    assert [name for name in layers if may_export(layers[name], layers)] == ["county", "waters"]


def test_nothing_of_a_secret_layer_is_exported_nor_of_what_is_derived_from_it() -> None:
    levels = export_levels([spec("line", export="full", secrecy="secret"), spec("band", "line", export="full")])
    assert levels == {"line": "none", "band": "none"}
    assert export_levels([spec("line", export="full", secrecy="internal")]) == {"line": "full"}


def test_maps_with_a_layer_that_is_not_public_are_for_internal_use(shipped: dict[str, Layer]) -> None:
    rivers = shipped["rivers"]
    internal = replace(rivers, spec=rivers.spec.model_copy(update={"secrecy": "internal"}))
    assert not is_for_internal_use([rivers])
    assert is_for_internal_use([rivers, internal])
    assert not is_for_internal_use([replace(internal, frame=None, state="not_loaded")])
