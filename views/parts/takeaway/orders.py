"""Exports of a session: start in the background, show progress, cancel, download."""

from __future__ import annotations

import uuid
from typing import Final

import streamlit as st

from carto.markup import Markup, style
from views.server import KEEP_SECONDS, Job, Work, download_url, jobs
from views.session import Slot, markdown_text, record, require, say, show_fault, show_page

__all__ = ["show_exports", "start_export"]

_OWNER: Final[Slot[str]] = Slot("take-owner", "")

_REFRESH_S: Final = 0.6
_WAITING_S: Final = 3.0
"""While it waits, at a pace that a whole building of waiting sessions does not slow it by."""
_MAX_SHOWN: Final = 3


def start_export(group: str, title: str, work: Work) -> None:
    """Enqueue an export for this session; `show_exports` of the same `group` shows it.

    Raises
    ------
    BadInput
        If too many exports are running or waiting.
    """
    require("checker")
    record("export", title)
    mine = jobs().of(_owner(group))
    for old in [job for job in mine if not job.task.active][_MAX_SHOWN - 1 :]:
        jobs().drop(old)
    jobs().start(_owner(group), title, work)


def show_exports(group: str) -> None:
    """Show the exports of a group; while one is running, this fragment alone is refreshed."""
    states = _states(group)

    @st.fragment(run_every=_REFRESH_S if "running" in states else _WAITING_S if "waiting" in states else None)
    def watch() -> None:
        mine = jobs().of(_owner(group))
        for job in mine[:_MAX_SHOWN]:
            _show(job)
        if any(job.task.state == "done" for job in mine):
            st.caption(say("take.kept_for", minutes=round(KEEP_SECONDS / 60)))
        if states and states != _states(group):
            st.rerun()  # the whole page, to refresh at another pace, or no longer

    watch()


def _states(group: str) -> set[str]:
    """Return which states this session's jobs of a group have that are not over: waiting, running."""
    return {job.task.state for job in jobs().of(_owner(group)) if job.task.active}


def _owner(group: str) -> str:
    """Return the owner of this session's jobs of a group: a random id of the session and the group."""
    if not _OWNER.is_set():
        _OWNER.set(uuid.uuid4().hex)
    return f"{_OWNER.get()}-{group}"


def _show(job: Job) -> None:
    """Show one export: its progress, its download link, or why there is none."""
    if job.task.active:
        bar, stop = st.columns([3, 1], vertical_alignment="center")
        bar.progress(job.task.share, text=markdown_text(_progress_text(job)))
        stop.button(say("take.cancel"), key=f"take-stop-{job.id}", width="stretch", on_click=jobs().cancel, args=(job,))
    elif job.path is not None and job.path.is_file():
        label = say("take.fetch", name=job.path.name, size=_size(job.path.stat().st_size))
        link = Markup('<a class="rl-take" href="{}">↓ {}</a>').format(download_url(job), label)
        show_page(style("views/parts/takeaway/templates/orders.css"), link)
    elif job.fault is not None:
        show_fault(job.fault)
    elif job.task.state == "cancelled":
        st.caption(markdown_text(say("take.cancelled", title=job.title)))


def _progress_text(job: Job) -> str:
    """Return how far an export is, or how many come before it."""
    if job.task.state == "running":
        return say("take.running", share=f"{job.task.share:.0%}", title=job.title, what=job.task.doing)
    ahead = jobs().ahead(job)
    return say("take.waiting" if ahead else "take.waiting_next", title=job.title, ahead=ahead)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.0f} KB"
