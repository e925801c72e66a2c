"""Findings: one row a site and layer, with state, measures, margin and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.measure import MEETING, area_m2, length_m, plane_area_m2
from layers.catalogue import Layer
from siting.law import Legal
from siting.measures import (
    Measured,
    Prepared,
    accuracies,
    county_shares,
    firm,
    inside_margins,
    margin_kinds,
    margins,
    measure,
    prepared,
    rests_on_model,
    share_inside,
    sliver,
    territory_codes,
)
from siting.records import FINDING_COLUMNS, FeatureRecord

__all__ = ["Ground", "Tolerances", "findings_of", "ground_of"]

_KINDS: Final = np.array(["point", "line", "polygon"], dtype=object)
_WHOLE: Final = 1 - 1e-9
_NOTHING: Final[list[Any]] = []
_BLANK: Final[dict[str, tuple[Any, Any]]] = {
    "site": (np.int64, 0),
    "layer": (object, None),
    "role": (object, None),
    "basis": (object, None),
    "state": (object, "not_checked"),
    "reason": (object, None),
    "relation": (object, None),
    "overlap_m2": (np.float64, np.nan),
    "share": (np.float64, np.nan),
    "distance_m": (np.float64, np.nan),
    "bearing_deg": (np.float64, np.nan),
    "length_m": (np.float64, np.nan),
    "overlap_m": (np.float64, np.nan),
    "must_be_inside": (np.bool_, False),
    "nearest": (object, None),
    "margin_m": (np.float64, np.nan),
    "margin_is": (object, None),
    "accuracy_m": (np.float64, np.nan),
    "firm": (object, None),
    "sliver": (np.bool_, False),
    "inside_m2": (np.float64, np.nan),
    "outside_m2": (np.float64, np.nan),
}
"""Columns of an empty finding: dtype and value. Columns of lists are made apart, since numpy would unpack lists."""


@dataclass(frozen=True)
class Tolerances:
    """Tolerances of a check, in metres and square metres; as ``siting.check.check.check`` takes them."""

    touch_tolerance_m: float = 0.001
    sliver_area_m2: float = 100.0
    sliver_width_m: float = 1.0


@dataclass(frozen=True)
class Ground:
    """The sites of a check with their own measures and territories, and the rules for them."""

    frame: gpd.GeoDataFrame
    described: pd.DataFrame
    sizes: NDArray[np.float64]
    shares: pd.DataFrame
    codes: list[tuple[str, ...]]
    tolerances: Tolerances
    survey_m: NDArray[np.float64]
    legal: Legal | None = None
    _inside: dict[tuple[str, ...], NDArray[np.float64]] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """The shapes of the sites, degrees of EPSG:4490."""
        shapes: NDArray[Any] = self.frame.geometry.to_numpy()
        return shapes

    def inside(self, extent: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the share of each site within an extent (adcodes), computed once per extent."""
        if extent not in self._inside:
            self._inside[extent] = share_inside(self.shares, extent, len(self.frame))
        return self._inside[extent]


def ground_of(
    frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, tolerances: Tolerances, survey_m: NDArray[np.float64]
) -> Ground:
    """Return the sites with their areas, lengths, territories and survey accuracy, ready for findings.

    Parameters
    ----------
    frame : GeoDataFrame
        Of ``geo.read.formats.Sites``.
    counties : GeoDataFrame
        As ``siting.check.check.check`` takes them.
    tolerances : Tolerances
    survey_m : array of float
        How far the coordinates of each site may be off.
    """
    described = pd.DataFrame(
        {
            "site_id": frame["site_id"].to_numpy(),
            "kind": _KINDS[shapely.get_dimensions(frame.geometry.to_numpy())],
            "area_m2": area_m2(frame).to_numpy(),
            "plane_area_m2": plane_area_m2(frame).to_numpy(),
            "declared_area_m2": frame["declared_area_m2"].to_numpy(float),
            "length_m": length_m(frame).to_numpy(),
            "part": frame["part"].to_numpy(),
        }
    )
    sizes = described["area_m2"].fillna(described["length_m"]).to_numpy(float)
    shares = county_shares(frame, counties)
    return Ground(frame, described, sizes, shares, territory_codes(shares, len(frame)), tolerances, survey_m)


def findings_of(layers: Sequence[Layer], ground: Ground) -> pd.DataFrame:
    """Return the findings of all sites against all layers, site by site, layers in catalogue order."""
    shape = (len(ground.frame), len(layers))
    columns = {name: np.full(shape, value, dtype=kind) for name, (kind, value) in _BLANK.items()}
    for name in ("features", "zones", "county_only", "rules"):
        columns[name] = _objects([_NOTHING] * (shape[0] * shape[1])).reshape(shape)
    columns["site"][:] = np.arange(shape[0])[:, None]
    columns["length_m"][:] = ground.described["length_m"].to_numpy()[:, None]
    for at, layer in enumerate(layers):
        columns["layer"][:, at] = layer.id
        columns["role"][:, at] = layer.spec.role
        columns["basis"][:, at] = layer.spec.basis
        columns["must_be_inside"][:, at] = layer.spec.must_be_inside
        _put(layer, ground, {name: values[:, at] for name, values in columns.items()})
    series = {name: pd.Series(columns[name].ravel(), dtype=columns[name].dtype) for name in FINDING_COLUMNS}
    return pd.DataFrame(series)


