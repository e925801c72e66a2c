"""The result of one site, from a run or a record of the ledger, and its texts in the session's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geo.measure import MEETING
from geo.memo import per_frame
from layers.catalogue import LayerSpec
from siting.answer import summary_of
from siting.check import GRAVE, CheckResult, one_site, to_json
from siting.records import FindingRecord, SiteRecord, SummaryRecord
from snapshot.findings import exact_area_text, length_text
from views.session import VERSION, Slot, current_layers, lang, say
from words import has

__all__ = [
    "RUN_NUMBER",
    "SiteResult",
    "counties_text",
    "layer_title",
    "metres",
    "named_features",
    "one_site",
    "rule_code_text",
    "run_number",
    "site_result_of",
    "size_text",
    "square_metres",
    "stands_for_title",
]

RUN_NUMBER: Final[Slot[int]] = Slot("chk-run-number", 0)
"""Number of checks that the Check page has run in this session."""

Row = dict[str, Any]


@dataclass(frozen=True)
class SiteResult:
    """The record of one checked site with the catalogue entries of its layers.

    Attributes
    ----------
    site : SiteRecord
    specs : mapping of str to LayerSpec
        Catalogue entries by layer id, of the day of the check.
    """

    site: SiteRecord
    specs: Mapping[str, LayerSpec]

    @cached_property
    def summary(self) -> SummaryRecord:
        """The answer for the site."""
        return summary_of(self.site, self.specs)

    @property
    def findings(self) -> list[FindingRecord]:
        """The findings, gravest first: banned or to be reviewed, hits, warnings, clear ones, not checked ones."""
        return sorted(self.site["findings"], key=_reading_order)


def site_result_of(result: CheckResult, position: int, specs: Mapping[str, LayerSpec]) -> SiteResult:
    """Return the record of one site of a result, by its position."""
    return SiteResult(to_json(one_site(result, position), VERSION)["sites"][0], specs)


def _reading_order(row: FindingRecord) -> int:
    if row["rules"] and row["rules"][0]["counts_as"] in GRAVE and row["state"] != "not_checked":
        return -1
    if row["state"] == "clear" and (row["firm"] is False or row["must_be_inside"]) and row["relation"] != "within":
        return 0
    if row["state"] == "indicative":
        return 1 if row["relation"] in MEETING else 2
    return {"hit": 0, "clear": 3, "not_checked": 4}[row["state"]]


def layer_title(specs: Mapping[str, LayerSpec], name: str) -> str:
    """Return a layer's title in the session's language."""
    return specs[name].title(lang()) if name in specs else name


def stands_for_title(code: str) -> str:
    """Return the name of a ``stands_for`` code in the session's language; the code itself if it has no name."""
    return say(f"check_page.word_{code}") if has(f"check_page.word_{code}") else code


def rule_code_text(code: str) -> str:
    """Return the text of a code of ``open`` or ``assumed`` of a rule in the session's language."""
    if code.startswith("flag:"):
        return say("check_page.open_flag", flag=say(f"check_page.flag_{code[5:]}"))
    key = f"check_page.open_{code}" if has(f"check_page.open_{code}") else f"siting.reason_{code}"
    return say(key) if has(key) else code


def counties_text(site: SiteRecord) -> str:
    """Return the names of the counties of a site, with their shares if there are several."""
    rows = site["counties"]
    if not rows:
        return say("snapshot.no_county")
    names = [str(row["name"] if lang() == "zh" else row.get("name_en") or row["name"]) for row in rows]
    if len(rows) > 1 and all(row["share"] is not None for row in rows):
        names = [f"{name} {row['share']:.2%}" for name, row in zip(names, rows, strict=True)]
    return say("snapshot.and").join(names)


def size_text(area_m2: float | None, length_m: float | None) -> str:
    """Return the text of an area, else of a length, else of a point."""
    if area_m2 is not None and not pd.isna(area_m2):
        return exact_area_text(float(area_m2), lang())
    if length_m is not None and not pd.isna(length_m):
        return length_text(float(length_m), lang())
    return say("siting.kind_point")


def metres(value: float) -> str:
    """Return metres as text: two decimals below 1, one below 10, else none."""
    return f"{value:,.2f}" if value < 1 else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def square_metres(value: float) -> str:
    """Return square metres as text with two decimals."""
    return f"{value:,.2f}"


def named_features(layer: str, ids: list[Any], most: int = 5) -> list[Row]:
    """Return features by id, the first `most` with their names if the layer is loaded."""
    loaded = current_layers().get(layer) if ids else None
    if loaded is None or loaded.frame is None:
        return [{"feature_id": one} for one in ids]
    rows = _rows_by_id(loaded.frame).get_indexer(pd.Index(ids[:most]))
    names = {name: loaded.frame[name].iloc[rows] for name in ("name_zh", "name_en")}
    records = [
        {"feature_id": one, **{name: found.iloc[place] for name, found in names.items()}} if row >= 0
        else {"feature_id": one}
        for place, (one, row) in enumerate(zip(ids[:most], rows, strict=True))
    ]  # fmt: skip
    return records + [{"feature_id": one} for one in ids[most:]]


@per_frame
def _rows_by_id(frame: gpd.GeoDataFrame) -> pd.Index[Any]:
    """Return an index by which the row of a feature is found, made once per frame."""
    by_id: pd.Index[Any] = pd.Index(frame["feature_id"].to_numpy())
    return by_id


def run_number() -> int:
    """Return the number of the run that is shown, part of the keys of what belongs to it."""
    return RUN_NUMBER.get()
