"""The chapters of a siting report, written from a report without what must not be exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geo.measure import to_ha, to_mu
from layers.catalogue import Layer, licence_text
from siting.answer import batch_sentence, standing_text
from siting.check import Run, occupation, places_of
from siting.records import FindingRecord, RuleRecord, SiteRecord
from snapshot.findings import amount, exact_area_text, length_text, section_sums
from snapshot.report.cells import margin_text, nothing_taken_off, size_text, wording_of
from snapshot.report.model import Block, Facts, Items, Numbers, Table, Text
from words import Lang, has, in_language, t

__all__ = ["Chapters"]

_STATES: Final = ("hit", "indicative", "not_checked", "clear")
_GRAVE: Final = ("prohibited", "review_required", "notice", None)
_MOST_NAMES: Final = 4
_MOST_ON_FIRST_PAGE: Final = 10
_MOST_SECTIONS: Final = 200


class Chapters:
    """The chapters of one report.

    Parameters
    ----------
    run : Run
    sites : sequence of SiteRecord
        Of the report without what must not be exported.
    lang : {"zh", "en"}
    numbers : Numbers
    """

    def __init__(self, run: Run, sites: Sequence[SiteRecord], lang: Lang, numbers: Numbers) -> None:
        self._run, self._sites, self._lang, self._numbers = run, sites, lang, numbers
        self._titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
        self._specs = {layer.id: layer.spec for layer in run.layers.values()}

    def answer(self) -> list[Block]:
        """Return the answer: of one site in full, of several how many lie on what and each in a line."""
        if len(self._sites) > 1:
            rows, verdicts = [f for site in self._sites for f in site["findings"]], [s["verdict"] for s in self._sites]
            sentence = batch_sentence(verdicts, pd.DataFrame(rows), self._specs, self._lang)
            return [Text(sentence, "answer"), *([] if self.many else self.verdicts())]
        (site,) = self._sites
        summary, lang = site["summary"], self._lang
        reasons = [reason["text"][lang] for reason in summary["reasons"]]
        if summary["more_reasons"]:
            reasons.append(t("answer.more_reasons", lang, count=summary["more_reasons"]))
        steps = [step["text"][lang] for step in summary["next_steps"]]
        blocks: list[Block] = [
            Text(f"{self._verdict(site)}{t('answer.verdict_break', lang)}{summary['sentence'][lang]}", "answer"),
            *([Items(t("answer.head_reasons", lang), tuple(reasons))] if reasons else []),
            *([Items(t("answer.head_steps", lang), tuple(steps))] if steps else []),
        ]
        if site["missing_required"]:
            blocks.append(Text(self._say("missing_count", count=len(site["missing_required"])), "small"))
        return blocks

    @property
    def many(self) -> bool:
        """Whether the sites are too many for a table on the first page: it opens the chapter of findings instead."""
        return len(self._sites) > _MOST_ON_FIRST_PAGE

    def verdicts(self) -> list[Block]:
        """Return the verdict of each site, with what keeps it open."""
        rows = [
            (str(site["id"]), size_text(site, self._lang), self._counties(site), self._verdict(site))
            for site in self._sites
        ]
        made: list[Block] = [self._table("verdicts", ("site", "size", "county", "verdict"), rows, (1, 3, 3, 2))]
        missing: dict[tuple[str, ...], list[str]] = {}
        for site in self._sites:
            missing.setdefault(tuple(site["missing_required"]), []).append(str(site["id"]))
        for words, sites in missing.items():
            if words:
                layers = self._list([self._stands_for(word) for word in words])
                made.append(Text(self._say("missing", site=self._some(sites), layers=layers), "warning"))
        if self._run.settings.activity is None:
            made.append(Text(self._say("no_activity"), "warning"))
        return made

    def areas(self) -> list[Block]:
        """Return the areas of polygons (ellipsoidal, plane, declared) and the lengths of lines."""
        rows = []
        for site in self._sites:
            if site["area_m2"] is None:
                continue
            true, plane, declared = site["area_m2"], site["plane_area_m2"], site["declared_area_m2"]
            rows.append(
                (
                    str(site["id"]), f"{true:,.2f}", f"{to_ha(true):,.4f}", f"{to_mu(true):,.2f}",
                    "—" if plane is None else f"{plane:,.2f}", "—" if declared is None else f"{declared:,.2f}",
                    "—" if not declared else f"{(true - declared) / declared:+.3%}",
                )
            )  # fmt: skip
        if not rows:
            return [Text(self._say("no_areas"))]
        heads = ("site", "true_m2", "true_ha", "true_mu", "plane_m2", "declared_m2", "differs")
        table = self._table("areas", heads, rows, (1, 2, 1.5, 1.6, 2, 2, 1.4), numbers=(1, 2, 3, 4, 5, 6))
        return [table, Text(self._say("areas_note"), "small")]

    def findings(self, site: SiteRecord) -> list[Block]:
        """Return the findings of a site by state; unchecked layers together, unless all sites share them."""
        order = {state: at for at, state in enumerate(_STATES)}
        rows = [
            (
                self._titles.get(found["layer"], found["layer"]),
                standing_text(found, self._lang),
                self._amount(found),
                margin_text(found, self._lang),
                self._details(found),
            )
            for found in sorted(site["findings"], key=lambda found: order[found["state"]])
            if found["state"] != "not_checked"
        ]
        heads = ("layer", "state", "amount", "margin", "details")
        table = self._table("findings", heads, rows, (2.6, 1.3, 2.6, 2.4, 3.6), of=str(site["id"]))
        own = [] if self._alike() else self._unchecked_blocks(site)
        return [*([table] if rows else []), *own]

    def line(self, site: SiteRecord) -> list[Block]:
        """Return the sections of a line by chainage; nothing for other sites."""
        sections = site.get("sections")
        if sections is None or not sections:
            return []
        made: list[Block] = []
        width = self._run.settings.corridor_m
        if width:
            made.append(Text(self._say("corridor", width=f"{width:g}")))
        rows = [
            (
                one["from_k"], one["to_k"], f"{one['length_m']:,.1f}" if one["length_m"] else "—",
                self._titles.get(one["layer"], one["layer"]),
                t(f"check_page.section_{one['kind']}", self._lang),
                t(f"check_page.structure_{one['structure']}", self._lang),
                one["features"],
            )
            for one in sections[:_MOST_SECTIONS]
        ]  # fmt: skip
        heads = ("from_k", "to_k", "length_m", "layer", "relation", "structure", "features")
        made.append(
            self._table("line", heads, rows, (1.7, 1.7, 1.5, 2.8, 1, 1.1, 2.4), numbers=(0, 1, 2), of=str(site["id"]))
        )
        if len(sections) > _MOST_SECTIONS:
            made.append(Text(self._say("more_sections", count=len(sections) - _MOST_SECTIONS), "warning"))
        sums = section_sums(sections, self._titles, self._lang)
        return [*made, Text(t("snapshot.sentence_break", self._lang).join(sums), "small")]

    def not_checked(self) -> list[Block]:
        """Return whom to ask for what is missing, and the layers not checked, if they are the same for all sites."""
        lines = [site["summary"]["not_checked"] for site in self._sites]
        whom = [Text(line) for line in dict.fromkeys(line[self._lang] for line in lines if line)]
        return [*whom, *(self._unchecked_blocks(self._sites[0]) if self._alike() else [])]

    def _alike(self) -> bool:
        """Return whether all sites were not checked against the same layers for the same reasons."""
        first = self._unchecked(self._sites[0]) if self._sites else {}
        return len(self._sites) > 1 and all(self._unchecked(site) == first for site in self._sites)

    def _unchecked(self, site: SiteRecord) -> dict[str, list[str]]:
        """Return the layers that a site was not checked against, by reason."""
        found: dict[str, list[str]] = {}
        for one in site["findings"]:
            if one["state"] == "not_checked":
                found.setdefault(self._details(one), []).append(self._titles.get(one["layer"], one["layer"]))
        return found

    def _unchecked_blocks(self, site: SiteRecord) -> list[Block]:
        return [
            Text(self._say("not_checked", reason=reason, count=len(layers), layers=self._list(layers)))
            for reason, layers in self._unchecked(site).items()
        ]

    def _some(self, names: Sequence[str], most: int = 12) -> str:
        """Return the first of many names as a list."""
        more = t("snapshot.more", self._lang, count=len(names) - most) if len(names) > most else ""
        return self._list(names[:most]) + more

    def occupation(self) -> list[Block]:
        """Return the 占压 table, in figures that add up."""
        table = occupation(self._run)
        if table.empty:
            return [Text(self._say("no_occupation"))]
        places = places_of(self._run)
        named = self._run.result.counties.dropna(subset="name_en")
        english = dict(zip(named["adcode"], named["name_en"], strict=True)) if self._lang == "en" else {}
        rows, sums = [], []
        for at, row in enumerate(table.to_dict("records")):
            whole = row["level"] == "layer"
            sums += [at] if whole else []
            county = english.get(row["adcode"]) or row["county"] or t("cli.elsewhere", self._lang)
            place = t("cli.level_layer", self._lang) if whole else str(county)
            rows.append(
                (
                    self._titles.get(row["layer"], row["layer"]) if whole else "",
                    place + (f" / {row['land_class']}" if row["land_class"] else ""),
                    str(row["sites"]),
                    *(f"{row[unit]:,.{getattr(places, unit)}f}" for unit in ("m2", "ha", "mu")),
                    f"{row['share']:.2%}" if pd.notna(row["share"]) else "—",
                )
            )  # fmt: skip
        heads = ("layer", "county", "sites", "m2", "ha", "mu", "share")
        made = self._table("occupation", heads, rows, (3, 2, 1, 2, 1.6, 1.6, 1.2), numbers=(2, 3, 4, 5, 6))
        return [Table(**{**vars(made), "sums": tuple(sums)}), Text(self._say("occupation_note"), "small")]

    def clauses(self, *, applying: bool) -> list[Block]:
        """Return the clauses that apply to any site, or those that apply to none; the gravest first."""
        rules: dict[str, tuple[RuleRecord, list[str]]] = {}
        spoken = [
            (str(site["id"]), rule)
            for site in self._sites
            for rule in [*(r for found in site["findings"] for r in found["rules"]), *site["reminders"]]
        ]
        applied = {rule["id"] for _, rule in spoken if rule["status"] == "applies"}
        for site_id, rule in spoken:
            if (rule["id"] in applied) is not applying or (applying and rule["status"] != "applies"):
                continue
            kept, sites = rules.setdefault(rule["id"], (rule, []))
            if _GRAVE.index(rule["counts_as"]) < _GRAVE.index(kept["counts_as"]):
                rules[rule["id"]] = (rule, sites)
            if site_id not in sites:
                sites.append(site_id)
        if not rules:
            return [Text(self._say("no_clauses" if applying else "no_other_clauses"))]
        quoted = wording_of([rule for rule, _ in rules.values()], self._lang) if applying else []
        ranked = sorted(rules.values(), key=lambda pair: _GRAVE.index(pair[0]["counts_as"]))
        rows = [
            (
                self._clause(rule),
                t(f"siting.authority_{rule['authority']}", self._lang),
                self._dates(rule),
                t(f"siting.effect_{rule['effect']}", self._lang),
                self._weight(rule),
                _in(rule, "summary", self._lang),
                self._list(sites[:6]) + ("…" if len(sites) > 6 else ""),
            )
            for rule, sites in ranked
        ]
        heads = ("clause", "authority", "dates", "effect", "status", "summary", "sites_met")
        name = "clauses" if applying else "other_clauses"
        return [self._table(name, heads, rows, (2.7, 1.9, 1.7, 1.3, 1.7, 3.2, 0.9)), *quoted]

    def path(self) -> list[Block]:
        """Return the approval steps by layer and stage."""
        rows: dict[tuple[str, ...], list[str]] = {}
        for site in self._sites:
            for step in site["approval_path"]:
                stage = step["stage"]
                row = (
                    self._titles.get(step["layer"], step["layer"]),
                    str(step["step"]),
                    t(f"siting.stage_{stage}", self._lang) if has(f"siting.stage_{stage}") else str(stage),
                    _in(step, "actor", self._lang),
                    _in(step, "summary", self._lang) + (self._say("if_hit") if step["indicative"] else ""),
                    step["clause"],
                )
                rows.setdefault(row, []).append(str(site["id"]))
        if not rows:
            return [Text(self._say("no_path"))]
        listed = [(*row, self._list(sites[:6])) for row, sites in rows.items()]
        heads = ("layer", "step", "stage", "actor", "what", "clause", "sites_met")
        return [self._table("path", heads, listed, (2.2, 0.8, 1.6, 1.7, 3.4, 2.6, 1))]

    def ways_out(self) -> list[Block]:
        """Return what is left of each site off the layers that forbid or need review."""
        rows = []
        for site in self._sites:
            way = site["way_out"]
            if way is None:
                continue
            left = self._say("kept_in")
            if way["area_m2"] is not None:
                left = exact_area_text(way["area_m2"], self._lang)
            elif way["length_m"] is not None:
                left = length_text(way["length_m"], self._lang)
            share = "—" if way["share"] is None else f"{way['share']:.2%}"
            names = self._list([self._titles.get(name, name) for name in way["layers"]])
            rows.append((str(site["id"]), left, share, names))
        if not rows:
            return [Text(nothing_taken_off(self._sites, self._titles, self._lang))]
        return [self._table("ways_out", ("site", "left", "share", "taken_off"), rows, (1, 3, 1.2, 4), numbers=(2,))]

    def layers(self) -> list[Block]:
        """Return the checked layers, with hash and accuracy."""
        seen = [layer for layer in self._run.layers.values() if layer.spec.checked]
        rows = [self._layer(layer) for layer in seen]
        heads = ("layer", "loaded", "basis", "as_of", "accuracy", "source", "sha256")
        return [self._table("layers", heads, rows, (2.6, 1.2, 1.6, 1.3, 1.3, 2.6, 2.3))]

    def _layer(self, layer: Layer) -> tuple[str, ...]:
        spec = layer.spec
        if layer.state == "no_access":
            return (spec.title(self._lang), t("layers.state_no_access", self._lang), *["—"] * 5)
        accuracy = "—" if spec.accuracy_m is None else length_text(spec.accuracy_m, self._lang)
        as_of = t("sheet.unknown_date", self._lang) if spec.as_of == "unknown" else spec.as_of
        source = f"{spec.publisher(self._lang)} / {licence_text(spec.licence, self._lang)}"
        there = layer.state == "loaded"
        return (
            spec.title(self._lang), t(f"layers.state_{layer.state}", self._lang),
            t(f"layers.basis_{spec.basis}", self._lang), as_of if there else "—", accuracy if there else "—", source,
            (layer.digest or "—")[:16],
        )  # fmt: skip

    def evidence(self) -> list[Block]:
        """Return how the coordinates were declared and understood."""
        sites, lang = self._run.sites, self._lang
        rows = [(self._say("input"), in_language(sites.name, lang)), (self._say("input_sha256"), sites.sha256 or "—")]
        readings = {str(site["crs"]): site["crs"] for site in self._sites}
        for crs in readings.values():
            rows += [
                (self._say("crs_declared"), str(crs["declared"])),
                (self._say("crs_used"), str(crs["used"])),
                (self._say("crs_evidence"), t("snapshot.sentence_break", lang).join(e[lang] for e in crs["evidence"])),
            ]
        return [Facts(tuple(rows))]

    def _table(
        self, name: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]], widths: Sequence[float],
        *, numbers: Sequence[int] = (), of: str = "",
    ) -> Table:  # fmt: skip
        caption = self._say("table", number=self._numbers.table(), title=self._say(f"table_{name}", site=of))
        titles = tuple(self._say(f"head_{head}") for head in heads)
        return Table(caption, titles, tuple(rows), tuple(widths), tuple(numbers))

    def _say(self, key: str, **values: object) -> str:
        return t(f"report.{key}", self._lang, **values)

    def _list(self, names: Sequence[str]) -> str:
        return t("snapshot.and", self._lang).join(names)

    def _verdict(self, site: SiteRecord) -> str:
        return t(f"siting.verdict_{site['verdict']}", self._lang)

    def _counties(self, site: SiteRecord) -> str:
        names = [(c["name"] if self._lang == "zh" else c["name_en"] or c["name"]) for c in site["counties"]]
        return self._list(names) or t("snapshot.no_county", self._lang)

    def _stands_for(self, word: str) -> str:
        key = f"siting.layer_{word}"
        return t(key, self._lang) if has(key) else word

    def _amount(self, found: FindingRecord) -> str:
        if found.get("withheld"):
            return self._say("kept_in")
        return amount(found, self._lang)

    def _details(self, found: FindingRecord) -> str:
        parts = []
        names = [name for name in dict.fromkeys(_in(hit, "name", self._lang) for hit in found["features"]) if name]
        if names:
            more = len(names) - _MOST_NAMES
            tail = t("snapshot.more", self._lang, count=more) if more > 0 else ""
            parts.append(self._list(names[:_MOST_NAMES]) + tail)
        elif found["nearest"] is not None and found["state"] != "not_checked":
            parts.append(t("snapshot.nearest", self._lang, name=_in(found["nearest"], "name", self._lang)))
        if found["reason"]:
            parts.append(t(f"siting.reason_{found['reason']}", self._lang))
        if found["county_only"]:
            parts.append(self._say("county_only", count=len(found["county_only"])))
        if found["sliver"]:
            parts.append(t("siting.sliver", self._lang))
        return t("snapshot.sentence_break", self._lang).join(parts)

    def _clause(self, rule: RuleRecord) -> str:
        if self._lang == "zh" or not rule["title_en"]:
            return str(rule["clause"])
        article = rule["article"]
        return f"{rule['title_en']}, {self._say('no_article') if article == t('report.no_article', 'zh') else article}"

    def _dates(self, rule: RuleRecord) -> str:
        return self._say("dates", start=rule["in_force_from"] or "—", end=rule["in_force_to"] or self._say("still"))

    def _weight(self, rule: RuleRecord) -> str:
        status = t(f"siting.status_{rule['status']}", self._lang)
        if rule["counts_as"]:
            status += t("snapshot.sentence_break", self._lang) + t(f"siting.verdict_{rule['counts_as']}", self._lang)
        return status + ("" if rule["verified"] == "yes" else self._say("unverified"))


def _in(row: Mapping[str, Any], name: str, lang: Lang) -> str:
    text = row.get(f"{name}_{lang}") or row.get(name) or row.get(f"{name}_zh")
    return str(text or (t("snapshot.unnamed", lang) if name == "name" else ""))
