"""Widgets that choose the indicator of the map (by level, theme, document or text), its moment and its classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from carto.style import DIVERGING, MAX_CLASSES, SCHEMES, SEQUENTIAL, Choropleth, parse_limits
from geo.errors import RedlineError
from layers.indicators import Subject, changes_of
from layers.plans import document_name
from views.parts.indicators.choice import Choice, choice_slot, current_choice, update_choice, widget_revision
from views.parts.indicators.figures import MappedIndicator, mapped_indicator, moments_of_change, subjects
from views.session import (
    lang,
    markdown_text,
    say,
    set_widget,
    territories,
    widget_value,
)

__all__ = ["choose_classes", "choose_indicator", "choose_subject", "label_of", "labels_of"]

_LEVELS: Final = ("county", "prefecture", "province", "own")
_FEW: Final = 3
_MAX_LIMITS_LENGTH: Final = 160


def choose_indicator() -> tuple[Choropleth, pd.Series] | None:
    """Show the choice under one button of the map page; return the choropleth and its values, None if there is none."""
    offered = subjects()
    now = offered.get(current_choice().id)
    with st.popover(
        markdown_text(label_of(now)) if now else say("indicator_page.choose"),
        width="stretch",
        icon=":material/palette:",
    ):
        choose_subject()
        found = mapped_indicator(current_choice())
        choose_classes(found)
    if current_choice().id and found is None:
        st.caption(say("indicator_page.no_figures" if now else "indicator_page.gone"))
    return None if found is None else (found.choropleth, found.by_region)


def labels_of(offered: Mapping[str, Subject]) -> dict[str, str]:
    """Return the labels of subjects by id."""
    names = territories()
    return {code: label_of(subject, names) for code, subject in offered.items()}


def label_of(subject: Subject, names: Mapping[str, str] | None = None) -> str:
    """Return the label of a subject: title, unit, and its territories or level."""
    now = lang()
    unit = subject.unit(now)
    title = subject.title(now)
    if unit not in {"", "—"}:
        title = f"{title}（{unit}）" if now == "zh" else f"{title} ({unit})"
    return f"{title} · {_territory_label(subject, names or territories())}"


def _territory_label(subject: Subject, names: Mapping[str, str]) -> str:
    """Return the names of the territories of a published subject if they are few, else its level."""
    if subject.basis == "published" and len(subject.adcodes) <= _FEW:
        return say("snapshot.and").join(names.get(code, code) for code in subject.adcodes)
    return say(f"indicator_page.level_{'own' if subject.basis == 'own' else subject.level}")


def choose_subject() -> None:
    """Show the filters of subjects, the drop-down of those found, and the choice of moment."""
    offered = subjects()
    labels = labels_of(offered)
    levels = ["", *(level for level in _LEVELS if any(_level(one) == level for one in offered.values()))]
    level = st.pills(
        say("indicator_page.level"),
        levels,
        required=True,
        default="",
        format_func=lambda code: _counted(code, offered),
        key=f"indicator-level-{lang()}",
        label_visibility="collapsed",
    )
    of_level = [one for one in offered.values() if not level or _level(one) == level]
    left, right = st.columns([1, 1.25])
    with left:
        theme = _ask_group("theme", of_level)
    with right:
        words = st.text_input(
            say("indicator_page.search"), key="indicator-search", placeholder=say("indicator_page.search_hint")
        )
    found = [one for one in of_level if (not theme or theme in _groups(one)) and _matches(one, labels[one.id], words)]
    now = current_choice().id
    ids = [one.id for one in found]
    hidden = [now] if now in offered and now not in ids else []
    label = say("indicator_page.subject") + say("indicator_page.of_them", count=len(ids), total=len(offered))
    _show_in_widget("id", now if now in offered else "")
    st.selectbox(
        label,
        ["", *hidden, *ids],
        format_func=lambda code: labels[code] if code else say("carto.indicator_none"),
        key=_widget_key("id"),
        on_change=_on_change("id"),
    )
    if not ids:
        st.caption(say("indicator_page.nothing_found"))
    if now in offered:
        _ask_moment(offered[now])


def _counted(code: str, offered: dict[str, Subject]) -> str:
    count = len(offered) if not code else sum(_level(one) == code for one in offered.values())
    return f"{say('indicator_page.level_' + (code or 'all'))} {count}"


def _level(subject: Subject) -> str:
    return "own" if subject.basis == "own" else subject.level


def _groups(subject: Subject) -> set[str]:
    """Return the codes of the groups of a subject: its theme and its documents."""
    return {f"theme_{subject.basis}_{subject.theme}", *(f"document_{code}" for code in subject.documents)}


def _ask_group(name: str, found: list[Subject]) -> str:
    """Show the drop-down of groups with their sizes; return the code of the chosen one, "" for all."""
    counts = pd.Series([group for one in found for group in _groups(one)], dtype=object).value_counts()
    order = sorted(counts.index, key=lambda group: (_rank(group), -int(counts[group]), group))
    key = f"indicator-{name}-{lang()}"
    if widget_value(key, "") not in ["", *order]:
        set_widget(key, "")
    group: str = st.selectbox(
        say("indicator_page.group"),
        ["", *order],
        format_func=lambda group: (
            f"{_group_text(group)}（{counts[group]}）" if group else say("indicator_page.all_groups")
        ),
        key=key,
    )
    return group


def _rank(group: str) -> int:
    return next(
        i for i, head in enumerate(("theme_own", "theme_derived", "document", "theme")) if group.startswith(head)
    )


def _group_text(group: str) -> str:
    head, _, name = group.partition("_")
    if head == "document":
        return document_name(name, lang())
    basis, _, theme = name.partition("_")
    if basis == "own":
        return say("indicator_page.level_own")
    text = say(f"indicator_page.theme_{theme}" if basis == "derived" else f"plans_page.topic_{theme}")
    return say(f"indicator_page.group_{basis}", name=text)


def _matches(subject: Subject, label: str, words: str) -> bool:
    text = f"{subject.title.zh} {subject.title.en} {subject.id} {label}".lower()
    return all(word in text for word in words.lower().split())


def _ask_moment(subject: Subject) -> None:
    """Show the choice of a moment of a subject or, where it has several, of the change between two."""
    pairs = changes_of(subject)
    if pairs:
        modes = ["value", "change"]
        _show_in_widget("mode", current_choice().mode)
        st.segmented_control(
            say("indicator_page.mode"),
            modes,
            required=True,
            format_func=lambda code: say(f"indicator_page.mode_{code}"),
            key=_widget_key("mode"),
            on_change=_on_change("mode", then={"year": ""}),
            label_visibility="collapsed",
        )
    if pairs and current_choice().mode == "change":
        options = [f"{a.key}..{b.key}" for a, b in pairs]
        named = dict(zip(options, pairs, strict=True))
        pair = moments_of_change(subject, current_choice().year)
        _show_in_widget("year", f"{pair[0].key}..{pair[1].key}" if pair else options[0])
        st.selectbox(
            say("indicator_page.between"),
            options,
            format_func=lambda code: f"{named[code][0].title(lang())} → {named[code][1].title(lang())}",
            key=_widget_key("year"),
            on_change=_on_change("year"),
        )
    elif len(subject.moments) > 1:
        by_key = {moment.key: moment for moment in subject.moments}
        _show_in_widget("year", current_choice().year if current_choice().year in by_key else subject.moments[0].key)
        st.selectbox(
            say("indicator_page.moment"),
            list(by_key),
            format_func=lambda code: by_key[code].title(lang()),
            key=_widget_key("year"),
            on_change=_on_change("year"),
        )


def choose_classes(found: MappedIndicator | None) -> None:
    """Show the choice of scheme, number of classes and palette; nothing without an indicator or with few values."""
    if found is None:
        return
    if found.by_region.nunique() < _FEW:
        st.caption(say("indicator_page.few_values"))
        return
    now = current_choice()
    scheme_box, count_box, colour_box = st.columns([1.2, 1, 1.1])
    with scheme_box:
        _select("scheme", list(SCHEMES), now.scheme)
    with count_box:
        counts = [str(number) for number in range(_FEW, MAX_CLASSES + 1)]
        _select("k", counts, now.k, words=False, disabled=now.scheme == "by_hand")
    with colour_box:
        palettes: list[str] = [*(DIVERGING if found.change else SEQUENTIAL)]
        _select("palette", palettes, now.colours(diverging=found.change))
    if now.scheme == "by_hand":
        _ask_limits(now, found)


def _ask_limits(now: Choice, found: MappedIndicator) -> None:
    """Show the field for limits set by hand, the range of the values, and why limits cannot be used."""
    now_lang = lang()
    unit = found.indicator.unit(now_lang)
    choice = choice_slot().get()
    _show_in_widget("limits", str(choice.get("limits", ""))[:_MAX_LIMITS_LENGTH] if isinstance(choice, dict) else "")
    st.text_input(
        say("indicator_page.limits", unit=markdown_text(unit)),
        key=_widget_key("limits"),
        max_chars=_MAX_LIMITS_LENGTH,
        placeholder="; ".join(f"{limit:.4g}" for limit in found.choropleth.classes.limits[1:-1]),
        help=say("indicator_page.limits_help"),
        on_change=_on_change("limits"),
    )
    values = found.by_region.dropna()
    st.caption(
        say("indicator_page.range", low=f"{values.min():,.6g}", high=f"{values.max():,.6g}", unit=markdown_text(unit))
    )
    refused = widget_value(_widget_key("limits"), "")
    if refused and not now.upper_limits:
        try:
            parse_limits(refused)
        except RedlineError as fault:
            st.warning(fault.text(now_lang))


def _select(name: str, options: list[str], value: str, *, words: bool = True, disabled: bool = False) -> None:
    _show_in_widget(name, value)
    st.selectbox(
        say(f"indicator_page.{name}"),
        options,
        format_func=lambda code: say(f"indicator_page.{name}_{code.lower()}") if words else code,
        key=_widget_key(name),
        on_change=_on_change(name),
        disabled=disabled,
    )


def _widget_key(name: str) -> str:
    """Return the key of a widget, one for each language (the browser keeps the option's text) and `widget_revision`."""
    return f"indicator-{name}-{lang()}-{widget_revision(name)}"


def _show_in_widget(name: str, value: str) -> None:
    """Set a widget to a value of the choice, which a link or another page may have changed."""
    if widget_value(_widget_key(name)) != value:
        set_widget(_widget_key(name), value)


def _on_change(name: str, then: dict[str, str] | None = None) -> Callable[[], None]:
    """Return a callback that puts a widget's new value into the choice; it does nothing if the widget was replaced."""
    key, revision = _widget_key(name), widget_revision(name)

    def changed() -> None:
        # Streamlit calls it for a widget that is gone, too, if the browser still sends its value
        if widget_revision(name) != revision:
            return
        update_choice(by=name, **{name: str(widget_value(key) or ""), **(then or {})})

    return changed
