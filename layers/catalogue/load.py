"""Load layers from their catalogue entries: read, validate, transform to EPSG:4490, add the common columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import DataFault, RedlineError
from layers.catalogue.config import Catalogue
from layers.catalogue.digest import frame_digest
from layers.catalogue.model import Layer, LayerSpec
from layers.catalogue.territory import lies_in
from layers.sources import NoAccessSource, ReadRequest

__all__ = ["COMMON_COLUMNS", "failed_layers", "load_layer", "load_layers", "source_files", "source_states"]

_COUNTIES: Final = "county"
COMMON_COLUMNS = (
    "feature_id",
    "name_zh",
    "name_en",
    "zone",
    "clause",
    "source",
    "licence",
    "as_of",
    "accuracy_m",
    "basis",
    "located",
)


def load_layers(catalogue: Catalogue, earlier: Mapping[str, Layer] | None = None) -> dict[str, Layer]:
    """Return every layer of the catalogue by id, in the order of the catalogue.

    A layer that cannot be read does not stop the others: it comes back with ``state == "failed"`` and its fault.

    Parameters
    ----------
    catalogue : Catalogue
    earlier : mapping of str to Layer, optional
        Layers as loaded from the same ``config.toml``: those whose entry did not change since are reused, of a
        database those that are as they were read.
    """
    loaded: dict[str, Layer] = {}
    shared: dict[Hashable, Any] = {}
    for spec in _sources_first(catalogue.layer):
        known = (earlier or {}).get(spec.id)
        same = known is not None and known.state != "failed" and known.spec == spec
        parents = [layer_id for layer_id in _dependencies(spec) if layer_id in loaded]
        reusable = same and all((earlier or {}).get(one) is loaded[one] for one in parents)
        if known is not None and reusable and _is_as_read(known, catalogue, loaded):
            loaded[spec.id] = known
        else:
            loaded[spec.id] = load_layer(spec, catalogue, loaded, shared)
    return {spec.id: loaded[spec.id] for spec in catalogue.layer}


def load_layer(
    spec: LayerSpec, catalogue: Catalogue, loaded: dict[str, Layer], shared: dict[Hashable, Any] | None = None
) -> Layer:
    """Return one layer, loaded; `loaded` holds the layers that it may be derived from.

    Parameters
    ----------
    shared : dict, optional
        What layers loaded together have in common (`ReadRequest.once`).

    Returns
    -------
    Layer
        ``not_loaded`` where the catalogue declares no source, ``no_access`` where it stands for what may not be seen,
        ``failed`` with the fault where reading fails.
    """
    if spec.source.empty:
        return Layer(spec, "no_access" if isinstance(spec.source, NoAccessSource) else "not_loaded")
    request = _request(spec, catalogue, loaded, {} if shared is None else shared)
    try:
        content = spec.source.read(request)
        if content.frame is None:
            return Layer(spec, "loaded", raster=content.raster, digest=content.digest)
        frame = _without_superseded_area(spec, content.frame, loaded)
        digest = content.digest if content.digest is not None and not spec.outside else frame_digest(frame)
        frame = _with_common_columns(spec, frame)
        return Layer(spec, "loaded", frame, digest=digest, fingerprint=content.fingerprint)
    except RedlineError as fault:
        return Layer(spec, "failed", fault=fault)


def _request(
    spec: LayerSpec, catalogue: Catalogue, loaded: dict[str, Layer], shared: dict[Hashable, Any]
) -> ReadRequest:
    """Return what the source of a layer is passed."""
    style = spec.style
    named = (
        spec.id_field, spec.name_field, spec.zone_field, spec.time_field, spec.time_end_field,
        style.by, style.label, style.label_ends,
    )  # fmt: skip
    return ReadRequest(
        spec.id, spec.crs, spec.name_field, catalogue.folder, partial(_frame_of, loaded=loaded), shared, spec.id_field,
        frozenset(name for name in named if name is not None), partial(_extent_bounds, spec, loaded),
    )  # fmt: skip


def _is_as_read(layer: Layer, catalogue: Catalogue, loaded: dict[str, Layer]) -> bool:
    """Return whether a layer is as it was read, as far as its source is no file; one that cannot be asked is not."""
    if layer.fingerprint is None:
        return True
    try:
        return layer.spec.source.fingerprint(_request(layer.spec, catalogue, loaded, {})) == layer.fingerprint
    except RedlineError:
        return False  # reading it will say why


def _extent_bounds(spec: LayerSpec, loaded: dict[str, Layer]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north (EPSG:4490) of the counties of a layer's extent; None where it is everywhere."""
    if not spec.extent or spec.id == _COUNTIES:
        return None
    counties = _frame_of(_COUNTIES, loaded)
    inside = [any(lies_in(code, one) for one in spec.extent) for code in counties["adcode"].astype(str)]
    if not any(inside):
        return None
    west, south, east, north = counties.geometry[inside].total_bounds.tolist()
    return west, south, east, north


