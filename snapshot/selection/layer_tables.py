"""Tables of an export: layers that are on, sites with findings, and a table that describes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from carto.style import MISSING, SITE_SYMBOL, Choropleth, classes_of
from geo.sites import Sites, names_apart
from layers.catalogue import Layer, known_by_territory, licence_text, may_export, withheld_ids
from siting.check import CheckResult
from snapshot.selection.geopackage_tables import Sheet, write_geopackage
from snapshot.selection.qml import Category
from words import Lang, t

__all__ = [
    "CLASS_COLUMN",
    "about_table",
    "findings_table",
    "indicator_sheet",
    "layer_sheet",
    "site_sheet",
    "snapshot_geopackage",
]

CLASS_COLUMN = "style_class"
"""Column of a snapshot's table that holds the class by which QGIS colours a feature."""


def snapshot_geopackage(
    target: Path,
    layers: Sequence[Layer],
    *,
    lang: Lang,
    version: str,
    sites: Sites | None = None,
    result: CheckResult | None = None,
    indicator: tuple[Choropleth, pd.Series] | None = None,
) -> None:
    """Write the layers, an indicator, and a checked site with its findings as one GeoPackage.

    Parameters
    ----------
    target : Path
        Replaced, whole or not at all.
    layers : sequence of Layer
        Those to take; what the catalogue does not let out is left out and named in the table ``about``.
    lang : {"zh", "en"}
        Language of titles and of what codes are called; both names of a feature are always there.
    version : str
        Of the software.
    sites, result : optional
        A checked site with its findings.
    indicator : tuple of Choropleth and Series, optional
        The indicator on the map, and its value for each row of its layer.
    """
    written = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {layer.id: layer for layer in layers}
    sheets = [layer_sheet(layer, lang) for layer in reversed(list(layers)) if may_export(layer, known)]
    if indicator is not None and may_export(indicator[0].layer, known):
        sheets.append(indicator_sheet(*indicator, lang))
    if sites is not None and result is not None:
        sheets.append(site_sheet(sites, result, lang))
        sheets.append(_plain_sheet("findings", findings_table(result, layers, lang), lang))
    sheets.append(_plain_sheet("about", about_table(layers, version, written, lang), lang))
    write_geopackage(target, sheets, written=written, lang=lang)


def findings_table(result: CheckResult, layers: Iterable[Layer], lang: Lang) -> pd.DataFrame:
    """Return findings with codes and their names, one row a site and layer.

    A layer whose ``export`` is ``none`` keeps its row, without what was measured against it.
    """
    specs = {layer.id: layer.spec for layer in layers}
    rows = result.findings.copy()
    withheld = rows["layer"].isin(withheld_ids(specs.values()))
    rows.loc[withheld, "relation"] = None
    rows.loc[withheld, ["overlap_m2", "share", "distance_m", "overlap_m"]] = float("nan")
    features = rows["features"].where(~withheld, other=pd.Series([[]] * len(rows), index=rows.index))
    return pd.DataFrame(
        {
            "site_id": result.sites["site_id"].to_numpy()[rows["site"].to_numpy()],
            "layer": rows["layer"],
            "layer_title": [specs[name].title(lang) if name in specs else name for name in rows["layer"]],
            "role": rows["role"],
            "basis": rows["basis"],
            "basis_text": [t(f"layers.basis_{code}", lang) for code in rows["basis"]],
            "state": rows["state"],
            "state_text": [t(f"siting.state_{code}", lang) for code in rows["state"]],
            "reason": rows["reason"],
            "reason_text": [t(f"siting.reason_{code}", lang) if code else None for code in rows["reason"]],
            "relation": rows["relation"],
            "relation_text": [t(f"siting.relation_{code}", lang) if code else None for code in rows["relation"]],
            "overlap_m2": rows["overlap_m2"].astype(float),
            "share": rows["share"].astype(float),
            "overlap_m": rows["overlap_m"].astype(float),
            "distance_m": rows["distance_m"].astype(float),
            "features": ["; ".join(_name(feature, lang) for feature in hit) or None for hit in features],
            "withheld": withheld.astype(bool),
        }
    )


def _name(feature: dict[str, object], lang: Lang) -> str:
    return str(feature.get(f"name_{lang}") or feature.get("name_zh") or feature.get("feature_id"))


