"""The ledger: past checks searched, one reopened as it was kept, run again on today's layers and laws, verified."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd
import shapely
import streamlit as st

from carto.map import site_group
from carto.markup import Markup
from geo.errors import RedlineError
from geo.sites import Sites
from siting.check import Check, chainage, corridor_sites
from siting.ledger import Change, Listed, Verification, kept_run, rerun, verify
from siting.records import VERDICTS
from views.parts.findings import (
    CHECK_MODE,
    COLOURS,
    SiteResult,
    activity_title,
    facts_html,
    findings_html,
    show_required,
    show_verdict,
)
from views.parts.map import look_at, show_map
from views.screens.check.case import case_fields
from views.screens.check.follow_up import show_path, show_reminders, show_way_out
from views.screens.check.linear import centrelines, show_kept_sections
from views.screens.check.reports import show_reports
from views.session import (
    Memo,
    Slot,
    catalogue,
    current_layers,
    lang,
    ledger,
    press_handled,
    pressed,
    pressed_until_handled,
    say,
    show_fault,
    show_html,
    stamp,
)

__all__ = ["show_record", "show_search"]

_TABLE: Final[Slot[Any]] = Slot("chk-ledger", None)
"""The table of stored checks, with the row that is ticked."""
_RECORD: Final[Memo[Check]] = Memo("chk-record")
_RECORD_SITES: Final[Memo[Sites]] = Memo("chk-record-sites")
_AGAIN: Final[Slot[tuple[Hashable, Verification | None, Sequence[Change], Sequence[Change]] | None]] = Slot(
    "chk-again", None
)
"""The record that was run again, as what, and what differed."""

_TABLE_HEIGHT: Final = 460
_MAP_HEIGHT: Final = 400
_MOST_CHANGES: Final = 60
_BEIJING: Final = timedelta(hours=8)


def show_search() -> None:
    """Show past checks, the latest first, and open the one that is ticked."""
    words, verdict = st.columns([3, 1])
    text = words.text_input(say("check_page.search"), key="chk-search")
    chosen = verdict.selectbox(
        say("check_page.search_verdict"),
        [None, *VERDICTS],
        format_func=lambda code: say("check_page.any") if code is None else say(f"siting.verdict_{code}"),
        key="chk-search-verdict",
    )
    try:
        found = ledger().search(text, verdict=chosen)
    except RedlineError as fault:
        show_fault(fault)
        return
    if not found:
        st.info(say("check_page.search_none" if text or chosen else "check_page.search_empty"))
        return
    event = st.dataframe(
        _listed(found),
        hide_index=True,
        height=min(_TABLE_HEIGHT, 36 * (len(found) + 1)),
        width="stretch",
        key=_TABLE.key,
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption(say("check_page.search_pick"))
    rows = event["selection"]["rows"]
    if rows and rows[0] < len(found):
        st.query_params["check"] = found[rows[0]].id
        st.rerun()


def _listed(found: Sequence[Listed]) -> pd.DataFrame:
    """Return the list in words."""
    columns: dict[str, list[Any]] = {
        "col_check": [one.id for one in found],
        "case_name": [one.case.name for one in found],
        "col_verdict": [say(f"siting.verdict_{one.verdict}") for one in found],
        "col_activity": ["—" if one.activity is None else activity_title(one.activity) for one in found],
        "col_day": [one.as_of for one in found],
        "col_stored": [_beijing(one.stored_at) for one in found],
        "case_builder": [one.case.builder for one in found],
        "case_file_number": [one.case.file_number for one in found],
        "case_prepared_by": [one.case.prepared_by for one in found],
        "case_reviewed_by": [one.case.reviewed_by for one in found],
        "col_input": [one.input_name for one in found],
        "col_sites": [one.sites for one in found],
    }
    return pd.DataFrame({say(f"check_page.{key}"): values for key, values in columns.items()})


def _beijing(stored_at: str) -> str:
    """Write a time of the record (UTC) as Beijing's."""
    return f"{datetime.fromisoformat(stored_at) + _BEIJING:%Y-%m-%d %H:%M}"


def show_record(check_id: str) -> None:
    """Show a stored check as it was kept."""
    if pressed(say("check_page.record_back"), key="chk-back"):
        st.query_params.pop("check", None)
        CHECK_MODE.hand_over("ledger")
        _TABLE.clear()
        st.rerun()
    check = _record(check_id)
    show_html(Markup('<h4 data-record="{}">{}</h4>').format(check.id, say("check_page.record", id=check.id)))
    left, right = st.columns([1, 1.75], gap="small")
    with left:
        with st.container(border=True, key="chk_record_case"):
            show_html(_case_html(check))
            _amend(check)
        with st.container(border=True, key="chk_record_again"):
            _again(check)
    with right:
        layers = current_layers()
        as_kept = (lambda: kept_run(ledger(), check.id, layers), check.case, check.input_name)
        with st.container(border=True, key="chk_record_take"):
            show_reports(*as_kept, check.id, f"record-{check.id}")
        _show_findings(check)


def _record(check_id: str) -> Check:
    """Return a record, read once while it is looked at; the case round it may have been amended."""
    amended = len(ledger().amendments(check_id))  # by somebody else, perhaps
    return _RECORD.once((check_id, amended), lambda: ledger().get(check_id))


