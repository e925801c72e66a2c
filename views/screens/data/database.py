"""Import of several official tables of one database: list them with faults, choose, store with shared metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from geo.errors import RedlineError
from geo.read import Inspection
from layers.catalogue import UserVersion, counties_of
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
from views.screens.data.describe import is_date
from views.screens.data.next_run import MESSAGE, NOT_STORED, VIEW_NEXT
from views.session import (
    Memo,
    Slot,
    catalogue,
    catalogue_in_use,
    current_layers,
    lang,
    markdown_text,
    record,
    require,
    say,
    territories,
    territory_text,
)

__all__ = ["imports_all_tables"]

_EXTENT: Final[Slot[list[str]]] = Slot("data-many-extent", [])
"""Per file: adcodes of the territories in which its tables are complete."""
_TABLES: Final[Memo[list[TableReport]]] = Memo("data-many-seen")

_MIN_TABLES: Final = 2


def imports_all_tables(layer_file: LayerFile, inspection: Inspection) -> bool:
    """Offer to import all official tables of a file together, where it has several; return whether the user does."""
    count = sum(has_official_fields(info.columns) for info in inspection.layers)
    if count < _MIN_TABLES:
        return False
    choice = st.radio(
        say("data.many_how"),
        ("all", "one"),
        format_func=lambda name: say(f"data.many_{name}", count=count),
        key=f"data-many-{layer_file.token}",
        horizontal=True,
        label_visibility="collapsed",
    )
    if choice == "one":
        return False
    _show_import(layer_file)
    return True


def _show_import(layer_file: LayerFile) -> None:
    """Show the steps that import all official tables of a file together."""
    st.markdown(f"##### 2 · {say('data.step_report')}")
    token = f"{layer_file.token}-{catalogue_in_use().user_catalogue.revision}"
    place = st.container()
    extent = tuple(_EXTENT.of(layer_file.token).get()) or None
    tables = _table_reports(layer_file, extent)
    with place:
        chosen = _choose_tables(tables, token)
    if not any(table.can_be_stored for table in tables):
        return
    st.markdown(f"##### 3 · {say('data.many_said')}")
    metadata = _ask_metadata(layer_file.token, chosen)
    if metadata is not None:
        _store(layer_file, chosen, metadata)


def _database(layer_file: LayerFile) -> Database:
    return Database(
        layer_file.content,
        layer_file.read_layer,
        counties_of(current_layers()),
        catalogue,
        territory_text,
    )


def _table_reports(layer_file: LayerFile, extent: tuple[str, ...] | None) -> list[TableReport]:
    """Return a report on each table, computed once per file, extent and user catalogue; show which is being read."""
    key = (layer_file.token, layer_file.crs, extent, catalogue_in_use().user_catalogue.revision)
    line = st.empty()

    def show(_share: float, table: str = "", /) -> None:
        line.caption(markdown_text(say("data.many_reading", layer=table)))

    def inspect() -> list[TableReport]:
        return inspect_tables(
            _database(layer_file), inspect_layer_file(layer_file).layers, extent=extent, progress=show
        )

    reports = _TABLES.once(key, inspect)
    line.empty()
    return reports


def _choose_tables(tables: Sequence[TableReport], token: str) -> list[TableReport]:
    """Show the tables, a checkbox for each that can be stored; return the checked ones."""
    chosen: list[TableReport] = []
    st.caption(say("data.many_pick"))
    for table in tables:
        if not table.can_be_stored:
            continue
        with st.container(border=True, key=f"data_table_{len(chosen)}_{table.layer.encode().hex()[:40]}"):
            assert table.official is not None
            label = f"{table.layer} → {table.official.title(lang())}"  # not bold: asterisks would be read out
            if st.checkbox(markdown_text(label), value=True, key=f"data-tick-{token}-{table.layer}"):
                chosen.append(table)
            st.caption(_facts_text(table))
            _show_faults(table)
    for table in tables:
        if not table.can_be_stored:
            heading = say("data.many_out", layer=table.layer, count=f"{table.row_count:,}")
            st.warning(f"**{markdown_text(heading)}** {markdown_text(table.refusal_text(lang()))}")
    return chosen


def _facts_text(table: TableReport) -> str:
    """Return a line with row counts, number of faults, extent and the entry that the table replaces."""
    extent = territory_text(table.extent)
    return markdown_text(
        say(
            "data.many_facts",
            kept=f"{table.valid_count:,}",
            read=f"{table.row_count:,}",
            faults=say("data.many_faults" if table.faults else "data.many_no_faults", count=len(table.faults)),
            extent=extent,
            place=placement_text(table.placement, extent, lang()) if table.placement else "—",
        )
    )


def _show_faults(table: TableReport) -> None:
    for notice in table.notices:
        st.info(markdown_text(notice.text(lang())))
    if not table.faults:
        return
    with st.expander(say("data.many_see")):
        for fault in table.faults:
            st.markdown(f"**{markdown_text(fault.text(lang()))}** {markdown_text(fault.cure(lang()))}")


def _ask_metadata(token: str, chosen: Sequence[TableReport]) -> SharedMetadata | None:
    """Ask for the metadata that all tables share; return it in the run in which the button is pressed, else None."""
    names_by_adcode = territories()
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
        list(names_by_adcode),
        format_func=lambda adcode: f"{names_by_adcode[adcode]} {adcode}",
        placeholder=say("data.many_extent_hint"),
        key=_EXTENT.of(token).key,
        help=say("data.ask_extent_help"),
    )
    invalid = [key for key, text in (("publisher", publisher), ("licence", licence)) if not text.strip()]
    if as_of and not is_date(as_of):
        st.error(say("data.as_of_wrong"))
        invalid.append("as_of")
    if not st.button(say("data.many_keep", count=len(chosen)), type="primary", key="data-many-keep"):
        return None
    if invalid:
        st.error(say("data.still_missing", what=say("data.comma").join(say(f"data.{key}") for key in invalid)))
        return None
    if not chosen:
        st.error(say("data.many_pick_none"))
        return None
    return SharedMetadata(publisher, licence, as_of or "unknown")


def _store(layer_file: LayerFile, tables: Sequence[TableReport], metadata: SharedMetadata) -> None:
    """Store the tables one after another, then rerun the page, which shows those stored and those that failed."""
    require("manager")
    for table in tables:
        record("import", table.layer)
    with st.status(say("data.keeping"), expanded=True) as status:
        outcomes = store_tables(
            _database(layer_file),
            tables,
            metadata,
            progress=lambda _share, table="": status.write(markdown_text(say("data.many_storing", layer=table))),
        )
        versions = {outcome.layer: outcome.version for outcome in outcomes if outcome.version is not None}
        status.write(say("data.step_load"))
        failed = _load_and_tile(versions)
    stored = [_stored_text(layer, version) for layer, version in versions.items() if layer not in failed]
    if stored:
        MESSAGE.set(say("data.many_kept", what=say("data.semicolon").join(stored)))
    NOT_STORED.set(
        [
            *(say("data.many_not_kept", layer=one.layer, why=one.fault.text(lang())) for one in outcomes if one.fault),
            *(say("data.many_failed_load", layer=layer, why=fault.text(lang())) for layer, fault in failed.items()),
        ]
    )
    VIEW_NEXT.set("list" if stored else "add")
    if len(stored) == len(inspect_layer_file(layer_file).layers):
        forget_layer_file()
    st.rerun()


def _load_and_tile(versions: dict[str, UserVersion]) -> dict[str, RedlineError]:
    """Load the stored tables and make their tiles; return the faults of those that failed, by table."""
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
        except RedlineError as error:
            failed[table] = error
    return failed


def _stored_text(layer: str, version: UserVersion) -> str:
    title = version.layer.title(lang())
    return say("data.many_kept_one", layer=layer, title=title, number=version.number, count=f"{version.count:,}")
