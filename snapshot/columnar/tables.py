"""A check as Arrow tables: sites with their results, findings, sections of lines.

Columns follow from the catalogue and the input alone, never from what was found, so that the tables of parts of an
input are parts of its table. What is nested is JSON text, which every reader of Parquet takes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import shapely.geometry
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.sites import OUR_COLUMNS, names_apart
from layers.catalogue import withheld_ids
from siting.check import CheckResult, Run, plain_value, result_columns, result_without_withheld
from siting.records import FINDING_COLUMNS, FeatureRecord
from snapshot.selection import settled

__all__ = ["FINDINGS", "POSITION", "SECTIONS", "SITES", "attribute_table", "shape_table", "tables_of_run"]

SITES, FINDINGS, SECTIONS = "sites", "findings", "sections"
POSITION: Final = "rl_position"
"""Column of every table: the place of the site in the input, from 0."""
_GEOMETRY: Final = "geometry"
_FIRST: Final = ("rl_site", "rl_verdict", "rl_area_m2", "rl_length_m", "rl_counties", "rl_layers")
_MEASURES: Final = ("m2", "m", "share", "distance_m")
_RECORDS: Final = frozenset({"features", "zones", "nearest", "county_only", "rules"})
_TRUTHS: Final = frozenset({"must_be_inside", "firm", "sliver", "indicative"})
_TEXTS: Final = frozenset(
    {
        "rl_site", "rl_verdict", "rl_counties", "rl_layers", "layer", "role", "basis", "state", "reason", "relation",
        "margin_is", "kind", "from_k", "to_k", "structure",
    }
)  # fmt: skip


def tables_of_run(run: Run, positions: NDArray[np.int64], attributes: pa.Table) -> dict[str, pa.Table]:
    """Return a finished check as tables by name, without what was measured against layers with ``export = "none"``.

    Parameters
    ----------
    run : Run
    positions : array of int
        Of each of its sites, the place in the input.
    attributes : Table
        From `attribute_table`, a row per site of the run.

    Returns
    -------
    dict
        ``sites`` (GeoParquet: `POSITION`, the attributes of the input, `siting.check.result_columns` of every checked
        layer, the rest of what is known of each site, the shape as read in EPSG:4490), ``findings`` (a row per site
        and checked layer: `POSITION`, ``site_id``, `siting.records.FINDING_COLUMNS`, ``withheld``) and, where they
        were requested, ``sections`` (of `siting.check.linear_sections`). docs/scaling.md lists the columns.
    """
    specs = [layer.spec for layer in run.layers.values()]
    withheld, result = withheld_ids(specs), result_without_withheld(run.result, specs)
    tables = {
        SITES: _site_table(run, result, positions, attributes),
        FINDINGS: _finding_table(result, positions, withheld),
    }
    if run.sections is not None:
        shown = run.sections[~run.sections["layer"].isin(withheld)]
        tables[SECTIONS] = _section_table(shown, result, positions)
    return tables


def attribute_table(frame: gpd.GeoDataFrame) -> pa.Table:
    """Return the source's own attributes of `geo.sites.Sites.frame`: numbers, truth values, times, else text."""
    own = [name for name in frame.columns if name not in {*OUR_COLUMNS, frame.geometry.name}]
    table = pa.Table.from_pandas(settled(pd.DataFrame(frame[own])), preserve_index=False)
    return table.replace_schema_metadata(None)


def shape_table(shapes: NDArray[Any]) -> pa.Table:
    """Return shapes of EPSG:4490 as a table of one column, ``geometry``, with the metadata of GeoParquet 1.1."""
    written = io.BytesIO()
    frame = gpd.GeoDataFrame(geometry=shapes, crs=STORE_CRS)
    frame.to_parquet(written, index=False, schema_version="1.1.0", write_covering_bbox=False)
    table = pq.read_table(written)
    return table.replace_schema_metadata({b"geo": table.schema.metadata[b"geo"]})


def _site_table(run: Run, result: CheckResult, positions: NDArray[np.int64], attributes: pa.Table) -> pa.Table:
    flat = _flat_results(run, result)
    results = {name: _column(flat[name], name) for name in flat.columns} | _details(result)
    shapes = shape_table(run.read.frame.geometry.to_numpy())
    columns = {POSITION: pa.array(positions, pa.int64())} | {name: attributes[name] for name in attributes.column_names}
    names = names_apart(results, {*columns, _GEOMETRY})
    columns |= dict(zip(names, results.values(), strict=True)) | {_GEOMETRY: shapes[_GEOMETRY]}
    return pa.table(columns).replace_schema_metadata(shapes.schema.metadata)