def source_files(catalogue: Catalogue) -> list[Path]:
    """Return the paths of the files that the layers of a catalogue are read from, except plan tables."""
    return list(dict.fromkeys(path for spec in catalogue.layer for path in spec.source.shipped_files(catalogue.folder)))


def source_states(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the states, as seen lately, of the sources that are no files: a layer is loaded again when its changes."""
    return tuple(state for spec in catalogue.layer if (state := spec.source.recent_state(spec.id)))


def failed_layers(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers that could not be loaded."""
    return [layer for layer in layers if layer.state == "failed"]


def _sources_first(specs: list[LayerSpec]) -> list[LayerSpec]:
    """Return the entries sorted so that a derived layer comes after those that it is derived from."""
    known = {spec.id: spec for spec in specs}

    def depth(spec: LayerSpec, below: frozenset[str]) -> int:
        needs = [known[one] for one in _dependencies(spec) if one in known and one not in below]
        return 1 + max((depth(one, below | {spec.id}) for one in needs), default=0)

    return sorted(specs, key=lambda spec: depth(spec, frozenset()))


def _dependencies(spec: LayerSpec) -> list[str]:
    """Return the ids of the layers that must be loaded first: its sources, and counties if its extent is needed."""
    by_county = spec.outside or (spec.extent and spec.source.reads_by_extent)
    return list(dict.fromkeys([*spec.source.needs, *([_COUNTIES] if by_county else [])]))


def _without_superseded_area(spec: LayerSpec, frame: gpd.GeoDataFrame, loaded: dict[str, Layer]) -> gpd.GeoDataFrame:
    """Return the frame with the territories in `spec.outside`, superseded by other layers, clipped away."""
    if not spec.outside:
        return frame
    counties = _frame_of(_COUNTIES, loaded)
    cut_away = [any(lies_in(code, one) for one in spec.outside) for code in counties["adcode"].astype(str)]
    area = shapely.union_all(counties.geometry.to_numpy()[cut_away])
    shapes = frame.geometry.to_numpy().copy()
    shapely.prepare(area)
    meeting = shapely.intersects(area, shapes)
    shapes[meeting] = shapely.difference(shapes[meeting], area)
    left = ~shapely.is_empty(shapes)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))[left].reset_index(drop=True)


def _frame_of(layer_id: str, loaded: dict[str, Layer]) -> gpd.GeoDataFrame:
    """Return the frame of a layer that another is derived from, or raise what made it fail."""
    layer = loaded.get(layer_id)
    if layer is None or layer.frame is None:
        if layer is not None and layer.fault is not None:
            raise layer.fault
        raise DataFault("layers.needs_layer", layer=layer_id)
    return layer.frame


def _with_common_columns(spec: LayerSpec, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with the common columns that map, check and snapshot rely on (see ``Layer``)."""
    frame = frame.reset_index(drop=True)
    for key in ("id_field", "name_field", "zone_field", "time_field", "time_end_field"):
        column = getattr(spec, key)
        if column is not None and column not in frame.columns:
            raise DataFault("layers.no_column", layer=spec.id, column=column, key=key)
    count = pd.Series(range(1, len(frame) + 1), index=frame.index).astype(str)
    ids = frame[spec.id_field].astype(str) if spec.id_field else count
    doubled = ids.duplicated(keep=False)
    frame["feature_id"] = ids.where(~doubled, ids + "-" + count)
    _fill_missing(frame, "name_zh", frame[spec.name_field] if spec.name_field else None)
    _fill_missing(frame, "name_en", frame["name_zh"])
    _fill_missing(frame, "zone", frame[spec.zone_field] if spec.zone_field else None)
    frame["zone"] = frame["zone"].where(frame["zone"].astype(str).str.strip() != "", None)
    _fill_missing(frame, "clause")
    _fill_missing(frame, "source", spec.publisher.zh)
    _fill_missing(frame, "licence", spec.licence)
    _fill_missing(frame, "as_of", spec.as_of)
    _fill_missing(frame, "basis", spec.basis)
    frame["located"] = frame["located"].astype(bool) if "located" in frame.columns else True
    own = frame["accuracy_m"] if "accuracy_m" in frame.columns else float("nan")
    frame["accuracy_m"] = pd.to_numeric(pd.Series(own, index=frame.index), errors="coerce")
    stated = frame["located"] & frame["accuracy_m"].isna()  # a symbol without a place has no accuracy either
    frame.loc[stated, "accuracy_m"] = float("nan") if spec.accuracy_m is None else spec.accuracy_m
    frame.loc[frame["basis"] == "modelled", "accuracy_m"] = float("nan")  # nobody measured how far off a model is
    return frame


def _fill_missing(frame: gpd.GeoDataFrame, column: str, default: object = None) -> None:
    """Set `default` in rows where the column is missing or blank (in place)."""
    if column not in frame.columns:
        frame[column] = default
        return
    if default is None or (isinstance(default, pd.Series) and default.name == column):
        return
    present = frame[column].notna() & (frame[column].astype(str) != "")
    frame[column] = frame[column].where(present, default)
