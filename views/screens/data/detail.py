"""Panel of one layer: its metadata, columns and versions, with buttons to change version, replace or remove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup
from geo.errors import RedlineError
from layers.catalogue import Layer, UserEntry, licence_text
from layers.clock import local_text
from layers.own import FIXED_ROLES, remove, use_version
from siting.ledger import VersionUse, uses_by_version
from views.parts.findings import stands_for_title
from views.screens.data.next_run import MESSAGE, TARGET, VIEW_NEXT
from views.screens.data.table import chip, date_text, metres_text, tone_of_state
from views.session import (
    catalogue_in_use,
    html_of,
    lang,
    ledger,
    link_to,
    markdown_text,
    may,
    record,
    require,
    say,
    show_fault,
    show_html,
    territory_text,
)

__all__ = ["show_detail"]

_MAX_LINKS: Final = 12


def show_detail(layer: Layer) -> None:
    """Show the panel of a layer."""
    with st.container(border=True, key="data-detail"):
        st.markdown(f"**{markdown_text(layer.spec.title(lang()))}**")
        if layer.spec.notice:
            st.caption(markdown_text(layer.spec.notice(lang())))
        left, right = st.columns(2)
        with left:
            show_html(_facts_html(layer))
        with right:
            if layer.fault is not None:
                show_fault(layer.fault)
            st.caption(say("data.full_digest"))
            st.code(layer.digest or "—", language=None, wrap_lines=True)
            _show_columns(layer)
        _show_versions(layer)


def _facts_html(layer: Layer) -> Markup:
    """Return the layer's state and catalogue entry as an HTML list of labels and values."""
    spec, now = layer.spec, lang()
    bounds = ""
    if layer.frame is not None and len(layer.frame):
        west, south, east, north = layer.frame.total_bounds
        bounds = f"{west:.3f}–{east:.3f}°E, {south:.3f}–{north:.3f}°N"
    facts = [
        (say("views.col_state"), chip(say(f"layers.state_{layer.state}"), tone_of_state(layer))),
        (say("views.col_basis"), say(f"layers.basis_{spec.basis}")),
        (say("data.stands_for"), f"{stands_for_title(spec.stands_for)} · {spec.role}"),
        (say("views.col_publisher"), spec.publisher(now)),
        (say("views.col_licence"), licence_text(spec.licence, now)),
        (say("views.col_as_of"), date_text(spec.as_of) + (f" ({spec.vintage})" if spec.vintage else "")),
        (say("views.col_accuracy"), metres_text(spec.accuracy_m)),
        (say("views.col_count"), "—" if layer.frame is None else f"{len(layer.frame):,}"),
        (say("data.complete_in"), territory_text(spec.extent)),
        (say("data.bounds"), bounds or "—"),
        (say("data.secrecy"), say(f"data.secrecy_{spec.secrecy}")),
        (say("views.col_export"), say(f"layers.export_{spec.export}")),
        (say("data.checked"), say("data.yes" if spec.checked else "data.no")),
        (say("data.id_field"), Markup("<code>{}</code>").format(spec.id)),
    ]
    if spec.source.place:
        facts.append((say("data.database"), spec.source.place))
    return html_of("views/screens/data/templates/facts.html", facts=facts)


def _show_columns(layer: Layer) -> None:
    if layer.frame is None:
        return
    columns = [str(name) for name in layer.frame.columns if name != "geometry"]
    with st.expander(say("data.columns", count=len(columns))):
        st.caption(markdown_text(say("data.comma").join(columns)))


def _show_versions(layer: Layer) -> None:
    """Show the imported versions, the one in use marked, with buttons to the version before, the next, and removal."""
    entry = catalogue_in_use().user_catalogue.of(layer.id)
    shipped = layer.spec.source.kind != "imported"
    changes = may("manager")
    if (
        changes
        and layer.spec.role not in FIXED_ROLES
        and st.button(
            say("data.replace_button" if layer.state != "not_loaded" else "data.add_button"), key="data-replace"
        )
    ):
        TARGET.set(layer.id)
        VIEW_NEXT.set("add")
        st.rerun()
    use_by_version = _show_use(layer, entry)
    if entry is None or not changes:
        return
    st.caption(say("data.versions"))
    st.dataframe(_version_table(entry, use_by_version, shipped), hide_index=True, width="stretch")
    numbers = [0, *(version.number for version in entry.version)]
    at = numbers.index(entry.current)
    back, forward, removal = st.columns(3)
    if back.button(say("data.roll_back"), disabled=at == 0, width="stretch", key="data-back"):
        _use_version(layer.id, numbers[at - 1])
    if forward.button(say("data.roll_forward"), disabled=at + 1 >= len(numbers), width="stretch", key="data-forward"):
        _use_version(layer.id, numbers[at + 1])
    if removal.button(say("data.remove"), disabled=shipped and entry.current == 0, width="stretch", key="data-remove"):
        _change(layer.id, lambda: remove(layer.id), lambda: say("data.removed"))
    st.caption(say("data.versions_help"))


