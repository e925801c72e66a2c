"""Cards of the Plans page: a document, and one entry with its clause, its location and their reliability."""

from __future__ import annotations

from collections.abc import Callable

from carto.markup import Markup, style
from layers.indicators import printed_text, unit_text
from layers.plans import PlanSet, clause_text, document_name
from views.parts.entries.filter import code_text
from views.parts.entries.table import force_text
from views.session import (
    Row,
    html_of,
    is_missing,
    lang,
    region_text,
    regions_text,
    row_of,
    rows_of,
    say,
    show_html,
)

__all__ = ["show_document", "show_entry", "where_text"]

Facts = list[tuple[str, str]]


def show_document(plans: PlanSet, document: str) -> None:
    """Show the card of a document: issuer, dates, status, quality of the text."""
    row: Row = row_of(plans.documents.loc[document])
    title, other = (row["title"], row["title_en"]) if lang() == "zh" else (row["title_en"], row["title"])
    facts = [
        ("issuer", row["issuer"]),
        ("file_number", row["file_number"]),
        ("date", row["date"] or say("plans_page.undated")),
        ("published", row["published"]),
        ("period", row["period"]),
        ("authority", _kind_of_document(row)),
        ("standing", say(f"plans_page.standing_{row['status']}", date=row["in_force_to"])),
        ("quality", say(f"plans_page.quality_{row['quality']}")),
        ("note", row["note"]),
    ]
    _card(f"{document} {title}", _tag(row["status"]), other, facts)


def _kind_of_document(row: Row) -> str:
    pieces = (row["authority"], row["kind"])
    return " · ".join(say(f"plans_page.authority_{code}") for code in pieces)


def show_entry(plans: PlanSet, entry: Row, feature: Row | None) -> None:
    """Show the card of one entry: the facts of its kind, corrections, clause, other mentions, note.

    Parameters
    ----------
    plans : PlanSet
    entry : dict
        A row of ``plans.entries``.
    feature : dict or None
        The row of the layer that draws it, if one does.
    """
    row: Row = row_of(plans.tables[entry["kind"]].loc[entry["id"]])
    document: Row = row_of(plans.documents.loc[entry["document"]])
    title = entry["name_zh"] if lang() == "zh" else entry["name_en"]
    other = entry["name_en"] if lang() == "zh" else entry["name_zh"]
    facts: Facts = [("printed", entry["name"] if entry["name"] != entry["name_zh"] else "")]
    facts += _BODIES[entry["kind"]](row, entry, feature)
    facts += [
        ("stated", _stated(plans, entry["key"])),
        ("corrections", _corrections(plans, entry)),
        ("clause", f"{_title(document)} {clause_text(entry['document'], entry['clause'], lang())}"),
        ("mentions", _mentions(plans, row.get("mentions", ""))),
        ("note", row.get("note", "")),
    ]
    kind = say(f"plans_page.kind_{entry['kind']}")
    sub = f"{kind} · {other}" if other != title else kind
    _card(title, _tag(document["status"], entry["document"]), sub, facts, entry["key"])


def where_text(row: Row, feature: Row | None) -> tuple[str, str]:
    """Return two texts on the location of an entry: how it is known, and its positional accuracy."""
    basis = str(row.get("location_basis") or row.get("extent_kind"))
    drawn_as = feature["drawn_as"] if feature else ""
    if basis == "water" and drawn_as == "territory":
        basis = "water_territory"
    where = say(f"plans_page.where_{basis}")
    metres = feature["accuracy_m"] if feature else row.get("accuracy_m")
    if drawn_as == "territory" or metres is None or is_missing(metres):
        known = drawn_as not in {"territory", ""}
        return where, say("plans_page.unknown") if known else say("plans_page.no_accuracy")
    return where, say(
        "plans_page.line_off" if drawn_as == "water" else "plans_page.metres_off", km=f"{metres / 1000:g}"
    )