def _case_html(check: Check) -> Markup:
    """Return the case and how the check was made."""
    case = check.case
    rows = [
        (say(f"check_page.case_{name}"), getattr(case, name))
        for name in ("name", "code", "builder", "stage", "file_number", "prepared_by", "reviewed_by")
    ]
    told = say(
        "check_page.record_facts",
        stored=_beijing(check.stored_at),
        day=check.settings.as_of,
        activity=activity_title(check.settings.activity),
        input=check.input_name,
        version=check.software.redline,
        geos=check.software.geos,
        proj=check.software.proj,
    )
    told += "".join(f"　{text}" for text in _linear_text(check))
    facts = [Markup("<b>{}</b> {}").format(head, value) for head, value in rows if value]
    return Markup('<div class="rl-facts rl-hint">{}</div>').format(Markup("<br>").join([*facts, told]))


def _linear_text(check: Check) -> list[str]:
    """Say how wide lines were taken, and which bridges and tunnels were named."""
    settings = check.settings
    told = [say("check_page.corridor_kept", width=f"{settings.corridor_m:g}")] if settings.corridor_m else []
    for kind, start, end in settings.structures:
        ends = {"start": chainage(start), "end": chainage(end)}
        told.append(say("check_page.structure_kept", kind=say(f"check_page.structure_{kind}"), **ends))
    return told


def _amend(check: Check) -> None:
    """Let the case be amended; the check itself stays as it is."""
    with st.expander(say("check_page.case_edit")):
        case = case_fields(check.case, f"chk-amend-{check.id}")
        if pressed(say("check_page.case_save"), key="chk-amend", disabled=case == check.case):
            ledger().amend(check.id, case)
            st.rerun()


def _again(check: Check) -> None:
    """Offer to run the check on today's layers and laws, and to verify it on what was kept."""
    again = pressed_until_handled(say("check_page.record_rerun"), key="chk-rerun", about=check.id, width="stretch")
    held = pressed_until_handled(say("check_page.record_verify"), key="chk-verify", about=check.id, width="stretch")
    if again:
        with st.spinner(say("views.checking")):
            done = rerun(ledger(), check.id, current_layers())
        _AGAIN.set(((check.id, stamp()), None, done.changes, ()))
        press_handled("chk-rerun")
    if held:
        with st.spinner(say("views.checking")):
            found = verify(ledger(), check.id, current_layers())
        _AGAIN.set(((check.id, stamp()), found, found.differences, found.since))
        press_handled("chk-verify")
    last = _AGAIN.get()
    if last is None or last[0] != (check.id, stamp()):  # of other layers or rules: to be asked again
        return
    _, what, changes, since = last
    if what is None:
        show_html(Markup('<div data-again="rerun">{}</div>').format(_rerun_text(changes)))
    else:
        outcome = say(f"ledger.outcome_{what.outcome}")
        told = say("check_page.verified_outcome", outcome=outcome, count=what.findings)
        show_html(Markup('<div data-again="{}"><b>{}</b></div>').format(what.outcome, told))
    _list(changes)
    if since:
        st.caption(say("check_page.since"))
        _list(since)


def _rerun_text(changes: Sequence[Change]) -> str:
    return say("check_page.rerun_changes", count=len(changes)) if changes else say("check_page.rerun_same")


def _list(changes: Sequence[Change]) -> None:
    """List changes, each in its sentence."""
    lines = [change.text(lang()) for change in changes[:_MOST_CHANGES]]
    if len(changes) > _MOST_CHANGES:
        lines.append(say("check_page.more", count=len(changes) - _MOST_CHANGES))
    items = [Markup("<li>{}</li>").format(line) for line in lines]
    if items:
        show_html(Markup('<ul class="rl-facts">{}</ul>').format(Markup().join(items)))


def _show_findings(check: Check) -> None:
    """Show a site of the record with the findings as they were kept."""
    sites = check.report["sites"]
    position = 0
    if len(sites) > 1:
        position = st.selectbox(
            say("check_page.show_site", count=len(sites)),
            range(len(sites)),
            format_func=lambda at: f"{sites[at]['id']} · {say('siting.verdict_' + sites[at]['verdict'])}",
            key=f"chk-record-site-{check.id}",
        )
    seen = SiteResult(sites[position], {layer.spec.id: layer.spec for layer in check.layers})
    show_verdict(seen)
    _show_map(check)
    show_html(facts_html(seen))
    show_required(seen)
    show_path(seen)
    show_way_out(seen)
    st.markdown(f"**{say('check_page.by_layer')}**")
    show_html(findings_html(seen))
    show_reminders(seen)
    if shapely.get_dimensions(_sites(check).frame.geometry.iloc[position]) == 1:
        show_kept_sections(seen)
    st.caption(say("snapshot.disclaimer"))


def _sites(check: Check) -> Sites:
    """Return the sites of a record as they were read, fetched once while it is looked at."""

    def read() -> Sites:
        frame = ledger().kept.get_frame(check.sites_kept)
        return Sites(frame, check.crs, check.input_name, check.input_sha256)

    return _RECORD_SITES.once(check.id, read)


def _show_map(check: Check) -> None:
    """Show the sites as they were checked, in the colours of their verdicts; lines of a corridor over it."""
    sites, width = _sites(check), check.settings.corridor_m
    frame = corridor_sites(sites, width).frame if width else sites.frame
    verdict = pd.Series([site["verdict"] for site in check.report["sites"]])
    groups = [
        site_group(frame[["geometry"]][(verdict == code).to_numpy()], COLOURS[code])
        for code in reversed(VERDICTS)  # the gravest on top
        if (verdict == code).any()
    ]
    middle = centrelines(sites) if width else None
    show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        groups=groups if middle is None else [*groups, middle],
        go_to=look_at(*frame.total_bounds, margin=3.0),
        height=_MAP_HEIGHT,
        draw=False,
        key="check-record-map",
    )
