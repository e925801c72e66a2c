"""The ledger: search stored checks, show one as stored, rerun it on current layers and law, verify it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

import pandas as pd
import shapely
import streamlit as st

from carto.map import site_group
from carto.markup import Markup
from carto.scene import Extent
from geo.errors import RedlineError
from geo.sites import Sites
from layers.clock import local_text, zone_text
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
    show_answer,
    show_required,
    show_verdict,
)
from views.parts.map import show_map
from views.screens.check.case import case_fields
from views.screens.check.follow_up import show_path, show_reminders, show_way_out
from views.screens.check.linear import centrelines, show_stored_sections
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
    record,
    say,
    show_fault,
    show_html,
    stamp,
)
from words import in_language

__all__ = ["show_record", "show_search"]

_TABLE: Final[Slot[Any]] = Slot("chk-ledger", None)
"""Widget state of the table of stored checks: its selected row."""
_RECORD: Final[Memo[Check]] = Memo("chk-record")
_RECORD_SITES: Final[Memo[Sites]] = Memo("chk-record-sites")
_LAST_RERUN: Final[Slot[tuple[Hashable, Verification | None, Sequence[Change], Sequence[Change]] | None]] = Slot(
    "chk-again", None
)
"""Check id and stamp of the last rerun, its verification (None for a rerun), differences, changes since."""

_TABLE_HEIGHT_PX: Final = 460
_MAP_HEIGHT_PX: Final = 400
_MAX_CHANGES: Final = 60


def show_search() -> None:
    """Show the stored checks that match a search, the latest first; open the one whose row is selected."""
    text_box, verdict_box = st.columns([3, 1])
    text = text_box.text_input(say("check_page.search"), key="chk-search")
    chosen = verdict_box.selectbox(
        say("check_page.search_verdict"),
        [None, *VERDICTS],
        format_func=lambda code: say("check_page.any") if code is None else say(f"siting.verdict_{code}"),
        key="chk-search-verdict",
    )
    try:
        checks = ledger().search(text, verdict=chosen)
    except RedlineError as fault:
        show_fault(fault)
        return
    if not checks:
        st.info(say("check_page.search_none" if text or chosen else "check_page.search_empty"))
        return
    event = st.dataframe(
        _ledger_table(checks),
        hide_index=True,
        height=min(_TABLE_HEIGHT_PX, 36 * (len(checks) + 1)),
        width="stretch",
        key=_TABLE.key,
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption(say("check_page.search_pick"))
    rows = event["selection"]["rows"]
    if rows and rows[0] < len(checks):
        st.query_params["check"] = checks[rows[0]].id
        st.rerun()


def _ledger_table(checks: Sequence[Listed]) -> pd.DataFrame:
    """Return the table of stored checks with translated labels."""
    columns: dict[str, list[Any]] = {
        "col_check": [check.id for check in checks],
        "case_name": [check.case.name for check in checks],
        "col_verdict": [say(f"siting.verdict_{check.verdict}") for check in checks],
        "col_activity": ["—" if check.activity is None else activity_title(check.activity) for check in checks],
        "col_day": [check.as_of for check in checks],
        "col_stored": [local_text(check.stored_at) for check in checks],
        "case_builder": [check.case.builder for check in checks],
        "case_file_number": [check.case.file_number for check in checks],
        "case_prepared_by": [check.case.prepared_by for check in checks],
        "case_reviewed_by": [check.case.reviewed_by for check in checks],
        "col_input": [in_language(check.input_name, lang()) for check in checks],
        "col_sites": [check.sites for check in checks],
    }
    return pd.DataFrame({say(f"check_page.{key}", zone=zone_text(lang())): values for key, values in columns.items()})


def show_record(check_id: str) -> None:
    """Show a check with case, downloads and findings as stored, and the buttons that rerun and verify it."""
    if pressed(say("check_page.record_back"), key="chk-back"):
        st.query_params.pop("check", None)
        CHECK_MODE.set_next("ledger")
        _TABLE.clear()
        st.rerun()
    check = _stored_check(check_id)
    show_html(Markup('<h4 data-record="{}">{}</h4>').format(check.id, say("check_page.record", id=check.id)))
    left, right = st.columns([1, 1.75], gap="small")
    with left:
        with st.container(border=True, key="chk_record_case"):
            show_html(_case_html(check))
            _show_amendment(check)
        with st.container(border=True, key="chk_record_again"):
            _show_rerun(check)
    with right:
        layers = current_layers()
        report_arguments = (lambda: kept_run(ledger(), check.id, layers), check.case, check.input_name)
        with st.container(border=True, key="chk_record_take"):
            show_reports(*report_arguments, check.id, f"record-{check.id}")
        _show_findings(check)


def _stored_check(check_id: str) -> Check:
    """Return a stored check, read from the ledger once while it is shown and its case is not amended."""
    amendments = len(ledger().amendments(check_id))  # possibly by another user
    return _RECORD.once((check_id, amendments), lambda: ledger().get(check_id))


def _case_html(check: Check) -> Markup:
    """Return the case, and when and with which settings and software the check was made, as HTML."""
    case = check.case
    rows = [
        (say(f"check_page.case_{name}"), getattr(case, name))
        for name in ("name", "code", "builder", "stage", "file_number", "prepared_by", "reviewed_by")
    ]
    facts_text = say(
        "check_page.record_facts",
        stored=local_text(check.stored_at),
        day=check.settings.as_of,
        activity=activity_title(check.settings.activity),
        input=check.input_name,
        version=check.software.redline,
        geos=check.software.geos,
        proj=check.software.proj,
    )
    facts_text += "".join(f"　{text}" for text in _linear_texts(check))
    facts = [Markup("<b>{}</b> {}").format(head, value) for head, value in rows if value]
    return Markup('<div class="rl-facts rl-hint">{}</div>').format(Markup("<br>").join([*facts, facts_text]))


def _linear_texts(check: Check) -> list[str]:
    """Return a text on the width of corridors, if any, and one on each bridge and tunnel."""
    settings = check.settings
    texts = [say("check_page.corridor_kept", width=f"{settings.corridor_m:g}")] if settings.corridor_m else []
    for kind, start, end in settings.structures:
        ends = {"start": chainage(start), "end": chainage(end)}
        texts.append(say("check_page.structure_kept", kind=say(f"check_page.structure_{kind}"), **ends))
    return texts


def _show_amendment(check: Check) -> None:
    """Show the fields that amend the case; the stored check itself never changes."""
    with st.expander(say("check_page.case_edit")):
        case = case_fields(check.case, f"chk-amend-{check.id}")
        if pressed(say("check_page.case_save"), key="chk-amend", disabled=case == check.case):
            record("amend", check.id)
            ledger().amend(check.id, case)
            st.rerun()


def _show_rerun(check: Check) -> None:
    """Show the buttons that rerun the check on current layers and law, or verify it as stored, and the outcome."""
    rerun_now = pressed_until_handled(say("check_page.record_rerun"), key="chk-rerun", about=check.id, width="stretch")
    verify_now = pressed_until_handled(
        say("check_page.record_verify"), key="chk-verify", about=check.id, width="stretch"
    )
    if rerun_now:
        with st.spinner(say("views.checking")):
            result = rerun(ledger(), check.id, current_layers())
        _LAST_RERUN.set(((check.id, stamp()), None, result.changes, ()))
        press_handled("chk-rerun")
    if verify_now:
        with st.spinner(say("views.checking")):
            verification = verify(ledger(), check.id, current_layers())
        _LAST_RERUN.set(((check.id, stamp()), verification, verification.differences, verification.since))
        press_handled("chk-verify")
    last = _LAST_RERUN.get()
    if last is None or last[0] != (check.id, stamp()):  # layers or rules changed since: the outcome is out of date
        return
    _, verified, changes, since = last
    if verified is None:
        show_html(Markup('<div data-again="rerun">{}</div>').format(_rerun_text(changes)))
    else:
        outcome = say(f"ledger.outcome_{verified.outcome}")
        outcome_text = say("check_page.verified_outcome", outcome=outcome, count=verified.findings)
        show_html(Markup('<div data-again="{}"><b>{}</b></div>').format(verified.outcome, outcome_text))
    _list_changes(changes)
    if since:
        st.caption(say("check_page.since"))
        _list_changes(since)


def _rerun_text(changes: Sequence[Change]) -> str:
    return say("check_page.rerun_changes", count=len(changes)) if changes else say("check_page.rerun_same")


def _list_changes(changes: Sequence[Change]) -> None:
    """Show changes as a list of sentences, at most `_MAX_CHANGES`."""
    lines = [change.text(lang()) for change in changes[:_MAX_CHANGES]]
    if len(changes) > _MAX_CHANGES:
        lines.append(say("check_page.more", count=len(changes) - _MAX_CHANGES))
    items = [Markup("<li>{}</li>").format(line) for line in lines]
    if items:
        show_html(Markup('<ul class="rl-facts">{}</ul>').format(Markup().join(items)))


def _show_findings(check: Check) -> None:
    """Show one site of a stored check, chosen by the user, with its findings as stored."""
    sites = check.report["sites"]
    position = 0
    if len(sites) > 1:
        position = st.selectbox(
            say("check_page.show_site", count=len(sites)),
            range(len(sites)),
            format_func=lambda at: f"{sites[at]['id']} · {say('siting.verdict_' + sites[at]['verdict'])}",
            key=f"chk-record-site-{check.id}",
        )
    site_result = SiteResult(sites[position], {layer.spec.id: layer.spec for layer in check.layers})
    show_verdict(site_result)
    show_answer(site_result)
    _show_map(check)
    show_html(facts_html(site_result))
    show_required(site_result)
    show_path(site_result)
    show_way_out(site_result)
    st.markdown(f"**{say('check_page.by_layer')}**")
    show_html(findings_html(site_result))
    show_reminders(site_result)
    if shapely.get_dimensions(_stored_sites(check).frame.geometry.iloc[position]) == 1:
        show_stored_sections(site_result)
    st.caption(say("snapshot.disclaimer"))


def _stored_sites(check: Check) -> Sites:
    """Return the sites of a stored check as they were read, fetched once while it is shown."""

    def read() -> Sites:
        frame = ledger().kept.get_frame(check.sites_kept)
        return Sites(frame, check.crs, check.input_name, check.input_sha256)

    return _RECORD_SITES.once(check.id, read)


def _show_map(check: Check) -> None:
    """Show the sites on a map in the colours of their verdicts, centrelines over their corridors."""
    sites, width = _stored_sites(check), check.settings.corridor_m
    frame = corridor_sites(sites, width).frame if width else sites.frame
    verdict = pd.Series([site["verdict"] for site in check.report["sites"]])
    groups = [
        site_group(frame[["geometry"]][(verdict == code).to_numpy()], COLOURS[code])
        for code in reversed(VERDICTS)  # the gravest on top
        if (verdict == code).any()
    ]
    lines = centrelines(sites) if width else None
    show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        groups=groups if lines is None else [*groups, lines],
        go_to=Extent(*frame.total_bounds).enlarged(3.0),
        height=_MAP_HEIGHT_PX,
        draw=False,
        key="check-record-map",
    )
