"""Comparison of two reports of one check: states exactly, measures within their tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import is_
from typing import Any, Final

from geo.errors import RedlineError
from layers.catalogue import LayerSpec, withheld_ids
from siting.check import MEASURED
from words import Lang, has, t

__all__ = ["AREA_M2", "DEGREES", "LENGTH_M", "RELATIVE", "Change", "changes_without_withheld", "compare_reports"]

AREA_M2: Final = 0.01
LENGTH_M: Final = 0.001
RELATIVE: Final = 1e-9
DEGREES: Final = 1e-9
"""Of coordinates: 0.1 mm."""
BEARING_DEG: Final = 0.1
"""Of the direction of the nearest edge: a millimetre aside, seen from half a metre."""

_NOT_COMPARED: Final = frozenset({"findings", "hashes", "check_id", "id", "notices", "summary"})
_WRITTEN_OUT: Final = frozenset({"from_k", "to_k"})
"""Chainages as text: the numbers beside them are compared."""
_NOTHING: Final = frozenset({"overlap_m2", "overlap_m", "share"})
"""Before version 1.3 of the schema null also where nothing is shared."""
_OF_SITES: Final = ("way_out", "sections")
"""What a report says of a site that lines of several layers make together."""
_SPOKEN: Final = {
    "state": "siting.state_",
    "reason": "siting.reason_",
    "relation": "siting.relation_",
    "verdict": "siting.verdict_",
}


@dataclass(frozen=True)
class Change:
    """One difference between a record and what is found now.

    Attributes
    ----------
    kind : str
        Code; ``ledger.change_<kind>`` says it: input, input_dropped, input_unread, reading, layer, layer_state,
        layer_new, layer_gone, law, software, site, site_value, finding, finding_new, finding_gone, copy.
    subject : str
        What: a layer, a site, a file.
    was, now : object
        None where there is nothing.
    layer, field : str
        Of a finding: the layer, and which of its values.
    """

    kind: str
    subject: str
    was: Any = None
    now: Any = None
    layer: str = ""
    field: str = ""

    def text(self, lang: Lang = "zh") -> str:
        """Return the change as one sentence."""
        was, now = (_spoken(self.field, value, lang) for value in (self.was, self.now))
        head, *rest = re.split(r"(?=[.\[])", self.field, maxsplit=1)
        field = (t(f"ledger.field_{head}", lang) if has(f"ledger.field_{head}") else head) + "".join(rest)
        values = {"subject": self.subject, "layer": self.layer, "field": field, "was": was, "now": now}
        return t(f"ledger.change_{self.kind}", lang, **values)

    def to_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        record = {"kind": self.kind, "subject": self.subject, "layer": self.layer or None, "field": self.field or None}
        values = {
            name: str(v) if isinstance(v, RedlineError) else v for name, v in (("was", self.was), ("now", self.now))
        }
        return record | values


def compare_reports(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Return the differences between the sites and findings of two reports of one check.

    States, reasons, relations, verdicts and rules must be the same; areas may differ by 0.01 m² or one part in 10⁹,
    lengths and distances by 1 mm, shares by what such an area makes, coordinates by 1e-9 degrees. Of reports of two
    versions of the schema what both can say is compared.
    """
    both = was.get("schema") == now.get("schema")
    ids = [[site["id"] for site in report["sites"]] for report in (was, now)]
    if ids[0] != ids[1]:
        gone = [Change("site", name, name, None) for name in ids[0] if name not in set(ids[1])]
        new = [Change("site", name, None, name) for name in ids[1] if name not in set(ids[0])]
        return gone + new or [Change("site", "", ", ".join(ids[0]), ", ".join(ids[1]))]
    return [change for pair in zip(was["sites"], now["sites"], strict=True) for change in _site(*pair, every=both)]


def changes_without_withheld(changes: Iterable[Change], specs: Iterable[LayerSpec]) -> list[Change]:
    """Return changes with the values of withheld measures removed: only that they differ may be exported."""
    withheld = withheld_ids(specs)

    def closed(change: Change) -> bool:
        head = change.field.split(".")[0].split("[")[0]
        return bool(withheld) and (head in _OF_SITES or (change.layer in withheld and head in {*MEASURED, "rules"}))

    return [replace(change, was=None, now=None) if closed(change) else change for change in changes]