def _project(row: Row, entry: Row, feature: Row | None) -> Facts:
    where, accuracy = where_text(row, feature)
    return [
        ("category", code_text(entry["category"])),
        ("status", code_text(entry["status"])),
        ("counties", regions_text(row["adcodes"])),
        ("place", where),
        ("accuracy", accuracy),
        ("source", row["location_source"]),
        ("licence", feature["licence"] if feature and feature["drawn_as"] == "water" else ""),
    ]


def _site(row: Row, entry: Row, feature: Row | None) -> Facts:
    where, accuracy = where_text(row, feature)
    return [
        ("category", code_text(entry["category"])),
        ("level", say(f"plans_page.level_{row['level']}") if row["level"] else ""),
        ("aliases", row["aliases"]),
        ("counties", regions_text(row["adcodes"])),
        ("zone", row["zone_as_printed"]),
        ("area", say("plans_page.ha", value=f"{row['area_ha']:,.2f}") if not is_missing(row["area_ha"]) else ""),
        ("zones", _zones(row)),
        ("place", where),
        ("accuracy", accuracy),
        ("source", row["source"]),
    ]


def _zones(row: Row) -> str:
    """Return the published areas of core, buffer and experimental zone as text; "" if none is published."""
    sizes = {name: row[f"{name}_ha"] for name in ("core", "buffer", "experimental")}
    if all(is_missing(size) for size in sizes.values()):
        return ""
    return say(
        "plans_page.zones", **{name: "—" if is_missing(size) else f"{size:,.2f}" for name, size in sizes.items()}
    )


def _water(row: Row, entry: Row, _: Row | None) -> Facts:
    located = row["geometry"] != ""
    where = say("plans_page.place_water") if located else code_text(entry["place"])
    return [
        ("category", code_text(entry["category"])),
        ("aliases", row["aliases"]),
        ("counties", regions_text(row["adcodes"])),
        ("place", where),
        ("source", row["location_source"]),
        ("water", row["geometry"]),
    ]


def _figure(row: Row, entry: Row, _: Row | None) -> Facts:
    number = "" if is_missing(row["value"]) else f"{row['value']:g}"
    if not is_missing(row["value_high"]):
        number += f"–{row['value_high']:g}"
    year = "" if is_missing(row["year"]) else str(row["year"])
    if not is_missing(row["year_from"]):
        year = say("plans_page.years", start=row["year_from"], end=row["year"])
    binding = say(f"plans_page.binding_{row['binding']}") if row["binding"] else ""
    unit = unit_text(row["unit"])(lang()) if row["unit"] else ""
    return [
        ("region", region_text(row["adcode"])),
        ("value", f"{printed_text(row['value_text'])(lang())} {unit}".strip()),
        ("number", number),
        ("year", year),
        ("nature", " · ".join(text for text in (code_text(entry["status"]), binding) if text)),
        ("category", code_text(entry["category"])),
        ("flags", _joined("flag", row["flag"])),
    ]


def _rule(row: Row, entry: Row, _: Row | None) -> Facts:
    distance = (
        say("plans_page.distance", metres=f"{row['distance_m']:,.0f}") if not is_missing(row["distance_m"]) else ""
    )
    authority = say(f"plans_page.authority_{row['authority']}")
    return [
        ("summary", row["summary"] if lang() == "zh" else row["summary_en"]),
        ("activity", row["activity"] if lang() == "zh" else row["activity_en"]),
        ("layer", code_text(entry["category"])),
        ("zone", row["zone"]),
        ("relation", " · ".join(text for text in (say(f"plans_page.relation_{row['relation']}"), distance) if text)),
        ("effect", say(f"plans_page.effect_{row['effect']}")),
        ("counties", regions_text(row["adcodes"])),
        ("authority", f"{authority} · {code_text(entry['status'])}"),
        ("force", force_text(row)),
        ("checkable", say(f"plans_page.checkable_{row['checkable']}")),
    ]


