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
from layers.stored import StoredLayer, load_stored, stamp_of, store_loaded

__all__ = ["COMMON_COLUMNS", "failed_layers", "load_layer", "load_layers", "source_files"]

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


def load_layers(
    catalogue: Catalogue, earlier: Mapping[str, Layer] | None = None, *, store: Path | None = None
) -> dict[str, Layer]:
    """Return every layer of the catalogue by id, in the order of the catalogue.

    A layer that cannot be read does not stop the others: it comes back with ``state == "failed"`` and its fault.

    Parameters
    ----------
    catalogue : Catalogue
    earlier : mapping of str to Layer, optional
        Layers as loaded from the same ``config.toml``: those whose entry did not change since are reused.
    store : Path, optional
        Folder of layers as earlier processes loaded them: one whose files, entry and code are the same is read from
        there, any other is stored there.
    """
    loaded: dict[str, Layer] = {}
    shared: dict[Hashable, Any] = {}
    ordered = _sources_first(catalogue.layer)
    stamps = {} if store is None else _stamps(ordered, catalogue.folder)
    current: set[str] = set()  # as the files are now; what is reused from `earlier` may be older
    made: list[str] = []
    for spec in ordered:
        known = (earlier or {}).get(spec.id)
        same = known is not None and known.state != "failed" and known.spec == spec
        parents = [layer_id for layer_id in _dependencies(spec) if layer_id in loaded]
        if known is not None and same and all((earlier or {}).get(one) is loaded[one] for one in parents):
            loaded[spec.id] = known
            continue
        stamp = stamps.get(spec.id) if current.issuperset(parents) else None
        stored = None if store is None or stamp is None else load_stored(store, spec.id, stamp)
        if stored is None:
            loaded[spec.id] = load_layer(spec, catalogue, loaded, shared)
            made += [spec.id] if stamp is not None else []
        else:
            loaded[spec.id] = Layer(spec, "loaded", stored.frame, digest=stored.digest)
        current.add(spec.id)
    if store is not None and made:
        unchanged = _stamps(ordered, catalogue.folder).items() & stamps.items()
        _store(store, [(loaded[layer_id], stamp) for layer_id, stamp in unchanged if layer_id in made])
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
    frame_of = partial(_frame_of, loaded=loaded)
    shared = {} if shared is None else shared
    request = ReadRequest(spec.id, spec.crs, spec.name_field, catalogue.folder, frame_of, shared)
    try:
        content = spec.source.read(request)
        if content.frame is None:
            return Layer(spec, "loaded", raster=content.raster, digest=content.digest)
        frame = _without_superseded_area(spec, content.frame, loaded)
        digest = content.digest if content.digest is not None and not spec.outside else frame_digest(frame)
        return Layer(spec, "loaded", _with_common_columns(spec, frame), digest=digest)
    except RedlineError as fault:
        return Layer(spec, "failed", fault=fault)


def _stamps(specs: Iterable[LayerSpec], folder: Path) -> dict[str, str]:
    """Return the stamp of each layer whose files are known, sources first; a derived layer's covers its sources."""
    stamps: dict[str, str] = {}
    for spec in specs:
        files = spec.source.files_read(folder)
        needs = _dependencies(spec)
        if files is not None and all(one in stamps for one in needs):
            stamps[spec.id] = stamp_of(spec.model_dump(mode="json"), files, [stamps[one] for one in needs])
    return stamps


def _store(folder: Path, layers: Iterable[tuple[Layer, str]]) -> None:
    """Store layers that were made, each under its stamp."""
    for layer, stamp in layers:
        if layer.frame is not None and layer.digest is not None:
            store_loaded(folder, layer.id, stamp, StoredLayer(layer.frame, layer.digest))


def source_files(catalogue: Catalogue) -> list[Path]:
    """Return the paths of the files that the layers of a catalogue are read from, except plan tables."""
    return list(dict.fromkeys(path for spec in catalogue.layer for path in spec.source.shipped_files(catalogue.folder)))


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
    """Return the ids of the layers that must be loaded first: its sources, and counties if an extent is cut away."""
    return list(dict.fromkeys([*spec.source.needs, *([_COUNTIES] if spec.outside else [])]))


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
