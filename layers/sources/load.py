"""From a catalogue entry to a layer: read, check, bring to EPSG:4490, give every feature the common columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo.crs import describe, to_store
from geo.errors import DataFault, RedlineError
from geo.shapes import plain_shapes
from layers.catalogue import (
    Catalogue,
    CorridorSource,
    FileSource,
    ImportedSource,
    Layer,
    LayerSpec,
    PlansSource,
    RasterSource,
    data_root,
    frame_digest,
    home,
    lies_in,
)
from layers.plans import plan_features
from layers.sources.corridors import corridors

__all__ = ["COMMON_COLUMNS", "STORED_FILE", "load_layer", "load_layers", "source_files", "unhealthy"]

STORED_FILE = "layer.fgb"
"""What an imported layer is kept as, in the folder of its version."""

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


def load_layers(catalogue: Catalogue, before: Mapping[str, Layer] | None = None) -> dict[str, Layer]:
    """Load every layer of the catalogue, in its order.

    A layer that cannot be read does not stop the others: it comes back with ``state == "failed"`` and its fault.

    Parameters
    ----------
    catalogue : Catalogue
    before : mapping of str to Layer, optional
        Layers as loaded from the same ``config.toml``: those whose entry did not change since are taken over.
    """
    loaded: dict[str, Layer] = {}
    for spec in _sources_first(catalogue.layer):
        held = (before or {}).get(spec.id)
        same = held is not None and held.state != "failed" and held.spec == spec
        parents = [layer_id for layer_id in _made_from(spec) if layer_id in loaded]
        if held is not None and same and all((before or {}).get(one) is loaded[one] for one in parents):
            loaded[spec.id] = held
        else:
            loaded[spec.id] = load_layer(spec, catalogue, loaded)
    return {spec.id: loaded[spec.id] for spec in catalogue.layer}


def load_layer(spec: LayerSpec, catalogue: Catalogue, loaded: dict[str, Layer]) -> Layer:
    """Load one layer; `loaded` holds those that it may be derived from.

    Returns
    -------
    Layer
        ``not_loaded`` where the catalogue declares no source, ``failed`` with the fault where reading fails.
    """
    source = spec.source
    try:
        if isinstance(source, RasterSource):
            return _raster_layer(spec, source, catalogue.folder)
        if isinstance(source, ImportedSource):
            return _imported_layer(spec, source, loaded)
        if isinstance(source, FileSource):
            frame = _read_files(spec, source, catalogue.folder)
        elif isinstance(source, PlansSource):
            frame = plan_features(source.table, data_root(catalogue.folder), _frame_of("county", loaded))
            frame = _wanted(spec, frame, source.where)
        elif isinstance(source, CorridorSource):
            frame = corridors([_waters_of(layer_id, loaded) for layer_id in source.of], source.width_m)
        else:
            return Layer(spec, "not_loaded")
        frame = _without_ground(spec, frame, loaded)
        return Layer(spec, "loaded", _with_common_columns(spec, frame), digest=frame_digest(frame))
    except RedlineError as fault:
        return Layer(spec, "failed", fault=fault)


def source_files(catalogue: Catalogue) -> list[Path]:
    """Return the files that the layers of a ``config.toml`` are read from, plan tables apart."""
    found: list[Path] = []
    for spec in catalogue.layer:
        if isinstance(spec.source, FileSource):
            found += [catalogue.folder / name for name in spec.source.files]
        elif isinstance(spec.source, RasterSource):
            found.append(catalogue.folder / spec.source.file)
        elif isinstance(spec.source, PlansSource):
            found += sorted((data_root(catalogue.folder) / "water").glob("*.fgb"))
    return list(dict.fromkeys(found))


def unhealthy(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers that should be there and are not."""
    return [layer for layer in layers if layer.state == "failed"]