def _put(layer: Layer, ground: Ground, columns: dict[str, NDArray[Any]]) -> None:
    """Write one layer's findings into its slice of the columns."""
    reason = _unusable(layer) or "out_of_extent"
    inside = ground.inside(tuple(layer.spec.extent))
    here = np.flatnonzero(inside > 0)
    columns["reason"][:] = "out_of_extent" if layer.state == "failed" else reason  # elsewhere it would not have told
    columns["reason"][here] = reason
    if reason != "out_of_extent":
        if ground.legal is not None:
            columns["rules"][here] = _objects(
                [ground.legal.of_missing_layer(layer, site, reason) for site in here.tolist()]
            )
        return
    if here.size:
        for name, values in _measured(layer, ground, here, inside[here] < _WHOLE).items():
            columns[name][here] = values


def _unusable(layer: Layer) -> str | None:
    """Return the reason code of a layer that cannot be checked against; None if it can."""
    if layer.state == "not_loaded":
        return "not_loaded"
    if layer.state == "failed":
        return "load_failed"
    if layer.state == "no_access":
        return "no_access"
    if layer.frame is None:
        return "no_shapes"
    return "no_features" if layer.frame.empty else None


def _measured(
    layer: Layer, ground: Ground, here: NDArray[np.int64], partly: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """Return the columns of the findings of sites within the layer's extent."""
    ready = prepared(layer.frame)
    measured = measure(ground.shapes[here], ground.sizes[here], ready, ground.tolerances.touch_tolerance_m)
    vague = _county_only(here, ready, ground.codes)
    modelled = rests_on_model(measured, ready)
    state, reason = _states(layer, ready, measured, vague=vague, partly=partly, modelled=modelled)
    return _margins_and_rules(layer, ground, here, ready, measured, modelled=modelled) | {
        "state": state,
        "reason": reason,
        "relation": measured.relation,
        "overlap_m2": measured.overlap_m2,
        "share": measured.share,
        "distance_m": measured.distance_m,
        "bearing_deg": measured.bearing_deg,
        "overlap_m": measured.overlap_m,
        "features": _objects(measured.features),
        "zones": _objects(measured.zones),
        "nearest": _objects(measured.nearest),
        "county_only": _objects(vague),
    }


def _margins_and_rules(
    layer: Layer,
    ground: Ground,
    here: NDArray[np.int64],
    ready: Prepared,
    measured: Measured,
    *,
    modelled: NDArray[np.bool_],
) -> dict[str, NDArray[Any]]:
    """Return the columns on margin, accuracy, areas inside and outside, sliver, and rules."""
    sites = ground.frame.iloc[here]
    shapes = sites.geometry.to_numpy()
    margin_m = (inside_margins if layer.spec.must_be_inside else margins)(shapes, ready, measured)
    accuracy_m = accuracies(measured, ready, layer.spec, ground.survey_m[here])
    areas = ground.described["area_m2"].to_numpy()[here]
    inside_m2 = np.where(np.isnan(areas), np.nan, np.nan_to_num(measured.overlap_m2))
    found: dict[str, NDArray[Any]] = {}
    leaving = None
    if ground.legal is not None:
        applied = ground.legal.applied(layer, sites, here.tolist(), ready, measured)
        found["rules"] = _objects(applied.rules)
        sooner = applied.flips_m < np.where(np.isnan(margin_m), np.inf, margin_m)
        margin_m, leaving = np.where(sooner, applied.flips_m, margin_m), sooner & applied.leaving
    margin_m = np.where(modelled, np.nan, margin_m)
    if layer.spec.must_be_inside:
        found |= {"inside_m2": inside_m2, "outside_m2": np.maximum(areas - inside_m2, 0.0)}
    limits = ground.tolerances
    return found | {
        "margin_m": margin_m,
        "margin_is": margin_kinds(margin_m, measured, shapes, inside=layer.spec.must_be_inside, leaving=leaving),
        "accuracy_m": accuracy_m,
        "firm": firm(margin_m, accuracy_m),
        "sliver": sliver(shapes, measured, limits.sliver_area_m2, limits.sliver_width_m),
    }


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    """Return values as an array of objects, lists left whole."""
    made = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        made[position] = value
    return made


def _county_only(
    here: NDArray[np.int64], ready: Prepared, codes: Sequence[tuple[str, ...]]
) -> list[list[FeatureRecord]]:
    """Return for each site the features without coordinates that lie in its county, prefecture or province.

    Sites of the same territories share one list: it is not to be changed.
    """
    made: dict[tuple[str, ...], list[FeatureRecord]] = {}
    found: list[list[FeatureRecord]] = [_NOTHING] * len(here)
    if not ready.county_only:
        return found
    for position, site in enumerate(here.tolist()):
        if codes[site] not in made:
            claims: dict[str, FeatureRecord] = {}
            for feature in (feature for code in codes[site] for feature in ready.county_only.get(code, ())):
                claims.setdefault(feature["feature_id"], feature)
            made[codes[site]] = list(claims.values()) or _NOTHING
        found[position] = made[codes[site]]
    return found


def _states(
    layer: Layer,
    ready: Prepared,
    measured: Measured,
    *,
    vague: list[list[FeatureRecord]],
    partly: NDArray[np.bool_],
    modelled: NDArray[np.bool_],
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return state (hit, clear, indicative) and reason code of each site."""
    meets = np.isin(measured.relation, MEETING)
    soft_layer = layer.spec.indicative
    has_soft = soft_layer or not bool(ready.firm.all())
    unplaced = np.array([bool(features) for features in vague])
    hit = meets & measured.firm & (not soft_layer)
    clear = ~meets & (not has_soft) & ~unplaced
    state = np.select([hit, clear], ["hit", "clear"], "indicative").astype(object)
    soft = np.where(modelled, "modelled", layer.spec.basis if soft_layer else "approximate")
    county = unplaced & ~meets
    reason = np.select([partly, hit | clear, county], ["partly_out_of_extent", "", "county_only"], soft).astype(object)
    reason[reason == ""] = None
    return state, reason
