"""Several official tables of one database: listed with what was found, ticked, and brought in with one set of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from geo.errors import RedlineError
from geo.read import Inspection
from layers.catalogue import OverlayVersion, counties_of
from layers.own import (
    Database,
    SharedMetadata,
    TableReport,
    has_official_fields,
    inspect_tables,
    placement_text,
    store_tables,
)
from views.parts.intake import LayerFile, forget_layer_file, inspect_layer_file
from views.parts.map import make_tiles
from views.screens.data.describe import dated
from views.screens.data.next_run import MESSAGE, NOT_STORED, VIEW_NEXT
from views.session import (
    Memo,
    Slot,
    catalogue,
    current,
    current_layers,
    lang,
    markdown_text,
    say,
    territories,
    territory_text,
)

__all__ = ["asks_for_many"]

_EXTENT: Final[Slot[list[str]]] = Slot("data-many-extent", [])
"""Of each file: where its tables are complete."""
_TABLES: Final[Memo[list[TableReport]]] = Memo("data-many-seen")

_FEW: Final = 2


def asks_for_many(brought: LayerFile, seen: Inspection) -> bool:
    """Offer to bring in all official tables of a file at once, where it has several; True where that is wanted."""
    count = sum(has_official_fields(info.columns) for info in seen.layers)
    if count < _FEW:
        return False
    how = st.radio(
        say("data.many_how"),
        ("all", "one"),
        format_func=lambda name: say(f"data.many_{name}", count=count),
        key=f"data-many-{brought.token}",
        horizontal=True,
        label_visibility="collapsed",
    )
    if how == "one":
        return False
    _show_many(brought)
    return True


def _show_many(brought: LayerFile) -> None:
    """Draw the steps for all tables together."""
    st.markdown(f"##### 2 · {say('data.step_report')}")
    token = f"{brought.token}-{current().overlay.revision}"
    place = st.container()
    extent = tuple(_EXTENT.of(brought.token).get()) or None
    tables = _looked_through(brought, extent)
    with place:
        ticked = _ticked(tables, token)
    if not any(table.can_be_stored for table in tables):
        return
    st.markdown(f"##### 3 · {say('data.many_said')}")
    said = _said(brought.token, ticked)
    if said is not None:
        _keep(brought, ticked, said)


def _database(brought: LayerFile) -> Database:
    return Database(
        brought.content,
        brought.read_layer,
        counties_of(current_layers()),
        catalogue,
        territory_text,
    )


def _looked_through(brought: LayerFile, extent: tuple[str, ...] | None) -> list[TableReport]:
    """Look through the tables, once for a file, an extent and a catalogue; what is read now is said."""
    key = (brought.token, brought.crs, extent, current().overlay.revision)
    line = st.empty()

    def show(_share: float, table: str = "", /) -> None:
        line.caption(markdown_text(say("data.many_reading", layer=table)))

    def look() -> list[TableReport]:
        return inspect_tables(_database(brought), inspect_layer_file(brought).layers, extent=extent, progress=show)

    found = _TABLES.once(key, look)
    line.empty()
    return found


def _ticked(tables: Sequence[TableReport], token: str) -> list[TableReport]:
    """List the tables, those that fit with a tick; return the ticked ones."""
    ticked: list[TableReport] = []
    st.caption(say("data.many_pick"))
    for table in tables:
        if not table.can_be_stored:
            continue
        with st.container(border=True, key=f"data_table_{len(ticked)}_{table.layer.encode().hex()[:40]}"):
            assert table.official is not None
            label = f"{table.layer} → {table.official.title(lang())}"  # no bold: it would be read out as asterisks
            if st.checkbox(markdown_text(label), value=True, key=f"data-tick-{token}-{table.layer}"):
                ticked.append(table)
            st.caption(_facts(table))
            _faults(table)
    for table in tables:
        if not table.can_be_stored:
            out = say("data.many_out", layer=table.layer, count=f"{table.row_count:,}")
            st.warning(f"**{markdown_text(out)}** {markdown_text(table.refusal_text(lang()))}")
    return ticked


def _facts(table: TableReport) -> str:
    """Say how much there is, what was found, where it is complete and in whose place it goes."""
    where = territory_text(table.extent)
    return markdown_text(
        say(
            "data.many_facts",
            kept=f"{table.valid_count:,}",
            read=f"{table.row_count:,}",
            faults=say("data.many_faults" if table.faults else "data.many_no_faults", count=len(table.faults)),
            extent=where,
            place=placement_text(table.placement, where, lang()) if table.placement else "—",
        )
    )


def _faults(table: TableReport) -> None:
    for notice in table.notices:
        st.info(markdown_text(notice.text(lang())))
    if not table.faults:
        return
    with st.expander(say("data.many_see")):
        for fault in table.faults:
            st.markdown(f"**{markdown_text(fault.text(lang()))}** {markdown_text(fault.cure(lang()))}")


def _said(token: str, ticked: Sequence[TableReport]) -> SharedMetadata | None:
    """Ask for what holds for all tables; return it once the button is pressed."""
    named = territories()
    left, right = st.columns(2)
    publisher = left.text_input(
        say("data.publisher"), key=f"data-publisher-{token}", placeholder=say("data.publisher_hint")
    )
    as_of = right.text_input(say("data.as_of"), key=f"data-as-of-{token}", placeholder=say("data.as_of_hint")).strip()
    left, right = st.columns(2)
    licence = left.text_input(
        say("data.licence"), value=say("data.licence_internal"), key=f"data-many-licence-{token}-{lang()}"
    )
    right.multiselect(
        say("data.many_extent"),
        list(named),
        format_func=lambda adcode: f"{named[adcode]} {adcode}",
        placeholder=say("data.many_extent_hint"),
        key=_EXTENT.of(token).key,
        help=say("data.ask_extent_help"),
    )
    missing = [key for key, text in (("publisher", publisher), ("licence", licence)) if not text.strip()]
    if as_of and not dated(as_of):
        st.error(say("data.as_of_wrong"))
        missing.append("as_of")
    if not st.button(say("data.many_keep", count=len(ticked)), type="primary", key="data-many-keep"):
        return None
    if missing:
        st.error(say("data.still_missing", what=say("data.comma").join(say(f"data.{key}") for key in missing)))
        return None
    if not ticked:
        st.error(say("data.many_pick_none"))
        return None
    return SharedMetadata(publisher, licence, as_of or "unknown")


def _keep(brought: LayerFile, tables: Sequence[TableReport], said: SharedMetadata) -> None:
    """Store the tables one after another; say on the next run which are there and which are not."""
    with st.status(say("data.keeping"), expanded=True) as status:
        outcomes = store_tables(
            _database(brought),
            tables,
            said,
            progress=lambda _share, table="": status.write(markdown_text(say("data.many_storing", layer=table))),
        )
        versions = {outcome.layer: outcome.version for outcome in outcomes if outcome.version is not None}
        status.write(say("data.step_load"))
        failed = _loaded(versions)
    kept = [_kept_text(layer, version) for layer, version in versions.items() if layer not in failed]
    if kept:
        MESSAGE.set(say("data.many_kept", what=say("data.semicolon").join(kept)))
    NOT_STORED.set(
        [
            *(say("data.many_not_kept", layer=one.layer, why=one.fault.text(lang())) for one in outcomes if one.fault),
            *(say("data.many_failed_load", layer=layer, why=fault.text(lang())) for layer, fault in failed.items()),
        ]
    )
    VIEW_NEXT.set("list" if kept else "add")
    if len(kept) == len(inspect_layer_file(brought).layers):
        forget_layer_file()
    st.rerun()


def _loaded(versions: dict[str, OverlayVersion]) -> dict[str, RedlineError]:
    """Load what was stored and make its tiles; return what cannot be read, by table."""
    layers = current_layers()
    failed = {}
    for table, version in versions.items():
        fault = layers[version.layer.id].fault
        if fault is not None:
            failed[table] = fault
            continue
        changed = {version.layer.id, version.takes_over}
        try:
            make_tiles([one for one in layers.values() if one.id in changed], lang())
        except RedlineError as wrong:
            failed[table] = wrong
    return failed


def _kept_text(layer: str, version: OverlayVersion) -> str:
    title = version.layer.title(lang())
    return say("data.many_kept_one", layer=layer, title=title, number=version.number, count=f"{version.count:,}")
