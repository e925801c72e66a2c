"""Packing of reports for the ledger: what many findings share, above all their clauses, is stored once.

Of ten thousand sites each finding repeats the same clauses, hundreds of megabytes in all. The record keeps each clause
by its place in a list and each run of clauses as such places; unpacked, it is the report again, key by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from siting.check import canonical
from siting.records import Report

__all__ = ["is_packed", "packed", "unpacked"]

_FORMAT: Final = 1
_OF_SITE: Final = ("reminders", "approval_path", "missing_required", "missing_advised", "notices")
_OF_FINDING: Final = ("rules", "county_only")
_DICTS: Final = ("hashes", "crs")
_MEASURED: Final = "measured_m"


class _Shelf:
    """Dicts and lists, each stored once and referred to by position."""

    def __init__(self) -> None:
        self.dicts: list[Any] = []
        self.lists: list[Any] = []
        self._dict_at: dict[str, int] = {}
        self._list_at: dict[tuple[Any, ...], int] = {}
        self._seen: dict[int, tuple[Any, Any]] = {}

    def dict_place(self, value: Mapping[str, Any]) -> int:
        """Return the position of a dict, added if new."""
        if id(value) not in self._seen:
            text = canonical(value)
            if text not in self._dict_at:
                self._dict_at[text] = len(self.dicts)
                self.dicts.append(value)
            self._seen[id(value)] = (value, self._dict_at[text])  # a reference, so that the id is not used again
        return int(self._seen[id(value)][1])

    def list_place(self, values: Sequence[Any]) -> int:
        """Return the position of a list of texts and dicts, added if new."""
        if id(values) not in self._seen:
            key = tuple(self._item(value) for value in values)
            if key not in self._list_at:
                self._list_at[key] = len(self.lists)
                self.lists.append(list(key))
            self._seen[id(values)] = (values, self._list_at[key])
        return int(self._seen[id(values)][1])

    def _item(self, value: Any) -> Any:
        """Return a text unchanged, a dict as its position, a rule with a measured distance as position and distance."""
        if not isinstance(value, Mapping):
            return value
        measured = value.get(_MEASURED)
        if measured is None:
            return self.dict_place(value)
        return self.dict_place({**value, _MEASURED: None}), measured


def packed(report: Report) -> dict[str, Any]:
    """Return a report in packed form: repeated lists and dicts stored once.

    Parameters
    ----------
    report : Report
    """
    shelf = _Shelf()
    sites = []
    for site in report["sites"]:
        findings = [
            {**found, **{name: shelf.list_place(found[name]) for name in _OF_FINDING}} for found in site["findings"]
        ]
        lists = {name: shelf.list_place(site[name]) for name in _OF_SITE}
        dicts = {name: shelf.dict_place(site[name]) for name in _DICTS}
        sites.append({**site, **lists, **dicts, "findings": findings})
    return {"packed": _FORMAT, "dicts": shelf.dicts, "lists": shelf.lists, "report": {**report, "sites": sites}}


def is_packed(stored: Mapping[str, Any]) -> bool:
    """Return whether a stored report is packed; earlier versions stored it whole."""
    return stored.get("packed") == _FORMAT


def unpacked(stored: Mapping[str, Any]) -> Report:
    """Return the report that was packed. Shared lists and dicts are one object in it: do not change them."""
    dicts = stored["dicts"]
    lists = [[_back(item, dicts) for item in items] for items in stored["lists"]]
    report = {**stored["report"]}
    for site in report["sites"]:
        for name in _OF_SITE:
            site[name] = lists[site[name]]
        for name in _DICTS:
            site[name] = dicts[site[name]]
        for found in site["findings"]:
            for name in _OF_FINDING:
                found[name] = lists[found[name]]
    return cast("Report", report)


def _back(item: Any, dicts: Sequence[Any]) -> Any:
    """Return the list item at a place of the packed form."""
    if isinstance(item, int):
        return dicts[item]
    if isinstance(item, list):
        return {**dicts[item[0]], _MEASURED: item[1]}
    return item
