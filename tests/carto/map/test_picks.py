"""Picked features: each once, counted where there is no place, thin enough to send with every rerun."""

from __future__ import annotations

import json

import numpy as np
import pytest

from carto.badges import anchors_of
from carto.map.picks import picks_group
from layers.catalogue.model import Layer


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


def test_all_projects_and_sites_can_be_sent_with_a_rerun(layers: dict[str, Layer]) -> None:
    both = [layer for layer in layers.values() if layer.spec.source.kind == "plans"]
    frames = [layer.frame for layer in both if layer.frame is not None]
    group = picks_group(
        [(layer, np.ones(len(frame), bool)) for layer, frame in zip(both, frames, strict=True)], anchors_of(layers)
    )
    sent = group.data["layers"]
    for picked, frame in zip(sent, frames, strict=True):
        assert len(picked["points"]) == (frame["drawn_as"] == "place").sum() > 0
        assert len(picked["shapes"]) == (~frame.geom_type.isin(["Point", "MultiPoint"])).sum()
        counted = sum(number for badge in picked["badges"] for _, number in badge[3] if badge[4] == 1)
        claims = frame.loc[frame["drawn_as"] == "territory", "adcodes"]
        assert counted == claims.str.split(";").explode().size
    assert {point[5] for picked in sent for point in picked["points"]} == {1}
    assert len(json.dumps(sent, ensure_ascii=False).encode()) < 400_000


def test_only_what_is_picked_is_drawn(layers: dict[str, Layer]) -> None:
    layer = layers["projects"]
    assert layer.frame is not None
    keep = (layer.frame["id"] == "000-6-2-1-01").to_numpy()
    [picked] = picks_group([(layer, keep)], {}).data["layers"]
    (adcode, _, _, [[_, number]], _), _ = picked["badges"]
    assert (adcode, number) == ("361028", 1)
    assert picked["points"] == []
    assert picked["shapes"] == []


def test_a_name_cannot_become_code(layers: dict[str, Layer]) -> None:
    layer = layers["projects"]
    assert layer.frame is not None
    bad = layer.frame.assign(name_zh="</script><script>alert(1)</script>")
    group = picks_group([(Layer(layer.spec, "loaded", bad, digest="x"), np.ones(len(bad), bool))], {})
    written = group._template.module.script(group, {})
    assert "<script>" not in written