def _fact(row: Row, entry: Row, _: Row | None) -> Facts:
    year = (
        say(f"plans_page.year_{row['year_basis'] or 'stated'}", year=row["year"]) if not is_missing(row["year"]) else ""
    )
    return [
        ("region", region_text(row["adcode"])),
        ("where", row["place"]),
        ("category", code_text(entry["category"])),
        ("rank", say(f"plans_page.level_{row['rank']}") if row["rank"] else ""),
        ("status", code_text(entry["status"])),
        ("year", year),
    ]


def _correction(row: Row, entry: Row, _: Row | None) -> Facts:
    return [
        ("printed", row["as_printed"]),
        ("correct", row["correct"]),
        ("region", region_text(row["adcode"]) if row["adcode"] else ""),
        ("category", code_text(entry["category"])),
        ("confidence", say(f"plans_page.confidence_{row['confidence']}")),
        ("scope", say(f"plans_page.scope_{row['scope']}")),
    ]


_BODIES: dict[str, Callable[[Row, Row, Row | None], Facts]] = {
    "projects": _project,
    "protected_sites": _site,
    "waters": _water,
    "indicators": _figure,
    "limits": _figure,
    "rules": _rule,
    "county_facts": _fact,
    "corrections": _correction,
}


def _corrections(plans: PlanSet, entry: Row) -> str:
    """Return the corrections that concern an entry's name, one a line: a misprint in it, or its correct form."""
    if entry["kind"] == "corrections":
        return ""
    rows = plans.tables["corrections"]
    rows = rows[rows["document"] == entry["document"]]
    touching = [
        row
        for row in rows_of(rows)
        if row["as_printed"] in entry["name"] or (row["clause"] == entry["clause"] and row["correct"] in entry["name"])
    ]
    return "\n".join(
        say(
            "plans_page.correction",
            printed=row["as_printed"],
            correct=row["correct"],
            kind=say(f"plans_page.slip_{row['kind']}"),
            confidence=say(f"plans_page.confidence_{row['confidence']}"),
        )
        for row in touching
    )


def _stated(plans: PlanSet, key: str) -> str:
    """Return what public sources state of an entry's place, one a line; the one that it stands by comes first."""
    rows = plans.place_sources[plans.place_sources["key"] == key]
    return "\n".join(
        say(
            f"plans_page.stated_{row['used']}",
            stated=row["stated"],
            publisher=row["publisher"],
            title=row["title"] or say("plans_page.untitled"),
            date=row["source_date"] or say("plans_page.undated"),
            confidence=say(f"plans_page.confidence_{row['confidence']}"),
            looked_up=row["looked_up"],
        )
        for row in rows_of(rows)
    )


def _mentions(plans: PlanSet, mentions: str) -> str:
    """Return the other clauses that name an entry, one a line."""
    pairs = [mention.split(":", 1) for mention in mentions.split(";") if mention]
    return "\n".join(
        f"{_title(row_of(plans.documents.loc[document]))} {clause_text(document, clause, lang())}"
        for document, clause in pairs
    )


def _title(document: Row) -> str:
    return f"《{document['title']}》" if lang() == "zh" else f"{document['title_en']},"


def _joined(words: str, codes: str) -> str:
    return "\n".join(say(f"plans_page.{words}_{code}") for code in codes.split(";") if code)


def _tag(status: str, document: str = "") -> Markup:
    """Return the status of a document as an HTML tag, with its short name if `document` is given."""
    name = document_name(document, lang()) + " · " if document else ""
    text = name + say(f"plans_page.status_{status}")
    return Markup('<span class="rl-tag rl-{}">{}</span>').format(status, text)


def _card(title: str, tag: Markup, sub: str, facts: Facts, key: str = "") -> None:
    """Show a card; facts without a text are left out."""
    written = [(name, Markup("<br>").join(str(text).split("\n"))) for name, text in facts if text]
    card = html_of("views/parts/entries/templates/card.html", title=title, tag=tag, sub=sub, facts=written, key=key)
    show_html(style("views/parts/entries/templates/card.css"), card)
