"""The contract of rooms finds an import that passes a door, and only that."""

from __future__ import annotations

import grimp
import pytest

from tools.import_contracts import RoomsContract


def graph_of(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for module in ("geo", "geo.errors", "geo.crs", "geo.crs.systems", "geo.crs.edges", "geo.read", "geo.read.gis",
                   "geo.read.gis.kml", "geo.read.unpack", "layers", "layers.own"):  # fmt: skip
        graph.add_module(module)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def check(graph: grimp.ImportGraph):
    contract = RoomsContract("doors", {}, {"houses": ["geo", "layers"]})
    return contract.check(graph, verbose=False)


@pytest.mark.parametrize(
    "allowed",
    [
        ("layers.own", "geo.crs"),
        ("layers.own", "geo.errors"),
        ("geo.crs", "geo.crs.systems"),
        ("geo.crs.edges", "geo.crs.systems"),
        ("geo.read.gis.kml", "geo.read.unpack"),
    ],
)
def test_a_door_or_the_room_itself_may(allowed):
    assert check(graph_of(allowed)).kept


@pytest.mark.parametrize("passed", [("layers.own", "geo.crs.systems"), ("geo.read.unpack", "geo.read.gis.kml")])
def test_who_passes_a_door_is_named(passed):
    found = check(graph_of(passed))
    assert not found.kept
    assert found.metadata["passed"] == [f"{passed[0]} -> {passed[1]} (take it from {passed[1].rpartition('.')[0]})"]
