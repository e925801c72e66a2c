"""The files a session has ordered: how far each is, cancelling, fetching; the page goes on meanwhile."""

from __future__ import annotations

import uuid
from typing import Final

import streamlit as st

from carto.markup import Markup, style
from views.server import KEEP_SECONDS, Job, Work, download_url, jobs
from views.session import Slot, markdown_text, say, show_fault, show_page

__all__ = ["order", "show_orders"]

_OWNER: Final[Slot[str]] = Slot("take-owner", "")

_EVERY_S: Final = 0.6
_SHOWN: Final = 3


def order(place: str, title: str, work: Work) -> None:
    """Put work in line for this session; it shows where `show_orders` is called with the same place.

    Raises
    ------
    BadInput
        If too much is under way.
    """
    mine = jobs().of(_owner(place))
    for old in [job for job in mine if not job.task.active][_SHOWN - 1 :]:
        jobs().drop(old)
    jobs().start(_owner(place), title, work)


def show_orders(place: str) -> None:
    """Show what was ordered at a place; while something is under way, this alone is drawn again and again."""
    busy = any(job.task.active for job in jobs().of(_owner(place)))

    @st.fragment(run_every=_EVERY_S if busy else None)
    def watch() -> None:
        mine = jobs().of(_owner(place))
        for job in mine[:_SHOWN]:
            _show(job)
        if any(job.task.state == "done" for job in mine):
            st.caption(say("take.kept_for", minutes=round(KEEP_SECONDS / 60)))
        if busy and not any(job.task.active for job in mine):
            st.rerun()  # whole, to stop drawing again and again

    watch()


def _owner(place: str) -> str:
    """Return this session's own name, one for each place that orders."""
    if not _OWNER.is_set():
        _OWNER.set(uuid.uuid4().hex)
    return f"{_OWNER.get()}-{place}"


def _show(job: Job) -> None:
    """Show one order."""
    if job.task.active:
        bar, stop = st.columns([3, 1], vertical_alignment="center")
        said = say("take.running", share=f"{job.task.share:.0%}", title=job.title, what=job.task.doing)
        bar.progress(
            job.task.share,
            text=markdown_text(said if job.task.state == "running" else say("take.waiting", title=job.title)),
        )
        stop.button(say("take.cancel"), key=f"take-stop-{job.id}", width="stretch", on_click=jobs().cancel, args=(job,))
    elif job.path is not None and job.path.is_file():
        told = say("take.fetch", name=job.path.name, size=_size(job.path.stat().st_size))
        link = Markup('<a class="rl-take" href="{}" download>↓ {}</a>').format(download_url(job), told)
        show_page(style("views/parts/takeaway/templates/orders.css"), link)
    elif job.fault is not None:
        show_fault(job.fault)
    elif job.task.state == "cancelled":
        st.caption(markdown_text(say("take.cancelled", title=job.title)))


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.0f} KB"