def _flat_results(run: Run, result: CheckResult) -> pd.DataFrame:
    """Return `result_columns` with all measures of every layer that was measured against, also where none applies."""
    flat = result_columns(replace(run, result=result))
    withheld = withheld_ids(layer.spec for layer in run.layers.values())
    chosen = set(run.settings.layers) or set(run.layers)
    names = [name for name in flat.columns if name in _FIRST]
    for layer in run.layers.values():
        if layer.spec.checked:
            names.append(f"{layer.id}_state")
            if layer.id in chosen - withheld and layer.frame is not None and not layer.frame.empty:
                names += [f"{layer.id}_{measure}" for measure in _MEASURES]
    return flat.reindex(columns=names)


def _details(result: CheckResult) -> dict[str, pa.Array]:
    """Return what `result_columns` leaves out of a site: all else that the JSON report says of it."""
    sites = result.sites
    numbers = ("plane_area_m2", "declared_area_m2", "repair_area_m2")
    lists = ("repair", "notices", "missing_required", "missing_advised")
    records = ("reminders", "approval_path", "way_out")
    return (
        {"rl_kind": _text(sites["kind"]), "rl_crs_reading": pa.array(sites["part"].to_numpy(), pa.int64())}
        | {f"rl_{name}": _number(sites[name]) for name in numbers}
        | {f"rl_{name}": _text(sites[name].map(";".join)) for name in lists}
        | {"rl_county_shares": _json(_county_shares(result))}
        | {f"rl_{name}": _json(sites[name]) for name in records}
    )


def _county_shares(result: CheckResult) -> list[list[dict[Any, Any]]]:
    shares: list[list[dict[Any, Any]]] = [[] for _ in range(len(result.sites))]
    for row in result.counties.to_dict("records"):
        shares[row.pop("site")].append(row)
    return shares


def _finding_table(result: CheckResult, positions: NDArray[np.int64], withheld: set[str]) -> pa.Table:
    found = result.findings
    columns = {name: _column(found[name], name) for name in FINDING_COLUMNS if name != "site"}
    columns["withheld"] = pa.array(found["layer"].isin(withheld).to_numpy(bool))
    return pa.table(_whose(result, found, positions) | columns)


def _section_table(sections: pd.DataFrame, result: CheckResult, positions: NDArray[np.int64]) -> pa.Table:
    columns = {name: _column(sections[name], name) for name in sections.columns if name not in {"site", "features"}}
    columns["features"] = _text(sections["features"])  # names, not records
    return pa.table(_whose(result, sections, positions) | columns)


def _whose(result: CheckResult, rows: pd.DataFrame, positions: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Return the columns that say which site the rows of findings or sections belong to."""
    site = rows["site"].to_numpy(np.int64)
    ids = result.sites["site_id"].to_numpy(dtype=object)[site]
    return {POSITION: pa.array(positions[site], pa.int64()), "site_id": pa.array(ids, pa.string())}


def _column(values: pd.Series, name: str) -> pa.Array:
    """Return a column with the type that its name stands for."""
    if name in _RECORDS:
        return _json(values, _feature_ids if name == "county_only" else _mapped)
    if name in _TRUTHS:
        return pa.array(values.to_numpy(dtype=object), pa.bool_(), from_pandas=True)
    return _text(values) if name in _TEXTS or name.endswith("_state") else _number(values)


def _feature_ids(features: list[FeatureRecord]) -> list[str]:
    return [feature["feature_id"] for feature in features]


def _number(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(float), pa.float64(), from_pandas=True)


def _text(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(dtype=object), pa.string(), from_pandas=True).dictionary_encode()


def _mapped(value: Any) -> Any:
    """Return a way out with its shape as a GeoJSON geometry; any other value as it is."""
    if isinstance(value, dict) and isinstance(value.get(_GEOMETRY), shapely.Geometry):
        return {**value, _GEOMETRY: shapely.geometry.mapping(value[_GEOMETRY])}
    return value


def _json(values: Iterable[Any], plain: Callable[[Any], Any] = _mapped) -> pa.Array:
    """Return values as JSON text, each different one once; None is null.

    Many rows share one list, often an empty one or hundreds of features: it is turned into text once.
    """
    texts: dict[str, int] = {}
    known: dict[int, tuple[Any, int]] = {}
    codes: list[int | None] = []
    for value in values:
        if value is None or (isinstance(value, float) and np.isnan(value)):
            codes.append(None)
            continue
        if id(value) not in known:
            text = json.dumps(plain_value(plain(value)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            known[id(value)] = value, texts.setdefault(text, len(texts))  # with the value, so that its id stays its own
        codes.append(known[id(value)][1])
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(texts), pa.string()))