def _show_use(layer: Layer, entry: UserEntry | None) -> dict[int, VersionUse]:
    """Show the stored checks that used each version, the one in use first; return the use by version number."""
    try:
        use_by_version = uses_by_version(ledger(), layer.id, entry, _MAX_LINKS)
    except RedlineError as fault:
        show_fault(fault)
        return {}
    in_use = entry.current if entry else 0
    numbers = sorted((one for one, use in use_by_version.items() if use.count), key=lambda one: (one != in_use, -one))
    if not numbers:
        if layer.spec.checked:
            st.caption(say("data.used_none"))
        return use_by_version
    lines = [_use_context(one, use_by_version[one], in_use if entry else None) for one in numbers]
    show_html(html_of("views/screens/data/templates/used.html", lines=lines, lang=lang(), link_to=link_to))
    return use_by_version


def _use_context(number: int, use: VersionUse, in_use: int | None) -> dict[str, Any]:
    """Return the template's context of a version: count of checks that used it, the latest as links."""
    name = say("data.version_short", number=number) if number else say("data.version_shipped")
    summary = say("data.used_count" if in_use is None else "data.used_by", version=name, count=f"{use.count:,}")
    unlisted = use.count - len(use.latest)
    return {
        "version": number,
        "checks": use.count,
        "summary": summary,
        "mark": chip(say("data.col_in_use"), "ok") if number == in_use else "",
        "links": use.latest,
        "more": say("data.used_more", count=f"{unlisted:,}") if unlisted else "",
    }


def _use_version(layer: str, number: int) -> None:
    """Put a version into use; where that leaves nothing of the layer, say how it comes back."""

    def done() -> str:
        there = any(spec.id == layer for spec in catalogue_in_use().catalogue.layer)
        return say("data.rolled", number=number) if there else say("data.removed")

    _change(layer, lambda: use_version(layer, number), done)


def _change(layer: str, change: Callable[[], object], message: Callable[[], str]) -> None:
    """Call `change` of a layer, then rerun the page with `message` shown; show the fault where it raises one."""
    try:
        require("manager")
        record("change", layer)
        change()
    except RedlineError as fault:
        show_fault(fault)
        return
    MESSAGE.set(message())
    st.rerun()


def _version_table(entry: UserEntry, use_by_version: dict[int, VersionUse], shipped: bool) -> pd.DataFrame:
    """Return the versions, the latest first; the entry of ``config.toml`` last, where there is one."""
    now = lang()
    rows: list[dict[str, object]] = [
        {
            say("data.col_version"): version.number,
            say("data.col_in_use"): "✓" if version.number == entry.current else "",
            say("data.col_checks"): use_by_version.get(version.number, VersionUse()).count,
            say("data.col_made"): local_text(version.made_at),
            say("views.col_publisher"): version.layer.publisher(now),
            say("views.col_as_of"): date_text(version.layer.as_of),
            say("views.col_basis"): say(f"layers.basis_{version.layer.basis}"),
            say("views.col_count"): version.count,
            say("data.col_file"): version.upload,
            say("data.col_standard"): version.standard,
            say("views.col_digest"): _digest(version.layer.source),
        }
        for version in reversed(entry.version)
    ]
    if shipped or use_by_version.get(0, VersionUse()).count:
        shipped_row = {say("data.col_version"): 0, say("data.col_in_use"): "" if entry.current else "✓"}
        rows.append({**shipped_row, say("data.col_checks"): use_by_version.get(0, VersionUse()).count})
    return pd.DataFrame(rows)


def _digest(source: object) -> str:
    return str(getattr(source, "digest", ""))[:10]