def _sources_first(specs: list[LayerSpec]) -> list[LayerSpec]:
    """Order the entries so that a derived layer comes after what it is derived from."""
    rank = {"none": 0, "raster": 0, "file": 0, "imported": 0, "plans": 1, "corridor": 2}
    return sorted(specs, key=lambda spec: max(rank[spec.source.kind], 1 if spec.outside else 0))


def _made_from(spec: LayerSpec) -> list[str]:
    """Return the ids of layers that a layer depends on."""
    if isinstance(spec.source, CorridorSource):
        return spec.source.of
    return ["county"] if isinstance(spec.source, PlansSource) or spec.outside else []


def _imported_layer(spec: LayerSpec, source: ImportedSource, loaded: dict[str, Layer]) -> Layer:
    """Read a layer that a user brought; it was checked and brought to the store's system when it was stored."""
    name = f"{source.folder}/{STORED_FILE}"
    path = home() / source.folder / STORED_FILE
    if not path.is_file():
        raise DataFault("data.version_missing", layer=spec.id, file=name)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != source.sha256:
            raise DataFault("data.version_changed", layer=spec.id, file=name)
    try:
        frame = gpd.read_file(path, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, shapely.GEOSException) as fault:
        raise DataFault("layers.file_unreadable", layer=spec.id, file=name, fault=str(fault)) from None
    frame = _without_ground(spec, frame, loaded)
    digest = frame_digest(frame) if spec.outside else source.digest
    return Layer(spec, "loaded", _with_common_columns(spec, frame), digest=digest)


def _without_ground(spec: LayerSpec, frame: gpd.GeoDataFrame, loaded: dict[str, Layer]) -> gpd.GeoDataFrame:
    """Cut away the ground that other layers took over."""
    if not spec.outside:
        return frame
    counties = _frame_of("county", loaded)
    gone = [any(lies_in(code, one) for one in spec.outside) for code in counties["adcode"].astype(str)]
    ground = shapely.union_all(counties.geometry.to_numpy()[gone])
    shapes = frame.geometry.to_numpy().copy()
    shapely.prepare(ground)
    meeting = shapely.intersects(ground, shapes)
    shapes[meeting] = shapely.difference(shapes[meeting], ground)
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


def _waters_of(layer_id: str, loaded: dict[str, Layer]) -> gpd.GeoDataFrame:
    """Return the frame of waters; those that a user brought go by their own ids."""
    frame = _frame_of(layer_id, loaded)
    if "water_id" in frame.columns:
        return frame
    return frame.assign(water_id=f"{layer_id}:" + frame["feature_id"].astype(str))


def _raster_layer(spec: LayerSpec, source: RasterSource, folder: Path) -> Layer:
    """Check that the raster is there; it is opened where it is used, by window."""
    path = folder / source.file
    if not path.is_file():
        raise DataFault("layers.file_missing", layer=spec.id, file=source.file)
    return Layer(spec, "loaded", raster=path, digest=hashlib.sha256(path.read_bytes()).hexdigest())


def _read_files(spec: LayerSpec, source: FileSource, folder: Path) -> gpd.GeoDataFrame:
    """Read the layer's files as one frame in EPSG:4490."""
    frames = [_read_one(spec, source, folder / name, name) for name in source.files]
    frame = frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
    frame = _wanted(spec, frame, source.where)
    _refuse_invalid(spec, frame)
    return to_store(frame)


def _wanted(spec: LayerSpec, frame: gpd.GeoDataFrame, where: Mapping[str, list[str]]) -> gpd.GeoDataFrame:
    """Return the rows whose columns hold what the entry asks for."""
    for column, values in where.items():
        if column not in frame.columns:
            raise DataFault("layers.no_column", layer=spec.id, column=column, key="source.where")
        frame = frame[frame[column].astype(str).isin(values)]
    return frame.reset_index(drop=True)


