"""The county page as HTML that prints: figures, published targets, and what the documents name in the county."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

from carto.markup import Markup
from layers.indicators import County, Figure, printed_text, unit_text
from layers.plans import PlanSet, clause_text
from views.parts.entries import code_text
from views.session import html_of, is_missing, lang, region_text, rows_of, say
from words import has

__all__ = ["figures_html", "head_html", "lists_html", "published_html", "sources_html"]

Row = dict[str, Any]

_DIGITS: Final = {"redline_share": 2, "redline_area": 1, "land_area": 1, "water_area": 1, "river_length": 1,
                  "mean_slope": 2, "protected_area": 1}  # fmt: skip
_SIGNS: Final = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "≈ "}
_MOST_PUBLISHED: Final = 14
_ORDER: Final = {"done": 0, "under_way": 1, "planned": 2, "": 3}


def head_html(county: County, picture: str, inset: Markup) -> Markup:
    """Return name, place and pictures of a county."""
    unit = county.unit
    name, other = _names(unit)
    above = region_text(str(unit["prefecture_adcode"]))
    province = region_text(str(unit["province_adcode"]))
    if province.isdigit():  # a province that is no layer of ours
        key = f"county.province_{province}"
        province = say(key) if has(key) else str(unit["province_zh"])
    sub = say("county.sub", province=province, prefecture=above, code=str(unit["adcode"]))
    note = unit.get("change_note") or ""
    changed = say("county.former", note=note) if note and lang() == "zh" else ""
    return html_of(
        "views/screens/county/templates/head.html",
        name=name,
        other=other,
        sub=sub,
        changed=changed,
        picture=picture,
        inset=inset,
    )


def figures_html(counties: Sequence[County]) -> Markup:
    """Return the derived figures of one or two counties, beside those of their prefectures."""
    above = list(dict.fromkeys(str(one.unit["prefecture_adcode"]) for one in counties))
    heads = [say("county.figure")]
    for one in counties:
        heads += [_names(one.unit)[0], say("county.rank")] if len(counties) == 1 else [_names(one.unit)[0]]
    heads += [say("county.with_level", name=region_text(code), level=say("county.level_prefecture")) for code in above]
    rows = []
    for place, figure in enumerate(counties[0].figures):
        each = [one.figures[place] for one in counties]
        cells = [say("county.with_unit", name=figure.title(lang()), unit=figure.unit(lang()))]
        for own in each:
            cells.append(Markup("<b>{}</b>").format(_number(own.key, own.value)))
            if len(counties) == 1:
                cells.append(_rank(own))
            elif own.rank:
                cells[-1] += Markup("<br><small>{}</small>").format(_rank(own))
        known = {str(one.unit["prefecture_adcode"]): figure.above for one, figure in zip(counties, each, strict=True)}
        cells += [_number(figure.key, known[code]) for code in above]
        rows.append(cells)
    notes = [say("county.figures_note")]
    if any(_unknown(one, "redline_share") for one in counties):
        notes.append(say("county.no_redline"))
    return _section("figures", _table(say("county.figures"), heads, rows, numbers=True), notes)


def published_html(county: County, plans: PlanSet) -> Markup:
    """Return what documents publish for the county, its prefecture and its province."""
    rows = county.published
    wanted = rows[(rows["level"] == "county") | rows["limit"] | (rows["target"] != "")]
    shown = wanted.head(_MOST_PUBLISHED)
    if shown.empty:
        return _section("published", Markup(), [say("county.published_none")])
    heads = [say(f"county.{key}") for key in ("figure", "level", "base", "target", "binding", "clause")]
    lines = [
        [
            _with_unit(row["name" if lang() == "zh" else "name_en"], row["unit"]),
            f"{say('county.level_' + row['level'])} · {region_text(row['adcode'])}",
            _dated(row, "base", row["base_comparator"]),
            _dated(row, "target", row["comparator"]),
            say(f"plans_page.binding_{row['binding']}") if row["binding"] else "—",
            _clause(plans, row["document"], row["clause"]),
        ]
        for row in rows_of(shown)
    ]
    notes = [say("county.published_note")]
    if len(rows) > len(shown):
        notes.append(say("county.published_more", count=len(rows) - len(shown)))
    return _section("published", _table(say("county.published"), heads, lines, of=_names(county.unit)[0]), notes)


def lists_html(county: County, plans: PlanSet) -> Markup:
    """Return what the documents name in the county: sites, waters, projects, designations, rules."""
    parts = [
        _list(county, "protected_sites", ("name", "kind", "area_ha", "place", "clause"), _site, plans),
        _list(county, "waters", ("name", "kind", "clause"), _water, plans),
        _list(county, "projects", ("name", "kind", "status", "place", "clause"), _project, plans),
        _list(county, "county_facts", ("name", "kind", "rank_granted", "status", "clause"), _fact, plans),
    ]
    if len(county.entries["rules"]):
        parts.append(_list(county, "rules", ("name", "clause"), _rule, plans))
    return Markup().join(parts)


def sources_html(counties: Sequence[County], plans: PlanSet, version: str, day: str) -> Markup:
    """Return how each figure was made, which documents are cited, and when this was printed."""
    lines = [
        say("county.source_line", title=figure.title(lang()), source=figure.source(lang()))
        for figure in counties[0].figures
    ]
    documents = plans.documents
    titles = documents["title" if lang() == "zh" else "title_en"]
    status = documents["status"]
    told = [f"{code} {titles[code]} ({say('plans_page.status_' + status[code])})" for code in documents.index]
    lines.append(say("county.document_line", list=("；" if lang() == "zh" else "; ").join(told)))
    return html_of("views/screens/county/templates/sources.html", lines=lines, version=version, day=day)


def _list(county: County, kind: str, columns: Sequence[str], row_of: Any, plans: PlanSet) -> Markup:
    """Return one list of the county, or that there is nothing on it."""
    rows = county.entries[kind]
    if kind == "projects":
        order = rows["status"].map(_ORDER).fillna(len(_ORDER))
        rows = rows.loc[order.sort_values(kind="stable").index]
    notes = [say("county.wider", count=county.wider[kind])] if county.wider[kind] and kind != "rules" else []
    title = f"{say('county.' + kind)} ({len(rows)})"
    if rows.empty:
        return _section(kind, Markup("<h2>{}</h2>").format(title), [say(f"county.none_{kind}"), *notes])
    heads = [say(f"county.{column}") for column in columns]
    lines = [[*row_of(row), _clause(plans, row["document"], row["clause"])] for row in rows_of(rows)]
    return _section(kind, _table(title, heads, lines, before=_by_status(rows, kind), of=_names(county.unit)[0]), notes)


def _by_status(rows: pd.DataFrame, kind: str) -> Markup:
    """Return how many projects are done, under way, planned."""
    if kind != "projects":
        return Markup()
    counts = rows["status"].value_counts()
    told = [f"{code_text('status_' + (code or 'none'))} {counts[code]}" for code in _ORDER if code in counts.index]
    return Markup('<p class="tally">{}</p>').format(" · ".join(told))


def _site(row: Row) -> list[str]:
    area = "—" if is_missing(row["area_ha"]) else f"{row['area_ha']:,.1f}"
    level = say(f"plans_page.level_{row['level']}") if row["level"] else ""
    kind = " · ".join(part for part in (code_text(f"type_{row['type']}"), level) if part)
    return [_named(row), kind, area, code_text(f"place_{row['extent_kind'] or 'none'}")]


def _water(row: Row) -> list[str]:
    return [_named(row), code_text(f"water_{row['kind']}")]


def _project(row: Row) -> list[str]:
    status = code_text(f"status_{row['status'] or 'none'}")
    return [_named(row), code_text(f"category_{row['category']}"), status, code_text(f"place_{row['location_basis']}")]


def _fact(row: Row) -> list[str]:
    year = "" if is_missing(row["year"]) else f" {int(row['year'])}"
    rank = say(f"plans_page.level_{row['rank']}") if row["rank"] else "—"
    return [_named(row), code_text(f"fact_{row['kind']}"), rank, code_text(f"status_{row['state']}") + year]


def _rule(row: Row) -> list[str]:
    return [str(row["summary"] if lang() == "zh" else row["summary_en"])]


def _named(row: Row) -> str:
    return str(row["name"] if lang() == "zh" else row["name_en"] or row["name"])


def _names(unit: Row) -> tuple[str, str]:
    both = str(unit["name_zh"]), str(unit["name_en"])
    return both if lang() == "zh" else (both[1], both[0])


def _with_unit(name: str, unit: str) -> str:
    return say("county.with_unit", name=name, unit=unit_text(unit)(lang())) if unit else str(name)


def _dated(row: Row, which: str, comparator: str) -> str:
    """Return a published value with its year: as printed; in English the number read from it, or what it says."""
    value, year = row[which], row[f"{which}_year"]
    if not value:
        return "—"
    if lang() == "en" and not is_missing(row[f"{which}_value"]):
        value = f"{_SIGNS.get(comparator, '')}{row[f'{which}_value']:,g}"
    else:
        value = printed_text(str(value))(lang())
    return str(value) if is_missing(year) else say("county.year", value=value, year=int(year))


def _clause(plans: PlanSet, document: str, clause: str) -> Markup:
    """Return where a row is from; a document that has ended says so."""
    status = str(plans.documents.loc[document, "status"])
    tag = "" if status == "in_force" else Markup(" <em>{}</em>").format(code_text(f"status_{status}"))
    text = f"{say('plans_page.short_' + document)} {clause_text(document, clause, lang())}"
    return Markup("<small>{}{}</small>").format(text, tag)


def _number(key: str, value: float) -> str:
    return "—" if math.isnan(value) else f"{value:,.{_DIGITS.get(key, 0)}f}"


def _rank(figure: Figure) -> str:
    return say("county.rank_of", rank=figure.rank, of=figure.of) if figure.rank else "—"


def _unknown(county: County, key: str) -> bool:
    return any(figure.key == key and math.isnan(figure.value) for figure in county.figures) or not any(
        figure.key == key for figure in county.figures
    )


def _table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: bool = False,
    before: str = "",
    of: str = "",
) -> Markup:
    """Return a table below its title. `of`: whose it is."""
    return html_of(
        "views/screens/county/templates/table.html",
        title=title,
        label=f"{of} {title}".strip(),
        before=before,
        numbers=numbers,
        heads=heads,
        rows=rows,
    )


def _section(name: str, body: Markup, notes: Sequence[str]) -> Markup:
    told = [Markup('<p class="note">{}</p>').format(note) for note in notes]
    return Markup('<section class="{}">{}{}</section>').format(name, body, Markup().join(told))
