"""A suggestion as a file: text, or a GeoPackage of candidates and of what takes the land; and the feasible land."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from carto.style import SITE_SYMBOL
from geo.errors import BadInput
from geo.whole_file import whole_file
from layers.catalogue import Layer, withheld_ids
from siting.suggest import Suggestion, closed_zones, suggestion_without_withheld
from snapshot.selection import Sheet, write_geopackage
from snapshot.suggestions.record import cell_text, shape_of, suggestion_record
from snapshot.suggestions.text import suggestion_text
from words import Lang, t

__all__ = ["SuggestionForm", "write_feasible", "write_suggestion"]

SuggestionForm = Literal["table", "json", "geojson", "gpkg"]


def write_suggestion(
    target: Path, form: SuggestionForm, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang
) -> None:
    """Write a suggestion, whole or not at all, without what must not be exported.

    Raises
    ------
    BadInput
        If the place cannot be written to.
    """
    if form != "gpkg":
        open_one = suggestion_without_withheld(suggestion, withheld_ids(one.spec for one in layers.values()))
        text = suggestion_text(form, open_one, layers, lang)
        with _written_to(target), whole_file(target) as draft:
            draft.write_bytes(text.encode())
        return
    record = suggestion_record(suggestion, layers, lang)
    shapes = [shape_of(one.pop("geometry")) for one in record["candidates"]]
    rows = [_flat(one) for one in record["candidates"]]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs="EPSG:4490")
    takes = pd.DataFrame([one | {"rules": ";".join(one["rules"])} for one in record["takes"]])
    about = pd.DataFrame(
        [(key, cell_text(value)) for key, value in record.items() if key not in ("candidates", "takes")]
    )
    about.columns = pd.Index(["key", "value"])
    title = t("suggest.candidates", lang)
    sheets = [
        Sheet("candidates", title, t("suggest.not_law", lang), frame, SITE_SYMBOL, label="rank"),
        Sheet("takes", t("suggest.takes_title", lang), "", takes),
        Sheet("about", t("snapshot.about", lang), "", about),
    ]
    _write(target, [sheet for sheet in sheets if len(sheet.frame)], lang)


def write_feasible(target: Path, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> None:
    """Write the feasible areas, from which the candidates are cut, as a GeoPackage or GeoJSON (by its ending).

    Raises
    ------
    BadInput
        If a layer that must not be exported takes land: the edges would be its edges. If the place cannot be written.
    """
    hidden = closed_zones(suggestion, withheld_ids(one.spec for one in layers.values()))
    if hidden:
        names = t("snapshot.and", lang).join(layers[name].spec.title(lang) for name in hidden)
        raise BadInput("suggest.feasible_withheld", layers=names)
    frame = suggestion.feasible
    if target.suffix.lower() == ".gpkg":
        title = t("suggest.feasible_title", lang)
        _write(target, [Sheet("feasible", title, t("suggest.not_law", lang), frame, SITE_SYMBOL)], lang)
        return
    with _written_to(target), whole_file(target) as draft:
        draft.write_bytes(frame.to_json(drop_id=True, to_wgs84=False).encode())


def _write(target: Path, sheets: list[Sheet], lang: Lang) -> None:
    with _written_to(target):
        write_geopackage(target, sheets, written=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lang=lang)


@contextmanager
def _written_to(target: Path) -> Iterator[None]:
    """Say in a sentence that a place cannot be written to."""
    try:
        yield
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=target.name, fault=fault.strerror or type(fault).__name__) from None


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """Return a candidate as one row: lists as text, a column for the value and the score of every wish."""
    row = {key: cell_text(value) for key, value in one.items() if key != "wishes"}
    for wish in one["wishes"]:
        name = wish["wish"].replace(":", "_")
        row |= {f"{name}_value": wish["value"], f"{name}_score": wish["score"], f"{name}_weight": wish["weight"]}
    return row
