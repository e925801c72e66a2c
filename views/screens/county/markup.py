"""Sections of the county page as HTML for print: figures, published targets, entries of the plan documents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

from carto.markup import Markup
from layers.indicators import County, Figure, printed_text, unit_text
from layers.plans import PlanSet, clause_text, document_name
from views.parts.entries import code_text
from views.session import html_of, is_missing, lang, region_text, rows_of, say
from words import has

__all__ = ["figures_html", "head_html", "lists_html", "published_html", "sources_html"]

Row = dict[str, Any]

_DIGITS: Final = {"redline_share": 2, "redline_area": 1, "land_area": 1, "water_area": 1, "river_length": 1,
                  "mean_slope": 2, "protected_area": 1}  # fmt: skip
_COMPARATORS: Final = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "≈ "}
_MAX_PUBLISHED: Final = 14
_STATUS_ORDER: Final = {"done": 0, "under_way": 1, "planned": 2, "": 3}


def head_html(county: County, picture: str, inset: Markup) -> Markup:
    """Return the header of a county: names, adcode, prefecture, province, map and inset."""
    row = county.unit
    name, other = _names(row)
    prefecture = region_text(str(row["prefecture_adcode"]))
    province = region_text(str(row["province_adcode"]))
    if province.isdigit():  # no layer has its name
        key = f"county.province_{province}"
        province = say(key) if has(key) else str(row["province_zh"])
    subtitle = say("county.sub", province=province, prefecture=prefecture, code=str(row["adcode"]))
    note = row.get("change_note") or ""
    changed = say("county.former", note=note) if note and lang() == "zh" else ""
    return html_of(
        "views/screens/county/templates/head.html",
        name=name,
        other=other,
        sub=subtitle,
        changed=changed,
        picture=picture,
        inset=inset,
    )


def figures_html(counties: Sequence[County]) -> Markup:
    """Return a table of the derived figures of one or two counties and of their prefectures."""
    prefectures = list(dict.fromkeys(str(county.unit["prefecture_adcode"]) for county in counties))
    heads = [say("county.figure")]
    for county in counties:
        heads += [_names(county.unit)[0], say("county.rank")] if len(counties) == 1 else [_names(county.unit)[0]]
    level = say("county.level_prefecture")
    heads += [say("county.with_level", name=region_text(code), level=level) for code in prefectures]
    rows = []
    for position, figure in enumerate(counties[0].figures):
        figures = [county.figures[position] for county in counties]
        cells = [say("county.with_unit", name=figure.title(lang()), unit=figure.unit(lang()))]
        for own in figures:
            cells.append(Markup("<b>{}</b>").format(_number_text(own.key, own.value)))
            if len(counties) == 1:
                cells.append(_rank_text(own))
            elif own.rank:
                cells[-1] += Markup("<br><small>{}</small>").format(_rank_text(own))
        pairs = zip(counties, figures, strict=True)
        value_of = {str(county.unit["prefecture_adcode"]): own.above for county, own in pairs}
        cells += [_number_text(figure.key, value_of[code]) for code in prefectures]
        rows.append(cells)
    notes = [say("county.figures_note")]
    if any(_lacks_figure(county, "redline_share") for county in counties):
        notes.append(say("county.no_redline"))
    return _section_html("figures", _table_html(say("county.figures"), heads, rows, numbers=True), notes)


def published_html(county: County, plans: PlanSet) -> Markup:
    """Return a table of the values published for the county, its prefecture and its province."""
    rows = county.published
    relevant = rows[(rows["level"] == "county") | rows["limit"] | (rows["target"] != "")]
    shown = relevant.head(_MAX_PUBLISHED)
    if shown.empty:
        return _section_html("published", Markup(), [say("county.published_none")])
    heads = [say(f"county.{key}") for key in ("figure", "level", "base", "target", "binding", "clause")]
    cells = [
        [
            _with_unit(row["name" if lang() == "zh" else "name_en"], row["unit"]),
            f"{say('county.level_' + row['level'])} · {region_text(row['adcode'])}",
            _value_with_year(row, "base", row["base_comparator"]),
            _value_with_year(row, "target", row["comparator"]),
            say(f"plans_page.binding_{row['binding']}") if row["binding"] else "—",
            _clause_html(plans, row["document"], row["clause"]),
        ]
        for row in rows_of(shown)
    ]
    notes = [say("county.published_note")]
    if len(rows) > len(shown):
        notes.append(say("county.published_more", count=len(rows) - len(shown)))
    table = _table_html(say("county.published"), heads, cells, owner=_names(county.unit)[0])
    return _section_html("published", table, notes)


def lists_html(county: County, plans: PlanSet) -> Markup:
    """Return a table per kind of entry of the documents: protected sites, waters, projects, designations, rules."""
    parts = [
        _entries_html(county, "protected_sites", ("name", "kind", "area_ha", "place", "clause"), _site_cells, plans),
        _entries_html(county, "waters", ("name", "kind", "clause"), _water_cells, plans),
        _entries_html(county, "projects", ("name", "kind", "status", "place", "clause"), _project_cells, plans),
        _entries_html(county, "county_facts", ("name", "kind", "rank_granted", "status", "clause"), _fact_cells, plans),
    ]
    if len(county.entries["rules"]):
        parts.append(_entries_html(county, "rules", ("name", "clause"), _rule_cells, plans))
    return Markup().join(parts)


def sources_html(counties: Sequence[County], plans: PlanSet, version: str, day: str) -> Markup:
    """Return the source of each figure, the documents with their status, and version and day of the print."""
    lines = [
        say("county.source_line", title=figure.title(lang()), source=figure.source(lang()))
        for figure in counties[0].figures
    ]
    documents = plans.documents
    titles = documents["title" if lang() == "zh" else "title_en"]
    status = documents["status"]
    names = [f"{code} {titles[code]} ({say('plans_page.status_' + status[code])})" for code in documents.index]
    lines.append(say("county.document_line", list=("；" if lang() == "zh" else "; ").join(names)))
    return html_of("views/screens/county/templates/sources.html", lines=lines, version=version, day=day)


def _entries_html(county: County, kind: str, columns: Sequence[str], cells_of: Any, plans: PlanSet) -> Markup:
    """Return the table of the entries of one kind, or a sentence that there is none."""
    rows = county.entries[kind]
    if kind == "projects":
        order = rows["status"].map(_STATUS_ORDER).fillna(len(_STATUS_ORDER))
        rows = rows.loc[order.sort_values(kind="stable").index]
    notes = [say("county.wider", count=county.wider[kind])] if county.wider[kind] and kind != "rules" else []
    title = f"{say('county.' + kind)} ({len(rows)})"
    if kind == "protected_sites":
        counted = next((figure.value for figure in county.figures if figure.key == "protected_sites"), float("nan"))
        title = title if counted != counted else f"{title} {say('county.of_which_protected', count=int(counted))}"  # noqa: PLR0124
    if rows.empty:
        return _section_html(kind, Markup("<h2>{}</h2>").format(title), [say(f"county.none_{kind}"), *notes])
    heads = [say(f"county.{column}") for column in columns]
    cells = [[*cells_of(row), _clause_html(plans, row["document"], row["clause"])] for row in rows_of(rows)]
    table = _table_html(title, heads, cells, before=_status_counts(rows, kind), owner=_names(county.unit)[0])
    return _section_html(kind, table, notes)


def _status_counts(rows: pd.DataFrame, kind: str) -> Markup:
    """Return the number of projects per status; empty for other kinds."""
    if kind != "projects":
        return Markup()
    counts = rows["status"].value_counts()
    present = [code for code in _STATUS_ORDER if code in counts.index]
    parts = [f"{code_text('status_' + (code or 'none'))} {counts[code]}" for code in present]
    return Markup('<p class="tally">{}</p>').format(" · ".join(parts))


def _site_cells(row: Row) -> list[str]:
    area = "—" if is_missing(row["area_ha"]) else f"{row['area_ha']:,.1f}"
    level = say(f"plans_page.level_{row['level']}") if row["level"] else ""
    kind = " · ".join(part for part in (code_text(f"type_{row['type']}"), level) if part)
    return [_name(row), kind, area, code_text(f"place_{row['extent_kind'] or 'none'}")]


def _water_cells(row: Row) -> list[str]:
    return [_name(row), code_text(f"water_{row['kind']}")]


def _project_cells(row: Row) -> list[str]:
    status = code_text(f"status_{row['status'] or 'none'}")
    return [_name(row), code_text(f"category_{row['category']}"), status, code_text(f"place_{row['location_basis']}")]


def _fact_cells(row: Row) -> list[str]:
    year = "" if is_missing(row["year"]) else f" {int(row['year'])}"
    rank = say(f"plans_page.level_{row['rank']}") if row["rank"] else "—"
    return [_name(row), code_text(f"fact_{row['kind']}"), rank, code_text(f"status_{row['state']}") + year]


def _rule_cells(row: Row) -> list[str]:
    return [str(row["summary"] if lang() == "zh" else row["summary_en"])]


def _name(row: Row) -> str:
    return str(row["name"] if lang() == "zh" else row["name_en"] or row["name"])


def _names(unit: Row) -> tuple[str, str]:
    """Return the name of a county in the language of the page, and in the other."""
    names = str(unit["name_zh"]), str(unit["name_en"])
    return names if lang() == "zh" else (names[1], names[0])


def _with_unit(name: str, unit: str) -> str:
    return say("county.with_unit", name=name, unit=unit_text(unit)(lang())) if unit else str(name)


def _value_with_year(row: Row, which: str, comparator: str) -> str:
    """Return a published value with its year: as printed; in English its number, or a translation of its text."""
    value, year = row[which], row[f"{which}_year"]
    if not value:
        return "—"
    if lang() == "en" and not is_missing(row[f"{which}_value"]):
        value = f"{_COMPARATORS.get(comparator, '')}{row[f'{which}_value']:,g}"
    else:
        value = printed_text(str(value))(lang())
    return str(value) if is_missing(year) else say("county.year", value=value, year=int(year))


def _clause_html(plans: PlanSet, document: str, clause: str) -> Markup:
    """Return document and clause of a row; a document not in force is marked."""
    status = str(plans.documents.loc[document, "status"])
    tag = "" if status == "in_force" else Markup(" <em>{}</em>").format(code_text(f"status_{status}"))
    text = f"{document_name(document, lang())} {clause_text(document, clause, lang())}"
    return Markup("<small>{}{}</small>").format(text, tag)


def _number_text(key: str, value: float) -> str:
    return "—" if math.isnan(value) else f"{value:,.{_DIGITS.get(key, 0)}f}"


def _rank_text(figure: Figure) -> str:
    return say("county.rank_of", rank=figure.rank, of=figure.of) if figure.rank else "—"


def _lacks_figure(county: County, key: str) -> bool:
    """Return whether a county has no figure of that key, or one without a value."""
    return any(figure.key == key and math.isnan(figure.value) for figure in county.figures) or not any(
        figure.key == key for figure in county.figures
    )


def _table_html(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: bool = False,
    before: str = "",
    owner: str = "",
) -> Markup:
    """Return a table with its title; `owner`, the county, goes into its label for screen readers."""
    return html_of(
        "views/screens/county/templates/table.html",
        title=title,
        label=f"{owner} {title}".strip(),
        before=before,
        numbers=numbers,
        heads=heads,
        rows=rows,
    )


def _section_html(name: str, body: Markup, notes: Sequence[str]) -> Markup:
    paragraphs = [Markup('<p class="note">{}</p>').format(note) for note in notes]
    return Markup('<section class="{}">{}{}</section>').format(name, body, Markup().join(paragraphs))
