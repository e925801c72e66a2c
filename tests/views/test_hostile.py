"""Names of strangers in everything that writes HTML: they stay words, and the page has the tags that it has without."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import streamlit as st

from layers.catalogue.config import read_catalogue
from layers.catalogue.model import Bilingual, Layer
from layers.indicators.county_profile import County, Figure
from layers.plans.entries import PlanSet
from snapshot.page.page import write_page
from tests.helpers import ROOT
from views.parts.entries import card
from views.parts.entries.filter import plan_set
from views.parts.findings import form
from views.parts.findings.result import answer_html, facts_html, findings_html, verdict_html
from views.parts.findings.site_view import SiteResult
from views.screens.check import batch, follow_up
from views.screens.county import markup as county_markup
from views.screens.data import preview
from views.screens.data import table as data_table
from views.screens.map import here
from views.session import markup

SPEC = next(spec for spec in read_catalogue(ROOT / "config.toml").layer if spec.id == "named_wetlands")
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "{{ 7*7 }}{% raw %}",
    "a\n\n# b [c](http://d)",
)
HARMLESS = "名"


class Read(HTMLParser):
    """What a browser would make of HTML: its tags with the names of their attributes, and every text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        self.texts += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hold what the pages hand to Streamlit as HTML."""
    found: list[str] = []
    monkeypatch.setattr(st, "markdown", lambda text, **_: found.append(str(text)))
    return found


def finding(name: str) -> dict[str, Any]:
    rule = {
        "id": "r", "clause": name, "title": name, "file_number": name, "title_en": name, "article": name,
        "authority": "law", "effect": "prohibit",
        "in_force_from": "2021-03-01", "in_force_to": None, "status": "applies", "counts_as": "prohibited",
        "would_count_as": "prohibited",
        "open": [], "assumed": [], "verified": "yes", "distance_m": 1.0, "measured_m": 2.0,
        "summary": name, "summary_en": name,
    }  # fmt: skip
    return {
        "layer": name, "state": "clear", "reason": None, "relation": "disjoint", "overlap_m2": None, "share": None,
        "distance_m": 8.0, "length_m": None, "overlap_m": None, "must_be_inside": False, "zones": [],
        "features": [], "nearest": {"name": name, "name_en": name, "feature_id": name}, "county_only": [],
        "margin_m": 8.0, "accuracy_m": 30.0, "firm": False, "sliver": False, "inside_m2": None, "outside_m2": None,
        "rules": [rule], "basis": "published",
    }  # fmt: skip


def site_result(name: str) -> SiteResult:
    step = {
        "layer": name, "condition": "hit", "stage": "before_siting", "step": 1, "stands_for": name,
        "actor": name, "summary": name, "clause": name,
        "verified": "yes", "indicative": True,
    }  # fmt: skip
    site = {
        "verdict": "prohibited", "findings": [finding(name)], "reminders": [], "missing_required": [name],
        "area_m2": 1.0, "plane_area_m2": None, "declared_area_m2": None, "length_m": None, "counties": [],
        "crs": {"declared": name, "used": name, "evidence": [{"zh": name, "en": name}]}, "approval_path": [step],
    }  # fmt: skip
    return SiteResult(site, {name: SPEC.model_copy(update={"title": Bilingual(zh=name, en=name)})})  # type: ignore[arg-type]


def findings(name: str) -> str:
    told = site_result(name)
    return verdict_html(told) + answer_html(told) + facts_html(told) + findings_html(told)


def path(name: str) -> str:
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow_up, "say", lambda key, **_: key)
        patch.setattr(markup, "say", lambda key, **_: key)
        patch.setattr(follow_up, "show_html", lambda *parts: found.extend(parts))
        follow_up.show_path(site_result(name))
    return "".join(found)


def required(name: str) -> str:
    return form.html_of(
        "views/parts/findings/templates/required.html", open=True, head=name, signs=form._MARKS, colours=form._COLOURS,
        rows=[{"word": name, "title": name, "why": name, "mark": "ready"}],
    )  # fmt: skip


def entry_card(name: str) -> str:
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(card, "show_html", lambda *parts: found.extend(parts))
        card._card(name, card._tag("in_force"), name, [("note", name.replace("\n", " "))], name)
    return "".join(found)


def layer_of(shipped: dict[str, Layer], name: str) -> Layer:
    """Return a small layer whose every word is the name."""
    layer, both = shipped["protected_sites"], Bilingual(zh=name, en=name)
    assert layer.frame is not None
    columns = dict.fromkeys(("name_zh", "name_en", "source", "as_of", "feature_id", "licence"), name)
    frame = layer.frame.head(1).assign(**columns)
    spec = layer.spec.model_copy(update={"title": both, "publisher": both, "notice": both, "export": "full"})
    return dataclasses.replace(layer, spec=spec, frame=frame)


@pytest.fixture
def write(shipped: dict[str, Layer], tmp_path: Path) -> dict[str, Callable[[str], str]]:
    def here_card(name: str) -> str:
        return here._rows_html(
            [here._feature_row(layer_of(shipped, name), name), here._distance_row(layer_of(shipped, name), name)]
        )

    def page(name: str) -> str:
        target = tmp_path / "a.html"
        layer = layer_of(shipped, name)
        bounds = shapely.box(*layer.frame.total_bounds).buffer(0.1).bounds  # type: ignore[union-attr]
        write_page(target, [layer], bounds, lang="zh", version=name, title=name, user=name, manifest={"x": name})  # type: ignore[arg-type]
        return target.read_text(encoding="utf-8")

    def table(name: str) -> str:
        rows = [data_table._row(layer_of(shipped, name), data_table.UserCatalogue())]
        return data_table.html_of(
            "views/screens/data/templates/table.html", heads=data_table._HEADS, numbers=data_table._NUMBERS, count=1,
            groups={"protection": rows},
        )  # fmt: skip

    def county(name: str) -> str:
        plans: PlanSet = plan_set()
        both = lambda _lang: name  # noqa: E731
        unit = {
            "adcode": "361002", "name_zh": name, "name_en": name, "prefecture_adcode": "361000",
            "province_adcode": "360000", "province_zh": name, "change_note": name,
        }  # fmt: skip
        figure = Figure("land_area", both, both, both, 1.0, 2.0, 1, 2)  # type: ignore[arg-type]
        row = {
            "name": name, "name_en": name, "unit": "", "level": "county", "adcode": "361002", "base": name,
            "base_year": 2020, "base_value": float("nan"), "base_comparator": "", "target": name, "target_year": 2035,
            "target_value": float("nan"), "comparator": "", "binding": "", "limit": False,
            "document": plans.documents.index[0], "clause": "",
        }  # fmt: skip
        entries = {kind: plans.tables[kind].head(0) for kind in ("waters", "projects", "county_facts", "rules")}
        sites = plans.tables["protected_sites"].head(1).assign(name=name, name_en=name)
        wider = dict.fromkeys(["protected_sites", *entries], 0)
        one = County(unit, [figure], pd.DataFrame([row]), {"protected_sites": sites, **entries}, wider)  # type: ignore[arg-type]
        parts = [county_markup.head_html(one, "data:,", county_markup.Markup()), county_markup.figures_html([one])]
        parts += [county_markup.published_html(one, plans), county_markup.lists_html(one, plans)]
        return "".join([*parts, county_markup.sources_html([one], plans, name, name)])

    def schemes(name: str) -> str:
        return batch.html_of(
            "views/screens/check/templates/schemes.html", schemes=[name], verdicts=["notice"], colours=batch.COLOURS,
            rows=[(name, [name])],
        )  # fmt: skip

    return {
        "findings": findings, "path": path, "required": required, "card": entry_card, "here": here_card, "page": page,
        "table": table, "county": county, "schemes": schemes,
    }  # fmt: skip


@pytest.mark.parametrize(
    "renderer", ["findings", "path", "required", "card", "here", "page", "table", "county", "schemes"]
)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(write: dict[str, Callable[[str], str]], renderer: str, name: str) -> None:
    plain, read = Read(write[renderer](HARMLESS)), Read(write[renderer](name))
    assert read.tags == plain.tags
    if renderer != "card":  # a card writes a line of a text in a line of its own
        assert any(name in text for text in read.texts)
    assert "49" not in {text.strip() for text in read.texts}


def test_a_county_of_any_name_is_text_in_the_picture_of_a_layer() -> None:
    counties = gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")
    counties["name_zh"] = HOSTILE[1]
    projection = preview._Projection((115, 27, 117, 28), preview._WIDE, preview._HIGH)
    names = preview._county_labels(projection, counties, "zh")
    assert names
    svg = preview.render(
        "views/screens/data/lies.svg", map_wide=1, wide=1, high=1, font=1, ground=[], features=None, names=names,
        marks=[], bar={"path": "", "label": HOSTILE[0]}, inset=None, colours=preview._COLOURS,
    )  # fmt: skip
    read = Read(svg)
    assert {"script", "img"}.isdisjoint(tag for tag, *_ in read.tags)
    assert {HOSTILE[0], HOSTILE[1]} <= set(read.texts)
    image = preview.Picture(str(svg), 0, 0, {"stop": 0, "warn": 0}, 0, inset=False).image(HOSTILE[1])
    assert [tag for tag, *_ in Read(image).tags] == ["img"]
    assert base64.b64decode(re.findall(r"base64,([^\"]+)", image)[0]).decode() == svg


def test_an_empty_line_in_a_name_does_not_end_the_html(shown: list[str]) -> None:
    """What Markdown would take from there on as its own: headings, links, pictures from elsewhere."""
    markup.show_html(
        markup.html_of("views/session/templates/colour_key.html", head=HOSTILE[3], signs=[("#fff", HOSTILE[3])])
    )
    (text,) = shown
    assert "\n\n" not in text
    assert not re.search(r"\n[ \t]+", text), "four spaces would be code"
    assert text.startswith("<p>")