def _read_one(spec: LayerSpec, source: FileSource, path: Path, name: str) -> gpd.GeoDataFrame:
    """Read one file and hold its CRS against the declared one."""
    if not path.is_file():
        raise DataFault("layers.file_missing", layer=spec.id, file=name)
    try:
        frame = gpd.read_file(path, layer=source.sublayer, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, shapely.GEOSException) as fault:
        raise DataFault("layers.file_unreadable", layer=spec.id, file=name, fault=str(fault)) from None
    if frame.empty or not isinstance(frame, gpd.GeoDataFrame):
        raise DataFault("layers.file_empty", layer=spec.id, file=name)
    frame = frame.set_geometry(gpd.GeoSeries(plain_shapes(frame.geometry.to_numpy()), frame.index, crs=frame.crs))
    if frame.crs is None:
        raise DataFault("layers.no_crs", layer=spec.id, file=name)
    if describe(frame.crs, name).epsg != describe(spec.crs).epsg:
        raise DataFault("layers.crs_differs", layer=spec.id, found=frame.crs.name, declared=spec.crs)
    return frame


def _refuse_invalid(spec: LayerSpec, frame: gpd.GeoDataFrame) -> None:
    """Stop at the first broken shape: nothing can be measured against it."""
    shapes = frame.geometry.to_numpy()
    bad = ~shapely.is_valid(shapes) | shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bad.any():
        first = int(bad.argmax())
        why = shapely.is_valid_reason(shapes[first]) or "no shape"
        label = frame.iloc[first].get(spec.name_field or "", "") or f"#{first + 1}"
        raise DataFault("layers.invalid_geometry", layer=spec.id, count=int(bad.sum()), feature=label, why=why)


def _with_common_columns(spec: LayerSpec, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every feature the columns that the map, the check and the snapshot rely on (see ``Layer``)."""
    frame = frame.reset_index(drop=True)
    for key in ("id_field", "name_field", "zone_field", "time_field", "time_end_field"):
        column = getattr(spec, key)
        if column is not None and column not in frame.columns:
            raise DataFault("layers.no_column", layer=spec.id, column=column, key=key)
    count = pd.Series(range(1, len(frame) + 1), index=frame.index).astype(str)
    ids = frame[spec.id_field].astype(str) if spec.id_field else count
    doubled = ids.duplicated(keep=False)
    frame["feature_id"] = ids.where(~doubled, ids + "-" + count)
    _fill(frame, "name_zh", frame[spec.name_field] if spec.name_field else None)
    _fill(frame, "name_en", frame["name_zh"])
    _fill(frame, "zone", frame[spec.zone_field] if spec.zone_field else None)
    frame["zone"] = frame["zone"].where(frame["zone"].astype(str).str.strip() != "", None)
    _fill(frame, "clause")
    _fill(frame, "source", spec.publisher.zh)
    _fill(frame, "licence", spec.licence)
    _fill(frame, "as_of", spec.as_of)
    _fill(frame, "basis", spec.basis)
    frame["located"] = frame["located"].astype(bool) if "located" in frame.columns else True
    own = frame["accuracy_m"] if "accuracy_m" in frame.columns else float("nan")
    frame["accuracy_m"] = pd.to_numeric(pd.Series(own, index=frame.index), errors="coerce")
    stated = frame["located"] & frame["accuracy_m"].isna()  # a symbol without a place has no accuracy either
    frame.loc[stated, "accuracy_m"] = float("nan") if spec.accuracy_m is None else spec.accuracy_m
    frame.loc[frame["basis"] == "modelled", "accuracy_m"] = float("nan")  # nobody measured how far off a model is
    return frame


def _fill(frame: gpd.GeoDataFrame, column: str, default: object = None) -> None:
    """Put `default` where the source says nothing."""
    if column not in frame.columns:
        frame[column] = default
        return
    if default is None or (isinstance(default, pd.Series) and default.name == column):
        return
    present = frame[column].notna() & (frame[column].astype(str) != "")
    frame[column] = frame[column].where(present, default)
