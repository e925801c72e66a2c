"""Ways out (what is left of a site off every layer that forbids or needs review), and comparison of schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.measure import MEETING, sizes_of, union_pieces
from layers.catalogue import Layer
from siting.check.result import CheckResult
from siting.law import Rule, Tables, mark_fits_rule, rules_frame
from siting.measures import Prepared, bands, prepared
from siting.records import VERDICTS

__all__ = ["GRAVE", "WayOut", "compare", "remainder_frame", "ways_out"]

GRAVE: Final = ("prohibited", "review_required")
_SCHEMES: Final = (2, 5)
_WINDOW: Final = 1.05


class WayOut(TypedDict):
    """What is left of a site, with its shape (`siting.records.WayOutRecord` is its JSON)."""

    area_m2: float | None
    length_m: float | None
    share: float
    layers: list[str]
    crs: str
    geometry: Any


def ways_out(
    layers: Sequence[Layer], sites: gpd.GeoDataFrame, findings: pd.DataFrame, tables: Tables | None = None
) -> list[WayOut | None]:
    """Return what is left of each site after subtracting every place that a rule forbids or puts under review.

    Taken off are features of the zones that such a rule names, all within the distance that it names, and what lies
    outside a line that the site must be inside. Layers that only warn take nothing.

    Parameters
    ----------
    layers : sequence of Layer
        The checked ones.
    sites : GeoDataFrame
        EPSG:4490.
    findings : DataFrame
        As `siting.check.result.CheckResult`.
    tables : Tables, optional
        Where the rules come from; default: those in use.

    Returns
    -------
    list of dict or None
        None for points and where nothing forbids. Else ``area_m2`` (authalic; None for a line), ``length_m`` (None for
        an area), ``share`` (of the site), ``layers`` (ids of what was taken off), ``crs``, ``geometry`` (shapely,
        degrees; None where nothing is left).
    """
    shapes = sites.geometry.to_numpy()
    left = shapes.copy()
    taken: list[list[str]] = [[] for _ in shapes]
    grave = findings[[bool(rules) and rules[0]["counts_as"] in GRAVE for rules in findings["rules"]]]
    known = {layer.id: layer for layer in layers}
    tables = tables or Tables()
    frame = rules_frame(tables.law, tables.plans).set_index("id", drop=False)
    for name, rows in grave.groupby("layer", sort=False):
        layer, site = known[str(name)], rows["site"].to_numpy()
        ids = [tuple(rule["id"] for rule in rules if rule["counts_as"] in GRAVE) for rules in rows["rules"]]
        for chosen in dict.fromkeys(ids):
            here = site[[own == chosen for own in ids]]
            rules = [Rule({str(k): v for k, v in frame.loc[one].items()}, (), reference=False) for one in chosen]
            left[here] = _without(left[here], layer, rules)
            for at in here.tolist():
                taken[at].append(layer.id)
    return _ways(shapes, left, taken)


def _without(shapes: NDArray[Any], layer: Layer, rules: Sequence[Rule]) -> NDArray[Any]:
    """Return sites with the areas that rules on one layer concern subtracted."""
    ready = prepared(layer.frame)
    redline = layer.spec.stands_for == "redline"
    for rule in rules:
        if rule.relation == "any":
            continue
        places = tuple(
            n for n, mark in enumerate(ready.marks) if mark_fits_rule(rule, mark, redline=redline)[0] is not False
        )
        if rule.relation == "outside":
            shapes = shapely.intersection(shapes, _near(shapes, ready, places, 0.0))
        elif places:
            reach = rule.distance_m if rule.relation == "within_distance" else 0.0
            shapes = shapely.difference(shapes, _near(shapes, ready, places, reach))
    return shapes


def _near(shapes: NDArray[Any], ready: Prepared, places: tuple[int, ...], reach_m: float) -> NDArray[Any]:
    """Return the union of the features of some marks near each site, buffered by a distance."""
    index = ready.subset(places)
    around = bands(shapes, reach_m * _WINDOW) if reach_m else shapes
    site, feature = index.tree.query(around, predicate="intersects")
    order = np.lexsort((feature, site))
    site, found = site[order], index.geometries[feature[order]]
    if reach_m and len(site):
        bounds = shapely.bounds(shapes)[site]
        centres = np.column_stack([(bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2])
        found = bands(shapely.intersection(found, shapely.envelope(around[site])), reach_m, centres)
    return union_pieces(found, site, len(shapes))


def _ways(shapes: NDArray[Any], left: NDArray[Any], taken: list[list[str]]) -> list[WayOut | None]:
    """Return the way out of each site from which something was taken."""
    dimension = shapely.get_dimensions(shapes)
    kept = np.array([_only(shape, size) for shape, size in zip(left, dimension, strict=True)], dtype=object)
    whole, part = sizes_of(shapes), np.nan_to_num(sizes_of(kept))
    ways: list[WayOut | None] = []
    for at, names in enumerate(taken):
        if not names or dimension[at] == 0:
            ways.append(None)
            continue
        ways.append(
            {
                "area_m2": float(part[at]) if dimension[at] == 2 else None,
                "length_m": float(part[at]) if dimension[at] == 1 else None,
                "share": float(min(part[at] / whole[at], 1.0)),
                "layers": names,
                "crs": "EPSG:4490",
                "geometry": None if kept[at].is_empty else kept[at],
            }
        )
    return ways


def _only(shape: Any, dimension: int) -> Any:
    """Return the parts of a remainder that have the dimension of the site."""
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.multipolygons(parts) if dimension == 2 else shapely.multilinestrings(parts)


def remainder_frame(result: CheckResult) -> gpd.GeoDataFrame:
    """Return the ways out of a check as a GeoDataFrame.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, a row per site of which something is left: ``site_id``, ``area_m2``, ``length_m``, ``share``,
        ``layers`` (ids separated by ``;``).
    """
    rows = [
        {
            "site_id": site,
            "area_m2": way["area_m2"],
            "length_m": way["length_m"],
            "share": way["share"],
            "layers": ";".join(way["layers"]),
            "geometry": way["geometry"],
        }
        for site, way in zip(result.sites["site_id"], result.sites["way_out"], strict=True)
        if way is not None and way["geometry"] is not None
    ]
    columns = ["site_id", "area_m2", "length_m", "share", "layers", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs="EPSG:4490")


def compare(results: Mapping[str, CheckResult]) -> pd.DataFrame:
    """Return two to five schemes or routes side by side, one row each.

    Parameters
    ----------
    results : mapping of str to CheckResult
        By name; the sites of a scheme count together.

    Returns
    -------
    DataFrame
        A row per scheme, in the order given: ``scheme``, ``sites``, ``verdict`` (the gravest), ``area_m2``,
        ``length_m`` (sums; NaN where no site has any), ``prohibited``, ``review_required`` (rules, each once),
        ``prohibited_if_official`` (rules that would prohibit, were their layer not an illustration), ``not_firm``
        (findings within accuracy), ``hit_layers``, ``missing_required`` (ids and words separated by ``;``),
        ``way_out_m2``, ``way_out_m`` (what is left; the whole where nothing forbids), and for every layer that any
        scheme meets ``overlap_m2:<id>`` and ``overlap_m:<id>`` (NaN where a scheme could not be checked against
        it, 0 where it meets nothing of it) and ``met:<id>`` (how many of its sites meet it; a line may cross another
        without any overlap).

    Raises
    ------
    BadInput
        With fewer than two schemes or more than five.
    """
    if not _SCHEMES[0] <= len(results) <= _SCHEMES[1]:
        raise BadInput("siting.schemes", count=len(results))
    met = {
        name: None
        for result in results.values()
        for name in result.findings.loc[result.findings["relation"].isin(MEETING), "layer"]
    }
    rows = [{"scheme": name, **_scheme(result), **_by_layer(result, list(met))} for name, result in results.items()]
    return pd.DataFrame(rows)


def _scheme(result: CheckResult) -> dict[str, Any]:
    """Return the totals of one scheme."""
    sites, findings = result.sites, result.findings
    rules_met = [rule for rules in [*findings["rules"], *sites["reminders"]] for rule in rules]
    left = {"way_out_m2": "area_m2", "way_out_m": "length_m"}
    hits = findings.loc[findings["state"] == "hit", "layer"]
    return {
        "sites": len(sites),
        "verdict": min(sites["verdict"], key=VERDICTS.index),
        "area_m2": sites["area_m2"].sum(min_count=1),
        "length_m": sites["length_m"].sum(min_count=1),
        **{code: len({rule["id"] for rule in rules_met if rule["counts_as"] == code}) for code in GRAVE},
        "prohibited_if_official": len({rule["id"] for rule in rules_met if _would_forbid(rule)}),
        "not_firm": int((findings["firm"].to_numpy() == False).sum()),  # noqa: E712
        "hit_layers": ";".join(dict.fromkeys(hits)),
        "missing_required": ";".join(dict.fromkeys(word for words in sites["missing_required"] for word in words)),
        **{
            name: pd.Series(
                [whole if way is None else way[of] for way, whole in zip(sites["way_out"], sites[of], strict=True)],
                dtype=float,
            ).sum(min_count=1)
            for name, of in left.items()
        },
    }


def _would_forbid(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule that only warns, for its layer is an illustration, would forbid on the official one."""
    if rule["status"] != "applies" or rule["counts_as"] in (None, "prohibited"):
        return False
    return rule.get("would_count_as") == "prohibited"


def _by_layer(result: CheckResult, names: Sequence[str]) -> dict[str, float]:
    """Return the overlap of one scheme with each layer."""
    found: dict[str, float] = {}
    for name in names:
        rows = result.findings[result.findings["layer"] == name]
        checked = bool((rows["state"] != "not_checked").all()) and len(rows) > 0
        for measure in ("overlap_m2", "overlap_m"):
            found[f"{measure}:{name}"] = float(rows[measure].sum()) if checked else float("nan")
        found[f"met:{name}"] = int(rows["relation"].isin(MEETING).sum())
    return found
