"""State of the server on the Data page: what is at fault and what to do, or that all was looked at and is well."""

from __future__ import annotations

import streamlit as st

from layers.catalogue import UNREADABLE_LAYERS, failed_layers
from views.condition import faults
from views.session import current_layers, lang, markdown_text, may, say

__all__ = ["show_state"]

_MOST_NAMED = 5


def show_state() -> None:
    """Show each part at fault with its sentence, to those who can mend it; layers that cannot be read, to all."""
    found = faults() if may("manager") else []
    said = {one.part for one in found}
    failed = [
        layer
        for layer in failed_layers(current_layers().values())
        if layer.id != UNREADABLE_LAYERS or "imports" not in said
    ]
    if not found and not failed:
        if may("manager"):
            st.caption(say("condition.fine"))
        return
    stopping = sum(one.stops for one in found) + bool(failed)
    key = "condition.heading" if stopping else "condition.heading_warnings"
    with st.container(border=True, key="rl_state"):
        st.markdown(f"**{say(key, count=stopping or len(found))}**")
        for one in found:
            (st.error if one.stops else st.warning)(markdown_text(one.fault.text(lang())))
        if failed:
            titles = say("answer.list").join(layer.spec.title(lang()) for layer in failed[:_MOST_NAMED])
            st.error(markdown_text(say("condition.layers_unread", count=len(failed), layers=titles)))