def layer_sheet(layer: Layer, lang: Lang) -> Sheet:
    """Return a layer as a table, coloured by the classes of the map."""
    assert layer.frame is not None
    classes, of_row = classes_of(layer)
    spec = layer.spec
    parts = [spec.publisher(lang), licence_text(spec.licence, lang), t("snapshot.as_of", lang, date=spec.as_of)]
    parts += [t(f"layers.basis_{spec.basis}", lang)] + ([spec.notice(lang)] if spec.notice else [])
    title = t("snapshot.illustrative", lang, title=spec.title(lang)) if spec.watermark else spec.title(lang)
    frame = layer.frame.copy()
    if spec.notice is not None:
        frame["notice"] = spec.notice(lang)
    label = spec.style.label
    if len(classes) == 1 and bool(frame["located"].all()):
        return Sheet(spec.id, title, " | ".join(parts), frame, classes[0].symbol, label=label)
    counted = known_by_territory(frame)
    how = np.where(counted, "county", np.where(frame["located"].to_numpy(bool), "", "water"))
    frame[CLASS_COLUMN] = [_class_name(classes[place].value, kind) for place, kind in zip(of_row, how, strict=True)]
    present = set(frame[CLASS_COLUMN])
    categories = [
        Category(
            _class_name(item.value, kind),
            t(f"snapshot.{kind}_only", lang, title=item.title(lang) or title) if kind else item.title(lang) or title,
            item.symbol,
            hollow=bool(kind),
        )
        for item in classes
        for kind in ("", "water", "county")
        if _class_name(item.value, kind) in present
    ]
    description = " | ".join(parts)
    return Sheet(spec.id, title, description, frame, classes[0].symbol, CLASS_COLUMN, categories, label)


def _class_name(value: str | None, known: str) -> str:
    """Return the name of a class; of what is known only to be on a water or in a county with that behind it."""
    return f"{value or 'all'}{f':{known}' if known else ''}"


def indicator_sheet(shown: Choropleth, values: pd.Series, lang: Lang) -> Sheet:
    """Return an indicator on its polygons, one category a class, in the colours of the map."""
    assert shown.layer.frame is not None
    columns = ["adcode", "name_zh", "name_en", "geometry"]
    frame = shown.layer.frame[columns].copy()
    names = [*shown.classes.captions(), t("carto.missing", lang)]
    symbols = [*shown.classes.symbols(), MISSING]
    frame["value"] = values.to_numpy(float)
    frame[CLASS_COLUMN] = [names[place] for place in shown.classes.of_row]  # -1 is the last: missing
    unit = shown.unit(lang) if shown.unit else ""
    categories = [Category(name, f"{name} {unit}".strip(), symbol) for name, symbol in zip(names, symbols, strict=True)]
    note = shown.note(lang) if shown.note else ""
    return Sheet("indicator", shown.title(lang), note, frame, symbols[0], CLASS_COLUMN, categories, f"name_{lang}")


def site_sheet(sites: Sites, result: CheckResult, lang: Lang) -> Sheet:
    """Return the checked sites with their own attributes, measures and verdict."""
    measures = result.sites[["area_m2", "plane_area_m2", "length_m", "verdict"]]
    own = sites.frame.drop(columns=["part"])
    own.columns = pd.Index(names_apart(own.columns, {*measures.columns, "verdict_text", CLASS_COLUMN}))
    frame = gpd.GeoDataFrame(pd.concat([own.reset_index(drop=True), measures.reset_index(drop=True)], axis=1))
    frame = frame.set_geometry("geometry", crs=sites.frame.crs)
    frame["verdict_text"] = [t(f"siting.verdict_{code}", lang) for code in frame["verdict"]]
    return Sheet("site", t("snapshot.site", lang), sites.name, frame, SITE_SYMBOL, label="site_id")


def _plain_sheet(name: str, frame: pd.DataFrame, lang: Lang) -> Sheet:
    return Sheet(name, t(f"snapshot.{name}", lang), t(f"snapshot.{name}_text", lang), frame)


def about_table(layers: Sequence[Layer], version: str, written: str, lang: Lang) -> pd.DataFrame:
    """Return source, date, licence and hash of each layer."""
    known = {layer.id: layer for layer in layers}
    return pd.DataFrame(
        [
            {
                "layer": layer.id,
                "title": layer.spec.title(lang),
                "included": may_export(layer, known),
                "features": 0 if layer.frame is None else len(layer.frame),
                "basis": layer.spec.basis,
                "as_of": layer.spec.as_of,
                "accuracy_m": layer.spec.accuracy_m,
                "source": layer.spec.publisher(lang),
                "licence": layer.spec.licence,
                "export": layer.spec.export,
                "sha256": layer.digest,
                "notice": layer.spec.notice(lang) if layer.spec.notice else None,
                "crs": "EPSG:4490",
                "software": f"Redline {version}",
                "written": written,
            }
            for layer in layers
        ]
    )