def _site(was: Mapping[str, Any], now: Mapping[str, Any], *, every: bool) -> Iterator[Change]:
    """Yield the differences of one site and its findings, layer by layer; unless `every`, only of common keys."""
    share = _share_tolerance(was)
    for field, before, after in _differences(*_shared(_without(was), _without(now), every=every), share):
        yield Change("site_value", was["id"], before, after, field=field)
    findings = [{finding["layer"]: finding for finding in site["findings"]} for site in (was, now)]
    for layer, before in findings[0].items():
        after = findings[1].get(layer)
        if after is None:
            yield Change("finding_gone", was["id"], before["state"], None, layer, "state")
            continue
        if _alike(before, after):
            continue
        pair = _shared(*_comparable(before, after), every=every)
        for field, one, other in _differences(*pair, share):
            yield Change("finding", was["id"], one, other, layer, field)
    for layer, after in findings[1].items():
        if layer not in findings[0]:
            yield Change("finding_new", was["id"], None, after["state"], layer, "state")


def _alike(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether two findings are equal to the last digit: a quick test, true of nearly all."""
    return was == now and all(map(is_, map(type, was.values()), map(type, map(now.get, was))))


def _nothing_alike(was: dict[str, Any], now: dict[str, Any]) -> None:
    """Set equal what both versions of the schema mean by nothing shared: null before 1.3, 0 since."""
    for name in _NOTHING & was.keys() & now.keys():
        if not was[name] and not now[name]:
            was[name] = now[name] = None


def _shared(
    was: Mapping[str, Any], now: Mapping[str, Any], *, every: bool
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if every:
        return was, now
    both = _common(was, now)
    _nothing_alike(*both)
    return both


def _common(was: Any, now: Any) -> tuple[Any, Any]:
    """Return two values without the keys that only one of them has, also of the mappings inside them."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        pairs = {key: _common(was[key], now[key]) for key in was if key in now}
        return {key: pair[0] for key, pair in pairs.items()}, {key: pair[1] for key, pair in pairs.items()}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        items = [_common(*pair) for pair in zip(was, now, strict=True)]
        return [one for one, _ in items], [other for _, other in items]
    return was, now


def _comparable(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return two findings without the measures that one of them lacks because they were withheld."""
    if not was.get("withheld") and not now.get("withheld"):
        return was, now
    left_out = {*MEASURED, "withheld", "rules"}
    one, other = ({key: value for key, value in found.items() if key not in left_out} for found in (was, now))
    return one, other


def _without(site: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in site.items() if key not in _NOT_COMPARED}


def _share_tolerance(site: Mapping[str, Any]) -> float:
    """Return the tolerance of a share, from that of the site's area or length."""
    if site.get("area_m2"):
        return max(RELATIVE, AREA_M2 / float(site["area_m2"]))
    if site.get("length_m"):
        return max(RELATIVE, LENGTH_M / float(site["length_m"]))
    return RELATIVE


def _differences(was: Any, now: Any, share: float, path: str = "", key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield path, first and second value of every difference between two values."""
    if was is now or (isinstance(was, list) and was == now):
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in [*was, *(name for name in now if name not in was)]:
            if name in _WRITTEN_OUT:
                continue
            yield from _differences(was.get(name), now.get(name), share, f"{path}.{name}".lstrip("."), str(name))
    elif isinstance(was, list | tuple) and isinstance(now, list | tuple):
        if len(was) != len(now):
            yield path, len(was), len(now)
            return
        for number, pair in enumerate(zip(was, now, strict=True), start=1):
            yield from _differences(*pair, share, f"{path}[{number}]", key)
    elif not _same(was, now, key, share):
        yield path, was, now


def _same(was: Any, now: Any, key: str, share: float) -> bool:
    """Return whether two plain values agree within the tolerance for a key."""
    if type(was) is type(now) and was == now:
        return True
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in (was, now)):
        return type(was) is type(now) and bool(was == now)
    if key.endswith("_m2"):
        within = max(AREA_M2, RELATIVE * abs(was))
    elif key.endswith("_m"):
        within = LENGTH_M
    elif key == "share":
        within = share
    elif key == "coordinates":
        within = DEGREES
    elif key == "bearing_deg":
        within = BEARING_DEG
    else:
        within = RELATIVE * abs(was)
    return bool(abs(was - now) <= within)


def _spoken(field: str, value: Any, lang: Lang) -> str:
    """Write a value: codes in words, nothing as a dash, long hashes short."""
    if value is None:
        return t("ledger.nothing", lang)
    if isinstance(value, RedlineError):
        return value.text(lang)
    if isinstance(value, bool):
        return t("ledger.yes" if value else "ledger.no", lang)
    prefix = _SPOKEN.get(field)
    if prefix and has(f"{prefix}{value}"):
        return t(f"{prefix}{value}", lang)
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e-3 else f"{value:,.4f}"
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 and text.isalnum() else text
