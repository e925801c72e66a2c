"""The manifest of an export: contents, sources and hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import shapely

from geo.crs import describe
from layers.catalogue import Layer, frame_digest, may_export, withheld_ids
from snapshot.selection import Selection
from words import LANGUAGES, Lang, t

__all__ = [
    "MANIFEST_MEMBER",
    "MANIFEST_VERSION",
    "OWN_HASH",
    "TableRecord",
    "attributions",
    "build_manifest",
    "features_digest",
    "layers_out",
    "manifest_text",
    "own_hash",
    "readme_text",
    "table_digest",
    "with_own_hash",
]

MANIFEST_VERSION: Final = 1
MANIFEST_MEMBER: Final = "manifest.json"
OWN_HASH: Final = "manifest_sha256"

_LICENCES: Final = (
    ("odbl", "ODbL"),
    ("cc_by", "CC-BY"),
    ("gpl", "GPL-3.0"),
    ("lgpl", "LGPL-3.0"),
    ("mit", "MIT"),
    ("cc0", "CC0"),
)
"""Key of the sentence that a licence asks for, and the mark by which it is known in a licence's text."""


@dataclass(frozen=True)
class TableRecord:
    """One table as written.

    Attributes
    ----------
    name : str
        Of the table, or of the file in an archive.
    layer : str or None
        The catalogue's id; None for sites and findings.
    rows : int
    sha256 : str or None
        Of the content as read back (`table_digest`); None where the archive's members are hashed as files.
    fields : mapping
        Names as written, and the columns they stand for, where a format shortens them.
    notes : mapping
        What the format could not hold: code to number of values (``takeaway.note_<code>``).
    """

    name: str
    layer: str | None
    rows: int
    sha256: str | None = None
    fields: Mapping[str, str] | None = None
    notes: Mapping[str, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object without empty keys."""
        found = {
            "name": self.name,
            "layer": self.layer,
            "rows": self.rows,
            "sha256": self.sha256,
            "fields": dict(self.fields) if self.fields else None,
            "notes": dict(self.notes) if self.notes else None,
        }
        return {key: value for key, value in found.items() if value is not None}


def build_manifest(
    selection: Selection, form: str, epsg: int | None, tables: Sequence[TableRecord] = ()
) -> dict[str, Any]:
    """Return the manifest of a snapshot, as documented in docs/manifest.md.

    Parameters
    ----------
    selection : Selection
    form : str
        The format.
    epsg : int or None
        System of the coordinates; None for a workbook, which has none.
    tables : sequence of TableRecord
        What was written.
    """
    layers = selection.taken_layers()
    rows: dict[str, int] = {}
    for table in tables:
        if table.layer is not None:
            rows[table.layer] = rows.get(table.layer, 0) + table.rows
    return {
        "redline_manifest": MANIFEST_VERSION,
        "software": {
            "name": "Redline",
            "version": selection.version,
            "geos": shapely.geos_version_string,
            "proj": pyproj.proj_version_str,
            "gdal": pyogrio.__gdal_version_string__,
        },
        "written": selection.written,
        "form": form,
        "crs": None if epsg is None else _crs(epsg),
        "chosen": {
            "layers": [layer.id for layer in layers],
            "extent": list(selection.extent) if selection.extent else None,
            "adcodes": list(selection.adcodes),
            "filters": [
                {"layer": rule.layer, "column": rule.column, "values": list(rule.values)} for rule in selection.filters
            ],
            "whole_features": True,
        },
        "layers": [_layer(layer, selection, rows.get(layer.id, 0)) for layer in layers],
        "site": _site(selection),
        "tables": [table.to_json() for table in tables],
        "attributions": {lang: attributions(layers_out(selection), lang) for lang in LANGUAGES},
    }


def layers_out(selection: Selection) -> list[Layer]:
    """Return the layers of a selection whose features are exported."""
    return [layer for layer in selection.taken_layers() if may_export(layer, selection.layers)]


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as JSON with its own hash: the same text for the same content."""
    return json.dumps(with_own_hash(manifest), ensure_ascii=False, indent=1, allow_nan=False)


def with_own_hash(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with the hash of its content added."""
    return {**manifest, OWN_HASH: own_hash(manifest)}


def own_hash(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a manifest's content, without the hash of the file, which is added last."""
    content = {key: value for key, value in manifest.items() if key not in {OWN_HASH, "sha256"}}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def attributions(layers: Iterable[Layer], lang: Lang) -> list[str]:
    """Return the attributions that licences of layers require, each once."""
    lines: list[str] = []
    for layer in layers:
        licences = {layer.spec.licence}
        if layer.frame is not None and "licence" in layer.frame:
            licences |= {str(value) for value in layer.frame["licence"].dropna().unique()}
        lines.append(f"{layer.spec.title(lang)}: {layer.spec.publisher(lang)} — {'; '.join(sorted(licences))}")
        names = " ".join(licences)
        lines += [t(f"takeaway.licence_{key}", lang) for key, mark in _LICENCES if _marks(names, mark)]
    return list(dict.fromkeys(lines))


def readme_text(manifest: Mapping[str, Any], layers: Iterable[Layer]) -> str:
    """Return the README.txt of an archive in both languages."""
    shown = [layer for layer in layers if layer.spec.notice is not None or layer.spec.watermark]
    blocks = []
    for lang in LANGUAGES:
        crs = manifest["crs"]
        lines = [
            t("takeaway.readme_head", lang, version=manifest["software"]["version"], written=manifest["written"]),
            t("takeaway.readme_crs", lang, crs="—" if crs is None else f"EPSG:{crs['epsg']} {crs['name']}"),
        ]
        if crs is not None and crs["null_shift"]:
            lines.append(t("takeaway.null_shift", lang))
        for table in manifest["tables"]:
            lines.append(t("takeaway.readme_table", lang, name=table["name"], rows=table["rows"]))
            lines += [f"    {short} = {column}" for short, column in table.get("fields", {}).items() if short != column]
            lines += [t(f"takeaway.note_{code}", lang, count=n) for code, n in table.get("notes", {}).items()]
        for layer in shown:
            notice = layer.spec.notice(lang) if layer.spec.notice else ""
            mark = t("takeaway.illustration", lang) if layer.spec.watermark else ""
            lines.append(f"! {layer.spec.title(lang)}: {mark}{notice}")
        kept = [entry for entry in manifest["layers"] if not entry["included"]]
        lines += [t("takeaway.readme_kept", lang, title=entry["title"][lang]) for entry in kept]
        lines += [t("takeaway.readme_sources", lang), *(f"  - {line}" for line in manifest["attributions"][lang])]
        lines.append(t("snapshot.disclaimer", lang))
        blocks.append("\r\n".join(lines))
    return "\r\n\r\n".join(blocks) + "\r\n"


def table_digest(frame: pd.DataFrame) -> str:
    """Return the content hash of a table: independent of the order of rows."""
    if not isinstance(frame, gpd.GeoDataFrame):
        plain = gpd.GeoDataFrame(frame.copy(), geometry=[None] * len(frame))
        return frame_digest(plain)
    system = "" if frame.crs is None else str(frame.crs.to_epsg())
    return hashlib.sha256(f"{system}\n{frame_digest(frame.set_crs(None, allow_override=True))}".encode()).hexdigest()


def features_digest(features: Any) -> str:
    """Return the hash of the ``features`` of a GeoJSON, whatever its layout."""
    text = json.dumps(features, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _marks(text: str, mark: str) -> bool:
    """Return whether a text names a licence; LGPL is not GPL."""
    found = text.replace("LGPL", "") if mark.startswith("GPL") else text
    return mark in found


def _crs(epsg: int) -> dict[str, Any]:
    reading = describe(epsg)
    return {
        "epsg": epsg,
        "name": pyproj.CRS.from_epsg(epsg).name,
        "order": "longitude, latitude" if reading.geographic else "east, north",
        "unit": "degree" if reading.geographic else "metre",
        "null_shift": "null_shift" in reading.evidence,
    }


def _layer(layer: Layer, selection: Selection, rows: int) -> dict[str, Any]:
    spec = layer.spec
    return {
        "id": layer.id,
        "title": {lang: spec.title(lang) for lang in LANGUAGES},
        "included": may_export(layer, selection.layers),
        "state": layer.state,
        "rows": rows,
        "of_rows": None if layer.frame is None else len(layer.frame),
        "sha256": layer.digest,
        "as_of": spec.as_of,
        "vintage": spec.vintage,
        "basis": spec.basis,
        "accuracy_m": spec.accuracy_m,
        "publisher": {lang: spec.publisher(lang) for lang in LANGUAGES},
        "licence": spec.licence,
        "export": spec.export,
        "secrecy": spec.secrecy,
        "illustrative": spec.watermark,
        "notice": {lang: spec.notice(lang) for lang in LANGUAGES} if spec.notice else None,
    }


def _site(selection: Selection) -> dict[str, Any] | None:
    """Return the manifest's entry about the checked sites."""
    if selection.sites is None or selection.result is None:
        return None
    held = withheld_ids(layer.spec for layer in selection.layers.values())
    withheld = [name for name in selection.layers if name in held]
    return {
        "name": selection.sites.name,
        "sha256": selection.sites.sha256,
        "count": len(selection.sites),
        "as_of": selection.result.as_of,
        "rules_sha256": selection.result.rules_digest,
        "layer_sha256": dict(selection.result.hashes),
        "withheld": withheld,
    }
