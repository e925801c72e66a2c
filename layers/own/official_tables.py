"""Recognise tables of the official databases by their fields and 要素代码 (YSDM) together, never by name alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import pandas as pd
from pydantic import Field

from layers.catalogue import Bilingual, Role
from layers.entry import Entry
from layers.paths import PRODUCT
from words import Lang, t

__all__ = ["NearMiss", "OfficialLayer", "Recognition", "has_official_fields", "official_layers", "recognise"]

_FILE: Final = PRODUCT / "data" / "spec" / "official_layers.toml"
_SHOWN: Final = 6


class OfficialLayer(Entry):
    """Specification of one table of an official database, read from ``data/spec/official_layers.toml``."""

    table: str
    variant: str = ""
    standard: Bilingual
    title: Bilingual
    also: list[str]
    """Other names that the table goes by."""
    geometry: Literal["polygon", "line", "point"]
    required: list[str] = Field(min_length=3)
    known: list[str]
    ysdm: str
    ysdm_not: list[str]
    ysdm_verified: Literal["exact", "family"]
    group: Literal["control", "protection", "water"]
    role: Role
    stands_for: str
    must_be_inside: bool = False
    id_field: str
    name_field: str
    zone_field: str | None = None
    area_field: str | None = None


@dataclass(frozen=True)
class NearMiss:
    """Why a layer with the name or the fields of an official table is not recognised as that table.

    Attributes
    ----------
    official : OfficialLayer
    reason : {"fields", "ysdm", "geometry"}
    missing : tuple of str
        Required fields that are not there.
    codes : tuple of str
        Values of YSDM that do not fit.
    """

    official: OfficialLayer
    reason: Literal["fields", "ysdm", "geometry"]
    missing: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def text(self, lang: Lang) -> str:
        """Return the reason as a sentence."""
        return t(
            f"data.near_{self.reason}",
            lang,
            table=self.official.table,
            title=self.official.title(lang),
            missing=t("data.comma", lang).join(self.missing),
            codes=t("data.comma", lang).join(self.codes[:_SHOWN]) or "—",
        )


@dataclass(frozen=True)
class Recognition:
    """The official table that a layer was recognised as, or the one it comes nearest to.

    Attributes
    ----------
    official : OfficialLayer or None
        None where it is no official table, or is in doubt.
    ysdm : str
        The code that all rows have.
    extra : tuple of str
        Columns that the official table does not know.
    near_miss : NearMiss or None
        The official table that it comes nearest to, and what is wrong.
    """

    official: OfficialLayer | None
    ysdm: str = ""
    extra: tuple[str, ...] = ()
    near_miss: NearMiss | None = None

    def column(self, field: str | None, columns: Sequence[str]) -> str | None:
        """Return the layer's own column for an official field, whatever its case; None if it has none."""
        return _spelling_by_field(columns).get((field or "").upper())


@cache
def official_layers() -> tuple[OfficialLayer, ...]:
    """Return the specifications of all official tables that the product recognises."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["layer"]
    return tuple(OfficialLayer.model_validate(row) for row in rows)


def has_official_fields(columns: Sequence[str]) -> bool:
    """Return whether the columns include all required fields of some official table."""
    present = _spelling_by_field(columns)
    return any(all(field in present for field in official.required) for official in official_layers())


def recognise(name: str, frame: pd.DataFrame, dimension: int) -> Recognition:
    """Return which official table a layer is, by its fields, codes and dimension, or why it is none.

    Parameters
    ----------
    name : str
        Of the layer; only used to explain why a layer with an official name is not recognised.
    frame : DataFrame
        Its attributes; field names in any case.
    dimension : int
        Of its shapes: 0, 1 or 2.
    """
    columns = _spelling_by_field([str(column) for column in frame.columns])
    near_miss: NearMiss | None = None
    for official in official_layers():
        missing = tuple(field for field in official.required if field not in columns)
        if missing:
            named = _plain(name) in {_plain(one) for one in (official.table, *official.also)}
            if named and (
                near_miss is None or (near_miss.reason == "fields" and len(missing) < len(near_miss.missing))
            ):
                near_miss = NearMiss(official, "fields", missing)
            continue
        codes = frame[columns["YSDM"]].map(_code).unique().tolist()
        wrong = tuple(code for code in codes if not re.fullmatch(official.ysdm, code) or code in official.ysdm_not)
        if wrong or len(codes) != 1:
            near_miss = NearMiss(official, "ysdm", codes=wrong or tuple(codes))
        elif dimension != ("point", "line", "polygon").index(official.geometry):
            near_miss = NearMiss(official, "geometry")
        else:
            ours = {*official.required, *official.known}
            extra = tuple(spelling for field, spelling in columns.items() if field not in ours)
            return Recognition(official, str(codes[0]), extra)
    return Recognition(None, near_miss=near_miss)


def _spelling_by_field(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns keyed by their names in capitals, as official tables write them."""
    return {column.strip().upper(): column for column in reversed(columns)}


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]", "", name).upper()


def _code(value: object) -> str:
    """Return a code as text; a whole number loses its ``.0``, a missing value is ""."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN is the one value that differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
