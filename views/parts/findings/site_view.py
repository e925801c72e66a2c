"""A check as the pages show it: one site at a time, the same from a run just made and from a record of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geo.measure import MEETING
from layers.catalogue import LayerSpec
from siting.check import GRAVE, CheckResult, one_site, to_json
from siting.records import FindingRecord, SiteRecord
from snapshot.findings import area_text, length_text
from views.session import VERSION, Slot, current_layers, lang, say
from words import has

__all__ = [
    "RUN_NUMBER",
    "Seen",
    "code_text",
    "counties_text",
    "layer_title",
    "metres",
    "named_features",
    "one_site",
    "run_number",
    "seen_of",
    "size_text",
    "square_metres",
    "word_title",
]

RUN_NUMBER: Final[Slot[int]] = Slot("chk-run-number", 0)
"""How many checks the Check page has run in this session."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One checked site.

    Attributes
    ----------
    site : SiteRecord
    specs : mapping of str to LayerSpec
        Catalogue entries by layer id, of the day of the check.
    """

    site: SiteRecord
    specs: Mapping[str, LayerSpec]

    @property
    def findings(self) -> list[FindingRecord]:
        """Return the findings in the order of reading: hits, warnings, the rest, what was not checked."""
        return sorted(self.site["findings"], key=_weight)


def seen_of(result: CheckResult, position: int, specs: Mapping[str, LayerSpec]) -> Seen:
    """Return one site of a result as its report has it."""
    return Seen(to_json(one_site(result, position), VERSION)["sites"][0], specs)


def _weight(row: FindingRecord) -> int:
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


def word_title(word: str) -> str:
    """Return what a word of ``stands_for`` means; a word of a user's own catalogue is its own name."""
    return say(f"check_page.word_{word}") if has(f"check_page.word_{word}") else word


def code_text(code: str) -> str:
    """Say why a rule is open, or what was assumed for it."""
    if code.startswith("flag:"):
        return say("check_page.open_flag", flag=say(f"check_page.flag_{code[5:]}"))
    key = f"check_page.open_{code}" if has(f"check_page.open_{code}") else f"siting.reason_{code}"
    return say(key) if has(key) else code


def counties_text(site: SiteRecord) -> str:
    """Write the counties of a site, with shares where there are several."""
    rows = site["counties"]
    if not rows:
        return say("snapshot.no_county")
    names = [str(row["name"] if lang() == "zh" else row.get("name_en") or row["name"]) for row in rows]
    if len(rows) > 1 and all(row["share"] is not None for row in rows):
        names = [f"{name} {row['share']:.2%}" for name, row in zip(names, rows, strict=True)]
    return say("snapshot.and").join(names)


def size_text(area_m2: float | None, length_m: float | None) -> str:
    """Write an area or a length, whichever there is."""
    if area_m2 is not None and not pd.isna(area_m2):
        return area_text(float(area_m2), lang())
    if length_m is not None and not pd.isna(length_m):
        return length_text(float(length_m), lang())
    return say("siting.kind_point")


def metres(value: float) -> str:
    """Write metres as a survey would: decimals only where they matter."""
    return f"{value:,.2f}" if value < 1 else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def square_metres(value: float) -> str:
    """Write square metres to the centimetre's worth."""
    return f"{value:,.2f}"


def named_features(layer: str, ids: list[Any], most: int = 5) -> list[Row]:
    """Return features known by id with their names, as far as the layer is loaded today."""
    held = current_layers().get(layer)
    if held is None or held.frame is None:
        return [{"feature_id": one} for one in ids]
    known = held.frame[held.frame["feature_id"].isin(ids[:most])].set_index("feature_id")
    named = [
        {"feature_id": one, "name_zh": known.loc[one, "name_zh"], "name_en": known.loc[one, "name_en"]}
        if one in known.index
        else {"feature_id": one}
        for one in ids[:most]
    ]
    return named + [{"feature_id": one} for one in ids[most:]]


def run_number() -> int:
    """Return the number of the run that is shown: what is remembered of a run goes by it."""
    return RUN_NUMBER.get()
